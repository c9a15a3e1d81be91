import Foundation

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

    /// Text of `application/x-www-form-urlencoded`.
    static func decoded(_ field: some StringProtocol) -> String {
        let spaced = String(field).replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? spaced
    }
}
