import Foundation

/// A part of a letter (RFC 2045, RFC 2046): its header fields, and the lines of its body.
///
/// Every text is base64, in which no line can begin with a boundary's two hyphens or with a dot.
struct MailPart {
    let fields: [String]
    let lines: [String]

    /// - Parameters:
    ///   - type: With its parameters, as it stands after `Content-Type: `.
    ///   - text: Its line ends become CRLF.
    init(_ type: String, _ text: String, disposition: String? = nil) {
        fields =
            ["Content-Type: \(type)", "Content-Transfer-Encoding: base64"]
            + (disposition.map { ["Content-Disposition: \($0)"] } ?? [])
        let encoded = Array(Data(text.replacing("\n", with: "\r\n").utf8).base64EncodedString().utf8)
        lines = stride(from: 0, to: encoded.count, by: 76).map { start in
            String(decoding: encoded[start..<min(start + 76, encoded.count)], as: UTF8.self)
        }
    }

    /// Several parts as one; a single one stays what it is.
    /// - Parameters:
    ///   - kind: `mixed` or `alternative`.
    ///   - boundary: What stands between them, and in no line of theirs.
    init(_ kind: String, of parts: [MailPart], boundary: String) {
        if parts.count == 1 {
            self = parts[0]
            return
        }
        fields = ["Content-Type: multipart/\(kind); boundary=\"\(boundary)\""]
        lines = parts.flatMap { ["--\(boundary)"] + $0.fields + [""] + $0.lines } + ["--\(boundary)--"]
    }
}
