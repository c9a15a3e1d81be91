import HTTPTypes
package import Civil
package import Hummingbird
package import Logging
package import Organization

/// One request, by anybody.
package struct Visit: Sendable {
    let house: House
    package let request: Request
    package let parameters: Parameters
    /// Where the request came from, as text for the audit trail.
    package let address: String
    /// The moment of the request. Everything that the request does happens at this moment.
    package let now: Instant
    package let logger: Logger

    init(house: House, request: Request, visitor: Visitor) {
        self.house = house
        self.request = request
        parameters = visitor.parameters
        address = Visit.address(of: request, peer: visitor.peerAddress)
        now = house.clock.now
        logger = visitor.logger
    }

    /// A proxy on this machine is believed about whom it speaks for: the last address of the last header is the one that
    /// it has added itself. Nobody else is believed, and nothing that is no address.
    static func address(of request: Request, peer: String) -> String {
        guard ["127.0.0.1", "::1", "::ffff:127.0.0.1"].contains(peer),
            let last = request.headers[values: .forwardedFor].last?.split(separator: ",").last
        else { return peer }
        let address = last.filter { !$0.isWhitespace }
        let isAddress = 2...45 ~= address.utf8.count && address.utf8.allSatisfy { byte in
            Character(UnicodeScalar(byte)).isHexDigit || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
        }
        return isAddress ? address : peer
    }

    package var userAgent: String {
        String((request.headers[.userAgent] ?? "").prefix(300))
    }

    /// The value of a query parameter, trimmed and in NFC; empty when absent. A search form writes a space as `+`, which
    /// Hummingbird's own reading leaves as it is.
    package func query(_ name: String) -> String {
        for pair in (request.uri.query ?? "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard FormText.decoded(sides[0]) == name else { continue }
            return sides.count == 2 ? FormText.normalized(FormText.decoded(sides[1])) : ""
        }
        return ""
    }

    /// What the browser shows as its session; whether it is one is for `SessionStore` to say.
    package var sessionToken: Token? {
        request.cookies[house.sessionCookieName].map { Token(presented: $0.value) }
    }

    /// 303 to another page of the console, with a line that the next page shows once.
    package func redirect(to location: String, flash: String? = nil) -> Response {
        var response = Response(status: .seeOther, headers: [.location: location])
        if let flash {
            response.headers.append(Flash.cookie(flash, isSecure: house.isSecure))
        }
        return response
    }

    /// Opens a session in the visitor's browser.
    package func signIn(_ token: Token, to location: String) -> Response {
        var response = redirect(to: location)
        response.headers.append(sessionCookie(token.text, maxAge: SessionRules.absolute.components.seconds))
        return response
    }

    func sessionCookie(_ value: String, maxAge: Int64) -> HTTPField {
        let secure = house.isSecure ? "; Secure" : ""
        return HTTPField(
            name: .setCookie,
            value: "\(house.sessionCookieName)=\(value); Path=/; Max-Age=\(maxAge); HttpOnly; SameSite=Lax\(secure)")
    }

    /// A page for somebody who is not signed in.
    package func page(_ view: some PageView, title: String, status: HTTPResponse.Status = .ok) -> Response {
        Layout.response(view, title: title, status: status, visit: self, signedIn: nil)
    }
}

extension HTTPField.Name {
    // A literal in a header's alphabet always makes a name.
    static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
    static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
