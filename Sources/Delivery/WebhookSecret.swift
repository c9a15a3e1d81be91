import Crypto
import Foundation

/// The key with which a subscriber's deliveries are signed, and the signing itself, as Standard Webhooks has it (version 1):
/// HMAC-SHA256 over `id.timestamp.body`. The subscriber computes the same, compares, and drops what is older than a few
/// minutes; a delivery that comes twice has the same id.
package struct WebhookSecret: Hashable, Sendable {
    private static let prefix = "whsec_"

    private let key: [UInt8]

    /// A new one: 256 random bits.
    package init() {
        var random = SystemRandomNumberGenerator()
        key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    /// - Returns: nil for what is none, or is shorter than the standard's 24 bytes.
    init?(written text: String) {
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
}
