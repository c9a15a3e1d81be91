import Civil
import Database
import Logging
import Organization
import TestKit
import Testing

@testable import Incidents

/// What is late or soon will be of an incident: on its page, in lists, and in one letter each.
struct ReminderTests {
    private static let limits = IncidentLimits(Settings())

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let severity: Incident.Severity
        var state = Incident.State.open
        /// Minutes after the detection: of the last word, and of the look.
        var told: Int?
        let at: Int
        /// What is said.
        var says: [String] = []
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "chưa rõ mức, đúng 30 phút: còn kịp", severity: .undetermined, at: 30),
        Case(name: "chưa rõ mức, 31 phút", severity: .undetermined, at: 31, says: ["severity"]),
        Case(name: "chưa rõ mức, đã khôi phục: vẫn phải xác định", severity: .undetermined, state: .restored, at: 31, says: ["severity"]),
        Case(name: "chưa rõ mức, đã đóng: thôi nhắc", severity: .undetermined, state: .closed, at: 9000),
        Case(name: "M1, báo 29 phút trước", severity: .m1, told: 5, at: 34),
        Case(name: "M1, báo đúng 30 phút trước: đến hạn", severity: .m1, told: 5, at: 35, says: ["update 1"]),
        Case(name: "M1, báo hai giờ trước: lượt thứ tư", severity: .m1, told: 5, at: 130, says: ["update 4"]),
        Case(name: "M1, chưa báo lần nào: tính từ lúc phát hiện", severity: .m1, at: 61, says: ["update 2"]),
        Case(name: "M2: mỗi 60 phút", severity: .m2, told: 0, at: 59),
        Case(name: "M2: sau 60 phút", severity: .m2, told: 0, at: 60, says: ["update 1"]),
        Case(name: "M3: mỗi 4 giờ", severity: .m3, told: 0, at: 240, says: ["update 1"]),
        Case(name: "M4: không nhắc", severity: .m4, told: 0, at: 9000),
        Case(name: "M1 đã khôi phục: không cần cập nhật nữa", severity: .m1, state: .restored, told: 0, at: 9000),
        Case(name: "M1 đã đóng", severity: .m1, state: .closed, told: 0, at: 9000),
    ]

    @Test(arguments: cases)
    func whatIsDue(_ example: Case) {
        let incident = Incident.complete(agency: nil) {
            ($0.severity, $0.state) = (example.severity, example.state)
        }
        let told = example.told.map { [Communication.told(.users, [.incident], after: $0)] } ?? []
        let said = incident.reminders(told, limits: Self.limits, at: nine.after(minutes: example.at)).map { reminder in
            if case .update(let update, let isFirst) = reminder {
                #expect(isFirst == told.isEmpty)
                return "update \(update.round)"
            }
            return reminder.key
        }
        #expect(said == example.says)
    }

    @Test func aWordToOthersIsNoUpdateOfThePeopleConcerned() {
        let incident = Incident.complete(agency: nil) { ($0.severity, $0.state) = (.m1, .open) }
        let told: [Communication] = [.told(.users, after: 1), .told(.provider, after: 40), .told(.department, after: 41)]
        #expect(incident.pulse(told).lastToldAt == nine.after(minutes: 1))
    }

    @Test(arguments: [
        ("còn 4 giờ 1 phút", 20 * 60 - 1, nil), ("còn đúng 4 giờ", 20 * 60, "cyber_first:near"),
        ("đúng hạn", 24 * 60, "cyber_first:near"), ("quá hạn một phút", 24 * 60 + 1, "cyber_first:overdue"),
    ] as [(String, Int, String?)])
    func aLegalClockIsToldBeforeItEndsAndAfter(name: String, at minutes: Int, key: String?) throws {
        let incident = Incident.complete(kind: .security, agency: nil, suspended: false) {
            ($0.severity, $0.isCyber, $0.state) = (.m2, true, .restored)
        }
        let now = nine.after(minutes: minutes)
        let said = incident.reminders([.told(.head), .told(.users)], limits: Self.limits, at: now)
        #expect(said.map(\.key) == [key].compactMap(\.self))
        let text = said.first?.text(at: now) ?? ""
        #expect(key == nil || text.contains("NĐ 331/2026/NĐ-CP Đ31.2.d (đọc từ bản chép, cần đối chiếu)"), "\(text)")
        let done: [Communication] = [.told(.authority, [], after: 60, reports: [.cyberFirst])]
        #expect(incident.reminders(done, limits: Self.limits, at: now) == [])
    }

    @Test func theTimesAreSettings() {
        let limits = IncidentLimits(Settings(values: [
            "incidents.severity_minutes": "10", "incidents.clock_warning_hours": "0", "incidents.update_minutes_m1": "0",
            "incidents.update_minutes_m4": "15",
        ]))
        #expect(limits.severity == .seconds(600) && limits.warning == .zero && limits.updates[.m1] == nil)
        #expect(limits.updates[.m4] == .seconds(900))
        let incident = Incident.complete(kind: .security, agency: nil, suspended: false) {
            ($0.severity, $0.isCyber, $0.state) = (.m2, true, .restored)
        }
        #expect(incident.reminders([], limits: limits, at: nine.after(minutes: 24 * 60)) == [])
    }

    // MARK: Letters

    /// However many are open, none is passed over: neither those of one second nor the oldest.
    @Test func nobodyIsForgottenBehindOthers() async throws {
        try await Self.town { town, _ in
            let store = IncidentStore(database: town.database)
            for second in [0, 0, 0, 1, 2] {
                _ = try await store.open(
                    .example(at: town.now - .seconds(second)), by: town.person(.linh), address: "", at: town.now)
            }
            for _ in 1...2 {
                try await EscalationStore(database: town.database, baseURL: "").remind(at: town.now.after(minutes: 31), batch: 2)
                #expect(try await Self.letters(town).count == 5)
            }
        }
    }

    @Test func eachThingIsWrittenOnce() async throws {
        try await Self.town { town, watch in
            let store = IncidentStore(database: town.database)
            var draft = IncidentDraft.example("Không đăng nhập được\r\nBcc: ke-xau@example.vn")
            let code = try await store.open(draft, by: town.person(.linh), address: "", at: town.now)
            try await watch.sweep(at: town.now.after(minutes: 30))
            #expect(try await Self.letters(town) == [])
            for minutes in [31, 32, 600] { try await watch.sweep(at: town.now.after(minutes: minutes)) }
            #expect(try await Self.letters(town) == ["truc@example.vn: quá hạn xác định mức"])
            #expect(try await store.letters(about: code, for: town.person(.linh)).map(\.label) == ["Chờ gửi"])

            // A severity: the letter that nobody had sent is taken back, and the word to people is due each half hour.
            draft.severity = .m1
            try await store.edit(
                code, to: draft, version: 1, by: town.person(.linh), address: "", at: town.now.after(minutes: 601))
            #expect(try await store.letters(about: code, for: town.person(.linh)).map(\.label) == ["Đã rút"])
            for minutes in [602, 603, 625, 635] { try await watch.sweep(at: town.now.after(minutes: minutes)) }
            #expect(try await Self.letters(town).dropFirst() == [
                "truc@example.vn: đến hạn cập nhật", "truc@example.vn: đến hạn cập nhật",
            ])
            // Whoever has taken it up is the one who is reminded.
            try await town.database.run("UPDATE users SET email = 'linh@example.vn' WHERE username = 'linh'")
            try await store.acknowledge(code, note: "", by: town.person(.linh), address: "", at: town.now.after(minutes: 640))
            try await watch.sweep(at: town.now.after(minutes: 665))
            #expect(try await Self.letters(town).last == "linh@example.vn: đến hạn cập nhật")

            // A word to the users: nothing for half an hour, and what still waited is withdrawn.
            try await store.record(
                CommunicationDraft(
                    audience: .users, channel: .phone, toldAt: town.now.after(minutes: 670), toldBy: "Linh",
                    facts: [.incident]),
                of: code, by: town.person(.linh), address: "", at: town.now.after(minutes: 670))
            let waiting = try await town.database.value(
                "SELECT count(*) FROM deliveries WHERE state = 'ready'", as: Int.self)
            try await watch.sweep(at: town.now.after(minutes: 699))
            #expect(waiting == 0)
            #expect(try await Self.letters(town).count == 4)
            try await watch.sweep(at: town.now.after(minutes: 701))
            #expect(try await Self.letters(town).count == 5)

            // No title breaks out of the subject.
            let mails = try await town.database.values("SELECT subject FROM deliveries", as: String.self)
            #expect(mails.allSatisfy { $0.hasPrefix(code) })
        }
    }

    @Test func aLegalClockIsWrittenAboutTwiceAndAClosedIncidentNever() async throws {
        try await Self.town { town, watch in
            let store = IncidentStore(database: town.database)
            var draft = IncidentDraft.example()
            (draft.severity, draft.isCyber) = (.m4, false)
            let closed = try await store.open(draft, by: town.person(.linh), address: "", at: town.now)
            (draft.severity, draft.hasPersonalData) = (.m4, true)
            let open = try await store.open(draft, by: town.person(.linh), address: "", at: town.now)
            try await town.database.run(
                "UPDATE incidents SET has_personal_data = true, description = 'a', cause = 'b' WHERE code = \(closed)")
            try await town.database.run(
                """
                INSERT INTO incident_closures (incident_id, closed_at, closed_by)
                SELECT id, \(town.now), \(town.person(.linh).id) FROM incidents WHERE code = \(closed)
                """)
            for hours in [60, 68, 69, 71, 73, 74, 95] { try await watch.sweep(at: town.now.after(minutes: hours * 60)) }
            #expect(try await Self.letters(town) == ["truc@example.vn: sắp hết hạn", "truc@example.vn: quá hạn"])
            let about = try await town.database.values("SELECT DISTINCT about FROM deliveries", as: String.self)
            #expect(about == [open])
        }
    }

    /// What nobody could say in a day is said by the page, not by a letter from long ago.
    @Test func anOldIncidentIsNotWrittenAbout() async throws {
        try await Self.town { town, watch in
            let store = IncidentStore(database: town.database)
            _ = try await store.open(.example(), by: town.person(.linh), address: "", at: town.now)
            try await watch.sweep(at: town.now.after(minutes: 3 * 1440))
            #expect(try await Self.letters(town) == [])
        }
    }

    private static func letters(_ town: Town) async throws -> [String] {
        try await town.database.values(
            """
            SELECT recipient_address || ': ' || substr(split_part(subject, ':', 1), 14) FROM deliveries
            WHERE  key LIKE 'reminder:%' ORDER BY id
            """, as: String.self)
    }

    private static func town(_ body: @escaping @Sendable (Town, IncidentWatch) async throws -> Void) async throws {
        try await Town.with { town in
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            try await EscalationStore(database: town.database, baseURL: "").add(
                EscalationDraft(minutes: 0, recipients: "truc@example.vn"), by: town.actor(.an), at: town.now)
            let watch = IncidentWatch(
                database: town.database, listener: Listener(town.database.configuration, logger: logger),
                baseURL: "https://trucban.example.vn", logger: logger)
            try await body(town, watch)
        }
    }
}
