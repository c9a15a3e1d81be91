extension Document {
    /// The document as CommonMark with pipe tables (GFM).
    package var markdown: String {
        blocks.map(\.markdown).filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }
}

extension Block {
    fileprivate var markdown: String {
        switch self {
        case .heading(let level, let text): "\(String(repeating: "#", count: level)) \(MarkdownText.escaped(text))"
        case .paragraph(let inlines): MarkdownText.guarded(inlines.map(\.markdown).joined())
        case .bullets(let items): items.map { "- " + $0.map(\.markdown).joined() }.joined(separator: "\n")
        case .table(let table): table.markdown
        case .prose(let text): text
        case .pageBreak: ""
        }
    }
}

extension Inline {
    fileprivate var markdown: String {
        let text = MarkdownText.escaped(plain)
        return switch self {
        case .text: text
        case .strong: "**\(text)**"
        case .emphasis: "*\(text)*"
        case .link(_, let address): "[\(text)](<\(MarkdownText.address(address))>)"
        }
    }
}

extension Table {
    fileprivate var markdown: String {
        let head = row(columns.map { MarkdownText.escaped($0.head) })
        let rule = row(columns.map { $0.isNumber ? "---:" : "---" })
        let body = rows.isEmpty
            ? [row([MarkdownText.escaped(empty)] + Array(repeating: "", count: columns.count - 1))]
            : rows.map { row($0.map(\.markdown)) }
        let title = caption.isEmpty ? [] : ["*\(MarkdownText.escaped(caption))*", ""]
        return (title + [head, rule] + body).joined(separator: "\n")
    }

    private func row(_ cells: [String]) -> String {
        "| " + cells.joined(separator: " | ") + " |"
    }
}

/// Text among markup.
enum MarkdownText {
    /// Every character that could be markup anywhere in a line stands behind a backslash; line breaks become spaces.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\", "`", "*", "_", "[", "]", "<", ">", "|", "&", "~": result += "\\\(character)"
            case _ where character.isNewline: result += " "
            default: result.append(character)
            }
        }
        return result
    }

    /// Keeps the beginning of a paragraph from being the beginning of something else: a heading, a list, a rule.
    static func guarded(_ line: String) -> String {
        guard let first = line.first else { return line }
        if "#+-=".contains(first) { return "\\" + line }
        let digits = line.prefix { $0.isASCII && $0.isNumber }
        let rest = line.dropFirst(digits.count)
        if !digits.isEmpty, let mark = rest.first, mark == "." || mark == ")" { return "\(digits)\\\(rest)" }
        return line
    }

    static func address(_ address: String) -> String {
        address.replacing("<", with: "%3C").replacing(">", with: "%3E").replacing("\\", with: "%5C")
            .filter { !$0.isNewline }
    }
}
