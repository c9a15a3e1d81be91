import Foundation
package import Hummingbird
import NIOCore
package import Organization

/// Errors of the JSON API, as RFC 9457 writes them (`application/problem+json`).
package enum JSONProblem {
    private struct Body: Encodable {
        struct Item: Encodable {
            let field: String
            let text: String
        }
        let title: String
        let status: Int
        let problems: [Item]
    }

    package static func response(
        _ status: HTTPResponse.Status, title: String, problems: [Refusal.Problem] = []
    ) -> Response {
        let body = Body(
            title: title, status: status.code, problems: problems.map { .init(field: $0.field, text: $0.text) })
        return .json(body, status: status, type: "application/problem+json")
    }
}

extension Response {
    /// A JSON answer with sorted keys.
    package static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, type: String = "application/json"
    ) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return Response(status: .internalServerError) }
        return Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }

    /// Plain text.
    package static func text(
        _ text: String, status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
