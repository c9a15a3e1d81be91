import Hummingbird
import NIOCore
import Organization
package import Web

/// `POST /api/v1/bounces`: where the mail server's own pipe hands in what was sent to the address for bounces.
package struct BounceAPI: Sendable {
    /// A report with a whole letter in it.
    private static let limit = 1 << 20

    let bounces: BounceStore

    package init(bounces: BounceStore) {
        self.bounces = bounces
    }

    package func add(to routes: inout RouteTable) {
        routes.api(.post, "/api/v1/bounces", .keepDeliveries, use: take)
    }

    private struct Answer: Encodable {
        /// `failed`, `delayed`, `unknown`, or `ignored` for what is no report.
        let result: String
        let about: String?
        let recipient: String?
    }

    @Sendable private func take(_ call: APICall) async throws -> Response {
        let type = call.visit.request.headers[.contentType] ?? ""
        let isWhole = type.lowercased().hasPrefix("message/rfc822")
        guard isWhole || type.lowercased().hasPrefix("multipart/report") else { throw HTTPError(.unsupportedMediaType) }
        let body: [UInt8]
        do {
            body = Array(buffer: try await call.visit.request.body.collect(upTo: Self.limit))
        } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge)
        }
        guard let report = BounceReport(body, type: isWhole ? nil : type) else {
            return .json(Answer(result: "ignored", about: nil, recipient: nil))
        }
        let (result, letter) = try await bounces.take(report, by: call.actor, at: call.now)
        return .json(Answer(result: result.rawValue, about: letter?.about, recipient: letter?.recipientAddress))
    }
}
