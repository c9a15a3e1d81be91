import Database
import HTTPTypes
import TestKit
import Testing

@testable import Status

/// `/settings/status`: who says what is public, and what becomes of what they say.
@Suite struct StatusSettingsTests {
    private static func fields(version: String, title: String) -> [(String, String)] {
        [
            ("version", version), ("page", "1"), ("name", "Cổng nội bộ"), ("public-0", "1"), ("title-0", title),
            ("position-0", "1"),
        ]
    }

    private static func version(_ page: Answer) throws -> String {
        String(try #require(page.body.firstMatch(of: /name="version" value="(\d+)"/)).1)
    }

    @Test func onlyTheAdministratorSaysWhatIsPublic() async throws {
        try await StatusScene.with { scene in
            try await scene.furnish()
            for name in TownPerson.allCases where name != .an {
                #expect(try await scene.town.browser(name).get("/settings/status").status == .forbidden)
                #expect(try await scene.town.browser(name).post("/settings/status", [("page", "1")]).status == .forbidden)
            }
            let form = try await scene.town.browser(.an).get("/settings/status")
            try form.checkedXML()
            #expect(form.body.contains("<legend>Cổng nội bộ</legend>") && form.body.contains("value=\"Cổng dịch vụ\""))
            #expect(form.body.contains("https://trucban.example.vn/status/badges/1.svg"))
            #expect(!form.body.contains("/status/badges/2.svg"), "what is hidden has no badge")
        }
    }

    @Test func whatIsChosenShowsAtOnceAndIsAudited() async throws {
        try await StatusScene.with { scene in
            try await scene.furnish()
            let (administrator, anybody) = (scene.town.browser(.an), scene.town.browser(nil))
            #expect(try await anybody.get("/status/badges/2.svg").status == .notFound)
            let page = try await administrator.get("/settings/status")
            let fields = [
                ("form_key", try #require(page.formKey)), ("version", try Self.version(page)), ("page", "1"),
                ("name", "Cổng nội bộ"), ("title-0", ""), ("position-0", "1"),
                ("name", "Không ai theo dõi"), ("public-1", "1"), ("title-1", "Bịa"), ("position-1", "3"),
                ("name", "Ẩn"), ("public-2", "1"), ("title-2", "Ký số"), ("position-2", "3"),
            ]
            for _ in 0..<2 { #expect(try await administrator.post("/settings/status", fields).location == "/settings/status") }
            #expect(try await anybody.get("/status/badges/2.svg").body.contains("Ký số"))
            #expect(try await anybody.get("/status/badges/1.svg").status == .notFound)
            #expect(try await !anybody.get("/status").body.contains("Bịa"))
            let entries = try await scene.town.database.values(
                "SELECT after::jsonb ->> 'components' FROM audit_entries WHERE action = 'status.changed'", as: String.self)
            #expect(entries == ["3. Ẩn = Ký số"])
            let now = try Self.version(try await administrator.get("/settings/status"))
            #expect(try await administrator.post("/settings/status", [("version", now), ("page", "")]).status == .seeOther)
            #expect(try await anybody.get("/status").status == .notFound)
        }
    }

    @Test func aRefusedFormKeepsWhatWasTyped() async throws {
        try await StatusScene.with { scene in
            try await scene.furnish()
            let answer = try await scene.town.browser(.an).post("/settings/status", [
                ("version", "1"), ("page", "1"), ("name", "Cổng nội bộ"), ("public-0", "1"), ("title-0", ""),
                ("position-0", "mười"), ("name", "Ẩn"), ("public-1", "1"), ("title-1", StatusPagesTests.nasty), ("position-1", "4"),
            ])
            #expect(answer.status == .unprocessableContent)
            try answer.checkedXML()
            #expect(answer.body.contains("href=\"#title-0\"") && answer.body.contains("href=\"#position-0\""))
            #expect(answer.body.contains("&lt;script&gt;alert(1)") && answer.body.contains("value=\"mười\""))
            #expect(try Self.version(answer) == "1")
        }
    }

    @Test func twoAdministratorsDoNotOverwriteEachOther() async throws {
        try await StatusScene.with { scene in
            try await scene.furnish()
            let administrator = scene.town.browser(.an)
            let version = try Self.version(try await administrator.get("/settings/status"))
            let first = try await administrator.post(
                "/settings/status", Self.fields(version: version, title: "Cổng dịch vụ công"))
            #expect(first.status == .seeOther)
            let same = try await administrator.post(
                "/settings/status", Self.fields(version: version, title: "Cổng dịch vụ công"))
            #expect(same.status == .seeOther, "both mean the same")
            let second = try await administrator.post(
                "/settings/status", Self.fields(version: version, title: "Cổng một cửa"))
            #expect(second.status == .unprocessableContent)
            try second.checkedXML()
            #expect(second.body.contains("Trang trạng thái vừa được Bùi Xuân An sửa lúc 09:00 24/11/2026."))
            #expect(second.body.contains("bản đã lưu là “1. Cổng dịch vụ công”") && second.body.contains("value=\"Cổng một cửa\""))
            let third = try await administrator.post(
                "/settings/status", Self.fields(version: try Self.version(second), title: "Cổng một cửa"))
            #expect(third.status == .seeOther)
            #expect(try await scene.town.browser(nil).get("/status").body.contains("Gián đoạn: Cổng một cửa"))
        }
    }
}
