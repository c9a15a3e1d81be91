import Foundation
import Organization

/// How text that people typed comes in: in NFC, as TCVN 6909:2001 wants it, without control characters (PostgreSQL
/// stores no NUL), line ends as `\n`, nothing blank at either end.
package enum FormText {
    package static func normalized(_ text: String) -> String {
        let unified = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        let printable = String(String.UnicodeScalarView(unified.unicodeScalars.filter(isKept)))
        return printable.precomposedStringWithCanonicalMapping.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func isKept(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control
    }

    /// A link within the console.
    /// - Parameter query: In order; empty values are left out.
    package static func href(_ path: String, _ query: [(String, String)]) -> String {
        let pairs = query.filter { !$0.1.isEmpty }.map { "\(encoded($0.0))=\(encoded($0.1))" }
        return pairs.isEmpty ? path : "\(path)?\(pairs.joined(separator: "&"))"
    }

    /// Everything but the unreserved characters of RFC 3986 as `%XX`.
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isUnreserved = byte < 0x80 && (scalar.properties.isAlphabetic || (0x30...0x39).contains(byte))
            return isUnreserved || "-._~".unicodeScalars.contains(scalar) && byte < 0x80
                ? String(scalar) : "%" + hexadecimal([byte]).uppercased()
        }.joined()
    }

    /// Text of `application/x-www-form-urlencoded`.
    static func decoded(_ field: some StringProtocol) -> String {
        let spaced = String(field).replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? spaced
    }
}
