/// A document of typed blocks. It renders to Markdown that people can read and, through libcmark, to HTML.
///
/// Text in it is text: no character of it is ever markup, in either form. What officials write in Markdown themselves
/// goes in as `.prose`.
package struct Document: Hashable, Sendable {
    package var blocks: [Block]

    package init(_ blocks: [Block] = []) {
        self.blocks = blocks
    }
}

package enum Block: Hashable, Sendable {
    /// - Parameter level: 1…6
    case heading(level: Int, String)
    case paragraph([Inline])
    case bullets([[Inline]])
    case table(Table)
    /// Markdown that a person wrote, rendered in safe mode: no HTML of theirs, no addresses that run scripts.
    case prose(String)
    /// A new page when printed.
    case pageBreak

    package static func paragraph(_ text: String) -> Block { .paragraph([.text(text)]) }
}

package enum Inline: Hashable, Sendable, ExpressibleByStringLiteral {
    case text(String)
    case strong(String)
    case emphasis(String)
    case link(String, to: String)

    package init(stringLiteral text: String) {
        self = .text(text)
    }

    var plain: String {
        switch self {
        case .text(let text), .strong(let text), .emphasis(let text), .link(let text, _): text
        }
    }
}

/// A table with a caption and one row of column heads. Plain libcmark knows no tables; `HTMLTree` builds them.
package struct Table: Hashable, Sendable {
    package struct Column: Hashable, Sendable {
        package let head: String
        /// Figures stand on the right.
        package let isNumber: Bool

        package init(_ head: String, isNumber: Bool = false) {
            self.head = head
            self.isNumber = isNumber
        }
    }

    package let caption: String
    package let columns: [Column]
    /// Each row has a cell for every column; the first one names the row.
    package let rows: [[Inline]]
    /// What stands in a table without rows.
    package let empty: String

    package init(caption: String, columns: [Column], rows: [[Inline]], empty: String = "Không có.") {
        self.caption = caption
        self.columns = columns
        self.rows = rows
        self.empty = empty
    }
}
