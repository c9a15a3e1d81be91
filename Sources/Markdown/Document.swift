/// A document of typed blocks. It renders to Markdown that people can read and, through libcmark, to HTML.
///
/// Text in it is text: no character of it is ever markup, in either form. What officials write in Markdown themselves
/// goes in as `.prose`.
package struct Document: Hashable, Sendable {
    /// In reading order.
    package var blocks: [Block]

    package init(_ blocks: [Block] = []) {
        self.blocks = blocks
    }
}

/// One block of a document.
package enum Block: Hashable, Sendable {
    /// - Parameter level: 1…6; what lies outside is taken as the nearest.
    case heading(level: Int, String)
    case paragraph([Inline])
    case bullets([[Inline]])
    /// Numbered from 1.
    case steps([[Inline]])
    case table(Table)
    /// Markdown that a person wrote, in safe mode: see `Prose`.
    case prose(String)
    /// Blocks that a style sheet lays out by the name of their class, such as the head of an official document.
    /// Markdown has no such thing and shows the blocks alone.
    case section(class: CSSClass, [Block])
    /// A new page when printed.
    case pageBreak

    /// A paragraph of plain text.
    package static func paragraph(_ text: String) -> Block { .paragraph([.text(text)]) }
}

/// The name of a class in a style sheet; a literal of the program, never somebody's text.
package struct CSSClass: Hashable, Sendable, ExpressibleByStringLiteral {
    let name: String

    /// A `StaticString` can only be written in the source.
    package init(stringLiteral name: StaticString) {
        self.name = "\(name)"
    }
}

/// A piece of a line.
package enum Inline: Hashable, Sendable, ExpressibleByStringLiteral {
    case text(String)
    case strong(String)
    case emphasis(String)
    /// What a machine said or is to be told.
    case code(String)
    /// The address is left out unless `Address` finds it harmless.
    case link(String, to: String)

    /// A literal is plain text.
    package init(stringLiteral text: String) {
        self = .text(text)
    }

    var plain: String {
        switch self {
        case .text(let text), .strong(let text), .emphasis(let text), .code(let text), .link(let text, _): text
        }
    }
}

/// A table with a caption and one row of column heads. Plain libcmark knows no tables; `HTMLTree` builds them.
package struct Table: Hashable, Sendable {
    /// A column and how its cells stand.
    package struct Column: Hashable, Sendable {
        /// What stands above it.
        package let head: String
        /// Figures stand on the right.
        package let isNumber: Bool

        package init(_ head: String, isNumber: Bool = false) {
            self.head = head
            self.isNumber = isNumber
        }
    }

    /// What the table shows; may be empty.
    package let caption: String
    /// From left to right.
    package let columns: [Column]
    /// Each row has a cell for every column.
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
