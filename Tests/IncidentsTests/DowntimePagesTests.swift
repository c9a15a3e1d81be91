import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Incidents

/// Downtimes over HTTP: their page, two editors, and whose they are.
struct DowntimePagesTests {
    private static func typed(_ from: String, _ to: String = "", _ component: String = "", version: Int? = nil) -> [(String, String)] {
        [("downtime_component", component), ("downtime_from", from), ("downtime_to", to)]
            + (version.map { [("version", "\($0)")] } ?? [])
    }

    private static func page(_ town: Town, _ code: String) async throws -> String {
        let shown = try await town.browser(.linh).get("/incidents/\(code)")
        try shown.checkedXML()
        return String(try #require(shown.body.firstMatch(of: /href="(\/incidents\/[^"]+\/downtimes\/\d+)"/)).1)
    }

    @Test func aWindowIsAddedEndedAndTakenBack() async throws {
        try await PagesTests.town { town in
            let linh = town.browser(.linh)
            let code = try await PagesTests.open(town, as: .binh, ("suspended_at", ""))
            let path = "/incidents/\(code)/downtimes"
            let wrong = try await linh.post(path, Self.typed("2026-11-24T08:10", "2026-11-24T08:05", PagesTests.nasty))
            try PagesTests.expectLinkedSummary(wrong, "wrong")
            #expect(wrong.body.contains("id=\"downtime_to-problem\">Đến: không thể sớm hơn lúc tạm dừng."))
            #expect(wrong.body.contains("value=\"\(PagesTests.escaped)\"") && wrong.body.contains("value=\"2026-11-24T08:05\""))
            let unread = try await linh.post(path, Self.typed("hôm nay"))
            try PagesTests.expectLinkedSummary(unread, "unread")

            let key = try #require(unread.formKey)
            for _ in 1...2 {
                let added = try await linh.post(path, Self.typed("2026-11-24T08:10", "", PagesTests.nasty) + [("form_key", key)])
                #expect(added.location == "/incidents/\(code)")
            }
            let window = try await Self.page(town, code)
            let editor = try await linh.get(window)
            try editor.checkedXML()
            #expect(editor.body.contains("value=\"2026-11-24T08:10:00\"") && editor.body.contains("value=\"\(PagesTests.escaped)\""))
            let ended = try await linh.post(window, Self.typed("2026-11-24T08:10", "2026-11-24T08:40", "Ký số", version: 1))
            #expect(ended.status == .seeOther)
            let shown = try await linh.get("/incidents/\(code)")
            #expect(shown.body.contains("08:40:00 24/11/2026") && shown.body.contains("30 phút"))
            #expect(try await linh.post("\(window)/removal", [("version", "2")]).status == .seeOther)
            #expect(try await linh.get("/incidents/\(code)").body.contains("Chưa ghi khoảng tạm dừng nào."))
            #expect(try await linh.get(window).status == .notFound)
        }
    }

    @Test func theSecondEditorComparesAndLosesNothing() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .binh)
            let window = try await Self.page(town, code)
            let first = try await town.browser(.binh).post(window, Self.typed("2026-11-24T08:00", "2026-11-24T08:20", version: 1))
            #expect(first.status == .seeOther)
            let second = try await town.browser(.linh).post(
                window, Self.typed("2026-11-24T08:01", "2026-11-24T08:30", "Ký số", version: 1))
            try PagesTests.expectLinkedSummary(second, "conflict")
            #expect(second.body.contains("Khoảng tạm dừng này vừa được Nguyễn Văn Bình sửa"))
            #expect(second.body.contains("bản đã lưu là “08:20:00 24/11/2026”"))
            #expect(second.body.contains("value=\"2026-11-24T08:30\"") && second.body.contains("value=\"Ký số\""))
            #expect(second.body.contains("name=\"version\" value=\"2\""))
            let removal = try await town.browser(.linh).post("\(window)/removal", [("version", "1")])
            #expect(removal.status == .unprocessableContent)
            #expect(removal.body.contains("value=\"2026-11-24T08:20:00\""))
        }
    }

    @Test func aStrangersWindowIsUnknownAndAReadersForbidden() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .binh)
            let other = try await PagesTests.open(town, as: .linh)
            let window = try await Self.page(town, code)
            let fields = Self.typed("2026-11-24T08:00", "2026-11-24T08:20", version: 1)
            for (name, status) in [(TownPerson.chi, HTTPResponse.Status.notFound), (.dung, .forbidden), (.hoa, .forbidden)] {
                #expect(try await town.browser(name).get(window).status == status, "\(name)")
                for path in [window, "\(window)/removal", "/incidents/\(code)/downtimes"] {
                    #expect(try await town.browser(name).post(path, fields).status == status, "\(name) \(path)")
                }
            }
            // It belongs to its own incident.
            let number = try #require(window.split(separator: "/").last)
            #expect(try await town.browser(.linh).get("/incidents/\(other)/downtimes/\(number)").status == .notFound)
            #expect(try await town.browser(.linh).get("/incidents/\(code)/downtimes/x").status == .notFound)
        }
    }

    @Test func theTemplatesAndTheViewsKnowTheSameNames() throws {
        #expect(try namesThatDiffer(DowntimeView.self) == [])
    }
}
