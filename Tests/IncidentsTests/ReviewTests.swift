import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Incidents

/// What is learned from an incident, and what is done about it.
struct ReviewTests {
    private static let draft = ReviewDraft(causes: "Hết đĩa.", wentWell: "Báo trong 5 phút.", toMend: "Cảnh báo dung lượng.")

    // MARK: Rules

    @Test(arguments: [
        (.m1, true), (.m2, true), (.m3, false), (.m4, false), (.undetermined, false),
    ] as [(Incident.Severity, Bool)])
    func theTwoHighestLevelsAreClosedAfterAReview(severity: Incident.Severity, isNeeded: Bool) {
        let told: [Communication] = [.told(.head), .told(.users)]
        let texts = Incident.complete(agency: nil) { $0.severity = severity }.closingRequirements(told).filter { $0.anchor == "review" }
        #expect(texts.map(\.isMet) == (isNeeded ? [false] : []))
        let reviewed = Incident.complete(agency: nil) { ($0.severity, $0.isReviewed) = (severity, true) }
        let written = reviewed.closingRequirements(told).filter { $0.anchor == "review" }.map(\.isMet)
        #expect(written == (isNeeded ? [true] : []))
    }

    @Test(arguments: [
        ("hạn hôm qua", -1, .overdue), ("hạn hôm nay còn kịp", 0, .due), ("còn bảy ngày", 7, .due), ("còn tám ngày", 8, .open),
    ] as [(String, Int, ReviewAction.State)])
    func whenAnActionIsLate(name: String, days: Int, state: ReviewAction.State) async throws {
        try await Town.with { town in
            let today = CivilDate(inVietnam: town.now)
            let (store, code) = try await Self.opened(town, by: .linh)
            try await store.undertake(
                ActionDraft(text: "a", owner: "Tổ vận hành", dueOn: today.adding(days: max(0, days))), after: code,
                by: town.person(.linh), address: "", at: town.now)
            let action = try #require(try await store.openActions(owner: "", for: town.person(.linh), offset: 0, limit: 9).first)
            #expect(action.state(on: days < 0 ? today.adding(days: 1) : today) == state)
        }
    }

