import Crypto
import Foundation

/// A secret that stands for somebody: 256 random bits, of which the database keeps only the SHA-256.
package struct Token: Sendable {
    /// Base64url without padding: 43 characters, safe in a cookie and in a link.
    package let text: String

    package init() {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        text = Data(bytes).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// A token that came back from outside; anything may be in it.
    package init(presented text: String) {
        self.text = text
    }

    package var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}
