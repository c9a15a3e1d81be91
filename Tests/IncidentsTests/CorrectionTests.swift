import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Incidents

/// What was wrong in the story is put right by another line, and stays.
struct CorrectionTests {
    private static let typed: [(String, String)] = [
        ("entry_kind", "decision"), ("happened_at", "2026-11-24T08:40"), ("text", "Dừng lúc 8:40" + PagesTests.nasty),
    ]

    private static func link(_ page: Answer) throws -> String {
        String(try #require(page.body.firstMatch(of: /href="([^"]+\/correction)"/)).1)
    }

    @Test func theOldLineStaysStruckWithWhoAndWhen() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .binh)
            let (binh, linh) = (town.browser(.binh), town.browser(.linh))
            let link = try Self.link(try await binh.get("/incidents/\(code)"))
            let form = try await linh.get(link)
            try form.checkedXML()
            #expect(form.body.contains(">Phát hiện và mở sự cố: Không đăng nhập được.</textarea>"))
            #expect(form.body.contains("value=\"detection\" selected"))
            let wrong = try await linh.post(link, [("entry_kind", "decision"), ("happened_at", "2026-11-24T09:01"), ("text", "")])
            try PagesTests.expectLinkedSummary(wrong, "correction")
            let key = try #require(form.formKey)
            for _ in 1...2 {
                #expect(try await linh.post(link, Self.typed + [("form_key", key)]).location == "/incidents/\(code)")
            }
            let page = try await binh.get("/incidents/\(code)")
            try page.checkedXML()
            #expect(page.body.contains("<del>Phát hiện: Phát hiện và mở sự cố: Không đăng nhập được.</del>"))
            #expect(page.body.contains("Đã được Phạm Thùy Linh đính chính lúc 09:00 24/11/2026."))
            #expect(page.body.contains("Quyết định: Dừng lúc 8:40" + PagesTests.escaped))
            // Somebody else had the same line open.
            let late = try await binh.post(link, Self.typed)
            try PagesTests.expectLinkedSummary(late, "late")
            #expect(late.body.contains("Dòng này đã được Phạm Thùy Linh đính chính lúc 09:00 24/11/2026"))
            #expect(late.body.contains(">Dừng lúc 8:40"))
            let audit = try #require(try await town.audit("incident.corrected", of: code).first)
            #expect(audit.before?.contains("mở sự cố") == true && audit.after?.contains("decision") == true)
        }
    }

    @Test func whoMayNotWriteCorrectsNothingAndNobodyTheConsolesOwnLines() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .binh)
            let link = try Self.link(try await town.browser(.binh).get("/incidents/\(code)"))
            for (name, status) in [(TownPerson.chi, HTTPResponse.Status.notFound), (.dung, .forbidden), (.hoa, .forbidden)] {
                #expect(try await town.browser(name).get(link).status == status, "\(name)")
                #expect(try await town.browser(name).post(link, Self.typed).status == status, "\(name)")
            }
            let own = try await town.database.value(
                """
                INSERT INTO incident_entries (incident_id, kind, happened_at, written_at, text)
                SELECT id, 'detection', \(town.now), \(town.now), 'Tự ghi' FROM incidents WHERE code = \(code) RETURNING id
                """, as: Int64.self)
            let answer = try await town.browser(.linh).post("/incidents/\(code)/entries/\(own)/correction", Self.typed)
            #expect(answer.body.contains("Dòng do Trực Ban tự ghi không đính chính được"))
            #expect(try await town.browser(.linh).get("/incidents/\(code)/entries/9999/correction").status == .notFound)
        }
    }
}