    @Test func whatIsMissingIsToldAtOnce() async {
        #expect(await refusal { try ReviewDraft(causes: "", wentWell: "a", toMend: "").check() } == [
            "causes: Nguyên nhân: cần nhập.", "to_mend: Điều cần sửa: cần nhập.",
        ])
        let today = CivilDate(inVietnam: nine)
        let said = await refusal { try ActionDraft(text: "", owner: "", dueOn: today.adding(days: -1)).check(on: today) }
        #expect(said == [
            "action_text: Việc cần làm: cần nhập.", "action_owner: Người làm: cần nhập.", "action_due: Hạn: không được trước hôm nay.",
        ])
    }

    // MARK: The database

    @Test func aReviewIsWrittenOnceAndItsEditorsCompare() async throws {
        try await Town.with { town in
            let (store, code) = try await Self.opened(town, by: .binh)
            let binh = town.person(.binh)
            try await store.write(Self.draft, of: code, version: 0, by: binh, address: "", at: town.now)
            var other = Self.draft
            other.toMend = "Thêm đĩa."
            do {
                try await store.write(other, of: code, version: 0, by: town.person(.linh), address: "", at: town.now)
                Issue.record("was not refused")
            } catch let changed as ChangedMeanwhile {
                #expect(changed.version == 1)
                #expect(changed.problems.map(\.text).last == "Điều cần sửa: bản đã lưu là “Cảnh báo dung lượng.”.")
            }
            // Saving what is stored changes nothing, whatever the version.
            try await store.write(Self.draft, of: code, version: 0, by: binh, address: "", at: town.now)
            try await store.write(other, of: code, version: 1, by: town.person(.linh), address: "", at: town.now)
            let incident = try #require(try await store.find(code, for: binh))
            let review = try await store.review(of: incident.id)
            #expect(incident.isReviewed && review?.draft == other && review?.version == 2 && review?.updatedBy == "Phạm Thùy Linh")
            let audit = try await town.audit("incident.reviewed", of: code)
            #expect(audit.count == 2 && audit.contains { $0.before?.contains("Cảnh báo dung lượng.") == true })
            await #expect(throws: Refusal.self) {
                try await store.write(other, of: code, version: 2, by: town.person(.chi), address: "", at: town.now)
            }
        }
    }

    @Test func actionsAreFollowedUntilTheyAreDoneAlsoAfterTheClosing() async throws {
        try await Town.with { town in
            let (store, code) = try await Self.opened(town, by: .linh)
            let (linh, today) = (town.person(.linh), CivilDate(inVietnam: town.now))
            for (text, owner, days) in [("Thêm đĩa", "Tổ hạ tầng", 30), ("Đặt cảnh báo", "Đỗ Vận", 3), ("Viết kịch bản", "Tổ hạ tầng", 10)] {
                try await store.undertake(
                    ActionDraft(text: text, owner: owner, dueOn: today.adding(days: days)), after: code, by: linh, address: "",
                    at: town.now)
            }
            func open(_ owner: String = "", _ name: TownPerson = .linh) async throws -> [String] {
                let list = try await store.openActions(owner: owner, for: town.person(name), offset: 0, limit: 9)
                #expect(try await store.countOpenActions(owner: owner, for: town.person(name)) == list.count)
                return list.map(\.text)
            }
            #expect(try await open() == ["Đặt cảnh báo", "Viết kịch bản", "Thêm đĩa"])
            #expect(try await open("to ha tang") == ["Viết kịch bản", "Thêm đĩa"])
            #expect(try await open("%") == [])
            let binhs = try await store.open(.full(), by: town.person(.binh), address: "", at: town.now)
            try await store.undertake(
                ActionDraft(text: "Tập huấn", owner: "Bình", dueOn: today), after: binhs, by: town.person(.binh), address: "",
                at: town.now)
            #expect(try await open("", .chi).contains("Tập huấn") == false)
            #expect(try await open("", .binh).first == "Tập huấn")

            let incident = try #require(try await store.find(code, for: linh))
            let first = try #require(try await store.actions(of: incident.id).first)
            try await town.database.run(
                "INSERT INTO incident_closures (incident_id, closed_at, closed_by) VALUES (\(incident.id), \(town.now), \(linh.id))")
            let said1 = await refusal {
                try await store.finish(first.id, of: code, note: "", by: linh, address: "", at: town.now)
            }
            #expect(said1 == ["done_note_\(first.id.rawValue): Kết quả: cần nhập."])
            try await store.finish(first.id, of: code, note: "Đã đặt ở 80%", by: linh, address: "", at: town.now)
            await #expect(throws: Refusal.self) {
                try await store.finish(first.id, of: code, note: "Lại", by: linh, address: "", at: town.now)
            }
            await #expect(throws: Refusal.self) {
                try await store.finish(first.id, of: binhs, note: "Của sự cố khác", by: linh, address: "", at: town.now)
            }
            #expect(try await store.actions(of: incident.id).last?.doneNote == "Đã đặt ở 80%")
            #expect(try await town.audit("incident.action_done", of: code).count == 1)
            let said2 = await refusal {
                try await store.write(Self.draft, of: code, version: 0, by: linh, address: "", at: town.now)
            }
            #expect(said2 == [": Sự cố đã đóng; hãy mở lại trước khi ghi thêm."])
        }
    }

    // MARK: Pages

    @Test func anIncidentOfLevelM1IsClosedOnItsPageAfterItsReview() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(
                town, as: .linh, ("severity", "M1"), ("resumed_at", "2026-11-24T08:20"))
            let browser = town.browser(.linh)
            for audience in ["head", "users"] {
                _ = try await browser.post(
                    "/incidents/\(code)/communications",
                    [("audience", audience), ("channel", "mail"), ("told_at", "2026-11-24T08:30"), ("told_by", "Linh")]
                        + Fact.allCases.map { ("facts", $0.rawValue) })
            }
            let refused = try await browser.post("/incidents/\(code)/closure")
            #expect(refused.status == .unprocessableContent && refused.body.contains("Viết rút kinh nghiệm (nguyên nhân, điều làm tốt, điều cần sửa)"))
            #expect(refused.body.contains("href=\"/incidents/\(code)/review\">Bổ sung</a>"))

            let page = try await browser.get("/incidents/\(code)/review")
            try page.checkedXML()
            // What the incident says of its cause is where the review begins.
            #expect(page.body.contains(">Hết đĩa</textarea>"))
            let blank = try await browser.post("/incidents/\(code)/review", [("version", "0"), ("causes", PagesTests.nasty)])
            try blank.checkedXML()
            #expect(blank.status == .unprocessableContent && blank.body.contains(PagesTests.escaped))
            let fields = [("version", "0"), ("causes", "Hết đĩa"), ("went_well", PagesTests.nasty), ("to_mend", "Cảnh báo")]
            #expect(try await browser.post("/incidents/\(code)/review", fields).location == "/incidents/\(code)/review")
            let late = try await browser.post("/incidents/\(code)/review", fields.map { $0.0 == "to_mend" ? ("to_mend", "Khác") : $0 })
            try late.checkedXML()
            #expect(late.status == .unprocessableContent && late.body.contains("name=\"version\" value=\"1\"") && late.body.contains(">Khác</textarea>"))
            // Closing does not wait for what was undertaken.
            let action = [("action_text", PagesTests.nasty), ("action_owner", "Tổ vận hành"), ("action_due", "2026-12-01")]
            #expect(try await browser.post("/incidents/\(code)/actions", action).status == .seeOther)
            #expect(try await browser.post("/incidents/\(code)/closure").status == .seeOther)

            let closed = try await browser.get("/incidents/\(code)/review")
            try closed.checkedXML()
            #expect(closed.body.contains("<dd>\(PagesTests.escaped)</dd>") && !closed.body.contains("Lưu rút kinh nghiệm"))
            let finish = try #require(closed.body.firstMatch(of: /action="(\/incidents\/[^"]*\/completion)"/)).1
            let empty = try await browser.post(String(finish), [("done_note", "")])
            try empty.checkedXML()
            #expect(empty.status == .unprocessableContent && empty.body.contains("Kết quả: cần nhập."))
            for link in empty.body.matches(of: /<li><a href="#([^"]+)">/) {
                #expect(empty.body.contains("id=\"\(link.1)\""), "\(link.1)")
            }
            #expect(try await browser.post(String(finish), [("done_note", "Xong")]).status == .seeOther)
            #expect(try await browser.get("/incidents/\(code)/review").body.contains("Đã xong"))
        }
    }

    @Test func whoMayReadAndWriteAReview() async throws {
        try await PagesTests.town { town in
            let whole = try await PagesTests.open(town, as: .linh)
            let binhs = try await PagesTests.open(town, as: .binh)
            let expected: [(TownPerson, String, HTTPResponse.Status, HTTPResponse.Status)] = [
                (.chi, binhs, .notFound, .notFound), (.chi, whole, .ok, .forbidden), (.binh, whole, .ok, .forbidden),
                (.dung, binhs, .ok, .forbidden), (.hoa, whole, .ok, .forbidden), (.tam, whole, .ok, .forbidden),
            ]
            for (name, code, page, command) in expected {
                let browser = town.browser(name)
                #expect(try await browser.get("/incidents/\(code)/review").status == page, "\(name)")
                for path in ["review", "actions", "actions/1/completion", "handover"] {
                    #expect(try await browser.post("/incidents/\(code)/\(path)").status == command, "\(name) \(path)")
                }
            }
            #expect(try await town.browser(.linh).post("/incidents/\(binhs)/actions/x/completion").status == .notFound)
        }
    }

    @Test func theListOfActionsIsPagedAndShort() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .linh)
            try await town.database.run(
                """
                INSERT INTO incident_actions (incident_id, text, owner, due_on, created_at, created_by)
                SELECT i.id, 'Việc ' || n, \(PagesTests.nasty), date '2026-11-20' + n, i.opened_at, i.opened_by
                FROM   incidents i, generate_series(1, 30) AS n WHERE i.code = \(code)
                """)
            let browser = town.browser(.vinh)
            let before = town.database.statementCount
            let page = try await browser.get("/incidents/actions?owner=script")
            #expect(town.database.statementCount - before <= 5)
            try page.checkedXML()
            #expect(page.body.contains("1–25 trong 30 việc") && page.body.contains(PagesTests.escaped))
            #expect(page.body.matches(of: /badge overdue/).count == 3)
            #expect(page.body.contains("owner=script&amp;page=2"))
        }
    }

    private static func opened(_ town: Town, by name: TownPerson) async throws -> (IncidentStore, String) {
        let store = IncidentStore(database: town.database)
        return (store, try await store.open(.full(), by: town.person(name), address: "", at: town.now))
    }
}
