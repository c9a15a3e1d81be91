import Crypto
import Database
import Organization

/// The address to which a mail server sends word of a letter that it cannot deliver: one for each letter (VERP), so that the
/// report says by its address which letter it is about: `bounce+4711.0123456789abcdef@tra-lai.ninhbinh.gov.vn`.
///
/// Signed with the console's secret: nobody can report of letters that they did not get. The recipient's address is signed
/// too: what comes back late from an old address says nothing about a letter that has gone to a new one since.
package struct BounceAddress: Sendable {
    private let key: SymmetricKey

    /// - Parameter secret: Known to every console of this database, and to nobody else.
    package init(secret: String) {
        key = SymmetricKey(data: Array(secret.utf8))
    }

    package func address(of delivery: Delivery, at domain: String) -> String {
        "bounce+\(delivery.id.rawValue).\(signature(of: delivery))@\(domain)"
    }

    func isSigned(_ mark: Mark, for delivery: Delivery) -> Bool {
        // Of equal length; comparing takes the same time wherever they differ.
        zip(mark.signature.utf8, signature(of: delivery).utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private func signature(of delivery: Delivery) -> String {
        let text = "bounce \(delivery.id.rawValue) \(delivery.recipientAddress)"
        return hexadecimal(Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key).prefix(8)))
    }

    /// What such an address says, true or not.
    struct Mark: Hashable, Sendable {
        let delivery: Delivery.ID
        let signature: String

        /// - Returns: nil for any other address.
        init?(_ address: String) {
            guard let match = address.lowercased().wholeMatch(of: /bounce\+(\d{1,18})\.([0-9a-f]{16})@.+/),
                let number = Int64(match.1)
            else { return nil }
            delivery = Delivery.ID(rawValue: number)
            signature = String(match.2)
        }
    }
}
