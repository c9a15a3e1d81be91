import Civil
import Database
import Foundation
import HTTPTypes
import Monitor
import Organization
import TestKit
import Testing
import Web

@testable import Console

/// `/api/v1` with tokens, and the page on which they are made.
@Suite struct APITests {
    /// A machine with a token.
    private struct Machine {
        let town: Town
        let token: String

        func send(_ method: HTTPRequest.Method, _ path: String, _ json: String? = nil, type: String = "application/json")
            async throws -> Answer
        {
            var headers: HTTPFields = [.authorization: "Bearer \(token)"]
            if json != nil { headers[.contentType] = type }
            return try await town.browser(nil).ask(method, path, headers, body: json ?? "")
        }

        func get(_ path: String) async throws -> [String: Any] { try await APITests.object(send(.get, path)) }
    }

    private static func object(_ answer: Answer) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any], "\(answer.body)")
    }

    private static func make(
        _ town: Town, _ role: Role, agency: Agency.ID? = nil, name: String = "Bảng điều hành", days: Int = 30
    ) async throws -> Machine {
        let token = try await APITokenStore(database: town.database).add(
            APITokenDraft(name: name, role: role, agency: agency, days: days), by: town.person(.an), address: "127.0.0.1",
            at: town.now)
        return Machine(town: town, token: token.text)
    }

    private static let tcp = #"{"name": "Máy chủ", "kind": "tcp", "host": "a.example.vn", "port": 443, "tags": ["lgsp", "a"]}"#

    // MARK: Tokens

    @Test func aTokenIsShownOnceAndWorksUntilItIsRevoked() async throws {
        try await WholeHouse.with { town, _ in
            let browser = town.browser(.an)
            let page = try await browser.get("/settings/tokens")
            try page.checkedXML()
            let fields = [
                ("form_key", try #require(page.formKey)), ("name", "<script>\"'&"), ("role", "auditor"), ("agency", ""),
                ("days", "30"),
            ]
            let made = try await browser.post("/settings/tokens", fields)
            try made.checkedXML()
            let token = try #require(made.body.firstMatch(of: /<p class="code">([A-Za-z0-9_\-]{43})<\/p>/)).1
            #expect(made.status == .ok && made.body.contains("&lt;script&gt;&quot;&#39;&amp;"))
            #expect(try await browser.post("/settings/tokens", fields).location == "/settings/tokens", "the same form again")
            let list = try await browser.get("/settings/tokens")
            #expect(!list.body.contains(token) && list.body.contains("Chưa dùng"))
            let kept = try await town.database.value("SELECT count(*) FROM api_tokens WHERE token_hash = \(Token(presented: String(token)).hash)", as: Int.self)
            #expect(kept == 1)
            let trail = try await town.database.values("SELECT coalesce(after, '') FROM audit_entries WHERE action LIKE 'api_token.%'", as: String.self)
            #expect(trail.count == 1 && !trail[0].contains(token))

            let machine = Machine(town: town, token: String(token))
            #expect(try await machine.send(.get, "/api/v1/monitors").status == .ok)
            #expect(try await !browser.get("/settings/tokens").body.contains("Chưa dùng"))
            let href = try #require(list.body.firstMatch(of: /action="(\/settings\/tokens\/\d+\/revocation)"/)).1
            #expect(try await browser.post(String(href)).status == .seeOther)
            let refused = try await machine.send(.get, "/api/v1/monitors")
            #expect(refused.status == .unauthorized && refused.headers[.wwwAuthenticate] == "Bearer")
            #expect(refused.headers[.contentType] == "application/problem+json")
            #expect(try await browser.post("/settings/tokens/0/revocation").status == .notFound)
        }
    }

    @Test(arguments: [
        ("", "auditor", "", "30", "Tên: cần nhập."), ("A", "", "", "30", "Vai trò: cần chọn"),
        ("A", "administrator", "", "30", "Vai trò: cần chọn"), ("A", "agency_admin", "", "30", "vai trò này cần một cơ quan"),
        ("A", "auditor", "yenkhanh", "30", "để trống ô này"), ("A", "auditor", "", "367", "từ 1 đến 366"),
    ])
    func aTokenThatIsNotFitIsNotMade(name: String, role: String, agency: String, days: String, said: String) async throws {
        try await WholeHouse.with { town, _ in
            let answer = try await town.browser(.an).post(
                "/settings/tokens",
                [("name", name), ("role", role), ("days", days), ("agency", agency.isEmpty ? "" : "\(town.yenKhanh.rawValue)")])
            try answer.checkedXML()
            #expect(answer.status == .unprocessableContent && answer.body.contains(said))
            #expect(answer.body.contains("value=\"\(days)\""), "what was typed stays")
            #expect(try await APITokenStore(database: town.database).list(at: town.now).isEmpty)
        }
    }

    @Test func aTokenEndsWithItsTimeAndWithItsMaker() async throws {
        try await Town.with { town in
            let machine = try await Self.make(town, .auditor, days: 1)
            let sessions = SessionStore(database: town.database, hasher: try PasswordHasher(cost: .init(rounds: 16, parallelism: 1)))
            let token = Token(presented: machine.token)
            let last = town.now + .seconds(86_399)
            #expect(try await sessions.bearer(of: token, at: last)?.role == .auditor)
            #expect(try await sessions.bearer(of: token, at: last + .seconds(1)) == nil)
            #expect(try await sessions.bearer(of: Token(), at: last) == nil)
            let maker = town.person(.an).id
            try await town.database.run("UPDATE users SET role = 'auditor' WHERE id = \(maker)")
            #expect(try await sessions.bearer(of: token, at: last) == nil, "who keeps no settings any more backs no token")
            #expect(try await APITokenStore(database: town.database).list(at: last).map(\.isBacked) == [false])
            try await town.database.run("UPDATE users SET role = 'administrator', disabled_at = \(town.now) WHERE id = \(maker)")
            #expect(try await sessions.bearer(of: token, at: last) == nil)
        }
    }

    // MARK: Monitors

    @Test func aMonitorIsMadeChangedPausedAndDeleted() async throws {
        try await WholeHouse.with { town, _ in
            let machine = try await Self.make(town, .operator)
            let made = try await machine.send(.post, "/api/v1/monitors", Self.tcp)
            #expect(made.status == .created, "\(made.body)")
            let path = try #require(made.location)
            var monitor = try await machine.get(path)
            #expect(monitor["name"] as? String == "Máy chủ" && monitor["tags"] as? [String] == ["a", "lgsp"])
            let settings = try #require(monitor["settings"] as? [String: Any])
            #expect(settings["port"] as? Int == 443 && settings["interval"] as? Int == 60 && settings["verify_tls"] == nil)

            let changed = try await machine.send(
                .patch, path, #"{"interval": 30, "agency": "xayenkhanh", "tags": []}"#, type: "application/merge-patch+json")
            #expect(changed.status == .ok, "\(changed.body)")
            monitor = try Self.object(changed)
            #expect(monitor["agency"] as? String == "xayenkhanh" && monitor["address"] as? String == "a.example.vn:443")
            #expect((monitor["settings"] as? [String: Any])?["interval"] as? Int == 30)

            #expect(try await Self.object(machine.send(.post, "\(path)/pause"))["state"] as? String == "paused")
            #expect(try await machine.send(.post, "\(path)/pause").status == .unprocessableContent)
            #expect(try await Self.object(machine.send(.delete, "\(path)/pause"))["state"] as? String == "unknown")
            #expect(try await machine.send(.delete, path).status == .noContent)
            #expect(try await machine.send(.get, path).status == .notFound)
            let trail = try await town.database.values(
                "SELECT action || ' ' || actor_name FROM audit_entries WHERE action LIKE 'monitor.%' ORDER BY seq", as: String.self)
            #expect(trail == ["added", "changed", "paused", "resumed", "deleted"].map { "monitor.\($0) Bùi Xuân An (mã “Bảng điều hành”)" })
        }
    }

    @Test func whatIsNullIsAsAFormProposesItAndAKindMayChange() async throws {
        try await WholeHouse.with { town, _ in
            let machine = try await Self.make(town, .operator)
            let path = try #require(try await machine.send(
                .post, "/api/v1/monitors", Self.tcp.replacing("}", with: #", "interval": 30, "component": "Cổng"}"#)).location)
            let changed = try await machine.send(
                .patch, path, #"{"interval": null, "component": null, "kind": "http", "url": "https://a.example.vn/"}"#)
            let settings = try #require(try Self.object(changed)["settings"] as? [String: Any], "\(changed.body)")
            #expect(settings["interval"] as? Int == 60 && settings["component"] as? String == "")
            #expect(settings["kind"] as? String == "http" && settings["host"] == nil && settings["verify_tls"] as? Bool == true)
            #expect(settings["tags"] as? [String] == ["a", "lgsp"])
            let again = try await machine.send(.patch, path, #"{"host": "a.example.vn"}"#)
            #expect(again.status == .unprocessableContent && again.body.contains("host: loại http không có trường này."))
        }
    }

    @Test func aPasswordIsWrittenAndNeverRead() async throws {
        try await WholeHouse.with { town, _ in
            let machine = try await Self.make(town, .operator)
            let path = try #require(try await machine.send(
                .post, "/api/v1/monitors",
                #"{"name": "CSDL", "kind": "postgres", "host": "a.example.vn", "database": "qlvb", "user": "u", "password": "bí mật"}"#).location)
            func stored() async throws -> String {
                try await town.database.value("SELECT spec->>'password' FROM monitors", as: String.self)
            }
            #expect(try await !machine.send(.get, path).body.contains("bí mật"))
            let changed = try await machine.send(.patch, path, #"{"interval": 30}"#)
            #expect(changed.status == .ok && !changed.body.contains("bí mật"))
            #expect(try await stored() == "bí mật")
            #expect(try await machine.send(.patch, path, #"{"host": "b.example.vn"}"#).status == .ok)
            #expect(try await stored() == "", "a password does not go to another machine")
        }
    }

    /// What somebody saves between the reading of a monitor and its change is not written over.
    @Test func aChangeThatMeetsAnotherIsRefused() async throws {
        try await WholeHouse.with { town, _ in
            let machine = try await Self.make(town, .operator)
            let path = try #require(try await machine.send(.post, "/api/v1/monitors", Self.tcp).location)
            let late = try await town.database.transaction { tx in
                try await tx.run("UPDATE monitors SET version = version + 1, component = 'Cổng'")
                let late = Task { try await machine.send(.patch, path, #"{"interval": 30}"#) }
                while try await town.database.value(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
                    as: Int.self) == 0
                { await Task.yield() }
                return late
            }
            let answer = try await late.value
            #expect(answer.status == .conflict && answer.headers[.contentType] == "application/problem+json", "\(answer.body)")
            let settings = try #require(try await machine.get(path)["settings"] as? [String: Any])
            #expect(settings["component"] as? String == "Cổng" && settings["interval"] as? Int == 60)
        }
    }

    @Test(arguments: [
        ("[]", "Nội dung: cần một đối tượng JSON"), ("{", "Nội dung: cần một đối tượng JSON"),
        (#"{"name": "A", "kind": "tcp", "host": "a", "port": 0}"#, "Cổng: cần một số nguyên"),
        (#"{"name": "A", "kind": "http", "url": "https://a/", "mau": "đỏ"}"#, "mau: loại http không có trường này."),
        (#"{"name": ["A"]}"#, "name: cần một giá trị."), (#"{"paused": true}"#, "paused: dùng POST"),
        (#"{"name": "A", "kind": "http", "url": "https://a/", "verify_tls": 1}"#, "verify_tls: cần ghi true hoặc false."),
        (#"{"name": "A", "kind": "http", "url": "https://a/", "agency": "khongco"}"#, "không có cơ quan nào mang mã"),
    ])
    func whatIsNotFitIsRefusedAsRFC9457Says(json: String, said: String) async throws {
        try await WholeHouse.with { town, _ in
            let machine = try await Self.make(town, .operator)
            let answer = try await machine.send(.post, "/api/v1/monitors", json)
            #expect(answer.status == .unprocessableContent && answer.headers[.contentType] == "application/problem+json")
            let problems = try #require(try Self.object(answer)["problems"] as? [[String: String]])
            #expect(problems.contains { $0["text"]?.contains(said) == true }, "\(answer.body)")
        }
    }

    @Test func sizeFormAndNumberOfRequestsAreLimited() async throws {
        try await WholeHouse.with { town, _ in
            let machine = try await Self.make(town, .operator)
            let long = #"{"name": ""# + String(repeating: "a", count: 70_000) + #""}"#
            #expect(try await machine.send(.post, "/api/v1/monitors", long).status == .contentTooLarge)
            #expect(try await machine.send(.post, "/api/v1/monitors", Self.tcp, type: "text/plain").status == .unsupportedMediaType)
            for _ in 0..<598 { #expect(try await machine.send(.get, "/api/v1/monitors/0").status == .notFound) }
            let late = try await machine.send(.get, "/api/v1/monitors/0")
            #expect(late.status == .tooManyRequests && late.headers[.retryAfter] == "60")
            let other = try await Self.make(town, .auditor, name: "Khác")
            #expect(try await other.send(.get, "/api/v1/monitors/0").status == .notFound)
        }
    }

    @Test func aTokenSeesWhatItsRoleAndItsAgencySee() async throws {
        try await WholeHouse.with { town, _ in
            let keeper = try await Self.make(town, .operator)
            let own = try #require(try await keeper.send(
                .post, "/api/v1/monitors", Self.tcp.replacing("}", with: #", "agency": "xayenkhanh"}"#)).location)
            let reader = try await Self.make(town, .agencyAdmin, agency: town.yenKhanh, name: "Yên Khánh")
            let stranger = try await Self.make(town, .agencyHead, agency: town.giaVien, name: "Gia Viễn")
            #expect(try await reader.get(own)["settings"] == nil, "values of headers may be credentials")
            for end in ["", "/outages", "/samples", "/availability"] {
                #expect(try await reader.send(.get, own + end).status == .ok, "\(end)")
                #expect(try await stranger.send(.get, own + end).status == .notFound, "\(end)")
            }
            #expect(try await stranger.get("/api/v1/monitors")["total"] as? Int == 0)
            #expect(try await reader.get("/api/v1/monitors?q=may+chu&state=unknown&tag=LGSP&agency=yen+khanh")["total"] as? Int == 1)
            #expect(try await reader.get("/api/v1/monitors?tag=lg")["total"] as? Int == 0)
            #expect(try await reader.send(.get, "/api/v1/monitors?state=dead").status == .unprocessableContent)
            for (method, path) in [(HTTPRequest.Method.patch, own), (.delete, own), (.post, own + "/pause"), (.post, "/api/v1/monitors")] {
                #expect(try await reader.send(method, path, Self.tcp).status == .forbidden, "\(method) \(path)")
            }
        }
    }

    // MARK: Results

    @Test func whatWasMeasuredIsTold() async throws {
        try await WholeHouse.with { town, _ in
            let machine = try await Self.make(town, .operator)
            let path = try #require(try await machine.send(.post, "/api/v1/monitors", Self.tcp).location)
            let id = try #require(Int64(path.split(separator: "/").last ?? ""))
            let begun = town.now.flooredToSecond - .seconds(7200)
            try await town.database.run("UPDATE monitors SET created_at = \(begun) WHERE id = \(id)")
            try await town.database.run("DELETE FROM measurement_gaps WHERE monitor_id = \(id)")
            try await town.database.run("INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(begun), \(town.now), 'test')")
            try await town.database.run(
                """
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                VALUES (\(id), \(TimeRange(from: begun, to: begun + .seconds(720))), \(begun), 'Quá thời gian chờ')
                """)
            try await town.database.run("INSERT INTO samples (monitor_id, at, total_us) VALUES (\(id), \(begun + .seconds(900)), 1500)")
            let window = "?from=\(VietnameseFormat.timestamp(begun))&to=\(VietnameseFormat.timestamp(town.now))"
            let share = try await machine.get("\(path)/availability\(window)")
            #expect(share["measured_seconds"] as? Int == 7200 && share["down_seconds"] as? Int == 720)
            #expect(share["share_millionths"] as? Int == 900_000 && share["not_measured_seconds"] as? Int == 0)
            #expect(try await machine.send(.get, "\(path)/outages\(window)").body.contains("Quá thời gian chờ"))
            #expect(try await machine.send(.get, "\(path)/samples\(window)").body.contains(#""total_us":1500"#))
            for bad in ["?from=hom+qua", "?from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z", "?from=2026-11-01T00:00:00Z"] {
                #expect(try await machine.send(.get, "\(path)/samples\(bad)").status == .unprocessableContent, "\(bad)")
            }
        }
    }

    // MARK: The description

    @Test func theDescriptionNamesTheRoutesAndTheRoutesTheDescription() async throws {
        try await WholeHouse.with { town, declarations in
            let document = try await Self.object(town.browser(nil).get("/api/v1/openapi.json"))
            #expect(document["openapi"] as? String == "3.1.0")
            let paths = try #require(document["paths"] as? [String: [String: Any]])
            let described = paths.flatMap { path, operations in
                operations.keys.filter { $0 != "parameters" }.map { "\($0.uppercased()) \(path)" }
            }
            let mounted = declarations.filter { $0.path.hasPrefix("/api/v1") }.map {
                "\($0.method.rawValue) \($0.path.replacing(/:(\w+)/) { "{\($0.1)}" })"
            }
            #expect(described.sorted() == mounted.sorted())

            let settings = (document["components"] as? [String: [String: [String: Any]]])?["schemas"]?["MonitorSettings"]?["properties"]
            let kinds = (settings as? [String: [String: Any]])?["kind"]?["enum"] as? [String]
            #expect(kinds == Target.Kind.allCases.map(\.rawValue))

            // Every reference leads somewhere, and what is answered is what is described.
            let schemas = try #require((document["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]])
            let text = try await town.browser(nil).get("/api/v1/openapi.json").body
            for reference in text.matches(of: /"\$ref": "#\/components\/schemas\/(\w+)"/) {
                #expect(schemas[String(reference.1)] != nil, "\(reference.1)")
            }
            let machine = try await Self.make(town, .operator)
            let made = try await Self.object(machine.send(.post, "/api/v1/monitors", Self.tcp))
            let answers: [(String, [String: Any])] = [
                ("Monitor", made), ("MonitorSettings", try #require(made["settings"] as? [String: Any])),
                ("MonitorPage", try await machine.get("/api/v1/monitors")),
                ("Availability", try await machine.get("/api/v1/monitors/\(made["id"] ?? 0)/availability")),
                ("Problem", try await machine.get("/api/v1/monitors/0")),
            ]
            for (name, answer) in answers {
                let properties = try #require(schemas[name]?["properties"] as? [String: Any])
                if schemas[name]?["additionalProperties"] == nil {
                    #expect(Set(answer.keys).subtracting(properties.keys) == [], "\(name) tells what is not described")
                }
                let required = schemas[name]?["required"] as? [String] ?? []
                #expect(Set(required).subtracting(answer.keys) == [], "\(name) does not tell what is promised")
            }
        }
    }
}
