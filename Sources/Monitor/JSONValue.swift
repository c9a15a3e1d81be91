/// A value of JSON (RFC 8259).
enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// - Returns: nil for what is not JSON, or is nested deeper than anybody writes.
    init?(_ bytes: [UInt8]) {
        let read: JSONValue? = bytes.withUnsafeBufferPointer { bytes in
            var reader = Reader(bytes: bytes)
            guard let value = reader.value(depth: 0) else { return nil }
            reader.skipSpaces()
            return reader.isAtEnd ? value : nil
        }
        guard let read else { return nil }
        self = read
    }

    /// As people read it, and as it is put in the place of a name: text without its quotes.
    var shown: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
        case .text(let value): value
        case .array(let values): "[\(values.count) phần tử]"
        case .object(let members): "{\(members.count) thành viên}"
        }
    }
}

/// Reads what a stranger sent. Not Foundation's decoder: that tries each kind of value in turn, with an error for each
/// that it is not, and goes five hundred levels deep, for which a probe's own thread has no room.
private struct Reader {
    private static let depthLimit = 100

    let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        // Not in the standard, but some servers put the mark of UTF-8 first.
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }

    var isAtEnd: Bool { position == bytes.count }
    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpaces() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    private mutating func take(word: StaticString, _ value: JSONValue) -> JSONValue? {
        guard bytes[position...].starts(with: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
        else { return nil }
        position += word.utf8CodeUnitCount
        return value
    }

    mutating func value(depth: Int) -> JSONValue? {
        guard depth < Self.depthLimit else { return nil }
        skipSpaces()
        switch next {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return text().map { .text($0) }
        case UInt8(ascii: "t"): return take(word: "true", .bool(true))
        case UInt8(ascii: "f"): return take(word: "false", .bool(false))
        case UInt8(ascii: "n"): return take(word: "null", .null)
        default: return number()
        }
    }

    private mutating func array(depth: Int) -> JSONValue? {
        position += 1
        skipSpaces()
        if take("]") { return .array([]) }
        var values: [JSONValue] = []
        while let value = value(depth: depth + 1) {
            values.append(value)
            skipSpaces()
            if take("]") { return .array(values) }
            guard take(",") else { return nil }
        }
        return nil
    }

    /// Of a name that stands twice the last value counts, as in most readers.
    private mutating func object(depth: Int) -> JSONValue? {
        position += 1
        skipSpaces()
        if take("}") { return .object([:]) }
        var members: [String: JSONValue] = [:]
        while true {
            skipSpaces()
            guard let name = text() else { return nil }
            skipSpaces()
            guard take(":"), let value = value(depth: depth + 1) else { return nil }
            members[name] = value
            skipSpaces()
            if take("}") { return .object(members) }
            guard take(",") else { return nil }
        }
    }

    private mutating func text() -> String? {
        guard take("\"") else { return nil }
        var unescaped: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: unescaped, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escaped() else { return nil }
                unescaped.append(contentsOf: Array(String(scalar).utf8))
            case 0..<0x20: return nil
            default: unescaped.append(byte)
            }
        }
        return nil
    }

    private mutating func escaped() -> Unicode.Scalar? {
        guard let byte = next else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "u"): return pointed()
        default: return nil
        }
    }

    /// `\uXXXX`, or two of them for what lies beyond 16 bits (RFC 8259 §7).
    private mutating func pointed() -> Unicode.Scalar? {
        guard let first = hexadecimal() else { return nil }
        guard (0xd800...0xdbff).contains(first) else { return Unicode.Scalar(first) }
        guard take("\\"), take("u"), let second = hexadecimal(), (0xdc00...0xdfff).contains(second) else { return nil }
        return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
    }

    private mutating func hexadecimal() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        let digits = bytes[position..<position + 4]
        position += 4
        var value: UInt32 = 0
        for digit in digits {
            guard let number = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(number)
        }
        return value
    }

    private mutating func number() -> JSONValue? {
        let begin = position
        _ = take("-")
        guard take("0") || digits() else { return nil }
        if take("."), !digits() { return nil }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            guard digits() else { return nil }
        }
        let text = String(decoding: bytes[begin..<position], as: UTF8.self)
        return Double(text).flatMap { $0.isFinite ? .number($0) : nil }
    }

    private mutating func digits() -> Bool {
        let begin = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position > begin
    }
}
