import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Delivery

/// `/settings/channels` and `/deliveries` over HTTP.
struct ChannelPagesTests {
    private static func withPages(_ body: @escaping @Sendable (Town) async throws -> Void) async throws {
        try await Town.with { routes, database in
            ChannelPages(channels: ChannelStore(database: database)).add(to: &routes)
            DeliveryPages(deliveries: DeliveryStore(database: database)).add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    private static let webhook = [
        ("kind", "webhook"), ("name", "Bảng <b>\"điều hành\"</b>"), ("url", "https://nhan.example/hook?key=bi-mat"),
        ("event", "incident.opened"), ("event", "notice.published"), ("per_minute", "0"),
    ]
    private static let gateway = [
        ("kind", "http"), ("name", "Cổng SMS"), ("url", "https://sms.example/send"), ("event", "incident.opened"),
        ("per_minute", "30"), ("method", "POST"), ("content_type", "application/json"), ("headers", "X-Api-Key: a\nX-B: c"),
        ("template", #"{"to": "{{to}}", "text": "{{text}}"}"#), ("accepted_statuses", "200-299"), ("accepted_text", "OK"),
        ("recipients", "0912 345 678\n\n 0913 "),
    ]

    private static func replacing(_ fields: [(String, String)], _ name: String, _ value: String) -> [(String, String)] {
        fields.map { $0.0 == name ? (name, value) : $0 }
    }

    @Test func aWebhooksSecretIsShownOnce() async throws {
        try await Self.withPages { town in
            let browser = town.browser(.an)
            let key = ("form_key", UUID().uuidString)
            let made = try await browser.post("/settings/channels", Self.webhook + [key])
            try made.checkedXML()
            let secret = try #require(made.body.firstMatch(of: /whsec_[A-Za-z0-9+\/=]{44}/)).0
            #expect(made.status == .ok && made.body.contains("&lt;b&gt;&quot;điều hành&quot;"))
            #expect(!made.body.contains("bi-mat"), "what an address asks for may be a credential")
            let again = try await browser.post("/settings/channels", Self.webhook + [key])
            #expect(again.location?.hasPrefix("/settings/channels/") == true, "the same form again")
            let page = try await browser.get(try #require(again.location))
            try page.checkedXML()
            #expect(!page.body.contains(secret))
            let renewed = try await browser.post("\(again.location ?? "")/secret")
            let other = try #require(renewed.body.firstMatch(of: /whsec_[A-Za-z0-9+\/=]{44}/)).0
            #expect(other != secret)
            #expect(try await town.database.value("SELECT secret FROM channels", as: String.self) == String(other))
            let trail = try await town.database.values("SELECT coalesce(before, '') || coalesce(after, '') FROM audit_entries", as: String.self)
            #expect(trail.allSatisfy { !$0.contains("whsec_") && !$0.contains("bi-mat") })
        }
    }

    @Test func aGatewayIsSetUpChangedSwitchedOffAndGivenUp() async throws {
        try await Self.withPages { town in
            let browser = town.browser(.an)
            let made = try await browser.post("/settings/channels", Self.gateway)
            let path = try #require(made.location)
            let store = ChannelStore(database: town.database)
            let channel = try #require(try await store.list().first)
            #expect(channel.gateway?.recipients == ["0912 345 678", "0913"] && channel.gateway?.headers == ["X-Api-Key: a", "X-B: c"])
            #expect(channel.events == [.incidentOpened] && channel.perMinute == 30)

            let form = try await browser.get("\(path)/edit")
            try form.checkedXML()
            #expect(form.body.contains("0912 345 678\n0913") && form.body.contains("{&quot;to&quot;: &quot;{{to}}&quot;"))
            let version = try #require(form.body.firstMatch(of: /name="version" value="(\d+)"/)).1
            let changed = Self.replacing(Self.gateway, "name", "Cổng tin nhắn") + [("version", String(version))]
            #expect(try await browser.post(path, changed).location == path)
            let late = try await browser.post(path, Self.replacing(changed, "name", "Khác"))
            #expect(late.status == .unprocessableContent && late.body.contains("“Cổng tin nhắn”"), "\(late.status)")
            #expect(try await store.list().map(\.name) == ["Cổng tin nhắn"])

            #expect(try await browser.post("\(path)/trials").location == path)
            #expect(try await browser.get(path).body.contains("Chờ gửi"))
            #expect(try await browser.post("\(path)/suspension").location == path)
            #expect(try await browser.post("\(path)/trials").status == .unprocessableContent)
            #expect(try await browser.post("\(path)/suspension").status == .unprocessableContent)
            #expect(try await browser.get("/settings/channels").body.contains("Đã tắt"))
            #expect(try await browser.post("\(path)/resumption").location == path)
            #expect(try await browser.post("\(path)/secret").status == .unprocessableContent)
            #expect(try await browser.post("\(path)/removal").location == "/settings/channels")
            #expect(try await browser.get(path).status == .notFound)
            let trail = try await town.database.values(
                "SELECT action FROM audit_entries WHERE action LIKE 'channel.%' ORDER BY seq", as: String.self)
            #expect(trail == ["added", "changed", "tried", "suspended", "resumed", "removed"].map { "channel.\($0)" })
        }
    }

    @Test(arguments: [
        ("name", "", "Tên: cần nhập."), ("url", "javascript:alert(1)", "Địa chỉ: cần bắt đầu bằng"),
        ("url", "https://a:b@sms.example/", "không kèm tên và mật khẩu"), ("per_minute", "-1", "từ 0 đến 6000"),
        ("template", "{{text}}", "chưa thành JSON"), ("template", #"{"t": "{{text}} {{ma}}"}"#, "không có chỗ điền {{ma}}"),
        ("accepted_statuses", "ok", "cần viết dạng 200-299"), ("recipients", "\n", "cần ít nhất một dòng"),
        ("headers", "khong phai", "cần viết dạng Tên: giá trị"), ("name", String(repeating: "a", count: 101), "tối đa 100 ký tự"),
    ])
    func whatIsNotFitIsSaidBesideItsField(field: String, value: String, said: String) async throws {
        try await Self.withPages { town in
            let answer = try await town.browser(.an).post("/settings/channels", Self.replacing(Self.gateway, field, value))
            try answer.checkedXML()
            #expect(answer.status == .unprocessableContent && answer.body.contains(said), "\(answer.body.suffix(3000))")
            #expect(answer.body.contains("href=\"#\(field)\"") && answer.body.contains("0912 345 678") == (field != "recipients"))
            #expect(try await ChannelStore(database: town.database).list().isEmpty)
        }
    }

    @Test func formsAreWellFormed() async throws {
        try await Self.withPages { town in
            for path in ["/settings/channels", "/settings/channels/new", "/settings/channels/new?kind=http", "/deliveries?state=all"] {
                let page = try await town.browser(.an).get(path)
                #expect(page.status == .ok)
                try page.checkedXML()
            }
            #expect(try await town.browser(.an).get("/settings/channels/0").status == .notFound)
        }
    }

    // MARK: What failed

    @Test func whatFailedIsListedAndSentAgain() async throws {
        try await Self.withPages { town in
            let store = DeliveryStore(database: town.database)
            try await town.database.enqueue([.example(1, about: "SC-2026-0001"), .example(2, to: "<b>@example.vn"), .example(3)])
            for answer in ["550 <script>", "550", "250"] {
                let claimed = try #require(try await store.claim(1, at: now).first)
                try await store.finish(claimed, answer == "250" ? .delivered(answer) : .failed(answer), at: now)
            }
            let browser = town.browser(.linh)
            let page = try await browser.get("/deliveries")
            try page.checkedXML()
            #expect(page.body.contains("1–2 trong 2 tin") && page.body.contains("550 &lt;script&gt;"))
            #expect(page.body.contains("href=\"/incidents/SC-2026-0001\"") && page.body.contains("href=\"/notices/TB-2026-0001\""))
            // A notice's letters are sent again on its own terms.
            #expect(page.body.contains("action=\"/notices/TB-2026-0001/deliveries/"))
            let other = try #require(page.body.firstMatch(of: /\/notices\/TB-2026-0001(\/deliveries\/\d+\/attempts)/)).1
            let elsewhere = try await browser.post(String(other))
            #expect(elsewhere.status == .unprocessableContent && elsewhere.body.contains("ở trang của thông báo đó"))
            let action = try #require(page.body.firstMatch(of: /action="(\/deliveries\/\d+\/attempts)"/)).1
            let key = [("form_key", UUID().uuidString)]
            #expect(try await browser.post(String(action), key).location == "/deliveries")
            #expect(try await browser.post(String(action), key).location == "/deliveries", "the same form again")
            let refused = try await browser.post(String(action))
            #expect(refused.status == .unprocessableContent && refused.body.contains("không gửi lại được"))
            #expect(try await browser.get("/deliveries?state=waiting").body.contains("1–1 trong 1 tin"))
            #expect(try await browser.get("/deliveries?state=all").body.contains("1–3 trong 3 tin"))
            #expect(try await browser.get("/deliveries?state=all&about=sc-2026-0001").body.contains("1–1 trong 1 tin"))
            #expect(try await browser.post("/deliveries/0/attempts").status == .notFound)
            let auditor = try await town.browser(.tam).get("/deliveries")
            #expect(auditor.status == .ok && !auditor.body.contains("/attempts"))
            #expect(try await town.browser(.binh).get("/deliveries").status == .forbidden)
        }
    }

    @Test func theListTakesThreeStatements() async throws {
        try await Self.withPages { town in
            try await town.database.enqueue((1...30).map { .example($0) })
            let before = town.database.statementCount
            #expect(try await town.browser(.linh).get("/deliveries?state=waiting").status == .ok)
            #expect(town.database.statementCount - before <= 3)
        }
    }
}
