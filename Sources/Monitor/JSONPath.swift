import Foundation

/// A value of JSON (RFC 8259).
enum JSONValue: Hashable, Sendable, Decodable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// - Returns: nil for what is not JSON.
    init?(_ bytes: [UInt8]) {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else { return nil }
        self = value
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
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

/// A path into a JSON value: the part of RFC 9535 that names values one step after the other. `$`, then any number of
/// `.name`, `['name']` or `["name"]`, `[index]` (from the end when negative), and `.*` or `[*]` for every child.
struct JSONPath: Hashable, Sendable {
    private enum Step: Hashable, Sendable {
        case member(String)
        case index(Int)
        case everything
    }

    private let steps: [Step]

    /// - Returns: nil for what is not such a path.
    init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        guard rest.popFirst() == "$" else { return nil }
        var steps: [Step] = []
        while !rest.isEmpty {
            if let match = rest.prefixMatch(of: /\.\*|\[\s*\*\s*\]/) {
                steps.append(.everything)
                rest = rest[match.range.upperBound...]
            } else if let match = rest.prefixMatch(of: /\.([\p{L}_][\p{L}\p{N}_]*)/) {
                steps.append(.member(String(match.1)))
                rest = rest[match.range.upperBound...]
            } else if let match = rest.prefixMatch(of: /\[\s*(-?(?:0|[1-9][0-9]{0,8}))\s*\]/), let index = Int(match.1) {
                steps.append(.index(index))
                rest = rest[match.range.upperBound...]
            } else if let match = rest.prefixMatch(of: /\[\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*\]/) {
                steps.append(.member(String(match.1 ?? match.2 ?? "")))
                rest = rest[match.range.upperBound...]
            } else {
                return nil
            }
        }
        self.steps = steps
    }

    /// The values that the path leads to, in order; none when a step leads nowhere (RFC 9535 §2.1.2).
    func nodes(in root: JSONValue) -> [JSONValue] {
        steps.reduce([root]) { nodes, step in
            nodes.flatMap { node -> [JSONValue] in
                switch (step, node) {
                case (.member(let name), .object(let members)): members[name].map { [$0] } ?? []
                case (.index(let index), .array(let values)):
                    values.indices.contains(index < 0 ? values.count + index : index)
                        ? [values[index < 0 ? values.count + index : index]] : []
                case (.everything, .array(let values)): values
                case (.everything, .object(let members)): members.sorted { $0.key < $1.key }.map(\.value)
                default: []
                }
            }
        }
    }
}
