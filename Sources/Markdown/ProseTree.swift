import CMark

/// Markdown that a person wrote, rendered in safe mode: no HTML of theirs, no address that runs a script, and no
/// images, because whoever opens or prints the page would fetch them. An image leaves its description.
package enum Prose {
    /// An HTML fragment.
    package static func html(_ markdown: String) -> String {
        Document([.prose(markdown)]).html
    }
}

/// The tree that libcmark reads out of somebody's Markdown, cleaned.
final class ProseTree {
    private let document: Node
    private let memory: NodeMemory

    init(_ markdown: String, memory: NodeMemory = .standard) {
        self.memory = memory
        let parser = cmark_parser_new_with_mem(CMARK_OPT_DEFAULT, memory)
        defer { cmark_parser_free(parser) }
        cmark_parser_feed(parser, markdown, markdown.utf8.count)
        document = cmark_parser_finish(parser)
        clean()
    }

    deinit {
        cmark_node_free(document)
    }

    /// Written anew from the tree, so that a code fence or a comment that was never closed cannot swallow what follows.
    var markdown: String {
        let text = memory.taken(cmark_render_commonmark(document, CMARK_OPT_DEFAULT, 0))
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// Hangs all blocks under `parent`, which owns them from then on.
    func move(to parent: Node) {
        while let child = cmark_node_first_child(document) {
            cmark_node_unlink(child)
            cmark_node_append_child(parent, child)
        }
    }

    private func clean() {
        for node in nodes {
            switch cmark_node_get_type(node) {
            case CMARK_NODE_HTML_BLOCK, CMARK_NODE_HTML_INLINE: cmark_node_free(node)
            case CMARK_NODE_LINK:
                cmark_node_set_url(node, Address.harmless(String(cString: cmark_node_get_url(node))))
            case CMARK_NODE_IMAGE:
                while let child = cmark_node_first_child(node) {
                    cmark_node_unlink(child)
                    cmark_node_insert_before(node, child)
                }
                cmark_node_free(node)
            default: break
            }
        }
    }

    /// All nodes, each before its children. Collected first: a tree must not change under libcmark's iterator.
    private var nodes: [Node] {
        let iterator = cmark_iter_new(document)
        defer { cmark_iter_free(iterator) }
        var nodes: [Node] = []
        while true {
            switch cmark_iter_next(iterator) {
            case CMARK_EVENT_ENTER: nodes.append(cmark_iter_get_node(iterator))
            case CMARK_EVENT_DONE: return nodes
            default: continue
            }
        }
    }
}
