/// Text among markup.
///
/// It is read scalar by scalar: a `|` with a combining mark after it is one character to Swift, but a `|` to every
/// reader of Markdown.
enum MarkdownText {
    private static let active: Set<Unicode.Scalar> = [
        "\\", "`", "*", "_", "[", "]", "<", ">", "|", "&", "~", "#",
    ]

    /// One line, in which every scalar that could be markup anywhere in a line stands behind a backslash.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in PlainText.line(text).unicodeScalars {
            if active.contains(scalar) { result.append("\\") }
            result.append(scalar)
        }
        return String(result)
    }

    /// Keeps the beginning of a line from being the beginning of something else: indented code, a list, a rule, an
    /// underlined heading. (The other beginnings are escaped everywhere.)
    static func guarded(_ line: String) -> String {
        let scalars = line.unicodeScalars.drop { $0 == " " }
        guard let first = scalars.first else { return "" }
        if "+-=".unicodeScalars.contains(first) { return "\\" + String(scalars) }
        let rest = scalars.drop { ("0"..."9").contains($0) }
        if rest.startIndex > scalars.startIndex, let mark = rest.first, mark == "." || mark == ")" {
            return String(scalars[..<rest.startIndex]) + "\\" + String(rest)
        }
        return String(scalars)
    }

    /// A code span whose fence is longer than any run of backticks within (CommonMark 6.1).
    static func code(_ text: String) -> String {
        let line = PlainText.line(text)
        let longest = line.unicodeScalars.split { $0 != "`" }.map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: longest + 1)
        // One space on each side is taken off again; without it a backtick at an edge would lengthen the fence.
        let needsRoom = line.hasPrefix("`") || line.hasSuffix("`") || (line.hasPrefix(" ") && line.hasSuffix(" "))
        return needsRoom ? "\(fence) \(line) \(fence)" : fence + line + fence
    }

    /// What stands between the angle brackets of a link.
    static func address(_ address: String) -> String {
        Address.harmless(address).replacing("<", with: "%3C").replacing(">", with: "%3E").replacing("\\", with: "%5C")
            .replacing("|", with: "%7C").replacing("&", with: "&amp;")
    }
}
