import Foundation

/// A message, or a part of one, as others wrote it (RFC 5322, RFC 2045): its header fields, and its body in lines. What is
/// not well-formed is read as far as it can be.
struct ReceivedMessage {
    /// Names in lower case, values unfolded, in their order.
    let fields: [(name: String, value: String)]
    private let body: ArraySlice<Substring>

    /// - Parameter type: The `Content-Type`, where the body alone is given.
    init(_ bytes: [UInt8], type: String? = nil) {
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        self =
            type.map { ReceivedMessage(fields: [("content-type", $0)], body: lines[...]) } ?? ReceivedMessage(lines: lines[...])
    }

    private init(lines: ArraySlice<Substring>) {
        let end = lines.firstIndex { $0.isEmpty } ?? lines.endIndex
        self.init(fields: Self.fields(in: lines[..<end]), body: lines[min(end + 1, lines.endIndex)...])
    }

    private init(fields: [(name: String, value: String)], body: ArraySlice<Substring>) {
        self.fields = fields
        self.body = body
    }

    /// A line that begins with a blank goes on with the one before (RFC 5322 §2.2.3).
    private static func fields(in lines: ArraySlice<Substring>) -> [(name: String, value: String)] {
        lines.reduce(into: []) { fields, line in
            if line.first == " " || line.first == "\t" {
                guard !fields.isEmpty else { return }
                fields[fields.count - 1].value += " " + trimmed(line)
            } else if let colon = line.firstIndex(of: ":") {
                fields.append((trimmed(line[..<colon]).lowercased(), trimmed(line[line.index(after: colon)...])))
            }
        }
    }

    private static func trimmed(_ text: Substring) -> String { text.trimmingCharacters(in: .whitespaces) }

    func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// `text/plain`, in lower case; what RFC 2045 §5.2 says where there is none.
    var type: String {
        let value = (field("content-type") ?? "text/plain").prefix { $0 != ";" }
        return value.trimmingCharacters(in: .whitespaces).lowercased()
    }

    private var boundary: String? {
        field("content-type")?.firstMatch(of: /(?i:boundary)\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))/)
            .map { String($0.1 ?? $0.2 ?? "") }
    }

    /// The parts of a `multipart`, of which more than a few say nothing that a bounce needs.
    var parts: [ReceivedMessage] {
        guard type.hasPrefix("multipart/"), let boundary else { return [] }
        let (delimiter, end) = ("--\(boundary)", "--\(boundary)--")
        var (parts, start): ([ReceivedMessage], Int?) = ([], nil)
        for (index, line) in zip(body.indices, body) {
            let mark = Self.trimmed(line)
            guard mark == delimiter || mark == end else { continue }
            if let start { parts.append(ReceivedMessage(lines: body[start..<index])) }
            start = mark == end ? nil : index + 1
            if mark == end || parts.count == 10 { break }
        }
        // One that was cut off is read as far as it goes.
        if let start { parts.append(ReceivedMessage(lines: body[start...])) }
        return parts
    }

    /// The body as it was before it was encoded for its way.
    private var decoded: ArraySlice<Substring> {
        let bytes: [UInt8]
        switch field("content-transfer-encoding")?.lowercased() {
        case "base64":
            bytes = Array(Data(base64Encoded: body.joined(), options: .ignoreUnknownCharacters) ?? Data())
        case "quoted-printable": bytes = Self.unquoted(body.joined(separator: "\n"))
        default: return body
        }
        return ReceivedMessage(bytes, type: "").body
    }

    /// RFC 2045 §6.7.
    private static func unquoted(_ text: String) -> [UInt8] {
        var (bytes, rest) = ([UInt8](), Array(text.replacing("=\n", with: "").utf8)[...])
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "="), digits.utf8.count == 2, let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// Header fields that stand in the body: those of a message that came back, or of each block of a report.
    var blocks: [[(name: String, value: String)]] {
        decoded.split { $0.allSatisfy(\.isWhitespace) }.map(Self.fields)
    }
}
