import HTTPTypes
import Hummingbird

/// Refuses commands that another site's page makes a visitor's browser send (CSRF). Every current browser says where
/// a form comes from: `Sec-Fetch-Site` (Fetch Metadata, W3C) or at least `Origin` (RFC 6454). A command that says
/// neither is refused too. docs/decisions/0005-cross-origin-guard.md has the reasons for a check without form tokens.
enum CrossOriginGuard {
    /// - Parameter baseURL: The address that people type, where it is known.
    static func check(_ request: Request, baseURL: String?) throws {
        guard request.method != .get && request.method != .head else { return }
        switch request.headers[.fetchSite] {
        case "same-origin", "none": return
        case .some: throw CrossOriginRequest()
        case nil: break
        }
        guard let origin = request.headers[.origin] else { throw CrossOriginRequest() }
        if origin == baseURL { return }
        guard let host = request.head.authority, origin == "http://\(host)" || origin == "https://\(host)" else {
            throw CrossOriginRequest()
        }
    }
}

/// A command that did not come from one of the console's own pages.
struct CrossOriginRequest: Error {}
