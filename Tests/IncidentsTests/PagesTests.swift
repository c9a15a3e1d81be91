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
    static let nasty = #"<script>alert(1)</script>"'&"#
    static let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"

    static func town<T: Sendable>(_ body: @escaping @Sendable (Town) async throws -> T) async throws -> T {
        try await Town.with { routes, database in
            IncidentPages(
                incidents: IncidentStore(database: database, baseURL: "https://trucban.example.vn"), agencies: AgencyStore(database: database),
                settings: SettingStore(database: database), sendsMail: true
            ).add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    /// What the form of an incident sends; every field that people write in is there.
    static let typed: [(String, String)] = [
        ("title", "Không đăng nhập được"), ("agency", ""), ("kind", "suspension"), ("severity", "M3"),
        ("began_at", "2026-11-24T08:00"), ("detected_at", "2026-11-24T08:05"), ("suspended_at", "2026-11-24T08:00"),
        ("resumed_at", ""), ("description", "Lỗi 502"), ("temporary_measures", "Gửi thư"), ("catch_up", "Nhập lại"),
        ("cause", "Hết đĩa"), ("is_cyber", "no"), ("has_personal_data", ""), ("contact", "Bình"), ("scope", "Cả xã"),
        ("provider", "VNPT"), ("measures", "Dọn đĩa"), ("helpers", "Tổ kỹ thuật"), ("first_results", "Đã vào được"),
        ("proposals", "Thêm đĩa"),
    ]

    static func typed(_ changes: (String, String)...) -> [(String, String)] {
        typed.map { field in changes.first { $0.0 == field.0 } ?? field } + changes.filter { change in
            !typed.contains { $0.0 == change.0 }
        }
    }

    static func open(_ town: Town, as name: TownPerson, _ changes: (String, String)...) async throws -> String {
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

    @Test func ofALongListItIsSaidThatThereAreMore() async throws {
        try await Self.town { town in
            try await town.database.run(
                """
                INSERT INTO incidents (code, title, kind, began_at, detected_at, opened_at, updated_at)
                SELECT 'SC-2026-' || 10000 + n, 'Sự cố số ' || n, 'degraded', \(town.now), \(town.now), \(town.now), \(town.now)
                FROM   generate_series(1, 1500) AS n
                """)
            let before = town.database.statementCount
            let page = try await town.browser(.linh).get("/incidents?page=3")
            #expect(page.body.contains("51–75 trong hơn 1.000 sự cố") && page.body.contains("SC-2026-11450"))
            #expect(town.database.statementCount - before <= 5)
            for (number, words) in [
                (41, "1001–1025 trong hơn 1.025 sự cố"), (60, "1476–1500 trong 1500 sự cố"),
                (61, "Không có sự cố nào ở trang này (trong 1500 sự cố)"),
            ] {
                let before = town.database.statementCount
                #expect(try await town.browser(.linh).get("/incidents?page=\(number)").body.contains(words), "\(number)")
                #expect(town.database.statementCount - before <= 5)
            }
            #expect(try await town.browser(.linh).get("/incidents?q=so+77").body.contains("trong 11 sự cố"))
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
    static func expectLinkedSummary(_ answer: Answer, _ what: String) throws {
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
                for option in ["value=\"suspension\" selected", "value=\"M3\" selected", "value=\"no\" selected"] {
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

    // MARK: Templates

    @Test func theTemplatesAndTheViewsKnowTheSameNames() throws {
        #expect(try namesThatDiffer(IncidentListView.self) == [])
        #expect(try namesThatDiffer(IncidentFormView.self) == [])
        #expect(try namesThatDiffer(IncidentView.self) == [])
    }
}
