import Civil
import Database
import Delivery
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Console

/// `POST /api/v1/bounces`, and what everybody sees of it.
@Suite struct BounceAPITests {
    private static func token(_ town: Town, _ role: Role) async throws -> HTTPFields {
        let token = try await APITokenStore(database: town.database).add(
            APITokenDraft(name: "Máy chủ thư", role: role, agency: nil, days: 30), by: town.person(.an), address: "127.0.0.1",
            at: town.now)
        return [.authorization: "Bearer \(token.text)"]
    }

    private static func report(to address: String) -> String {
        """
        To: \(address)
        Content-Type: multipart/report; report-type=delivery-status; boundary=x

        --x
        Content-Type: text/plain

        --x
        Content-Type: message/delivery-status

        Reporting-MTA: dns; thu.example

        Final-Recipient: rfc822; xayenkhanh@example.vn
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 <b>khong co</b>

        --x--
        """
    }

    @Test func whatComesBackIsSeenOnTheDashboard() async throws {
        try await WholeHouse.with { town, _ in
            try await town.database.transaction {
                $0.enqueue([
                    Letter(
                        key: "a", about: "SC-2026-0001", agency: nil, recipientName: "Bình", recipientAddress: "xayenkhanh@example.vn",
                        subject: "Thư", body: "Thư")
                ], at: town.now)
            }
            let deliveries = DeliveryStore(database: town.database)
            let claimed = try #require(try await deliveries.claim(1, at: town.now).first)
            try await deliveries.finish(claimed, .delivered("250"), at: town.now)
            #expect(try await !town.browser(.linh).get("/").body.contains("Không gửi được"))

            let address = BounceAddress(secret: "secret of the test").address(of: claimed.delivery, at: "tra-lai.example")
            let headers = try await Self.token(town, .operator)
            func post(_ body: String, type: String = "message/rfc822") async throws -> Answer {
                var fields = headers
                fields[.contentType] = type
                return try await town.browser(nil).ask(.post, "/api/v1/bounces", fields, body: body)
            }
            let answer = try await post(Self.report(to: address))
            #expect(answer.status == .ok, "\(answer.body)")
            #expect(answer.body == #"{"about":"SC-2026-0001","recipient":"xayenkhanh@example.vn","result":"failed"}"#)
            #expect(try await post("Subject: Vang mat\nAuto-Submitted: auto-replied\n\nx").body == #"{"result":"ignored"}"#)
            #expect(try await post(Self.report(to: "ai@do.example")).body == #"{"result":"unknown"}"#)
            #expect(try await post("x", type: "text/plain").status == .unsupportedMediaType)
            #expect(try await post(String(repeating: "x", count: 1_100_000)).status == .contentTooLarge)
            let alone = try await post("--x\n", type: "multipart/report; boundary=x")
            #expect(alone.body == #"{"result":"ignored"}"#)

            let home = try await town.browser(.linh).get("/")
            try home.checkedXML()
            #expect(home.body.contains("Không gửi được") && home.body.contains("href=\"/deliveries\""))
            #expect(home.body.contains("href=\"/incidents/SC-2026-0001\""))
            #expect(try await town.browser(.linh).get("/deliveries").body.contains("550 &lt;b&gt;khong co&lt;/b&gt;"))
            #expect(try await !town.browser(.binh).get("/").body.contains("SC-2026-0001"))
        }
    }

    @Test func onlyWhoKeepsDeliveriesMayReport() async throws {
        try await WholeHouse.with { town, _ in
            var headers = try await Self.token(town, .auditor)
            headers[.contentType] = "message/rfc822"
            let answer = try await town.browser(nil).ask(
                .post, "/api/v1/bounces", headers, body: Self.report(to: "a@b.example"))
            #expect(answer.status == .forbidden)
        }
    }
}
