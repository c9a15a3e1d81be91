import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Console

/// Every answer carries the same protection, whatever its status.
@Suite struct HeaderTests {
    @Test func everyStatusIsProtected() async throws {
        try await WholeHouse.with { town, _ in
            let linh = town.browser(.linh)
            let answers: [(Int, Answer)] = [
                (200, try await linh.get("/incidents")), (303, try await town.browser(nil).get("/incidents")),
                (403, try await linh.get("/audit")), (404, try await linh.get("/incidents/SC-2026-9999")),
                (404, try await linh.get("/no/such/page")), (422, try await linh.post("/requests")),
                (403, try await linh.postFromElsewhere("/requests")),
            ]
            for (status, answer) in answers {
                #expect(answer.status.code == status)
                let policy = answer.headers[.contentSecurityPolicy] ?? ""
                #expect(policy.contains("default-src 'self'") && !policy.contains("unsafe"), "\(status)")
                #expect(answer.headers[.xContentTypeOptions] == "nosniff", "\(status)")
                #expect(answer.headers[HTTPField.Name("Referrer-Policy")!] == "same-origin", "\(status)")
            }
        }
    }

    @Test(arguments: ["/incidents/SC-2026-9999", "/no/such/page"])
    func aMissingPageSaysWhatToDoInVietnamese(path: String) async throws {
        try await WholeHouse.with { town, _ in
            let answer = try await town.browser(.linh).get(path)
            #expect(answer.status == .notFound)
            try answer.checkedXML()
            #expect(answer.body.contains("Không tìm thấy"))
        }
    }

    @Test func metricsWantTheirToken() async throws {
        try await WholeHouse.with { town, _ in
            let metrics = try await town.browser(.an).get("/metrics")
            #expect(metrics.status == .unauthorized)
            for path in ["/healthz", "/readyz"] {
                let answer = try await town.browser(nil).get(path)
                #expect(answer.status == .ok, "\(path)")
            }
        }
    }
}
