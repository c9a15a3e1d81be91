import Civil
import Database
import Delivery
import HTTPTypes
import Logging
import Monitor
import Organization
import TestKit
import Testing
import Web

@testable import Incidents

/// Who is written to when nobody takes an incident up; and who has taken it up.
struct EscalationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        /// Minutes: when the step is due, how often it is said again, how long ago the outage was detected.
        let after: Int
        let every: Int?
        let late: Int
        let round: Int?
        var testDescription: String { name }
    }

    @Test(arguments: [
        Row(name: "Ngay khi phát hiện", after: 0, every: 60, late: 0, round: 0),
        Row(name: "Chưa tới 15 phút", after: 15, every: 60, late: 14, round: nil),
        Row(name: "Đúng 15 phút", after: 15, every: 60, late: 15, round: 0),
        Row(name: "Một giờ sau lần đầu: nhắc lần một", after: 15, every: 60, late: 75, round: 1),
        Row(name: "Bộ giám sát nghỉ năm giờ: chỉ nhắc lần mới nhất", after: 15, every: 60, late: 320, round: 5),
        Row(name: "Không nhắc lại", after: 15, every: nil, late: 5000, round: 0),
    ])
    func whichRoundIsDue(_ row: Row) throws {
        let step = EscalationStep(id: .init(rawValue: 7), after: .seconds(row.after * 60), recipients: [])
        let round = step.round(of: nine, every: row.every.map { .seconds($0 * 60) }, at: nine.after(minutes: row.late))
        #expect(round?.number == row.round)
    }

    @Test(arguments: [
        ("Phạm Thùy Linh <linh@example.vn>", ["Phạm Thùy Linh: linh@example.vn"], 0),
        ("linh@example.vn", ["linh@example.vn: linh@example.vn"], 0),
        (" A  B <a@b.vn>\n\nC <c@d.vn>\n", ["A B: a@b.vn", "C: c@d.vn"], 0),
        ("Linh", [], 1), ("Linh <linh>", [], 1), ("linh@example.vn>", [], 1), ("a@b.vn, c@d.vn", [], 1),
    ] as [(String, [String], Int)])
    func whoIsNamedInALine(typed: String, fit: [String], unfit: Int) {
        let read = EscalationDraft.recipients(typed: typed)
        #expect(read.0.map { "\($0.name): \($0.address)" } == fit && read.1.count == unfit)
    }

    @Test func lettersAreWrittenOnceARoundUntilSomebodyTakesItUp() async throws {
        try await Self.town { town, watch in
            let store = EscalationStore(database: town.database, baseURL: "https://trucban.example.vn")
            for (minutes, people) in [(0, "Linh <linh@example.vn>"), (30, "Trưởng phòng <truong@example.vn>\nhoa@example.vn")] {
                try await store.add(
                    EscalationDraft(minutes: minutes, recipients: people), by: town.actor(.an), at: town.now)
            }
            let outage = try await Self.outage(town)
            func letters() async throws -> [String] {
                try await town.database.values("SELECT recipient_address FROM deliveries WHERE key LIKE 'escalation:%' ORDER BY id", as: String.self)
            }
            let opened = try await watch.sweep(at: town.now)
            let code = try #require(opened.first)
            try await watch.sweep(at: town.now + .seconds(60))
            #expect(try await letters() == ["linh@example.vn"])
            let letter = try await town.database.one(
                "SELECT \(columns: Delivery.self) FROM deliveries", as: Delivery.self)
            #expect(letter.subject == "\(code) chưa ai tiếp nhận: Gián đoạn: Cổng QLVB")
            #expect(letter.body.contains("https://trucban.example.vn/incidents/\(code)"))
            try await watch.sweep(at: town.now + .seconds(31 * 60))
            #expect(try await letters() == ["linh@example.vn", "truong@example.vn", "hoa@example.vn"])
            // An hour later the first step is said again; the second one's hour is not over.
            try await watch.sweep(at: town.now + .seconds(62 * 60))
            #expect(try await letters().count == 4)

            // Nothing is said while alarms keep quiet.
            try await MaintenanceStore(database: town.database).plan(
                MaintenanceDraft(
                    title: "Thử", scope: .system,
                    timing: .once(begins: town.now + .seconds(90 * 60), ends: town.now + .seconds(600 * 60))),
                by: town.person(.linh), address: "", at: town.now)
            try await watch.sweep(at: town.now + .seconds(300 * 60))
            #expect(try await letters().count == 4)

            let incidents = IncidentStore(database: town.database)
            try await incidents.acknowledge(
                code, note: "Đang gọi VNPT", by: town.person(.linh), address: "", at: town.now + .seconds(620 * 60))
            try await watch.sweep(at: town.now + .seconds(700 * 60))
            #expect(try await letters().count == 4)
            // Letters that nobody had sent yet are withdrawn.
            #expect(try await town.database.values(
                "SELECT DISTINCT state FROM deliveries WHERE key LIKE 'escalation:%'", as: String.self) == ["withdrawn"])
            await #expect(throws: Refusal.self) {
                try await incidents.acknowledge(code, note: "", by: town.person(.linh), address: "", at: town.now)
            }
            try await town.database.run("DELETE FROM incident_acknowledgements")
            try await town.database.run(
                "UPDATE outages SET during = tstzrange(lower(during), \(town.now + .seconds(3600))) WHERE id = \(outage)")
            try await watch.sweep(at: town.now + .seconds(800 * 60))
            #expect(try await letters().count == 4)
        }
    }

    @Test func anIncidentIsTakenUpOnItsPage() async throws {
        try await Self.town { town, watch in
            _ = try await Self.outage(town)
            let code = try #require(try await watch.sweep(at: town.now).first)
            let path = "/incidents/\(code)"
            let page = try await town.browser(.linh).get(path)
            try page.checkedXML()
            #expect(page.body.contains("Tôi tiếp nhận") && page.body.contains("Chưa ai tiếp nhận"))
            for name in [TownPerson.binh, .hoa, .vinh, .tam, .an] {
                #expect(try await town.browser(name).post("\(path)/acknowledgement").status == .forbidden, "\(name)")
            }
            let fields = [("acknowledgement_note", PagesTests.nasty), ("form_key", try #require(page.formKey))]
            #expect(try await town.browser(.linh).post("\(path)/acknowledgement", fields).location == path)
            #expect(try await town.browser(.linh).post("\(path)/acknowledgement", fields).location == path)
            #expect(try await town.browser(.linh).post("\(path)/acknowledgement").status == .unprocessableContent)
            let taken = try await town.browser(.tam).get(path)
            try taken.checkedXML()
            #expect(taken.body.contains("Phạm Thùy Linh, 09:00 24/11/2026") && taken.body.contains(PagesTests.escaped))
            #expect(!taken.body.contains("Tôi tiếp nhận</button>"))
        }
    }

    @Test func stepsAreKeptByAdministrators() async throws {
        try await Self.town { town, _ in
            let browser = town.browser(.an)
            try await browser.get("/settings/escalation").checkedXML()
            let refused = try await browser.post(
                "/settings/escalation", [("after_minutes", "x"), ("recipients", PagesTests.nasty)])
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent && refused.body.contains(PagesTests.escaped))
            let unnamed = try await browser.post(
                "/settings/escalation", [("after_minutes", "15"), ("recipients", "Linh")])
            #expect(unnamed.status == .unprocessableContent && unnamed.body.contains("Người nhận “Linh”"))
            let added = try await browser.post(
                "/settings/escalation", [("after_minutes", "15"), ("recipients", "Linh <linh@example.vn>")])
            #expect(added.location == "/settings/escalation")
            let page = try await browser.get("/settings/escalation")
            try page.checkedXML()
            #expect(page.body.contains("Sau 15 phút") && page.body.contains("Linh &lt;linh@example.vn&gt;"))
            let id = try await town.database.value("SELECT id FROM escalation_steps", as: Int64.self)
            for name in [TownPerson.linh, .binh, .hoa, .tam] {
                #expect(try await town.browser(name).get("/settings/escalation").status == .forbidden, "\(name)")
                #expect(try await town.browser(name).post("/settings/escalation/\(id)/removal").status == .forbidden, "\(name)")
            }
            #expect(try await browser.post("/settings/escalation/\(id)/removal").status == .seeOther)
            #expect(try await browser.post("/settings/escalation/\(id)/removal").status == .unprocessableContent)
            #expect(try await browser.get("/settings/escalation").body.contains("Chưa có nấc nào"))
        }
    }

    @Test func aTimeOfFlappingIsOneIncident() async throws {
        try await Self.town { town, watch in
            let monitor = try await Self.monitor(town)
            func outage(_ from: Int, _ to: Int) async throws {
                try await town.database.run(
                    """
                    INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                    VALUES (\(monitor), \(TimeRange(from: town.now.after(minutes: from), to: town.now.after(minutes: to))),
                            \(town.now.after(minutes: from)), 'Không kết nối được')
                    """)
            }
            try await town.database.run(
                """
                INSERT INTO flappings (monitor_id, during)
                VALUES (\(monitor), \(TimeRange(from: town.now, to: nil)))
                """)
            for minute in [1, 3, 5] { try await outage(minute, minute + 1) }
            let opened = try await watch.sweep(at: town.now.after(minutes: 7))
            #expect(opened.count == 1)
            let code = try #require(opened.first)
            let page = try await town.browser(.linh).get("/incidents/\(code)")
            try page.checkedXML()
            #expect(page.body.contains("Chập chờn: Cổng QLVB") && page.body.contains("/monitors/\(monitor.rawValue)"))
            #expect(try await watch.sweep(at: town.now.after(minutes: 8)).isEmpty)

            // It is steady again, and steadily down: that outage is an incident of its own.
            try await town.database.run(
                "UPDATE flappings SET during = tstzrange(lower(during), \(town.now.after(minutes: 20)))")
            try await outage(18, 40)
            #expect(try await watch.sweep(at: town.now.after(minutes: 41)).count == 1)
            try await watch.sweep(at: town.now.after(minutes: 42))
            let told = try await town.database.values(
                "SELECT text FROM incident_entries WHERE text LIKE '%hết chập chờn%'", as: String.self)
            #expect(told == ["“Cổng QLVB” hết chập chờn; có 4 lần gián đoạn trong lúc đó."])
        }
    }

    @Test func flappingJoinsTheIncidentOfTheOutageBefore() async throws {
        try await Self.town { town, watch in
            _ = try await Self.outage(town)
            let code = try #require(try await watch.sweep(at: town.now).first)
            let monitor = try await town.database.value("SELECT monitor_id FROM outages", as: Monitor.ID.self)
            try await town.database.run(
                "INSERT INTO flappings (monitor_id, during) VALUES (\(monitor), \(TimeRange(from: town.now, to: nil)))")
            #expect(try await watch.sweep(at: town.now.after(minutes: 1)).isEmpty)
            let joined = try await town.database.values(
                "SELECT code FROM incidents WHERE flapping_id IS NOT NULL", as: String.self)
            #expect(joined == [code])
        }
    }

    @Test func theTemplatesAndTheViewsKnowTheSameNames() throws {
        #expect(try namesThatDiffer(EscalationView.self) == [])
    }

    @Test func whoIsOnCallHearsOfACertificateThatEndsOnceAThreshold() async throws {
        try await Self.town { town, watch in
            let monitor = try await Self.monitor(town)
            let end = town.now + .seconds(40 * 86_400)
            func warn(_ days: Int, at now: Instant, of end: Instant) async throws {
                try await town.database.run(
                    """
                    INSERT INTO certificate_warnings (monitor_id, expires_at, days, warned_at) VALUES (\(monitor), \(end), \(days), \(now))
                    """)
            }
            func subjects() async throws -> [String] {
                try await town.database.values("SELECT subject FROM deliveries ORDER BY id", as: String.self)
            }
            try await town.database.run("UPDATE monitor_states SET certificate_expires_at = \(end) WHERE monitor_id = \(monitor)")
            // While nobody is named, the warning waits for somebody.
            try await warn(30, at: town.now + .seconds(10 * 86_400), of: end)
            try await watch.sweep(at: town.now + .seconds(10 * 86_400 + 60))
            #expect(try await subjects().isEmpty)
            let store = EscalationStore(database: town.database, baseURL: "")
            for (minutes, people) in [(0, "Linh <linh@example.vn>\nhoa@example.vn"), (30, "truong@example.vn")] {
                try await store.add(
                    EscalationDraft(minutes: minutes, recipients: people), by: town.actor(.an), at: town.now)
            }
            for _ in 1...2 { try await watch.sweep(at: town.now + .seconds(10 * 86_400 + 120)) }
            #expect(try await subjects() == Array(repeating: "Chứng thư số còn 29 ngày: Cổng QLVB", count: 2))
            let letter: Delivery = try await town.database.one("SELECT \(columns: Delivery.self) FROM deliveries ORDER BY id LIMIT 1")
            #expect(letter.body.contains("https://trucban.example.vn/monitors/\(monitor.rawValue)"))
            // One that was renewed meanwhile, and one that is a day old, are news no more.
            try await warn(7, at: town.now + .seconds(33 * 86_400), of: end - .seconds(60))
            try await warn(14, at: town.now + .seconds(26 * 86_400), of: end)
            try await watch.sweep(at: town.now + .seconds(33 * 86_400 + 60))
            #expect(try await subjects().count == 2)
            try await warn(1, at: town.now + .seconds(39 * 86_400 + 10), of: end)
            try await watch.sweep(at: town.now + .seconds(39 * 86_400 + 60))
            #expect(try await subjects().last == "Chứng thư số còn chưa tới một ngày: Cổng QLVB")
        }
    }

    // MARK: The town

    private static func town(_ body: @escaping @Sendable (Town, IncidentWatch) async throws -> Void) async throws {
        try await Town.with { routes, database in
            let settings = SettingStore(database: database)
            IncidentPages(
                incidents: IncidentStore(database: database), agencies: AgencyStore(database: database), settings: settings,
                sendsMail: true
            ).add(to: &routes)
            EscalationPages(
                escalation: EscalationStore(database: database, baseURL: ""), settings: settings, sendsMail: false
            ).add(to: &routes)
        } _: { town in
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let watch = IncidentWatch(
                database: town.database, listener: Listener(town.database.configuration, logger: logger),
                baseURL: "https://trucban.example.vn", logger: logger)
            try await body(town, watch)
        }
    }

    private static func monitor(_ town: Town) async throws -> Monitor.ID {
        try await MonitorStore(database: town.database).add(
            MonitorDraft(name: "Cổng QLVB", target: .tcp(TCPTarget(host: "127.0.0.1", port: 9))), by: .system("test"), at: town.now)
    }

    /// An outage that goes on, detected now.
    private static func outage(_ town: Town) async throws -> Int64 {
        let monitor = try await Self.monitor(town)
        return try await town.database.value(
            """
            INSERT INTO outages (monitor_id, during, confirmed_at, reason)
            VALUES (\(monitor), \(TimeRange(from: town.now - .seconds(60), to: nil)), \(town.now), 'Không kết nối được')
            RETURNING id
            """)
    }
}
