import Foundation
import Hummingbird

/// What somebody without a session gets: the sign-in page, and afterwards the page they wanted.
enum SignInPrompt {
    static func response(for visit: Visit) -> Response {
        guard [.get, .head].contains(visit.request.method), !visit.request.uri.path.hasPrefix("/api/") else {
            return ErrorPages.response(to: HTTPError(.unauthorized), visit: visit, signedIn: nil)
        }
        let wanted = visit.request.uri.string
        guard wanted != "/", let encoded = wanted.addingPercentEncoding(withAllowedCharacters: .alphanumerics) else {
            return visit.redirect(to: "/login")
        }
        return visit.redirect(to: "/login?next=\(encoded)")
    }
}

extension Visit {
    /// Where to go after signing in: a path of this console, or its home. Never another site.
    package static func safeLocation(_ wanted: String) -> String {
        let isLocal = wanted.hasPrefix("/") && !wanted.hasPrefix("//") && !wanted.contains("\\")
        return isLocal && wanted.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7f } ? wanted : "/"
    }
}
