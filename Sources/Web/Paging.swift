import Civil

/// Which page of a list is wanted.
package struct Paging: Hashable, Sendable {
    /// Counted from 1.
    package let number: Int
    package let size: Int

    /// - Parameter text: The query parameter `page`; anything that is no page number is the first page.
    package init(_ text: String, size: Int) {
        number = min(max(Int(text) ?? 1, 1), 1_000_000)
        self.size = size
    }

    package var offset: Int { (number - 1) * size }

    /// Whether it lies within the first thousand, which are counted: of a few people want to know how many there are, of many
    /// whether there are more.
    package var isNear: Bool { offset + size <= 1000 }

    /// How far a long list is counted: the first thousand, and beyond it to the end of the page.
    package var horizon: Int { max(1000, offset + size) }

    /// - Parameters:
    ///   - total: How many there are.
    ///   - most: What was counted beyond is only said to be more.
    ///   - path: The list's own path.
    ///   - query: Filters to keep, in order; empty values are left out.
    ///   - noun: What is counted, in Vietnamese: `sự cố`.
    package func view(
        total: Int, most: Int = .max, path: String, query: [(String, String)], noun: String
    ) -> PagingView {
        let last = max(1, (total + size - 1) / size)
        let summary =
            total == 0 ? "Không có \(noun) nào"
            : offset >= total ? "Không có \(noun) nào ở trang này (trong \(total) \(noun))"
            : total > most ? "\(offset + 1)–\(offset + size) trong hơn \(VietnameseFormat.number(most)) \(noun)"
            : "\(offset + 1)–\(min(offset + size, total)) trong \(total) \(noun)"
        return PagingView(
            summary: summary,
            previousHref: number > 1 ? href(path, query, page: min(number - 1, last)) : nil,
            nextHref: number < last ? href(path, query, page: number + 1) : nil)
    }

    private func href(_ path: String, _ query: [(String, String)], page: Int) -> String {
        FormText.href(path, query + [("page", String(page))])
    }
}
