import Crypto
package import Foundation

/// Base64url without padding (RFC 4648, §5): safe in a cookie and in a link. By its bytes: a notice signs 1,500 links at once.
package func base64URL(_ data: Data) -> String {
    String(
        decoding: data.base64EncodedData().compactMap { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: byte
            }
        }, as: UTF8.self)
}

/// A secret that stands for somebody: 256 random bits, of which the database keeps only the SHA-256.
package struct Token: Sendable {
    /// Base64url: 43 characters.
    package let text: String

    package init() {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        text = base64URL(Data(bytes))
    }

    /// A token that came back from outside; anything may be in it.
    package init(presented text: String) {
        self.text = text
    }

    package var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}
