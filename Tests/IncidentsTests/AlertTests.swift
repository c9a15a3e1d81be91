import Civil
import Crypto
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Incidents

/// Alerts from outside over HTTP, and the incidents that answer for them.
struct AlertTests {
    private static func town<T: Sendable>(_ body: @escaping @Sendable (Town) async throws -> T) async throws -> T {
        try await Town.with { routes, database in
            let incidents = IncidentStore(database: database, baseURL: "http://127.0.0.1")
            IncidentPages(
                incidents: incidents, agencies: AgencyStore(database: database), settings: SettingStore(database: database)
            ).add(to: &routes)
            AlertPages(
                alerts: AlertStore(database: database, baseURL: "http://127.0.0.1"), sources: AlertSourceStore(database: database),
                agencies: AgencyStore(database: database), address: "http://127.0.0.1"
            ).add(to: &routes)
        } _: { try await body($0) }
    }

    private static func token(_ town: Town, _ role: Role = .operator, agency: Agency.ID? = nil) async throws -> String {
        try await APITokenStore(database: town.database).add(
            APITokenDraft(name: "Alertmanager", role: role, agency: agency, days: 30), by: town.person(.an), address: "127.0.0.1",
            at: town.now
        ).text
    }

    /// One alert of a group, minutes from nine o'clock.
    private static func alert(_ fingerprint: String, began: Int, ended: Int? = nil, kind: String = "suspension") -> String {
        func at(_ minutes: Int) -> String { VietnameseFormat.timestamp(nine.after(minutes: minutes)) }
        return """
            {"status": "\(ended == nil ? "firing" : "resolved")", "labels": {"alertname": "A", "incident_kind": "\(kind)"},
             "annotations": {"summary": "Máy \(fingerprint)"}, "startsAt": "\(at(began))",
             "endsAt": "\(ended.map(at) ?? "0001-01-01T00:00:00Z")", "fingerprint": "\(fingerprint)"}
            """
    }

    private static func post(
        _ town: Town, _ token: String, group: String = "g", _ alerts: String...
    ) async throws -> [String: [String]] {
        let body = """
            {"version": "4", "groupKey": "\(group)", "truncatedAlerts": 0, "status": "firing", "alerts": [\(alerts.joined(separator: ","))]}
            """
        let answer = try await town.browser(nil).ask(
            .post, "/api/v1/alerts/alertmanager", [.authorization: "Bearer \(token)", .contentType: "application/json"], body: body)
        try #require(answer.status == .ok, "\(answer.body)")
        return try JSONDecoder().decode([String: [String]].self, from: Data(answer.body.utf8))
    }

    private static func times(_ town: Town, _ code: String) async throws -> [Instant?] {
        let incident = try #require(try await IncidentStore(database: town.database, baseURL: "").find(code, for: town.person(.linh)))
        return [incident.beganAt, incident.suspendedAt, incident.resumedAt]
    }

    @Test func aGroupOpensOneIncidentAndItsEndResumesIt() async throws {
        try await Self.town { town in
            let token = try await Self.token(town)
            let first = try await Self.post(town, token, Self.alert("a", began: -20), Self.alert("b", began: -15))
            let code = try #require(first["opened"]?.first)
            #expect(first == ["opened": [code], "joined": [], "resolved": []])
            #expect(try await Self.post(town, token, Self.alert("a", began: -20), Self.alert("b", began: -15)) == ["opened": [], "joined": [], "resolved": []])
            #expect(try await Self.post(town, token, Self.alert("a", began: -20, ended: -10), Self.alert("b", began: -15))["resolved"] == [])
            #expect(try await Self.times(town, code) == [nine.after(minutes: -20), nine.after(minutes: -20), nil])
            let over = try await Self.post(town, token, Self.alert("b", began: -15, ended: -5))
            #expect(over == ["opened": [], "joined": [], "resolved": [code]])
            #expect(try await Self.post(town, token, Self.alert("b", began: -15, ended: -5))["resolved"] == [], "the same again")
            #expect(try await Self.times(town, code) == [nine.after(minutes: -20), nine.after(minutes: -20), nine.after(minutes: -5)])

            // It fires again at once: the same incident, another time of downtime.
            #expect(try await Self.post(town, token, Self.alert("a", began: -2))["joined"] == [code])
            #expect(try await Self.times(town, code)[2] == nil)
            #expect(try await Self.post(town, token, Self.alert("a", began: -2, ended: -1))["resolved"] == [code])
            #expect(try await town.database.value("SELECT incident_downtime(id, \(town.now)) FROM incidents", as: Int64?.self) == 16 * 60)
            #expect(try await town.database.value("SELECT count(*) FROM incidents", as: Int.self) == 1)

            let page = try await town.browser(.linh).get("/incidents/\(code)")
            try page.checkedXML()
            #expect(page.body.contains("Cảnh báo từ hệ thống khác") && page.body.contains("Máy a") && page.body.contains("Đã hết"))
            let trail = try await town.database.values("SELECT action FROM audit_entries WHERE subject = \(code) ORDER BY seq", as: String.self)
            #expect(trail == ["incident.opened", "incident.alerts_over", "incident.alerts_over"])
        }
    }

