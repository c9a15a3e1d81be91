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
