import Crypto
import Database
import Foundation
import Organization

/// The addresses that stand in letters: of a notice's page, and of the one on which a recipient acknowledges it without
/// signing in.
package struct NoticeLinks: Sendable {
    /// The console's address, without a slash at its end.
    private let address: String
    private let key: SymmetricKey

    /// - Parameters:
    ///   - address: Where people reach the console, without a slash at its end.
    ///   - secret: What links are signed with: whoever knows it can acknowledge for everybody.
    package init(address: String, secret: String) {
        self.address = address
        key = SymmetricKey(data: Array(secret.utf8))
    }

    package func page(of code: String) -> String { "\(address)/notices/\(code)" }

    /// What a link speaks of, when nobody but the console can have made it.
    package struct Claim: Hashable, Sendable {
        package let recipient: NoticeRecipient.ID
        package let revision: Int
    }

    /// The link for one recipient and one revision. The recipient's number belongs to one notice, so it need not be named.
    package func acknowledgement(of notice: Notice, by recipient: NoticeRecipient.ID) -> String {
        "\(address)\(path(Claim(recipient: recipient, revision: notice.revision)))"
    }

    func path(_ claim: Claim) -> String { "/acknowledgements/\(claim.token)-\(signature(claim))" }

    /// - Returns: nil for what was not signed here, whatever it is.
    package func claim(in text: String) -> Claim? {
        let parts = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let recipient = Int64(parts[0]), let revision = Int(parts[1]) else { return nil }
        let claim = Claim(recipient: NoticeRecipient.ID(rawValue: recipient), revision: revision)
        guard claim.token == "\(parts[0])-\(parts[1])", let code = Self.decoded(String(parts[2])),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: claim.signed, using: key)
        else { return nil }
        return claim
    }

    /// HMAC-SHA256 (RFC 2104) in base64url.
    private func signature(_ claim: Claim) -> String {
        base64URL(Data(HMAC<SHA256>.authenticationCode(for: claim.signed, using: key)))
    }

    private static func decoded(_ text: String) -> Data? {
        Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + "=")
    }
}

extension NoticeLinks.Claim {
    fileprivate var token: String { "\(recipient.rawValue)-\(revision)" }
    fileprivate var signed: Data { Data("notice acknowledgement \(token)".utf8) }
}
