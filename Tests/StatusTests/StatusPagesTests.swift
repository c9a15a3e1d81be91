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
    private static let nasty = #"<script>alert(1)</script>"'&"#
    private static let documents = ["/status", "/status.json", "/status/feed.atom", "/status/badges/1.svg"]
    /// What stands in the records and is nobody else's business.
    private static let secrets = [
        "10.20.30.40", "Máy chủ nội bộ", "Cổng nội bộ", "Lỗi bí mật", "Riêng của xã", "Bảo trì máy", "ngừng máy", "TB-2026",
        "Phạm Thùy Linh",
    ]

    private static func town<T: Sendable>(_ body: @escaping @Sendable (Town) async throws -> T) async throws -> T {
        let templates = try await Templates(directory: repositoryRoot + "/templates")
        return try await Town.with { routes, database in
            StatusPages(
                store: StatusStore(database: database), templates: templates,
                assets: try Assets(directory: repositoryRoot + "/public"), address: "https://trucban.example.vn"
            ).add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    /// A component that is down, one agency's monitor that must not show, and announced work.
    private static func furnish(_ town: Town, title: String = "Cổng dịch vụ", state: String = "down") async throws {
        let (database, before) = (town.database, town.now - .seconds(10 * 86_400))
        try await database.run(
            """
            WITH made AS (
                INSERT INTO monitors (name, kind, url, component, agency_id, created_at)
                VALUES ('Máy chủ nội bộ', 'http', 'http://10.20.30.40/', 'Cổng nội bộ', NULL, \(before)),
                       ('Riêng của xã', 'http', 'http://10.20.30.40/', 'Cổng nội bộ', \(town.yenKhanh), \(before)),
                       ('Ẩn', 'http', 'http://10.20.30.40/', 'Ẩn', NULL, \(before))
                RETURNING id, name),
            states AS (INSERT INTO monitor_states (monitor_id, since, state, last_failure, last_detail)
                       SELECT id, \(before), \(state), 'connect', 'Lỗi bí mật' FROM made)
            INSERT INTO outages (monitor_id, during, confirmed_at, reason)
            SELECT id, tstzrange(\(town.now - .seconds(3_600)), NULL), \(town.now), 'Lỗi bí mật' FROM made
            """)
        try await database.run(
            "INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(before), \(town.now), 'test')")
        try await database.run(
            "INSERT INTO public_components (name, title, position, is_public) VALUES ('Cổng nội bộ', \(title), 1, true), ('Ẩn', 'Ẩn', 2, false)")
        try await database.run("INSERT INTO settings (key, value, updated_at) VALUES ('status.page', '1', \(town.now))")
    }

    /// Announced work on a component.
    private static func announce(_ town: Town, component: String, number: Int) async throws {
        let (linh, before) = (town.person(.linh).id, town.now - .seconds(86_400))
        let during = TimeRange(from: town.now + .seconds(86_400), to: town.now + .seconds(90_000))
        try await town.database.run(
            """
            INSERT INTO notices (code, kind, title, impact, during, components, created_by, created_at, published_by,
                                 published_at, lead_days)
            VALUES (\("TB-2026-000\(number)"), 'maintenance', 'Bảo trì máy 10.20.30.40', 'ngừng máy', \(during),
                    \([component]), \(linh), \(before), \(linh), \(before), 1)
            """)
    }

    @Test func whileItIsOffThereIsNothing() async throws {
        try await Self.town { town in
            for path in Self.documents {
                #expect(try await town.browser(nil).get(path).status == .notFound, "\(path)")
            }
        }
    }

    @Test func everybodySeesWhatIsPublicAndNothingElse() async throws {
        try await Self.town { town in
            try await Self.furnish(town)
            try await Self.announce(town, component: "Cổng nội bộ", number: 1)
            try await Self.announce(town, component: "Ẩn", number: 2)
            let browser = town.browser(nil)
            for path in Self.documents {
                let answer = try await browser.get(path)
                #expect(answer.status == .ok, "\(path): \(answer.body.prefix(300))")
                for secret in Self.secrets { #expect(!answer.body.contains(secret), "\(path) tells \(secret)") }
                #expect(!answer.body.contains("<script") && !answer.body.contains("Ẩn"), "\(path)")
                #expect(answer.body.contains("Cổng dịch vụ"), "\(path)")
                if !path.hasSuffix(".json") { try answer.checkedXML() }
            }
            let page = try await browser.get("/status").body
            #expect(page.contains("<h1>Đang gián đoạn 1 trong 1 thành phần.</h1>"))
            #expect(page.contains("Gián đoạn: Cổng dịch vụ") && page.contains("Từ 08:00 24/11/2026, đang tiếp diễn."))
            #expect(page.components(separatedBy: "Bảo trì, bảo dưỡng: Cổng dịch vụ").count == 2)
            #expect(page.contains("class=\"unknown\"") && page.contains("class=\"down\"") && page.contains("class=\"up\""))
            let missing = try await browser.get("/status/badges/2.svg")
            #expect(missing.status == .notFound, "a hidden component has no badge")
        }
    }

    @Test func theFeedAndTheFiguresSayTheSame() async throws {
        try await Self.town { town in
            try await Self.furnish(town)
            try await Self.announce(town, component: "Cổng nội bộ", number: 1)
            let feed = try await town.browser(nil).get("/status/feed.atom")
            #expect(feed.headers[.contentType] == "application/atom+xml; charset=utf-8")
            #expect(feed.body.contains("<id>https://trucban.example.vn/status#gian-doan-1-\(town.now.seconds - 3_600)</id>"))
            #expect(feed.body.contains("<id>https://trucban.example.vn/status#bao-tri-tb-2026-0001</id>") == true)
            #expect(feed.body.contains("<updated>2026-11-24T08:00:00+07:00</updated>"))
            let json = try await town.browser(nil).get("/status.json")
            let read = try #require(try JSONSerialization.jsonObject(with: Data(json.body.utf8)) as? [String: Any])
            let components = try #require(read["components"] as? [[String: Any]])
            #expect(components.map { $0["state"] as? String } == ["down"])
            #expect((components[0]["days"] as? [String])?.count == 90)
            let incidents = try #require(read["incidents"] as? [[String: Any]])
            #expect(incidents.map { $0["title"] as? String } == ["Gián đoạn: Cổng dịch vụ"] && incidents[0]["ended"] == nil)
            #expect((read["maintenance"] as? [[String: Any]])?.count == 1)
        }
    }

    @Test func whatIsTypedIsEscaped() async throws {
        try await Self.town { town in
            try await Self.furnish(town, title: Self.nasty)
            for path in Self.documents where !path.hasSuffix(".json") {
                let answer = try await town.browser(nil).get(path)
                try answer.checkedXML()
                #expect(answer.body.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"), "\(path)")
                #expect(!answer.body.contains("<script"), "\(path)")
            }
        }
    }

    @Test func whoHasItAlreadyGetsNoBody() async throws {
        try await Self.town { town in
            try await Self.furnish(town)
            for path in Self.documents {
                let first = try await town.browser(nil).get(path)
                let tag = try #require(first.headers[.eTag])
                #expect(first.headers[.cacheControl] == "public, max-age=5", "\(path)")
                let second = try await town.browser(nil).ask(.get, path, [.ifNoneMatch: tag])
                #expect(second.status == .notModified && second.body.isEmpty && second.headers[.eTag] == tag, "\(path)")
                let head = try await town.browser(nil).ask(.head, path)
                #expect(head.status == .ok && head.body.isEmpty && head.headers[.eTag] == tag, "\(path)")
            }
        }
    }

    @Test func aFewStatementsServeEverybodyForSeconds() async throws {
        try await Self.town { town in
            try await Self.furnish(town)
            let before = town.database.statementCount
            for path in Self.documents { _ = try await town.browser(nil).get(path) }
            #expect(town.database.statementCount - before <= 7)
        }
    }

    @Test func whileNobodyWatchesNothingIsClaimed() async throws {
        try await Self.town { town in
            try await Self.furnish(town, state: "up")
            try await town.database.run("UPDATE watches SET last_beat_at = \(town.now - .seconds(31))")
            let page = try await town.browser(nil).get("/status").body
            #expect(page.contains("Hiện chưa đo được đủ các thành phần.") && page.contains("Bộ giám sát không chạy từ"))
            #expect(try await town.browser(nil).get("/status/badges/1.svg").body.contains("Chưa đo"))
        }
    }

    // MARK: Keeping

    @Test func onlyTheAdministratorSaysWhatIsPublic() async throws {
        try await Self.town { town in
            try await Self.furnish(town)
            for name in TownPerson.allCases where name != .an {
                #expect(try await town.browser(name).get("/settings/status").status == .forbidden)
                #expect(try await town.browser(name).post("/settings/status", [("page", "1")]).status == .forbidden)
            }
            let form = try await town.browser(.an).get("/settings/status")
            try form.checkedXML()
            #expect(form.body.contains("Cổng nội bộ") && form.body.contains("value=\"Cổng dịch vụ\""))
        }
    }

    @Test func whatIsChosenShowsAtOnceAndIsAudited() async throws {
        try await Self.town { town in
            try await Self.furnish(town)
            let (administrator, anybody) = (town.browser(.an), town.browser(nil))
            #expect(try await anybody.get("/status/badges/2.svg").status == .notFound)
            let key = try #require(try await administrator.get("/settings/status").formKey)
            let fields = [
                ("form_key", key), ("page", "1"), ("name", "Cổng nội bộ"), ("title-0", ""), ("position-0", "1"),
                ("name", "Ẩn"), ("public-1", "1"), ("title-1", "Ký số"), ("position-1", "3"),
                ("name", "Không ai theo dõi"), ("public-2", "1"), ("title-2", "Bịa"), ("position-2", "3"),
            ]
            for _ in 0..<2 { #expect(try await administrator.post("/settings/status", fields).location == "/settings/status") }
            #expect(try await anybody.get("/status/badges/2.svg").body.contains("Ký số"))
            #expect(try await anybody.get("/status/badges/1.svg").status == .notFound)
            #expect(try await !anybody.get("/status").body.contains("Bịa"))
            let lines = try await town.database.value(
                "SELECT count(*) FROM audit_entries WHERE action = 'status.changed'", as: Int.self)
            #expect(lines == 1)
            #expect(try await administrator.post("/settings/status", [("page", "")]).status == .seeOther)
            #expect(try await anybody.get("/status").status == .notFound)
        }
    }

    @Test func aRefusedFormKeepsWhatWasTyped() async throws {
        try await Self.town { town in
            try await Self.furnish(town)
            let answer = try await town.browser(.an).post("/settings/status", [
                ("page", "1"), ("name", "Cổng nội bộ"), ("public-0", "1"), ("title-0", ""), ("position-0", "1"),
                ("name", "Ẩn"), ("public-1", "1"), ("title-1", Self.nasty), ("position-1", "4"),
            ])
            #expect(answer.status == .unprocessableContent)
            try answer.checkedXML()
            #expect(answer.body.contains("href=\"#title-0\"") && answer.body.contains("&lt;script&gt;alert(1)"))
            let faulty = try await town.browser(.an).post("/settings/status", [
                ("name", "Ẩn"), ("public-0", "1"), ("title-0", "Ký số"), ("position-0", "mười"),
            ])
            #expect(faulty.status == .unprocessableContent && faulty.body.contains("value=\"mười\""))
        }
    }
}
