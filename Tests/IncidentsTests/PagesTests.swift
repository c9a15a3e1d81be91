import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Incidents

/// The pages over HTTP, as several people.
struct PagesTests {
    private static let nasty = #"<script>alert(1)</script>"'&"#
    private static let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"

    private static func town<T: Sendable>(_ body: @escaping @Sendable (Town) async throws -> T) async throws -> T {
        try await Town.with { routes, database in
            IncidentPages(
                incidents: IncidentStore(database: database), agencies: AgencyStore(database: database),
                settings: SettingStore(database: database)
            ).add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    /// What the form of an incident sends; every field that people write in is there.
    private static let typed: [(String, String)] = [
        ("title", "Không đăng nhập được"), ("agency", ""), ("kind", "suspension"), ("severity", "M2"),
        ("began_at", "2026-11-24T08:00"), ("detected_at", "2026-11-24T08:05"), ("suspended_at", "2026-11-24T08:00"),
        ("resumed_at", ""), ("description", "Lỗi 502"), ("temporary_measures", "Gửi thư"), ("catch_up", "Nhập lại"),
        ("cause", "Hết đĩa"), ("is_cyber", "no"), ("has_personal_data", ""), ("contact", "Bình"), ("scope", "Cả xã"),
        ("provider", "VNPT"), ("measures", "Dọn đĩa"), ("helpers", "Tổ kỹ thuật"), ("first_results", "Đã vào được"),
        ("proposals", "Thêm đĩa"),
    ]

    private static func typed(_ changes: (String, String)...) -> [(String, String)] {
        typed.map { field in changes.first { $0.0 == field.0 } ?? field } + changes.filter { change in
            !typed.contains { $0.0 == change.0 }
        }
    }

    private static func open(_ town: Town, as name: TownPerson, _ changes: (String, String)...) async throws -> String {
        let fields = typed.map { field in changes.first { $0.0 == field.0 } ?? field }
        let answer = try await town.browser(name).post("/incidents", fields)
        let location = try #require(answer.location)
        return String(try #require(location.split(separator: "/").last))
    }

    // MARK: Permissions and scope

    @Test func whoMayDoWhatWithWhoseIncident() async throws {
        try await Self.town { town in
            let whole = try await Self.open(town, as: .linh)
            let binhs = try await Self.open(town, as: .binh)
            let commands: [(String, [(String, String)])] = [
                ("", Self.typed(("version", "1"))), ("/communications", [("audience", "head")]), ("/entries", [("text", "a")]),
                ("/closure", []), ("/reopening", [("reason", "a")]),
            ]
            // A page is read by who sees the incident; a command is refused to who may only read, and a stranger's is unknown.
            let expected: [(TownPerson, String, page: HTTPResponse.Status, command: HTTPResponse.Status?)] = [
                (.chi, binhs, .notFound, .notFound), (.chi, whole, .ok, .forbidden), (.binh, whole, .ok, .forbidden),
                (.dung, binhs, .ok, .forbidden), (.hoa, binhs, .ok, .forbidden), (.vinh, binhs, .ok, .forbidden),
                (.tam, whole, .ok, .forbidden), (.an, whole, .ok, .forbidden), (.binh, binhs, .ok, nil), (.linh, binhs, .ok, nil),
            ]
            for (name, code, page, command) in expected {
                let browser = town.browser(name)
                let shown = try await browser.get("/incidents/\(code)")
                #expect(shown.status == page, "\(name) \(code)")
                #expect(try await browser.get("/api/v1/incidents/\(code)/checklist").status == page, "\(name) \(code)")
                if page == .ok {
                    try shown.checkedXML()
                    #expect(shown.body.contains("action=\"/incidents/\(code)/communications\"") == (command == nil), "\(name)")
                }
                guard let command else { continue }
                for (path, fields) in commands {
                    let answer = try await browser.post("/incidents/\(code)\(path)", fields)
                    #expect(answer.status == command, "\(name) \(code)\(path)")
                }
                #expect(try await browser.get("/incidents/\(code)/edit").status == command, "\(name) \(code)")
            }
            let store = IncidentStore(database: town.database)
            for code in [whole, binhs] {
                let incident = try #require(try await store.find(code, for: town.person(.linh)))
                #expect(try await store.entries(of: incident.id).count == 1)
                #expect(try await store.communications(of: incident.id).isEmpty)
            }
        }
    }

    @Test func theListShowsWhatOneMaySee() async throws {
        try await Self.town { town in
            let whole = try await Self.open(town, as: .linh, ("title", "Toàn bộ hệ thống chậm"))
            let binhs = try await Self.open(town, as: .binh, ("title", "Yên Khánh không vào được"))
            for (name, codes) in [(TownPerson.linh, [whole, binhs]), (.binh, [whole, binhs]), (.chi, [whole])] {
                let page = try await town.browser(name).get("/incidents")
                try page.checkedXML()
                for code in [whole, binhs] { #expect(page.body.contains(code) == codes.contains(code), "\(name) \(code)") }
                #expect(page.body.contains("href=\"/incidents/new\""))
            }
            #expect(try await !town.browser(.tam).get("/incidents").body.contains("href=\"/incidents/new\""))
            for query in ["q=yen+khanh", "q=\(binhs.lowercased())", "state=open&kind=suspension&q=khong+vao"] {
                let page = try await town.browser(.linh).get("/incidents?\(query)")
                #expect(page.body.contains(binhs) && !page.body.contains(whole), "\(query)")
            }
            let none = try await town.browser(.linh).get("/incidents?state=closed&q=%3Cscript%3E%22")
            try none.checkedXML()
            #expect(none.body.contains("Không có sự cố nào khớp.") && none.body.contains("value=\"&lt;script&gt;&quot;\""))
        }
    }

    // MARK: Opening

    @Test func anAgencyOpensItsOwnIncidentAndIsNotAskedWhose() async throws {
        try await Self.town { town in
            let asked = try await town.browser(.binh).get("/incidents/new")
            try asked.checkedXML()
            #expect(!asked.body.contains("name=\"agency\""))
            #expect(asked.body.contains("value=\"2026-11-24T09:00\""))
            let code = try await Self.open(town, as: .binh, ("agency", "\(town.giaVien.rawValue)"))
            let page = try await town.browser(.binh).get("/incidents/\(code)")
            #expect(page.body.contains("UBND xã Yên Khánh") && !page.body.contains("UBND xã Gia Viễn"))

            let linhs = try await town.browser(.linh).get("/incidents/new")
            try linhs.checkedXML()
            #expect(linhs.body.contains("UBND xã Gia Viễn"))
            let hoas = try await Self.open(town, as: .hoa, ("agency", "\(town.giaVien.rawValue)"))
            #expect(try await town.browser(.chi).get("/incidents/\(hoas)").status == .ok)
            #expect(try await town.browser(.dung).post("/incidents", Self.typed).status == .forbidden)
        }
    }

    @Test func everyFieldIsEscapedWhereverItIsShown() async throws {
        try await Self.town { town in
            let free = [
                "title", "description", "temporary_measures", "catch_up", "cause", "contact", "scope", "provider", "measures",
                "helpers", "first_results", "proposals",
            ]
            let fields = Self.typed.map { free.contains($0.0) ? ($0.0, $0.0 + Self.nasty) : $0 }
            let browser = town.browser(.linh)
            let location = try #require(try await browser.post("/incidents", fields).location)
            let told = try await browser.post(
                "\(location)/communications",
                [
                    ("audience", "head"), ("channel", "phone"), ("facts", "incident"), ("told_at", "2026-11-24T08:30"),
                    ("told_by", "told_by" + Self.nasty), ("told_note", "told_note" + Self.nasty),
                ])
            let noted = try await browser.post(
                "\(location)/entries",
                [("entry_kind", "measure"), ("happened_at", "2026-11-24T08:40"), ("text", "text" + Self.nasty)])
            #expect(told.status == .seeOther && noted.status == .seeOther)

            let page = try await browser.get(location)
            let editor = try await browser.get("\(location)/edit")
            let list = try await browser.get("/incidents")
            for answer in [page, editor, list] {
                try answer.checkedXML()
                #expect(!answer.body.contains("<script>alert"))
            }
            for name in ["title", "description", "temporary_measures", "catch_up", "cause", "told_by", "told_note", "text"] {
                #expect(page.body.contains(name + Self.escaped), "\(name)")
            }
            for name in free { #expect(editor.body.contains(name + Self.escaped), "\(name)") }
            #expect(list.body.contains("title" + Self.escaped))
        }
    }

    // MARK: Refused forms

    /// Every link of the summary leads to something on the page.
    private static func expectLinkedSummary(_ answer: Answer, _ what: String) throws {
        #expect(answer.status == .unprocessableContent, "\(what)")
        try answer.checkedXML()
        #expect(answer.body.contains("id=\"problems\"") && answer.body.contains("<title>Lỗi: "), "\(what)")
        let summary = try #require(answer.body.firstMatch(of: /id="problems"(?s:.*?)<\/section>/)).0
        for link in summary.matches(of: /href="#([^"]+)"/) {
            #expect(answer.body.contains("id=\"\(link.1)\""), "\(what): #\(link.1)")
        }
    }

    @Test func aRefusedIncidentKeepsEverythingThatWasTyped() async throws {
        try await Self.town { town in
            let wrong = Self.typed(
                ("title", ""), ("began_at", "hôm qua"), ("detected_at", "2026-11-24T08:05"), ("resumed_at", "2026-11-24T09:30"))
            let code = try await Self.open(town, as: .linh)
            let browser = town.browser(.linh)
            for path in ["/incidents", "/incidents/\(code)"] {
                let answer = try await browser.post(path, wrong + [("version", "1")])
                try Self.expectLinkedSummary(answer, path)
                #expect(answer.body.contains("value=\"hôm qua\""), "\(path)")
                #expect(answer.body.contains("Bắt đầu: ngày giờ cần có dạng"), "\(path)")
                for (name, value) in wrong where !value.isEmpty && name != "agency" {
                    let isKept =
                        answer.body.contains("value=\"\(value)\"") || answer.body.contains(">\(value)</textarea>")
                    #expect(isKept, "\(path): \(name)")
                }
                for option in ["value=\"suspension\" selected", "value=\"M2\" selected", "value=\"no\" selected"] {
                    #expect(answer.body.contains(option), "\(path): \(option)")
                }
            }
            // What the rules refuse stands beside its field too.
            let future = try await browser.post("/incidents", Self.typed(("title", ""), ("resumed_at", "2026-11-24T09:30")))
            try Self.expectLinkedSummary(future, "future")
            #expect(future.body.contains("id=\"resumed_at-problem\">Sử dụng lại: không được ở tương lai."))
            #expect(future.body.contains("id=\"title-problem\">Cần ghi sự cố là gì, trong một câu."))
            #expect(try await IncidentStore(database: town.database).count(IncidentFilter(), for: town.person(.linh)) == 1)
        }
    }

    @Test func textThatIsTooLongIsRefusedAtItsField() async throws {
        try await Self.town { town in
            let long = String(repeating: "a", count: 10_001)
            let answer = try await town.browser(.linh).post("/incidents", Self.typed(("proposals", long), ("cause", long)))
            try Self.expectLinkedSummary(answer, "long")
            #expect(answer.body.contains("href=\"#proposals\"") && answer.body.contains("href=\"#cause\""))
        }
    }

    @Test func aRefusedCommunicationKeepsEverythingThatWasTyped() async throws {
        try await Self.town { town in
            let code = try await Self.open(town, as: .linh, ("is_cyber", "yes"))
            let browser = town.browser(.linh)
            let wrong = try await browser.post(
                "/incidents/\(code)/communications",
                [
                    ("audience", "provider"), ("channel", "meeting"), ("facts", "catch_up"), ("reports", "cyber_full"),
                    ("told_at", ""), ("told_by", "Trần Văn A"), ("told_note", "gọi lại sau"),
                ])
            try Self.expectLinkedSummary(wrong, "told_at")
            for kept in [
                "value=\"provider\" selected", "value=\"meeting\" selected", "value=\"catch_up\" checked",
                "value=\"cyber_full\" checked", "value=\"Trần Văn A\"", "value=\"gọi lại sau\"",
            ] {
                #expect(wrong.body.contains(kept), "\(kept)")
            }
            // The moment stays as it was typed: empty.
            #expect(wrong.body.contains("name=\"told_at\" type=\"datetime-local\" value=\"\""))
            let refused = try await browser.post(
                "/incidents/\(code)/communications",
                [
                    ("audience", "provider"), ("channel", "meeting"), ("reports", "cyber_full"),
                    ("told_at", "2026-11-24T09:01"), ("told_by", ""), ("told_note", "gọi lại sau"),
                ])
            try Self.expectLinkedSummary(refused, "rules")
            for words in ["Báo cáo theo luật chỉ gửi", "Ai đã báo: cần nhập.", "Lúc báo không được ở tương lai."] {
                #expect(refused.body.contains(words), "\(words)")
            }
            #expect(refused.body.contains("value=\"2026-11-24T09:01\""))
        }
    }

    @Test func aRefusedLineAndARefusedReasonKeepWhatWasTyped() async throws {
        try await Self.town { town in
            let code = try await Self.open(town, as: .linh)
            let browser = town.browser(.linh)
            let line = try await browser.post(
                "/incidents/\(code)/entries",
                [("entry_kind", "decision"), ("happened_at", "24/11/2026 lúc nào"), ("text", "Quyết định dừng")])
            try Self.expectLinkedSummary(line, "line")
            #expect(line.body.contains("value=\"decision\" selected") && line.body.contains(">Quyết định dừng</textarea>"))
            #expect(line.body.contains("value=\"24/11/2026 lúc nào\""))
            let closing = try await browser.post("/incidents/\(code)/closure", [("note", "để mai")])
            try Self.expectLinkedSummary(closing, "closing")
            #expect(closing.body.contains("value=\"để mai\"") && closing.body.contains("(Điều 20.1)."))
            try await Self.completeAndClose(town, code)
            let reason = try await browser.post("/incidents/\(code)/reopening", [("reason", " ")])
            try Self.expectLinkedSummary(reason, "reason")
            #expect(reason.body.contains("Cần ghi lý do mở lại."))
            // Typed while somebody else closed it: refused, and still there to be copied or sent again.
            let late = try await browser.post(
                "/incidents/\(code)/entries",
                [("entry_kind", "measure"), ("happened_at", "2026-11-24T08:30"), ("text", "Viết dở")])
            #expect(late.status == .unprocessableContent && late.body.contains(">Viết dở</textarea>"))
            let told = try await browser.post(
                "/incidents/\(code)/communications",
                [
                    ("audience", "users"), ("channel", "mail"), ("facts", "incident"), ("told_at", "2026-11-24T08:30"),
                    ("told_by", "Linh"), ("told_note", "viết dở"),
                ])
            #expect(told.status == .unprocessableContent && told.body.contains("value=\"viết dở\""))
            try told.checkedXML()
        }
    }

    // MARK: Once

    /// Fills what is missing, tells the head and the users, and closes.
    private static func completeAndClose(_ town: Town, _ code: String) async throws {
        let browser = town.browser(.linh)
        let edited = try await browser.post(
            "/incidents/\(code)", typed(("resumed_at", "2026-11-24T08:20"), ("version", "1")))
        #expect(edited.status == .seeOther)
        for audience in ["head", "users"] {
            let facts = Fact.allCases.map { ("facts", $0.rawValue) }
            let told = try await browser.post(
                "/incidents/\(code)/communications",
                [("audience", audience), ("channel", "mail"), ("told_at", "2026-11-24T08:30"), ("told_by", "Linh")] + facts)
            #expect(told.status == .seeOther)
        }
        #expect(try await browser.post("/incidents/\(code)/closure", [("note", "Xong")]).status == .seeOther)
    }

    @Test func aFormThatIsSentTwiceMakesOneRecord() async throws {
        try await Self.town { town in
            let browser = town.browser(.linh)
            /// Sends the same form twice and at the same moment; both answers lead to the same page.
            func twice(_ path: String, from page: String, _ fields: [(String, String)]) async throws -> String {
                let key = try #require(try await browser.get(page).formKey)
                async let first = browser.post(path, fields + [("form_key", key)])
                async let second = browser.post(path, fields + [("form_key", key)])
                let answers = try await [first, second]
                #expect(answers.map(\.status) == [.seeOther, .seeOther], "\(path)")
                #expect(answers[0].location == answers[1].location, "\(path)")
                return try #require(answers[0].location)
            }
            let page = try await twice("/incidents", from: "/incidents/new", Self.typed)
            let code = String(try #require(page.split(separator: "/").last))
            _ = try await twice(
                page, from: "\(page)/edit", Self.typed(("resumed_at", "2026-11-24T08:20"), ("version", "1")))
            for audience in ["head", "users"] {
                _ = try await twice(
                    "\(page)/communications", from: page,
                    [("audience", audience), ("channel", "mail"), ("told_at", "2026-11-24T08:30"), ("told_by", "Linh")]
                        + Fact.allCases.map { ("facts", $0.rawValue) })
            }
            _ = try await twice(
                "\(page)/entries", from: page,
                [("entry_kind", "measure"), ("happened_at", "2026-11-24T08:40"), ("text", "Dọn đĩa")])
            _ = try await twice("\(page)/closure", from: page, [("note", "Xong")])
            _ = try await twice("\(page)/reopening", from: page, [("reason", "Lại lỗi")])
            let actions = try await town.database.values(
                "SELECT action FROM audit_entries WHERE subject = \(code) ORDER BY seq", as: String.self)
            #expect(
                actions == [
                    "incident.opened", "incident.edited", "incident.communicated", "incident.communicated", "incident.noted",
                    "incident.closed", "incident.reopened",
                ])
        }
    }

    @Test func twoEditorsCompareBeforeTheSecondSaves() async throws {
        try await Self.town { town in
            let code = try await Self.open(town, as: .binh)
            let path = "/incidents/\(code)"
            let binhs = try await town.browser(.binh).post(path, Self.typed(("cause", "Mất điện"), ("version", "1")))
            #expect(binhs.status == .seeOther)
            let conflict = try await town.browser(.linh).post(
                path, Self.typed(("cause", "Đứt cáp"), ("proposals", "Thêm đường truyền"), ("version", "1")))
            try Self.expectLinkedSummary(conflict, "conflict")
            #expect(conflict.body.contains("Người khác vừa sửa sự cố này."))
            #expect(conflict.body.contains("Nguyên nhân, biện pháp khắc phục: bản đã lưu là “Mất điện”."))
            #expect(conflict.body.contains(">Đứt cáp</textarea>") && conflict.body.contains(">Thêm đường truyền</textarea>"))
            #expect(conflict.body.contains("name=\"version\" value=\"2\""))
            let saved = try await town.browser(.linh).post(
                path, Self.typed(("cause", "Mất điện, rồi đứt cáp"), ("version", "2")))
            #expect(saved.status == .seeOther)
            #expect(try await town.browser(.binh).get(path).body.contains("Mất điện, rồi đứt cáp"))
        }
    }

    // MARK: One incident

    private struct Checklist: Decodable {
        struct Item: Decodable {
            let text: String
            let article: String
            let isMet: Bool
        }
        let code: String
        let state: String
        let canBeClosed: Bool
        let requirements: [Item]
    }

    @Test func programsReadTheChecklistOfThePage() async throws {
        try await Self.town { town in
            let code = try await Self.open(town, as: .linh)
            let browser = town.browser(.linh)
            func checklist() async throws -> Checklist {
                let answer = try await browser.get("/api/v1/incidents/\(code)/checklist")
                #expect(answer.headers[.contentType]?.hasPrefix("application/json") == true)
                return try JSONDecoder().decode(Checklist.self, from: Data(answer.body.utf8))
            }
            func shown() async throws -> [String] {
                let page = try await browser.get("/incidents/\(code)").body
                let section = try #require(page.firstMatch(of: /id="closing-title"(?s:.*?)<\/ul>/)).0
                return section.matches(
                    of: /badge (\w+)">(?s:.*?)<span class="what">(.*?) <span class="article">(.*?)<\/span>/
                ).map { "\($0.2) [\($0.3)] \($0.1 == "met")" }
            }
            var said = try await checklist()
            #expect(said.code == code && said.state == "open" && !said.canBeClosed)
            #expect(try await shown() == said.requirements.map { "\($0.text) [\($0.article)] \($0.isMet)" })
            #expect(said.requirements.count == 9 && said.requirements.count(where: \.isMet) == 6)
            try await Self.completeAndClose(town, code)
            said = try await checklist()
            #expect(said.state == "closed" && !said.canBeClosed && said.requirements.allSatisfy(\.isMet))
            #expect(try await shown().count == said.requirements.count)
        }
    }

    @Test func thePageTellsWhoKnowsWhatAndWhatIsDue() async throws {
        try await Self.town { town in
            let code = try await Self.open(town, as: .binh, ("is_cyber", "yes"), ("has_personal_data", "yes"))
            let browser = town.browser(.binh)
            _ = try await browser.post(
                "/incidents/\(code)/communications",
                [
                    ("audience", "head"), ("channel", "phone"), ("facts", "incident"), ("facts", "suspension"),
                    ("told_at", "2026-11-24T08:10"), ("told_by", "Bình"),
                ])
            _ = try await browser.post(
                "/incidents/\(code)/communications",
                [
                    ("audience", "authority"), ("channel", "document_system"), ("reports", "cyber_first"),
                    ("told_at", "2026-11-24T08:55"), ("told_by", "Bình"),
                ])
            let page = try await browser.get("/incidents/\(code)")
            try page.checkedXML()
            for words in [
                "08:10 24/11/2026", "Chưa báo", "Thông báo ban đầu về sự cố an ninh mạng",
                "Hạn: trước 08:05 25/11/2026. Đã làm lúc 08:55 24/11/2026, sau 50 phút.", "Hạn: trước 08:05 27/11/2026.",
                "Thông báo vi phạm dữ liệu cá nhân", "(chưa kiểm chứng)", "Sở Khoa học và Công nghệ",
                "Thông báo ngay cho người sử dụng, Sở Khoa học và Công nghệ (Điều 20.1).",
            ] {
                #expect(page.body.contains(words), "\(words)")
            }
        }
    }

    @Test func theListAndThePageAskFewQuestions() async throws {
        try await Self.town { town in
            var code = ""
            for number in 0..<12 { code = try await Self.open(town, as: .linh, ("title", "Sự cố \(number)")) }
            for path in ["/incidents", "/incidents?q=su+co", "/incidents/\(code)"] {
                let before = town.database.statementCount
                #expect(try await town.browser(.linh).get(path).status == .ok)
                let asked = town.database.statementCount - before
                #expect(asked <= 5, "\(path): \(asked)")
            }
        }
    }

    @Test func aLongListIsCutIntoPages() async throws {
        try await Self.town { town in
            try await town.database.run(
                """
                INSERT INTO incidents (code, title, kind, began_at, detected_at, opened_at, updated_at)
                SELECT 'SC-2026-' || 1000 + n, 'Sự cố số ' || n, 'degraded', at, at, at, at
                FROM   generate_series(1, 60) AS n, LATERAL (SELECT \(town.now) + n * interval '-1 minute') AS moment (at)
                """)
            let pages = try await [1, 2, 3].asyncMap { try await town.browser(.linh).get("/incidents?kind=degraded&page=\($0)") }
            #expect(pages.map { $0.body.matches(of: /href="\/incidents\/SC-/).count } == [25, 25, 10])
            #expect(pages[0].body.contains("SC-2026-1001") && pages[2].body.contains("SC-2026-1060"))
            #expect(pages[1].body.contains("kind=degraded"))
            for page in pages { try page.checkedXML() }
        }
    }

    // MARK: Templates

    @Test func theTemplatesAndTheViewsKnowTheSameNames() throws {
        #expect(try namesThatDiffer(IncidentListView.self) == [])
        #expect(try namesThatDiffer(IncidentFormView.self) == [])
        #expect(try namesThatDiffer(IncidentView.self) == [])
    }
}

extension Array where Element: Sendable {
    fileprivate func asyncMap<T>(_ body: (Element) async throws -> T) async rethrows -> [T] {
        var mapped: [T] = []
        for element in self { mapped.append(try await body(element)) }
        return mapped
    }
}
