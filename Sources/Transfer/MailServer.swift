import Foundation

/// Where letters are handed in: `smtp://user:password@host:587` or `smtps://…`, special characters percent-encoded.
///
/// `smtps` speaks TLS from the first byte. `smtp` asks for STARTTLS (RFC 3207) and goes no further without it; two cases
/// take a plain connection where the server offers nothing better: a server on this machine to which no password is
/// told, and a URL that ends in `?starttls=optional`. Whenever TLS is spoken, the certificate is verified.
package struct MailServer: Hashable, Sendable {
    package enum Encryption: Hashable, Sendable {
        case implicit
        case startTLS
        case startTLSIfOffered
    }

    /// Scheme, host and port only: it may be shown.
    package let url: String
    package let user: String?
    package let password: String?
    package let encryption: Encryption

    /// - Returns: nil when this is not the URL of a mail server.
    package init?(url text: String) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["smtp", "smtps"].contains(scheme), let host = parts.host, !host.isEmpty, parts.path.count <= 1
        else { return nil }
        var isOptional = Self.isLoopback(host) && parts.user == nil
        for item in parts.queryItems ?? [] {
            switch (item.name, item.value) {
            case ("starttls", "required"): isOptional = false
            case ("starttls", "optional"): isOptional = true
            default: return nil
            }
        }
        var bare = URLComponents()
        bare.scheme = scheme
        bare.host = host
        bare.port = parts.port
        guard let url = bare.string else { return nil }
        self.url = url
        user = parts.user
        password = parts.password
        encryption = scheme == "smtps" ? .implicit : isOptional ? .startTLSIfOffered : .startTLS
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.")
    }
}
