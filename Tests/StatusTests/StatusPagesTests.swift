import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Status

/// `/status` over HTTP, as everybody and as the administrator.
@Suite struct StatusPagesTests {
    static let nasty = #"<script>alert(1)</script>"'&"#
    static let documents = ["/status", "/status.json", "/status/feed.atom", "/status/badges/1.svg"]
    /// What stands in the records and is nobody else's business.
    private static let secrets = [
        "10.20.30.40", "Máy chủ nội bộ", "Cổng nội bộ", "Lỗi bí mật", "Riêng của xã", "Sao lưu ban đêm", "Bảo trì máy", "ngừng máy", "TB-2026", "tb-2026",
        "Phạm Thùy Linh",
    ]

    @Test func whileItIsOffThereIsNothing() async throws {
        try await StatusScene.with { scene in
            for path in Self.documents {
                let answer = try await scene.town.browser(nil).get(path)
                #expect(answer.status == .notFound, "\(path)")
            }
        }
    }

    @Test func everybodySeesWhatIsPublicAndNothingElse() async throws {
        try await StatusScene.with { scene in
            try await scene.furnish()
            let browser = scene.town.browser(nil)
            for path in Self.documents {
                let answer = try await browser.get(path)
                #expect(answer.status == .ok, "\(path): \(answer.body.prefix(300))")
                for secret in Self.secrets { #expect(!answer.body.contains(secret), "\(path) tells \(secret)") }
                #expect(!answer.body.contains("<script") && !answer.body.contains("Ẩn"), "\(path)")
                #expect(answer.body.contains("Cổng dịch vụ"), "\(path)")
                if !path.hasSuffix(".json") { try answer.checkedXML() }
            }
            let page = try await browser.get("/status").body
            #expect(page.contains("<h1>Đang gián đoạn 1 trong 1 thành phần</h1>"))
            #expect(page.contains("Gián đoạn: Cổng dịch vụ") && page.contains("Từ 08:00 24/11/2026, đến nay 1 giờ."))
            #expect(page.components(separatedBy: "Bảo trì, bảo dưỡng: Cổng dịch vụ").count == 2)
            #expect(page.contains("class=\"unknown\"") && page.contains("class=\"down\"") && page.contains("class=\"up\""))
            let missing = try await browser.get("/status/badges/2.svg")
            #expect(missing.status == .notFound, "a hidden component has no badge")
        }
    }

    @Test func theFeedAndTheFiguresSayTheSame() async throws {
        try await StatusScene.with { scene in
            try await scene.furnish()
            let feed = try await scene.town.browser(nil).get("/status/feed.atom")
            #expect(feed.headers[.contentType] == "application/atom+xml; charset=utf-8")
            let names = feed.body.matches(of: /<id>urn:uuid:([0-9a-f-]{36})<\/id>/).map { String($0.1) }
            #expect(names.count == 3 && Set(names).count == 3, "the feed, the interruption and the maintenance")
            #expect(feed.body.contains("<link rel=\"alternate\" type=\"text/html\" href=\"https://trucban.example.vn/status#muc-"))
            #expect(feed.body.contains("Từ 08:00 24/11/2026; chưa ghi nhận khôi phục."))
            #expect(feed.body.contains("<updated>2026-11-24T09:00:00+07:00</updated>"), "when it became known")
            let json = try await scene.town.browser(nil).get("/status.json")
            let read = try #require(try JSONSerialization.jsonObject(with: Data(json.body.utf8)) as? [String: Any])
            let components = try #require(read["components"] as? [[String: Any]])
            #expect(components.map { $0["state"] as? String } == ["down"])
            #expect((components[0]["days"] as? [String])?.count == 90)
            let incidents = try #require(read["incidents"] as? [[String: Any]])
            #expect(incidents.map { $0["title"] as? String } == ["Gián đoạn: Cổng dịch vụ"] && incidents[0]["ended"] == nil)
            #expect(names.contains(try #require(incidents[0]["id"] as? String)), "the same names in both")
            let maintenance = try #require(read["maintenance"] as? [[String: Any]])
            #expect(maintenance.map { $0["state"] as? String } == ["coming"])
            #expect(read["summary"] as? String == "Đang gián đoạn 1 trong 1 thành phần" && read["is_demo"] as? Bool == false)
        }
    }

    @Test func whatIsTypedIsEscaped() async throws {
        try await StatusScene.with { scene in
            try await scene.furnish(title: Self.nasty)
            for path in Self.documents where !path.hasSuffix(".json") {
                let answer = try await scene.town.browser(nil).get(path)
                try answer.checkedXML()
                #expect(answer.body.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"), "\(path)")
                #expect(!answer.body.contains("<script"), "\(path)")
            }
        }
    }

    @Test func whoHasItAlreadyGetsNoBody() async throws {
        try await StatusScene.with { scene in
            try await scene.furnish()
            for path in Self.documents {
                let first = try await scene.town.browser(nil).get(path)
                let tag = try #require(first.headers[.eTag])
                #expect(first.headers[.cacheControl] == "public, max-age=5", "\(path)")
                let second = try await scene.town.browser(nil).ask(.get, path, [.ifNoneMatch: tag])
                #expect(second.status == .notModified && second.body.isEmpty && second.headers[.eTag] == tag, "\(path)")
                let head = try await scene.town.browser(nil).ask(.head, path)
                #expect(head.status == .ok && head.body.isEmpty && head.headers[.eTag] == tag, "\(path)")
            }
        }
    }

    @Test func aFewStatementsServeEverybodyForSeconds() async throws {
        try await StatusScene.with { scene in
            try await scene.furnish()
            let before = scene.town.database.statementCount
            for path in Self.documents { _ = try await scene.town.browser(nil).get(path) }
            #expect(scene.town.database.statementCount - before <= 7, "page, components, standings, days, interruptions, maintenance, beat")
        }
    }

    @Test func whileNobodyWatchesNothingIsClaimed() async throws {
        try await StatusScene.with { scene in
            try await scene.furnish(state: "up")
            try await scene.town.database.run("UPDATE watches SET last_beat_at = \(scene.town.now - .seconds(31))")
            let page = try await scene.town.browser(nil).get("/status").body
            #expect(page.contains("Hiện chưa đo đủ 1 trong 1 thành phần") && page.contains("Bộ giám sát không chạy từ"))
            #expect(page.contains("Từ 08:00 24/11/2026. Hiện chưa đo được nên chưa rõ đã khôi phục hay chưa."))
            #expect(!page.contains(", đến nay"), "that it goes on is claimed by nobody")
            #expect(try await scene.town.browser(nil).get("/status/badges/1.svg").body.contains("Chưa đo"))
        }
    }
}
