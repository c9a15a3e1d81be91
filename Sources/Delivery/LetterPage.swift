import Foundation

/// A plain letter as HTML that says the same, for programs that show pages: paragraphs, lists, `Nhãn: giá trị` lines as a table,
/// addresses as links that can be read. It is made when the letter leaves, so the two parts can never say different things.
///
/// Mail programs know no style sheets of ours: what little there is of looks stands in the elements.
struct LetterPage {
    private enum Block: Hashable {
        case paragraph([Substring])
        case list([Substring])
        case facts([Line])
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
    }

    private let blocks: [Block]

    init(_ text: String) {
        let lines = text.precomposedStringWithCanonicalMapping.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        blocks = lines.split(whereSeparator: { $0.allSatisfy(\.isWhitespace) }).map { Self.block(Array($0)) }
    }

    private static func block(_ lines: [Substring]) -> Block {
        if lines.allSatisfy({ $0.hasPrefix("- ") }) { return .list(lines.map { $0.dropFirst(2) }) }
        let facts = lines.compactMap(Line.init)
        guard facts.count == lines.count else { return .paragraph(lines) }
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
        }
    }

    private static func row(_ fact: Line) -> String {
        """
        <tr><th scope="row" align="left" valign="top" style="padding-right:1em;font-weight:normal;color:#555">\(escaped(fact.label))</th>\
        <td valign="top">\(linked(fact.value))</td></tr>
        """
    }

    /// Addresses of pages become links that show where they lead.
    private static func linked(_ text: Substring) -> String {
        var (html, rest) = ("", text)
        for range in addresses(in: text) {
            let address = escaped(text[range])
            html += "\(escaped(rest[..<range.lowerBound]))<a href=\"\(address)\">\(address)</a>"
            rest = text[range.upperBound...]
        }
        return html + escaped(rest)
    }

    /// What ends a sentence after an address is none of it. By scalars, as browsers read: a quotation mark with an accent upon it
    /// is one character to Swift, and still a quotation mark to them.
    private static func addresses(in text: Substring) -> [Range<Substring.Index>] {
        text.ranges(of: /https?:\/\/[^\s<>"'“”]*[^\s<>"'“”.,;:!?)]/.matchingSemantics(.unicodeScalar))
    }

    private static func escaped(_ text: Substring) -> String {
        text.unicodeScalars.reduce(into: "") { html, scalar in
            switch scalar {
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            default: html.unicodeScalars.append(scalar)
            }
        }
    }
}
