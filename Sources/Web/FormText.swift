import Foundation
import Organization

/// How text that people typed comes in: in NFC, as TCVN 6909:2001 wants it, without control characters (PostgreSQL
/// stores no NUL), line ends as `\n`, nothing blank at either end.
package enum FormText {
    package static func normalized(_ text: String) -> String {
        // Most fields are names, times and boxes, and as they should be.
        if text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return text }
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            switch scalar {
            case "\r": scalars.append("\n")
            case "\n" where previous == "\r": break
            default: if isKept(scalar) { scalars.append(scalar) }
            }
        }
        return String(scalars).precomposedStringWithCanonicalMapping.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// All but the control characters (Unicode, general category Cc).
    private static func isKept(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: true
        case 0..<0x20, 0x7F..<0xA0: false
        default: true
        }
    }

    /// A link within the console.
    /// - Parameter query: In order; empty values are left out.
    package static func href(_ path: String, _ query: [(String, String)]) -> String {
        let pairs = query.filter { !$0.1.isEmpty }.map { "\(encoded($0.0))=\(encoded($0.1))" }
        return pairs.isEmpty ? path : "\(path)?\(pairs.joined(separator: "&"))"
    }

    /// Everything but the unreserved characters of RFC 3986 as `%XX`.
    static func encoded(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if unreserved.contains(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Text of `application/x-www-form-urlencoded`, as the URL standard reads it (WHATWG, 5.1): what only looks like an
    /// escape stays as it is.
    static func decoded(_ field: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Substring(field).utf8
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                if let value = escaped(rest.prefix(2)) {
                    bytes.append(value)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func escaped(_ pair: Substring.UTF8View) -> UInt8? {
        let digits = pair.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        return digits.count == 2 ? UInt8(digits[0] << 4 | digits[1]) : nil
    }
}
