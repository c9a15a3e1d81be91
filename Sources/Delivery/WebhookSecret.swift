package import Civil
import Crypto
import Foundation

/// The key with which one side signs what it posts and the other knows it, as Standard Webhooks has it (version 1): HMAC-SHA256
/// over `id.timestamp.body`. Whoever gets it computes the same, compares, and drops what is older than a few minutes; a
/// delivery that comes twice has the same id.
package struct WebhookSecret: Hashable, Sendable {
    private static let prefix = "whsec_"

    private let key: [UInt8]

    /// A new one: 256 random bits.
    package init() {
        var random = SystemRandomNumberGenerator()
        key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    /// - Returns: nil for what is none, or is shorter than the standard's 24 bytes.
    package init?(written text: String) {
        guard text.hasPrefix(Self.prefix), let data = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
            data.count >= 24
        else { return nil }
        key = Array(data)
    }

    /// As it is stored, and told to the subscriber once.
    package var text: String { Self.prefix + Data(key).base64EncodedString() }

    /// `v1,` and the signature in base64.
    /// - Parameter seconds: Since 1970, of this attempt.
    func signature(id: String, seconds: Int64, body: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(id).\(seconds).\(body)".utf8), using: SymmetricKey(data: key))
        return "v1," + Data(code).base64EncodedString()
    }

    /// How far a sender's clock may be from ours.
    private static let tolerance = Duration.seconds(300)

    /// Whether a message was signed with this secret not long ago. Compared in constant time.
    ///
    /// - Parameters:
    ///   - id: The header `webhook-id`.
    ///   - timestamp: The header `webhook-timestamp`: seconds since 1970.
    ///   - signatures: The header `webhook-signature`: `v1,` and base64; several, parted by spaces, while a secret is being
    ///     changed.
    package func verifies(id: String, timestamp: String, signatures: String, body: [UInt8], at now: Instant) -> Bool {
        guard !id.isEmpty, let seconds = Int64(timestamp), abs(now.seconds - seconds) <= Self.tolerance.inSeconds else { return false }
        let signed = Array("\(id).\(timestamp).".utf8) + body
        return signatures.split(separator: " ").contains { signature in
            guard signature.hasPrefix("v1,"), let code = Data(base64Encoded: String(signature.dropFirst(3))) else { return false }
            return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: SymmetricKey(data: key))
        }
    }
}
