import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Compliance

/// `/officers` as people see it.
@Suite struct OfficerPagesTests {
    private static func with(_ body: @escaping @Sendable (Town) async throws -> Void) async throws {
        try await Town.with { routes, database in
            OfficerPages(officers: OfficerStore(database: database), agencies: AgencyStore(database: database))
                .add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    private static func fields(_ agency: Agency.ID, _ name: String, key: String = "") -> [(String, String)] {
        [
            ("form_key", key), ("agency", String(agency.rawValue)), ("duty", "security_officer"), ("full_name", name),
            ("position", "Công chức Văn hóa – Xã hội"), ("phone", "0912 000 111"), ("email", "a@example.vn"),
            ("decision_number", "15/QĐ-UBND"), ("begins", "01/11/2026"), ("ends", ""),
        ]
    }

    @Test func anAgencyAdminAssignsEndsAndSeesTheHistory() async throws {
        try await Self.with { town in
            let binh = town.browser(.binh)
            let empty = try await binh.get("/officers")
            try empty.checkedXML()
            #expect(empty.body.contains("0/1") && empty.body.contains("Chưa phân công"))
            let page = try await binh.get("/officers/new?agency=\(town.yenKhanh.rawValue)&duty=security_officer")
            try page.checkedXML()
            #expect(page.body.contains("UBND xã Yên Khánh") && !page.body.contains("UBND xã Gia Viễn"))

            // The same form twice makes one assignment.
            let typed = Self.fields(town.yenKhanh, "Lê Thị \"Ước\" <script>", key: try #require(page.formKey))
            let made = try await binh.post("/officers", typed)
            #expect(made.status == .seeOther && made.location == "/officers/agencies/\(town.yenKhanh.rawValue)")
            #expect(try await binh.post("/officers", typed).location == made.location)
            #expect(try await town.database.value("SELECT count(*) FROM officers", as: Int.self) == 1)

            let history = try await binh.get(try #require(made.location))
            try history.checkedXML()
            #expect(history.body.contains("Lê Thị &quot;Ước&quot; &lt;script&gt;") && !history.body.contains("<script>"))
            #expect(history.body.contains("Đang phụ trách") && history.body.contains("Hiện chưa phân công"))
            let list = try await binh.get("/officers")
            #expect(list.body.contains("1/1") && list.body.contains("số 15/QĐ-UBND, từ 01/11/2026"))

            let href = try #require(history.body.firstMatch(of: #/href="(/officers/\d+/conclusion)"/#).map { String($0.1) })
            let asked = try await binh.get(href)
            try asked.checkedXML()
            #expect(asked.body.contains("value=\"2026-11-24\""))
            let refused = try await binh.post(href, [("last_day", "31/10/2026")])
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent && refused.body.contains("value=\"31/10/2026\""))
            #expect(refused.body.contains("href=\"#last_day\""))
            #expect(try await binh.post(href, [("last_day", "")]).status == .unprocessableContent)
            // The button pressed twice ends it once and is no mistake.
            let ending = [("form_key", try #require(refused.formKey)), ("last_day", "23/11/2026")]
            for _ in 1...2 { #expect(try await binh.post(href, ending).location == made.location) }
            #expect(try await binh.get(try #require(made.location)).body.contains("Đã kết thúc"))
            #expect(try await binh.post(href, [("last_day", "30/11/2026")]).status == .unprocessableContent)
        }
    }

    @Test func whatIsRefusedKeepsEverythingThatWasTyped() async throws {
        try await Self.with { town in
            let answer = try await town.browser(.linh).post("/officers", [
                ("agency", String(town.giaVien.rawValue)), ("duty", "software_manager"), ("full_name", ""),
                ("position", "Phó \"Chánh\" văn phòng"), ("phone", "0229 111"), ("email", "sai"), ("begins", "hôm qua"),
                ("ends", "2026-11-01"), ("decision_number", "9/QĐ"),
            ])
            try answer.checkedXML()
            #expect(answer.status == .unprocessableContent && answer.body.contains("<title>Lỗi: "))
            for kept in [
                "Phó &quot;Chánh&quot; văn phòng", "0229 111", "value=\"sai\"", "hôm qua", "2026-11-01", "9/QĐ",
                "value=\"\(town.giaVien.rawValue)\" selected", "value=\"software_manager\" selected",
            ] {
                #expect(answer.body.contains(kept), "\(kept)")
            }
            for field in ["full_name", "begins"] { #expect(answer.body.contains("href=\"#\(field)\""), "\(field)") }
            let nothing = try await town.browser(.linh).post("/officers")
            #expect(nothing.status == .unprocessableContent && nothing.body.contains("href=\"#agency\""))
        }
    }

    @Test func aMeetingAssignmentIsRefusedByName() async throws {
        try await Self.with { town in
            let linh = town.browser(.linh)
            #expect(try await linh.post("/officers", Self.fields(town.yenKhanh, "Lê Cũ")).status == .seeOther)
            let refused = try await linh.post("/officers", Self.fields(town.yenKhanh, "Trần Mới"))
            #expect(refused.status == .unprocessableContent)
            #expect(refused.body.contains("Trùng thời gian với Lê Cũ (từ 01/11/2026)"))
        }
    }

    @Test func aStrangerFindsNothing() async throws {
        try await Self.with { town in
            _ = try await town.browser(.binh).post("/officers", Self.fields(town.yenKhanh, "Lê Cũ"))
            let id = try await town.database.value("SELECT id FROM officers", as: Int64.self)
            let chi = town.browser(.chi)
            for answer in [
                try await chi.get("/officers/agencies/\(town.yenKhanh.rawValue)"),
                try await chi.get("/officers/\(id)/conclusion"),
                try await chi.post("/officers/\(id)/conclusion", [("last_day", "24/11/2026")]),
                try await chi.post("/officers", Self.fields(town.yenKhanh, "Người lạ")),
            ] {
                #expect(answer.status == .notFound)
            }
            #expect(try await !chi.get("/officers").body.contains("Yên Khánh"))
            #expect(try await town.browser(.dung).post("/officers", Self.fields(town.yenKhanh, "x")).status == .forbidden)
        }
    }

    @Test func theListFiltersAndAsksTheSameNumberOfStatementsHoweverLongItIs() async throws {
        try await Self.with { town in
            let linh = town.browser(.linh)
            _ = try await linh.post("/officers", Self.fields(town.yenKhanh, "Lê Thị Ước"))
            let missing = try await linh.get("/officers?missing=security_officer")
            #expect(missing.body.contains("UBND xã Gia Viễn") && !missing.body.contains("UBND xã Yên Khánh"))
            #expect(missing.body.contains("1–1 trong 1 cơ quan") && missing.body.contains("1/2"))
            // As a browser sends a form: the blank is a plus.
            let found = try await linh.get("/officers?q=thi+uoc&missing=")
            #expect(found.body.contains("UBND xã Yên Khánh") && !found.body.contains("UBND xã Gia Viễn"))
            #expect(found.body.contains("value=\"thi uoc\""))
            let none = try await linh.get("/officers?q=kh%C3%B4ng%20c%C3%B3%20%3Cscript%3E")
            try none.checkedXML()
            #expect(none.body.contains("Không có cơ quan nào khớp") && !none.body.contains("<script>"))

            try await town.database.run(
                "INSERT INTO agencies (code, name, kind) SELECT 'xa' || n, 'UBND xã ' || n, 'commune' FROM generate_series(1, 120) n")
            let before = town.database.statementCount
            let page = try await linh.get("/officers?page=2")
            #expect(town.database.statementCount - before <= 5)
            #expect(page.body.contains("51–100 trong 122 cơ quan") && page.body.contains("page=3"))
            // A reader is offered nothing to change.
            let tam = try await town.browser(.tam).get("/officers")
            #expect(!tam.body.contains("/officers/new"))
        }
    }
}
