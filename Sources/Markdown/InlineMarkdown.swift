/// A line of inlines on its way to Markdown.
///
/// Whether `**` opens or closes depends on what stands on both sides of it (CommonMark 6.2, flanking runs): `**Số:**12`
/// has no closing mark. So spaces move out of marked pieces, and a letter that touches a mark is written as a
/// reference.
struct InlineMarkdown {
    private let pieces: [Inline]

    init(_ inlines: [Inline]) {
        pieces = Self.joined(inlines.flatMap(Self.withSpacesOutside))
    }

    /// - Parameter inTable: A pipe ends a cell even inside code, so code that has one is written as text there.
    func text(inTable: Bool = false) -> String {
        pieces.indices.map { index in
            switch pieces[index] {
            case .text(let text):
                Self.plain(
                    text, after: index > 0 ? pieces[index - 1] : nil,
                    before: index + 1 < pieces.count ? pieces[index + 1] : nil)
            case .strong(let text): "**\(MarkdownText.escaped(text))**"
            // An underscore: `**a***b*` would be one run of asterisks.
            case .emphasis(let text): "_\(MarkdownText.escaped(text))_"
            case .code(let text):
                inTable && text.unicodeScalars.contains("|") ? MarkdownText.escaped(text) : MarkdownText.code(text)
            case .link(let text, let address):
                "[\(MarkdownText.escaped(text))](<\(MarkdownText.address(address))>)"
            }
        }.joined()
    }

    private static func withSpacesOutside(_ inline: Inline) -> [Inline] {
        guard let mark = inline.mark else { return [inline] }
        let line = PlainText.line(inline.plain)
        let scalars = line.unicodeScalars
        let front = scalars.prefix { $0 == " " }
        guard front.endIndex < scalars.endIndex else { return [.text(line)] }
        let back = scalars.reversed().prefix { $0 == " " }.count
        let core = scalars[front.endIndex...].dropLast(back)
        return [.text(String(front)), mark(String(core)), .text(String(repeating: " ", count: back))]
    }

    /// Without empty pieces, and with neighbours of one kind made one: two marks in a row would be read as one run.
    private static func joined(_ inlines: [Inline]) -> [Inline] {
        inlines.reduce(into: []) { pieces, next in
            if next.plain.isEmpty { return }
            switch (pieces.last, next) {
            case (.text(let before), .text(let text)): pieces[pieces.count - 1] = .text(before + text)
            case (.strong(let before), .strong(let text)): pieces[pieces.count - 1] = .strong(before + text)
            case (.emphasis(let before), .emphasis(let text)): pieces[pieces.count - 1] = .emphasis(before + text)
            case (.code(let before), .code(let text)): pieces[pieces.count - 1] = .code(before + text)
            default: pieces.append(next)
            }
        }
    }

    private static func plain(_ text: String, after previous: Inline?, before next: Inline?) -> String {
        var scalars = Array(PlainText.line(text).unicodeScalars)
        var (front, back) = ("", "")
        if let last = scalars.last, next?.mark != nil, !isSafeBesideMark(last) {
            back = "&#\(last.value);"
            scalars.removeLast()
        } else if scalars.last == "!", case .link? = next {
            // An exclamation mark before a link would make an image of it.
            back = "\\!"
            scalars.removeLast()
        }
        if let first = scalars.first, previous?.mark != nil, !isSafeBesideMark(first) {
            front = "&#\(first.value);"
            scalars.removeFirst()
        }
        return front + MarkdownText.escaped(String(String.UnicodeScalarView(scalars))) + back
    }

    /// Spaces, and ASCII punctuation, beside which a mark opens and closes whatever is on its other side.
    private static func isSafeBesideMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || (scalar.isASCII && !scalar.properties.isAlphabetic && !("0"..."9").contains(scalar))
    }
}

extension Inline {
    /// The case of a piece that stands between marks that depend on their neighbours.
    fileprivate var mark: ((String) -> Inline)? {
        switch self {
        case .strong: Inline.strong
        case .emphasis: Inline.emphasis
        case .text, .code, .link: nil
        }
    }
}
