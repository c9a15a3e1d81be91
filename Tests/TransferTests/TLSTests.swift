import Civil
import TestKit
import Testing
@testable import Transfer

struct TLSTests {
    @Test func aTrustedCertificateIsReadAndTimed() async throws {
        try await Certificate.with(days: 30) { certificate in
            try await WebServer.with(certificate: certificate) { server in
                let outcome = await TransferLoop(trust: certificate.certificate).run(
                    Transfer(url: server.origin + "/hello"))
                #expect(outcome.code == 0)
                #expect(outcome.connected < outcome.secured)
                #expect(outcome.secured < outcome.firstByte)
                try expectExpiry(of: outcome, inDays: 30)
            }
        }
    }

    @Test func aStrangersCertificateIsNotTrusted() async throws {
        try await Certificate.with { certificate in
            try await WebServer.with(certificate: certificate) { server in
                let outcome = await TransferLoop().run(Transfer(url: server.origin + "/hello"))
                #expect(outcome.code == 60)
                #expect(outcome.message.contains("self-signed") || outcome.message.contains("self signed"))
                #expect(outcome.status == 0)
                #expect(outcome.certificateExpiresAt == nil)
            }
        }
    }

    @Test func aCertificateForAnotherNameIsRefusedAndStillRead() async throws {
        try await Certificate.with(name: "DNS:khac.example", days: 7) { certificate in
            try await WebServer.with(certificate: certificate) { server in
                let outcome = await TransferLoop(trust: certificate.certificate).run(
                    Transfer(url: server.origin + "/hello"))
                #expect(outcome.code == 60)
                #expect(outcome.message.contains("127.0.0.1"))
                try expectExpiry(of: outcome, inDays: 7)
            }
        }
    }

    @Test func anExpiredCertificateIsRefused() async throws {
        try await Certificate.with(days: -1) { certificate in
            try await WebServer.with(certificate: certificate) { server in
                let outcome = await TransferLoop(trust: certificate.certificate).run(
                    Transfer(url: server.origin + "/hello"))
                #expect(outcome.code == 60)
                #expect(outcome.message.contains("expired"))
            }
        }
    }

    @Test(arguments: [("IP:127.0.0.1", 30), ("DNS:khac.example", 30), ("IP:127.0.0.1", -1)])
    func whoDoesNotVerifySeesAnyServerAndItsExpiry(name: String, days: Int) async throws {
        try await Certificate.with(name: name, days: days) { certificate in
            try await WebServer.with(certificate: certificate) { server in
                var transfer = Transfer(url: server.origin + "/hello")
                transfer.verifiesTLS = false
                let outcome = await TransferLoop().run(transfer)
                #expect(outcome.code == 0)
                #expect(outcome.status == 200)
                try expectExpiry(of: outcome, inDays: days)
            }
        }
    }

    /// A session that was resumed would show no certificate, and no whole handshake.
    @Test func everyProbeShakesHandsAnew() async throws {
        try await Certificate.with { certificate in
            try await WebServer.with(certificate: certificate) { server in
                let loop = TransferLoop(trust: certificate.certificate)
                for _ in 1...3 {
                    let outcome = await loop.run(Transfer(url: server.origin + "/hello"))
                    #expect(outcome.connected < outcome.secured)
                    try expectExpiry(of: outcome, inDays: 30)
                }
            }
        }
    }

    @Test func plainHTTPWhereTLSIsSpokenIsATLSError() async throws {
        try await WebServer.with { server in
            let outcome = await TransferLoop().run(Transfer(url: "https://127.0.0.1:\(server.port)/hello"))
            #expect(outcome.code == 35)
        }
    }

    private func expectExpiry(of outcome: Outcome, inDays days: Int) throws {
        let expiresAt = try #require(outcome.certificateExpiresAt)
        let expected = WallClock.system.now + .seconds(days * 86_400)
        // openssl made it a few seconds ago.
        #expect(expiresAt <= expected)
        #expect(expiresAt > expected - .seconds(60))
    }
}