    @Test func whatFiresAgainWasNotSteadyYet() async throws {
        try await Self.town { town in
            let token = try await Self.token(town)
            let code = try #require(try await Self.post(town, token, Self.alert("a", began: -40))["opened"]?.first)
            _ = try await Self.post(town, token, Self.alert("a", began: -40, ended: -30))
            try await town.database.run("UPDATE incidents SET stable_at = \(nine.after(minutes: -20)) WHERE code = \(code)")
            #expect(try await Self.post(town, token, Self.alert("a", began: -10))["joined"] == [code])
            #expect(try await town.database.value("SELECT stable_at IS NULL AND state = 'open' FROM incidents", as: Bool.self))
        }
    }

    @Test func anAgencysTokenDoesNotTouchTheDepartmentsGroup() async throws {
        try await Self.town { town in
            let code = try #require(try await Self.post(town, try await Self.token(town), Self.alert("a", began: -40))["opened"]?.first)
            let own = try await Self.token(town, .agencyAdmin, agency: town.yenKhanh)
            let told = try await Self.post(town, own, Self.alert("b", began: -30, ended: -20), Self.alert("a", began: -40, ended: -20))
            #expect(told["opened"]?.count == 1 && told["resolved"] == told["opened"] && told["opened"] != [code])
            #expect(try await Self.times(town, code)[2] == nil)
        }
    }

    @Test func whatNobodyCouldTellInTimeIsWrittenDownWithItsEnd() async throws {
        try await Self.town { town in
            let told = try await Self.post(town, try await Self.token(town), Self.alert("a", began: -60, ended: -30))
            let code = try #require(told["opened"]?.first)
            #expect(told["resolved"] == [code])
            #expect(try await Self.times(town, code) == [-60, -60, -30].map { nine.after(minutes: $0) })
        }
    }

    @Test func anOldIncidentAClosedOneAndAnotherGroupAreNotJoined() async throws {
        try await Self.town { town in
            let token = try await Self.token(town)
            let old = try await Self.post(town, token, Self.alert("a", began: -200, ended: -100))["opened"]
            let new = try await Self.post(town, token, Self.alert("a", began: -10))["opened"]
            let other = try await Self.post(town, token, group: "h", Self.alert("c", began: -10))["opened"]
            #expect(Set([old, new, other].compactMap { $0?.first }).count == 3)
            // What people say of the system's use stays as they have said it.
            let code = try #require(new?.first)
            try await town.database.run("UPDATE incidents SET resumption_withdrawn_at = \(town.now) WHERE code = \(code)")
            _ = try await Self.post(town, token, Self.alert("a", began: -10, ended: -1))
            #expect(try await Self.times(town, code)[2] == nil)
        }
    }

    @Test func anAlertThatSaysNothingOfASuspensionSuspendsNothing() async throws {
        try await Self.town { town in
            let token = try await Self.token(town)
            let code = try #require(try await Self.post(town, token, Self.alert("a", began: -5, kind: ""))["opened"]?.first)
            #expect(try await Self.post(town, token, Self.alert("a", began: -5, ended: -1, kind: ""))["resolved"] == [code])
            #expect(try await Self.times(town, code) == [nine.after(minutes: -5), nil, nil])
            #expect(try await town.browser(.linh).get("/incidents/\(code)").body.contains("Mọi cảnh báo từ alertmanager đã hết."))
        }
    }

