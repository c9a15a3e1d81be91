import Civil

/// How accounts of officials are named: Điều 7.4.
package enum AccountName {
    /// The agency's code that an account name begins with: `skhcn` of `skhcn_nguyenvana`. Nil for a name without one,
    /// such as a mail address (Điều 7.4 c).
    package static func agencyCode(of username: String) -> String? {
        guard !username.contains("@"), let end = username.firstIndex(of: "_"), end > username.startIndex else {
            return nil
        }
        return String(username[..<end])
    }

    /// Whether a name is built as Điều 7.4 says: the agency's code, `_`, and the full name written together without
    /// marks (a); behind it whatever the agency chose to tell people of the same name apart (b). The address of an
    /// official mailbox is right too (c). Whether an agency has that code is for the database to say.
    package static func isRegular(_ username: String, fullName: String) -> Bool {
        if username.contains("@") {
            return username.wholeMatch(of: /[a-z0-9._-]+@([a-z0-9-]+\.)*gov\.vn/) != nil
        }
        let name = joined(fullName)
        guard let code = agencyCode(of: username), !name.isEmpty else { return false }
        let own = username.dropFirst(code.count + 1)
        return username.utf8.allSatisfy(isPlain) && own.hasPrefix(name)
    }

    /// `Nguyễn Văn A` → `nguyenvana`, `H’Hen Niê` → `hhennie`
    package static func joined(_ fullName: String) -> String {
        Folding.folded(fullName).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
