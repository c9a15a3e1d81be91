import Crypto
import Foundation
package import Hummingbird
import NIOCore
import Organization

/// Stylesheet, script and icons, read once and served from memory under names that change with their content.
package struct Assets: Sendable {
    private struct Asset: Sendable {
        let bytes: [UInt8]
        let type: String
    }

    private let byPath: [String: Asset]
    private let pathByName: [String: String]

    /// - Parameter directory: Everything below it is served.
    /// - Throws: What reading the directory throws.
    package init(directory: String) throws {
        var byPath: [String: Asset] = [:]
        var pathByName: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: directory) {
            guard let type = Self.types[(name as NSString).pathExtension] else { continue }
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name)))
            let digest = hexadecimal(Array(SHA256.hash(data: bytes))).prefix(10)
            let flat = name.replacing("/", with: "-") as NSString
            let path = "/assets/\(flat.deletingPathExtension)-\(digest).\(flat.pathExtension)"
            byPath[path] = Asset(bytes: bytes, type: type)
            pathByName[name] = path
        }
        self.byPath = byPath
        self.pathByName = pathByName
    }

    private static let types = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
        "png": "image/png", "ico": "image/x-icon",
    ]

    /// Where `console.css` of `public/` is to be had.
    package func path(of name: String) -> String { pathByName[name] ?? "/assets/\(name)" }

    package func response(to path: String) throws -> Response {
        guard let asset = byPath[path] else { throw HTTPError(.notFound) }
        return Response(
            status: .ok,
            headers: [.contentType: asset.type, .cacheControl: "public, max-age=31536000, immutable"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }

    /// Mounts the route under which everything here is served.
    package func add(to routes: inout RouteTable) {
        routes.machine(.get, "/assets/:name") { [self] request, _ in try response(to: request.uri.path) }
    }
}