    @Test func twoSendersOfOneGroupOpenOneIncident() async throws {
        try await Self.town { town in
            let token = try await Self.token(town)
            let answers = try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask { try await Self.post(town, token, Self.alert("a", began: -5), Self.alert("b", began: -4)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.flatMap { $0["opened"] ?? [] }.count == 1)
            #expect(try await town.database.value("SELECT count(*) FROM alerts", as: Int.self) == 2)
        }
    }

    @Test func aTokenOfAnAgencyOpensItsOwnAndTellsTheDepartment() async throws {
        try await Self.town { town in
            try await town.database.run(
                "INSERT INTO settings (key, value, updated_at) VALUES (\(Setting.dutyDeskAddress.key), 'truc@example.vn', \(town.now))")
            let told = try await Self.post(
                town, try await Self.token(town, .agencyAdmin, agency: town.yenKhanh), Self.alert("a", began: -5))
            let code = try #require(told["opened"]?.first)
            #expect(try await town.browser(.binh).get("/incidents/\(code)").status == .ok)
            #expect(try await town.browser(.chi).get("/incidents/\(code)").status == .notFound)
            let letters = try await town.database.values("SELECT recipient_address FROM deliveries WHERE about = \(code)", as: String.self)
            #expect(letters == ["truc@example.vn"])
            for role in [Role.auditor, .agencyHead] {
                let reader = try await Self.token(town, role, agency: role == .auditor ? nil : town.yenKhanh)
                let answer = try await town.browser(nil).ask(
                    .post, "/api/v1/alerts/alertmanager", [.authorization: "Bearer \(reader)", .contentType: "application/json"], body: "{}")
                #expect(answer.status == .forbidden, "\(role)")
            }
        }
    }

    // MARK: Signed

    private static func signed(
        _ town: Town, _ source: String, _ secret: String, _ body: String, id: String = "m1", spoilt: Bool = false
    ) async throws -> Answer {
        let key = SymmetricKey(data: try #require(Data(base64Encoded: String(secret.dropFirst("whsec_".count)))))
        let seconds = town.now.seconds
        let code = HMAC<SHA256>.authenticationCode(for: Data("\(id).\(seconds).\(body)".utf8), using: key)
        var headers = HTTPFields()
        // Literals in a header's alphabet always make names.
        headers[HTTPField.Name("webhook-id")!] = id
        headers[HTTPField.Name("webhook-timestamp")!] = String(seconds)
        headers[HTTPField.Name("webhook-signature")!] = "v1," + Data(code).base64EncodedString()
        headers[.contentType] = "application/json"
        return try await town.browser(nil).ask(.post, "/api/v1/alerts/signed/\(source)", headers, body: spoilt ? body + " " : body)
    }

    @Test func aSourceSignsUntilItIsRevoked() async throws {
        try await Self.town { town in
            let browser = town.browser(.an)
            let page = try await browser.get("/settings/alerts")
            try page.checkedXML()
            let fields = [("form_key", try #require(page.formKey)), ("name", "zabbix-so"), ("agency", "")]
            let made = try await browser.post("/settings/alerts", fields)
            try made.checkedXML()
            let secret = String(try #require(made.body.firstMatch(of: /whsec_[A-Za-z0-9+\/=]+/)).output)
            #expect(try await browser.post("/settings/alerts", fields).location == "/settings/alerts", "the same form again")
            let list = try await browser.get("/settings/alerts")
            #expect(!list.body.contains(secret) && list.body.contains("Chưa dùng"))
            #expect(try await browser.post("/settings/alerts", [("name", "zabbix-so")]).body.contains("đã có nguồn “zabbix-so”"))
            for name in ["", "a", "Tên", "alertmanager", "<script>"] {
                let refused = try await browser.post("/settings/alerts", [("name", name)])
                #expect(refused.status == .unprocessableContent && !refused.body.contains("<script>\""), "\(name)")
            }
            for name in [TownPerson.linh, .tam, .binh] {
                #expect(try await town.browser(name).get("/settings/alerts").status == .forbidden)
            }

            func body(_ status: String, _ end: String = "") -> String {
                #"{"id": "z-7", "status": "\#(status)", "title": "Đĩa đầy <b>", "kind": "suspension", "starts_at": "2026-11-24T08:50:00+07:00"\#(end)}"#
            }
            let opened = try await Self.signed(town, "zabbix-so", secret, body("firing"))
            #expect(opened.status == .ok && opened.body.contains("\"opened\":[\"SC-2026-0001\"]"), "\(opened.body)")
            let ended = body("resolved", #", "ends_at": "2026-11-24T08:55:00+07:00""#)
            #expect(try await Self.signed(town, "zabbix-so", secret, ended, id: "m2").body.contains("\"resolved\":[\"SC-2026-0001\"]"))
            #expect(try await town.browser(.linh).get("/incidents/SC-2026-0001").body.contains("Đĩa đầy &lt;b&gt;"))
            #expect(try await !browser.get("/settings/alerts").body.contains("Chưa dùng"))
            let spoilt = try await Self.signed(town, "zabbix-so", secret, body("firing"), id: "m3", spoilt: true)
            #expect(spoilt.status == .unauthorized && spoilt.headers[.contentType] == "application/problem+json")
            #expect(try await Self.signed(town, "khongco", secret, body("firing")).status == .unauthorized)
            #expect(try await Self.signed(town, "zabbix-so", secret, "{}").body.contains("id: cần có."))

            let href = try #require(list.body.firstMatch(of: /action="(\/settings\/alerts\/\d+\/revocation)"/)).1
            #expect(try await browser.post(String(href)).status == .seeOther)
            #expect(try await Self.signed(town, "zabbix-so", secret, body("firing")).status == .unauthorized)
            #expect(try await browser.post("/settings/alerts/0/revocation").status == .notFound)
            let trail = try await town.database.values("SELECT coalesce(after, '') FROM audit_entries WHERE action LIKE 'alert_source.%'", as: String.self)
            #expect(trail.count == 2 && !trail.contains { $0.contains(secret) })
        }
    }
}
