import Civil
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
package import Web

/// `/ping/…`: where jobs report, with the URLs of Healthchecks' ping API. Whoever knows the address may report; no cookie
/// counts, and nothing of an address gets into a log.
package struct PingPages: Sendable {
    let desk: PingDesk

    package init(desk: PingDesk) {
        self.desk = desk
    }

    /// HEAD is answered wherever GET is.
    package func add(to routes: inout RouteTable) {
        for method in [HTTPRequest.Method.get, .post] {
            for path in ["/ping/:first", "/ping/:first/:second", "/ping/:first/:second/:third"] {
                routes.machine(method, path, use: take)
            }
        }
    }

    @Sendable private func take(_ request: Request, _ visit: Visit) async throws -> Response {
        let address: PingAddress
        do {
            address = try PingAddress(["first", "second", "third"].compactMap { visit.parameters.get($0) })
        } catch {
            return error == .exitStatus ? said(.badRequest, "invalid exit status") : said(.notFound, "not found")
        }
        var ping = Ping(address: address, method: request.method.rawValue, source: visit.address, userAgent: visit.userAgent)
        let rid = visit.query("rid")
        if !rid.isEmpty {
            ping.rid = UUID(uuidString: rid)
            if ping.rid == nil { return said(.badRequest, "invalid uuid format") }
        }
        if request.method == .post { ping.body = try await body(of: request) }
        switch try await desk.take(ping, creates: visit.query("create") == "1", at: visit.now) {
        case .ok: return said(.ok, "OK")
        case .created: return said(.created, "Created")
        case .notFound: return said(.notFound, "not found")
        case .ambiguous: return said(.conflict, "ambiguous slug")
        case .full: return said(.forbidden, "too many heartbeats")
        case .busy: return said(.serviceUnavailable, "try again")
        }
    }

    /// The beginning of a body; the rest is read and dropped, so that the connection can be used again.
    /// - Throws: `HTTPError` 413 for a body that does not end.
    private func body(of request: Request) async throws -> [UInt8]? {
        var (kept, seen): ([UInt8], Int) = ([], 0)
        for try await part in request.body {
            seen += part.readableBytes
            if seen > 16 << 20 { throw HTTPError(.contentTooLarge) }
            if kept.count < Ping.bodyLimit {
                kept += part.readableBytesView.prefix(Ping.bodyLimit - kept.count)
            }
        }
        return kept.isEmpty ? nil : kept
    }

    private func said(_ status: HTTPResponse.Status, _ text: String) -> Response {
        var response = Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        // A literal in a header's alphabet always makes a name.
        response.headers[HTTPField.Name("Ping-Body-Limit")!] = "\(Ping.bodyLimit)"
        return response
    }
}
