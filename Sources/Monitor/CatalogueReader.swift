import Foundation
import Organization

/// Goes through a catalogue line by line.
struct CatalogueReader {
    private let lines: [String]
    private var index = 0
    private var problems: [Refusal.Problem] = []

    init(_ text: String) {
        let unified = text.replacing("\r\n", with: "\n").replacing("\u{feff}", with: "")
        lines = unified.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private mutating func note(_ line: Int, _ text: String) {
        problems.append(.init(field: "", text: "Dòng \(line): \(text)"))
    }

    /// - Throws: `Refusal` with a line number in each of its sentences.
    mutating func entries() throws(Refusal) -> [CatalogueText.Entry] {
        var entries: [CatalogueText.Entry] = []
        readHead()
        while problems.isEmpty, skipBlank() {
            guard let entry = readEntry() else { break }
            entries.append(entry)
        }
        if !problems.isEmpty { throw Refusal(problems) }
        return entries
    }

    /// `version: 1` and `monitors:`.
    private mutating func readHead() {
        for wanted in ["version: 1", "monitors:"] {
            guard skipBlank() else { return note(lines.count, "tệp hết mà chưa có “\(wanted)”.") }
            let line = Self.withoutComment(lines[index])
            if wanted == "monitors:", line == "monitors: []" {
                index += 1
                if skipBlank() { note(index + 1, "sau “monitors: []” không được còn gì.") }
                return
            }
            guard line == wanted else { return note(index + 1, "cần “\(wanted)”, đang là “\(line.prefix(60))”.") }
            index += 1
        }
    }

    /// - Returns: Whether there is a line left that says something.
    private mutating func skipBlank() -> Bool {
        while index < lines.count {
            let trimmed = lines[index].trimmingCharacters(in: .whitespaces)
            if !trimmed.isEmpty, !trimmed.hasPrefix("#"), !(trimmed == "---" && index == 0) { return true }
            index += 1
        }
        return false
    }

    private mutating func readEntry() -> CatalogueText.Entry? {
        let begun = index + 1
        guard let start = lines[index].wholeMatch(of: /(\ *)-\ (\ *)(\S.*)/) else {
            note(begun, "mỗi điểm giám sát bắt đầu bằng “- ”, ví dụ “  - name: …”.")
            return nil
        }
        let indent = start.1.count + 2 + start.2.count
        var (fields, places): ([String: String], [String: Int]) = ([:], [:])
        var rest = String(start.3)
        while true {
            let line = index + 1
            guard let pair = rest.wholeMatch(of: /([a-z][a-z0-9_]*):(?:\ +(.*?))?\ */) else {
                note(line, "cần một trường dạng “tên: giá trị”, đang là “\(rest.prefix(60))”.")
                return nil
            }
            let name = String(pair.1)
            index += 1
            guard let value = value(String(pair.2 ?? ""), line: line, indent: indent) else { return nil }
            if fields.updateValue(value, forKey: name) != nil { note(line, "trường “\(name)” đã có ở trên.") }
            places[name] = line
            guard skipBlank() else { break }
            let next = lines[index]
            let depth = next.prefix { $0 == " " }.count
            if depth == start.1.count, next.dropFirst(depth).hasPrefix("- ") { break }
            guard depth == indent, next.dropFirst(depth).first != "\t" else {
                note(index + 1, "thụt lề sai: cần \(indent) dấu cách như trường ở trên.")
                return nil
            }
            rest = String(next.dropFirst(depth))
        }
        return .init(line: begun, fields: fields, lines: places)
    }

    private mutating func value(_ written: String, line: Int, indent: Int) -> String? {
        switch written.first {
        case nil, "#": return ""
        case "\"": return finished(written, /"((?:[^"\\]|\\.)*)"(?:\ +#.*)?/, line) { Self.unescaped($0) }
        case "'": return finished(written, /'((?:[^']|'')*)'(?:\ +#.*)?/, line) { $0.replacing("''", with: "'") }
        case "|": return block(written, line: line, indent: indent)
        case let first? where "[]{}>&*!%@`,?-".contains(first):
            note(line, "giá trị bắt đầu bằng “\(first)” cần đặt trong ngoặc kép.")
            return nil
        default:
            let plain = Self.withoutComment(written)
            if plain.contains(": ") || plain.hasSuffix(":") {
                note(line, "giá trị có dấu “: ” cần đặt trong ngoặc kép.")
                return nil
            }
            return plain
        }
    }

    private mutating func finished(
        _ written: String, _ shape: Regex<(Substring, Substring)>, _ line: Int, _ meaning: (String) -> String?
    ) -> String? {
        guard let match = written.wholeMatch(of: shape), let text = meaning(String(match.1)) else {
            note(line, "ngoặc không đóng, hoặc có dấu thoát không hiểu được.")
            return nil
        }
        return text
    }

    private mutating func block(_ written: String, line: Int, indent: Int) -> String? {
        guard Self.withoutComment(written) == "|-" else {
            note(line, "giá trị nhiều dòng cần mở bằng “|-”.")
            return nil
        }
        var text: [String] = []
        var depth: Int?
        while index < lines.count {
            let next = lines[index]
            let spaces = next.prefix { $0 == " " }.count
            if next.allSatisfy({ $0 == " " }) {
                text.append("")
            } else {
                depth = depth ?? spaces
                guard spaces > indent, spaces >= depth ?? 0 else { break }
                text.append(String(next.dropFirst(depth ?? 0)))
            }
            index += 1
        }
        while text.last?.isEmpty == true { text.removeLast() }
        return text.joined(separator: "\n")
    }

    private static func withoutComment(_ line: String) -> String {
        line.replacing(/\ +#.*$/, with: "").trimmingCharacters(in: .whitespaces)
    }

    /// - Returns: nil for an escape that this subset does not have.
    private static func unescaped(_ text: String) -> String? {
        var (result, rest) = ("", text[...])
        while let slash = rest.firstIndex(of: "\\") {
            result += rest[..<slash]
            rest = rest[rest.index(after: slash)...]
            switch rest.popFirst() {
            case "\"": result += "\""
            case "\\": result += "\\"
            case "/": result += "/"
            case "n": result += "\n"
            case "t": result += "\t"
            case "u":
                guard rest.prefix(4).count == 4, let scalar = UInt32(rest.prefix(4), radix: 16).flatMap(Unicode.Scalar.init)
                else { return nil }
                result.unicodeScalars.append(scalar)
                rest = rest.dropFirst(4)
            default: return nil
            }
        }
        return result + rest
    }
}
