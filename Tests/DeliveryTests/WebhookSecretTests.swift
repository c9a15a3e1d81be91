import Civil
import Testing

@testable import Delivery

/// Signatures as others write them and as we read them.
struct WebhookSecretTests {
    /// 24/11/2026 09:00 in Vietnam.
    private static let now = Instant(seconds: 1_795_485_600)

    @Test(arguments: [
        ("signed now", 0, "m1", "{}", true), ("five minutes ago", -300, "m1", "{}", true),
        ("longer ago", -301, "m1", "{}", false), ("a clock that is ahead", 301, "m1", "{}", false),
        ("another message's number", 0, "m2", "{}", false), ("another body", 0, "m1", "{ }", false),
    ])
    func onlyWhatWasSignedNotLongAgoIsBelieved(name: String, offset: Int, id: String, body: String, isBelieved: Bool) {
        let secret = WebhookSecret()
        let seconds = Self.now.seconds + Int64(offset)
        let signature = secret.signature(id: "m1", seconds: seconds, body: "{}")
        func verifies(_ signatures: String) -> Bool {
            secret.verifies(id: id, timestamp: String(seconds), signatures: signatures, body: Array(body.utf8), at: Self.now)
        }
        #expect(verifies(signature) == isBelieved, "\(name)")
        #expect(verifies("v1,AAAA \(signature)") == isBelieved, "an old secret's signature beside it")
        #expect(!verifies(signature.replacing("v1,", with: "v2,")) && !verifies("") && !verifies("v1,"))
        #expect(!WebhookSecret().verifies(id: id, timestamp: String(seconds), signatures: signature, body: Array(body.utf8), at: Self.now))
    }

    /// The example of the specification (Standard Webhooks).
    @Test func theSpecificationsExampleIsVerified() throws {
        let secret = try #require(WebhookSecret(written: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let verified = secret.verifies(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330",
            signatures: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", body: Array(#"{"test": 2432232314}"#.utf8),
            at: Instant(seconds: 1_614_265_330))
        #expect(verified)
    }
}
