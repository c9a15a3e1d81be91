extension Document {
    /// The document as CommonMark with pipe tables (GFM).
    package var markdown: String {
        blocks.flatMap(\.markdown).filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }
}

extension Block {
    fileprivate var markdown: [String] {
        switch self {
        case .heading(let level, let text):
            ["\(String(repeating: "#", count: min(max(level, 1), 6))) \(MarkdownText.escaped(text))"]
        case .paragraph(let inlines): [MarkdownText.guarded(InlineMarkdown(inlines).text())]
        case .bullets(let items): [items.map { "- " + $0.markdown }.joined(separator: "\n")]
        case .steps(let items):
            [items.enumerated().map { "\($0.offset + 1). " + $0.element.markdown }.joined(separator: "\n")]
        case .table(let table): [table.markdown]
        case .prose(let text): [ProseTree(text).markdown]
        case .section(_, let blocks): blocks.flatMap(\.markdown)
        case .pageBreak: []
        }
    }
}

extension [Inline] {
    fileprivate var markdown: String { MarkdownText.guarded(InlineMarkdown(self).text()) }
}

extension Table {
    fileprivate var markdown: String {
        let head = row(columns.map { MarkdownText.escaped($0.head) })
        let rule = row(columns.map { $0.isNumber ? "---:" : "---" })
        let body = rows.isEmpty
            ? [row([MarkdownText.escaped(empty)] + columns.dropFirst().map { _ in "" })]
            : rows.map { row($0.map { InlineMarkdown([$0]).text(inTable: true) }) }
        let title = caption.isEmpty ? [] : [InlineMarkdown([.emphasis(caption)]).text(), ""]
        return (title + [head, rule] + body).joined(separator: "\n")
    }

    private func row(_ cells: [String]) -> String {
        "| " + cells.joined(separator: " | ") + " |"
    }
}
