import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Incidents

/// One incident's page: sent twice, edited by two, compared with its checklist.
extension PagesTests {
    // MARK: Once

    /// Fills what is missing, tells the head and the users, and closes.
    static func completeAndClose(_ town: Town, _ code: String) async throws {
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
                // One incident asks for each of its blocks once, however long they are.
                #expect(asked <= (path.hasSuffix(code) ? 11 : 5), "\(path): \(asked)")
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
}

extension Array where Element: Sendable {
    fileprivate func asyncMap<T>(_ body: (Element) async throws -> T) async rethrows -> [T] {
        var mapped: [T] = []
        for element in self { mapped.append(try await body(element)) }
        return mapped
    }
}
