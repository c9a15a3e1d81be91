import Organization
import Web

/// What must hold for a JSON answer: a path that leads somewhere, or to a value that compares as is said. A path that
/// leads to several values asks for at least one that does.
package struct JSONCondition: Hashable, Sendable {
    fileprivate enum Comparison: String, CaseIterable {
        // The longer ones first, so that `<=` is not read as `<`.
        case equal = "==", different = "!=", atMost = "<=", atLeast = ">=", less = "<", more = ">"
    }

    static let help =
        "Mỗi dòng một điều kiện: $.trang_thai == \"ok\", $.ds[0].so >= 5, hoặc chỉ $.ds[0] (phải có). Chữ để trong ngoặc kép."

    /// As it was typed.
    package let text: String
    private let path: JSONPath
    private let expectation: (Comparison, JSONValue)?

    package static func == (a: Self, b: Self) -> Bool { a.text == b.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// - Returns: nil for what is no condition.
    package init?(_ text: String) {
        guard let read = Self.read(text) else { return nil }
        self.text = text
        path = read.path
        expectation = read.expectation
    }

    private static func read(_ text: String) -> (path: JSONPath, expectation: (Comparison, JSONValue)?)? {
        for comparison in Comparison.allCases {
            guard let (left, right) = sides(of: text, around: comparison.rawValue) else { continue }
            guard let path = JSONPath(left), let value = JSONValue(Array(right.utf8)), value.isComparable(by: comparison)
            else { return nil }
            return (path, (comparison, value))
        }
        return JSONPath(text).map { ($0, nil) }
    }

    /// Around the first comparison that stands outside brackets and quotes.
    private static func sides(of text: String, around sign: String) -> (left: String, right: String)? {
        var depth = 0
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == "[" { depth += 1 }
            if text[index] == "]" { depth -= 1 }
            if depth == 0, text[index...].hasPrefix(sign) {
                let right = text[text.index(index, offsetBy: sign.count)...]
                return (text[..<index].trimmingSpaces, right.trimmingSpaces)
            }
            // A value may hold any sign.
            if depth == 0, "\"=!<>".contains(text[index]) { return nil }
            index = text.index(after: index)
        }
        return nil
    }

    /// - Returns: Why it does not hold, in Vietnamese; nil when it does.
    func objection(to root: JSONValue) -> String? {
        let nodes = path.nodes(in: root)
        guard let (comparison, value) = expectation else { return nodes.isEmpty ? "không có \(text)" : nil }
        if nodes.isEmpty { return "không có giá trị cho \(text)" }
        if nodes.contains(where: { $0.holds(comparison, value) }) { return nil }
        let found = nodes.count == 1 ? "đang là “\(String(nodes[0].shown.prefix(100)))”" : "không giá trị nào trong \(nodes.count)"
        return "cần \(text), \(found)"
    }

    /// Notes what cannot be read; empty lines say nothing.
    static func list(_ form: inout Form, _ field: String) -> [JSONCondition]? {
        lines(&form, field, "Điều kiện JSON", JSONCondition.init)
    }
}

extension JSONCondition: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let condition = JSONCondition(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no condition: \(text)"))
        }
        self = condition
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension JSONValue {
    /// Only numbers and texts have an order; arrays and objects are not written in a condition.
    fileprivate func isComparable(by comparison: JSONCondition.Comparison) -> Bool {
        switch self {
        case .number, .text: true
        case .null, .bool: comparison == .equal || comparison == .different
        case .array, .object: false
        }
    }

    fileprivate func holds(_ comparison: JSONCondition.Comparison, _ other: JSONValue) -> Bool {
        switch comparison {
        case .equal: self == other
        case .different: self != other
        case .less: isLess(than: other)
        case .more: other.isLess(than: self)
        case .atMost: self == other || isLess(than: other)
        case .atLeast: self == other || other.isLess(than: self)
        }
    }

    /// Values of different kinds have no order (RFC 9535 §2.3.5.2.2).
    private func isLess(than other: JSONValue) -> Bool {
        switch (self, other) {
        case (.number(let a), .number(let b)): a < b
        case (.text(let a), .text(let b)): a < b
        default: false
        }
    }
}

/// What must hold for a header of the answer: `Tên: chữ` (stands in its value, whatever the case), `Tên` (is there),
/// `!Tên` (is not there).
package struct HeaderCondition: Hashable, Sendable, Codable {
    static let help = "Mỗi dòng một điều kiện: “Tên: chữ” (giá trị có chứa chữ), “Tên” (phải có), “!Tên” (không được có)."

    /// As it was typed.
    package let text: String

    /// - Returns: nil for what is no condition.
    package init?(_ text: String) {
        guard text.wholeMatch(of: /![!#$%&'*+.^_`|~0-9A-Za-z\-]+|[#$%&'*+.^_`|~0-9A-Za-z\-]+(:\s*\S.*)?/) != nil else {
            return nil
        }
        self.text = text
    }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// - Parameter headers: Lines of the answer's header.
    /// - Returns: Why it does not hold, in Vietnamese; nil when it does.
    func objection(to headers: [String]) -> String? {
        if text.hasPrefix("!") {
            let name = String(text.dropFirst())
            return Self.values(of: name, in: headers).isEmpty ? nil : "có tiêu đề \(name)"
        }
        let sides = text.split(separator: ":", maxSplits: 1)
        let name = String(sides[0])
        let values = Self.values(of: name, in: headers)
        if values.isEmpty { return "không có tiêu đề \(name)" }
        guard sides.count == 2 else { return nil }
        let wanted = sides[1].trimmingSpaces.lowercased()
        if values.contains(where: { $0.lowercased().contains(wanted) }) { return nil }
        return "tiêu đề \(name) đang là “\(values[0].prefix(100))”"
    }

    static func values(of name: String, in headers: [String]) -> [String] {
        headers.compactMap { line in
            let sides = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, sides[0].lowercased() == name.lowercased() else { return nil }
            return sides[1].trimmingSpaces
        }
    }

    /// Notes what cannot be read; empty lines say nothing.
    static func list(_ form: inout Form, _ field: String) -> [HeaderCondition]? {
        lines(&form, field, "Điều kiện tiêu đề", HeaderCondition.init)
    }
}

/// Reads a field of several lines, one value a line.
func lines<Value>(_ form: inout Form, _ field: String, _ label: String, _ read: (String) -> Value?) -> [Value]? {
    var values: [Value] = []
    for line in form[field].split(whereSeparator: \.isNewline).map(\.trimmingSpaces) where !line.isEmpty {
        guard let value = read(line) else {
            form.note(field, "\(label): không hiểu “\(line)”.")
            return nil
        }
        values.append(value)
    }
    if values.count > 20 {
        form.note(field, "\(label): tối đa 20 dòng.")
        return nil
    }
    return values
}

extension StringProtocol {
    /// Without the white space around it.
    var trimmingSpaces: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}
