import Foundation

/// A plain letter as HTML that says the same, for programs that show pages: paragraphs, lists, `Nhãn: giá trị` lines as a table,
/// addresses as links. It is made when the letter leaves, so the two parts can never say different things.
///
/// Mail programs know no style sheets of ours: what little there is of looks stands in the elements.
struct LetterPage {
    private enum Block: Hashable {
        case paragraph([Substring])
        case list([Substring])
        case facts([Line])
        case links([Line])
    }

    /// `Nhãn: giá trị`
    private struct Line: Hashable {
        let label: Substring
        let value: Substring

        /// Nil for a line that is not of that kind.
        init?(_ text: Substring) {
            guard let colon = text.firstRange(of: ": "), (1...60).contains(text[..<colon.lowerBound].count) else { return nil }
            label = text[..<colon.lowerBound]
            value = text[colon.upperBound...]
        }

        var address: Substring? { LetterPage.addresses(in: value) == [value.startIndex..<value.endIndex] ? value : nil }
    }

    private let blocks: [Block]

    init(_ text: String) {
        let lines = text.precomposedStringWithCanonicalMapping.split(separator: "\n", omittingEmptySubsequences: false)
        blocks = lines.split(whereSeparator: { $0.allSatisfy(\.isWhitespace) }).map { Self.block(Array($0)) }
    }

    private static func block(_ lines: [Substring]) -> Block {
        if lines.allSatisfy({ $0.hasPrefix("- ") }) { return .list(lines.map { $0.dropFirst(2) }) }
        let facts = lines.compactMap(Line.init)
        guard facts.count == lines.count else { return .paragraph(lines) }
        if facts.allSatisfy({ $0.address != nil }) { return .links(facts) }
        return facts.count > 1 ? .facts(facts) : .paragraph(lines)
    }

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="vi"><head><meta charset="utf-8"></head>
        <body style="font-family:sans-serif;font-size:16px;line-height:1.5;color:#1a1a1a;max-width:42em">
        \(blocks.map(Self.html).joined(separator: "\n"))
        </body></html>
        """
    }

    private static func html(_ block: Block) -> String {
        switch block {
        case .paragraph(let lines): "<p>\(lines.map(linked).joined(separator: "<br>\n"))</p>"
        case .list(let items): "<ul>\n\(items.map { "<li>\(linked($0))</li>" }.joined(separator: "\n"))\n</ul>"
        case .facts(let facts): "<table>\n\(facts.map(row).joined(separator: "\n"))\n</table>"
        case .links(let links): links.map(link).joined(separator: "\n")
        }
    }

    private static func row(_ fact: Line) -> String {
        """
        <tr><th scope="row" align="left" valign="top" style="padding-right:1em;font-weight:normal;color:#555">\(escaped(fact.label))</th>\
        <td valign="top">\(linked(fact.value))</td></tr>
        """
    }

    private static func link(_ line: Line) -> String {
        "<p><a href=\"\(escaped(line.value))\">\(escaped(line.label))</a></p>"
    }

    /// Addresses of pages become links.
    private static func linked(_ text: Substring) -> String {
        var (html, rest) = ("", text)
        for range in addresses(in: text) {
            let address = escaped(text[range])
            html += "\(escaped(rest[..<range.lowerBound]))<a href=\"\(address)\">\(address)</a>"
            rest = text[range.upperBound...]
        }
        return html + escaped(rest)
    }

    /// What ends a sentence after an address is none of it.
    private static func addresses(in text: Substring) -> [Range<Substring.Index>] {
        text.ranges(of: /https?:\/\/[^\s<>"'“”]*[^\s<>"'“”.,;:!?)]/)
    }

    private static func escaped(_ text: Substring) -> String {
        String(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
