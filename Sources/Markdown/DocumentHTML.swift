import CMark
import Foundation

extension Document {
    /// The document as an HTML fragment, rendered by libcmark from a tree that is built here.
    package var html: String {
        let tree = HTMLTree()
        for block in blocks { tree.add(block) }
        return tree.rendered
    }
}

/// Markdown that a person wrote.
package enum Prose {
    /// Renders in safe mode: raw HTML is left out, and so are addresses with `javascript:` and the like.
    package static func html(_ markdown: String) -> String {
        Document([.prose(markdown)]).html
    }
}

/// A tree of libcmark's nodes under construction. The document node owns all others and is freed with the tree.
private final class HTMLTree {
    private let document: OpaquePointer = HTMLTree.node(CMARK_NODE_DOCUMENT)

    deinit {
        cmark_node_free(document)
    }

    var rendered: String {
        // Without CMARK_OPT_UNSAFE; custom nodes print only what is written here.
        guard let text = cmark_render_html(document, CMARK_OPT_DEFAULT) else { return "" }
        defer { free(text) }
        return String(cString: text)
    }

    func add(_ block: Block) {
        switch block {
        case .heading(let level, let text):
            let heading = Self.node(CMARK_NODE_HEADING)
            cmark_node_set_heading_level(heading, Int32(level))
            append([.text(text)], to: heading)
            cmark_node_append_child(document, heading)
        case .paragraph(let inlines):
            cmark_node_append_child(document, paragraph(inlines))
        case .bullets(let items):
            let list = Self.node(CMARK_NODE_LIST)
            cmark_node_set_list_type(list, CMARK_BULLET_LIST)
            cmark_node_set_list_tight(list, 1)
            for item in items {
                let node = Self.node(CMARK_NODE_ITEM)
                cmark_node_append_child(node, paragraph(item))
                cmark_node_append_child(list, node)
            }
            cmark_node_append_child(document, list)
        case .table(let table):
            cmark_node_append_child(document, self.table(table))
        case .prose(let markdown):
            addProse(markdown)
        case .pageBreak:
            cmark_node_append_child(document, custom("<div class=\"page-break\">", "</div>"))
        }
    }

    private func addProse(_ markdown: String) {
        guard let parsed = cmark_parse_document(markdown, markdown.utf8.count, CMARK_OPT_DEFAULT) else { return }
        defer { cmark_node_free(parsed) }
        while let child = cmark_node_first_child(parsed) {
            cmark_node_unlink(child)
            cmark_node_append_child(document, child)
        }
    }

    private func paragraph(_ inlines: [Inline]) -> OpaquePointer {
        let node = Self.node(CMARK_NODE_PARAGRAPH)
        append(inlines, to: node)
        return node
    }

    private func table(_ table: Table) -> OpaquePointer {
        let node = custom("<table>", "</table>")
        if !table.caption.isEmpty { add([.text(table.caption)], to: node, "<caption>", "</caption>") }
        let head = custom("<thead><tr>", "</tr></thead>")
        for column in table.columns {
            add([.text(column.head)], to: head, "<th scope=\"col\"\(column.isNumber ? " class=\"number\"" : "")>", "</th>")
        }
        cmark_node_append_child(node, head)
        let body = custom("<tbody>", "</tbody>")
        if table.rows.isEmpty {
            let row = custom("<tr>", "</tr>")
            add([.text(table.empty)], to: row, "<td colspan=\"\(table.columns.count)\">", "</td>")
            cmark_node_append_child(body, row)
        }
        for cells in table.rows {
            let row = custom("<tr>", "</tr>")
            for (column, cell) in zip(table.columns, cells) {
                add([cell], to: row, column.isNumber ? "<td class=\"number\">" : "<td>", "</td>")
            }
            cmark_node_append_child(body, row)
        }
        cmark_node_append_child(node, body)
        return node
    }

    private func add(_ inlines: [Inline], to parent: OpaquePointer, _ opening: String, _ closing: String) {
        let cell = custom(opening, closing)
        append(inlines, to: cell)
        cmark_node_append_child(parent, cell)
    }

    private func append(_ inlines: [Inline], to parent: OpaquePointer) {
        for inline in inlines {
            let text = Self.node(CMARK_NODE_TEXT)
            cmark_node_set_literal(text, inline.plain)
            switch inline {
            case .text: cmark_node_append_child(parent, text)
            case .strong: wrap(text, in: Self.node(CMARK_NODE_STRONG), parent)
            case .emphasis: wrap(text, in: Self.node(CMARK_NODE_EMPH), parent)
            case .link(_, let address):
                let link = Self.node(CMARK_NODE_LINK)
                cmark_node_set_url(link, address)
                wrap(text, in: link, parent)
            }
        }
    }

    private func wrap(_ text: OpaquePointer, in node: OpaquePointer, _ parent: OpaquePointer) {
        cmark_node_append_child(node, text)
        cmark_node_append_child(parent, node)
    }

    private func custom(_ opening: String, _ closing: String) -> OpaquePointer {
        let node = Self.node(CMARK_NODE_CUSTOM_BLOCK)
        cmark_node_set_on_enter(node, opening)
        cmark_node_set_on_exit(node, closing)
        return node
    }

    private static func node(_ type: cmark_node_type) -> OpaquePointer {
        // libcmark ends the program itself when there is no memory (cmark.c, xcalloc).
        cmark_node_new(type)
    }
}
