import CMark

/// A tree of libcmark's nodes under construction. The document node owns all others and is freed with the tree.
final class HTMLTree {
    private let document: Node
    private let memory: NodeMemory

    init(_ blocks: [Block], memory: NodeMemory = .standard) {
        self.memory = memory
        document = cmark_node_new_with_mem(CMARK_NODE_DOCUMENT, memory)
        add(blocks, to: document)
    }

    deinit {
        cmark_node_free(document)
    }

    /// Without CMARK_OPT_UNSAFE: custom nodes print only what is written in this file.
    var html: String {
        memory.taken(cmark_render_html(document, CMARK_OPT_DEFAULT))
    }

    private func add(_ blocks: [Block], to parent: Node) {
        for block in blocks { add(block, to: parent) }
    }

    private func add(_ block: Block, to parent: Node) {
        switch block {
        case .heading(let level, let text):
            let heading = append(CMARK_NODE_HEADING, to: parent)
            cmark_node_set_heading_level(heading, Int32(min(max(level, 1), 6)))
            add([.text(text)], to: heading)
        case .paragraph(let inlines): add(inlines, to: append(CMARK_NODE_PARAGRAPH, to: parent))
        case .bullets(let items): add(items, as: CMARK_BULLET_LIST, to: parent)
        case .steps(let items): add(items, as: CMARK_ORDERED_LIST, to: parent)
        case .table(let table): add(table, to: parent)
        case .prose(let markdown): ProseTree(markdown, memory: memory).move(to: parent)
        case .section(let name, let blocks): add(blocks, to: element("div", "class=\"\(name.name)\"", in: parent))
        case .pageBreak: _ = element("div", "class=\"page-break\"", in: parent)
        }
    }

    private func add(_ items: [[Inline]], as type: cmark_list_type, to parent: Node) {
        let list = append(CMARK_NODE_LIST, to: parent)
        cmark_node_set_list_type(list, type)
        cmark_node_set_list_start(list, 1)
        cmark_node_set_list_tight(list, 1)
        for item in items {
            add(item, to: append(CMARK_NODE_PARAGRAPH, to: append(CMARK_NODE_ITEM, to: list)))
        }
    }

    private func add(_ table: Table, to parent: Node) {
        let node = element("table", in: parent)
        if !table.caption.isEmpty { add([.text(table.caption)], to: element("caption", in: node)) }
        let heads = element("tr", in: element("thead", in: node))
        for column in table.columns {
            let number = column.isNumber ? " class=\"number\"" : ""
            add([.text(column.head)], to: element("th", "scope=\"col\"\(number)", in: heads))
        }
        let body = element("tbody", in: node)
        if table.rows.isEmpty {
            let row = element("tr", in: body)
            add([.text(table.empty)], to: element("td", "colspan=\"\(table.columns.count)\"", in: row))
        }
        for cells in table.rows {
            let row = element("tr", in: body)
            for (column, inline) in zip(table.columns, cells) {
                add([inline], to: element("td", column.isNumber ? "class=\"number\"" : "", in: row))
            }
        }
    }

    private func add(_ inlines: [Inline], to parent: Node) {
        for inline in inlines where !inline.plain.isEmpty {
            let line = PlainText.line(inline.plain)
            switch inline {
            case .text: append(CMARK_NODE_TEXT, line, to: parent)
            case .strong: append(CMARK_NODE_TEXT, line, to: append(CMARK_NODE_STRONG, to: parent))
            case .emphasis: append(CMARK_NODE_TEXT, line, to: append(CMARK_NODE_EMPH, to: parent))
            case .code: append(CMARK_NODE_CODE, line, to: parent)
            case .link(_, let address):
                let link = append(CMARK_NODE_LINK, to: parent)
                cmark_node_set_url(link, Address.harmless(address))
                append(CMARK_NODE_TEXT, line, to: link)
            }
        }
    }
}

/// The nodes themselves.
extension HTMLTree {
    private func append(_ type: cmark_node_type, to parent: Node) -> Node {
        let node: Node = cmark_node_new_with_mem(type, memory)
        // Refused only where CommonMark has no such child, such as a paragraph in a paragraph: never by the code above.
        precondition(cmark_node_append_child(parent, node) == 1, "no \(type) here")
        return node
    }

    private func append(_ type: cmark_node_type, _ literal: String, to parent: Node) {
        cmark_node_set_literal(append(type, to: parent), literal)
    }

    /// - Parameter attributes: Written by this file, never by a person.
    private func element(_ tag: StaticString, _ attributes: String = "", in parent: Node) -> Node {
        let node = append(CMARK_NODE_CUSTOM_BLOCK, to: parent)
        cmark_node_set_on_enter(node, attributes.isEmpty ? "<\(tag)>" : "<\(tag) \(attributes)>")
        cmark_node_set_on_exit(node, "</\(tag)>")
        return node
    }
}
