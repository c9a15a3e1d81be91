import Foundation

/// Reads comma-separated values as RFC 4180 describes them and as office programs write them: UTF-8 with a byte order
/// mark or without, commas or semicolons (whichever the first line has more of), lines that end in LF or CRLF, quotes
/// around fields that hold a separator, a line end or a quote. Text comes out in NFC, without blanks at its ends.
///
/// It keeps one record at a time, so a list of 30,000 accounts costs no more than its bytes.
package struct CSVReader: Sequence, IteratorProtocol {
    /// One line of the list; a quoted line end makes it span several lines of the file.
    package struct Record: Hashable, Sendable {
        /// The line of the file on which the record begins, counted from 1.
        package let line: Int
        package let fields: [String]
    }

    /// What makes a file unreadable from some line on.
    package struct Malformed: Error, Hashable, Sendable {
        package let line: Int
        /// In the reader's words, without the line.
        package let text: String
    }

    private let bytes: [UInt8]
    private let separator: UInt8
    private var position = 0
    private var line = 1
    /// Why reading stopped before the end; nil when all was read.
    package private(set) var malformed: Malformed?

    /// - Throws: `Malformed` when the bytes are not UTF-8: an old Vietnamese encoding, or a workbook instead of text.
    package init(_ file: [UInt8]) throws(Malformed) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = file.starts(with: mark) ? file.dropFirst(mark.count) : file[...]
        guard let text = String(validating: content, as: UTF8.self) else {
            throw Malformed(line: Self.lineOfFirstFault(in: content), text: "không phải văn bản UTF-8; hãy lưu lại tệp dạng “CSV UTF-8”.")
        }
        bytes = Array(text.precomposedStringWithCanonicalMapping.utf8)
        let header = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let semicolons = header.count { $0 == UInt8(ascii: ";") }
        separator = semicolons > header.count { $0 == UInt8(ascii: ",") } ? UInt8(ascii: ";") : UInt8(ascii: ",")
    }

    private static func lineOfFirstFault(in content: ArraySlice<UInt8>) -> Int {
        let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
    }

    /// The next record that is not blank; nil at the end, and where the file is malformed.
    package mutating func next() -> Record? {
        while malformed == nil, position < bytes.count {
            let record = record()
            if let record, record.fields.contains(where: { !$0.isEmpty }) { return record }
        }
        return nil
    }

    private mutating func record() -> Record? {
        let start = line
        var fields: [String] = []
        while true {
            guard let field = position < bytes.count && bytes[position] == UInt8(ascii: "\"") ? quoted() : plain() else {
                return nil
            }
            fields.append(field)
            guard position < bytes.count else { return Record(line: start, fields: fields) }
            let ending = bytes[position]
            position += 1
            if ending == UInt8(ascii: "\n") {
                line += 1
                return Record(line: start, fields: fields)
            }
        }
    }

    /// A field without quotes, up to the separator or line end, which is left where it is.
    private mutating func plain() -> String? {
        let start = position
        while position < bytes.count, bytes[position] != separator, bytes[position] != UInt8(ascii: "\n") {
            position += 1
        }
        return Self.text(bytes[start..<position])
    }

    /// A field in quotes; a quote in it is doubled.
    private mutating func quoted() -> String? {
        let opening = line
        var content: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte != UInt8(ascii: "\"") {
                if byte == UInt8(ascii: "\n") { line += 1 }
                content.append(byte)
            } else if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                content.append(byte)
                position += 1
            } else {
                return closed(content)
            }
        }
        malformed = Malformed(line: opening, text: "dấu nháy kép mở ở dòng này không được đóng.")
        return nil
    }

    /// Between the closing quote and the separator there may be blanks and the CR of a CRLF, nothing else.
    private mutating func closed(_ content: [UInt8]) -> String? {
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\r") {
            position += 1
        }
        guard position == bytes.count || bytes[position] == separator || bytes[position] == UInt8(ascii: "\n") else {
            malformed = Malformed(line: line, text: "có chữ sau dấu nháy kép đóng; dấu nháy kép trong ô phải viết đôi.")
            return nil
        }
        return Self.text(content[...])
    }

    /// Control characters become blanks: PostgreSQL stores no NUL, and a line end within a name is a slip. So do the
    /// blanks that nobody sees and that make one name two: no-break and zero-width spaces.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        if let plain = asciiText(bytes) { return plain }
        let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars.map { isBlank($0) ? " " : $0 }
        return String(String.UnicodeScalarView(scalars)).trimmingCharacters(in: .whitespaces)
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// Most cells are plain: they are trimmed as bytes.
    private static func asciiText(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return nil }
        guard let first = bytes.firstIndex(where: { $0 != 0x20 }), let last = bytes.lastIndex(where: { $0 != 0x20 }) else {
            return ""
        }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}
