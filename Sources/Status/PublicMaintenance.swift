package import Civil
package import Database
package import Notices

/// Announced work (Điều 21.7): what it concerns and when. Who wrote it, to whom, and in which words stays inside.
package struct PublicMaintenance: Hashable, Sendable, PostgresRow {
    package enum Phase: String, Sendable {
        case underWay = "under_way"
        case coming, done, cancelled

        var label: String {
            switch self {
            case .underWay: "Đang thực hiện"
            case .coming: "Sắp tới"
            case .done: "Đã xong"
            case .cancelled: "Đã hủy"
            }
        }

        /// The look of its badge; see docs/look.md.
        var badge: String {
            switch self {
            case .underWay: "maintenance"
            case .coming: "new"
            case .done: "done"
            case .cancelled: "closed"
            }
        }
    }

    package let notice: Notice.ID
    package let kind: Notice.Kind
    package let begins: Instant
    /// As announced.
    package let ends: Instant
    package let publishedAt: Instant
    package let cancelledAt: Instant?
    /// When the work itself ended, if that was before its time.
    package let finishedAt: Instant?
    /// Titles of the public components concerned; empty: the whole system.
    package let titles: [String]

    /// For `notices n`, the end of its work in `worked` and the list `concerned.titles`.
    package static var columns: String {
        """
        n.id, n.kind, lower(n.during), upper(n.during), n.published_at, n.cancelled_at, worked.finished_at, concerned.titles
        """
    }

    package init(row: inout RowReader) throws {
        notice = try row.read()
        kind = try row.read()
        begins = try row.read()
        ends = try row.read()
        publishedAt = try row.read()
        cancelledAt = try row.read()
        finishedAt = try row.read()
        titles = try row.read()
    }

    /// What tells it from every other, for good.
    var key: String { "maintenance \(notice.rawValue)" }

    var updatedAt: Instant { cancelledAt ?? finishedAt ?? publishedAt }

    package func phase(at now: Instant) -> Phase {
        if cancelledAt != nil { return .cancelled }
        if now >= finishedAt ?? ends { return .done }
        return begins <= now ? .underWay : .coming
    }

    var headline: String { "\(kind.label): \(titles.isEmpty ? "toàn hệ thống" : titles.joined(separator: ", "))" }

    private var span: String { "từ \(VietnameseFormat.moment(begins)) đến \(VietnameseFormat.moment(ends))" }

    /// What is so until the work is called off or done before its time.
    var story: String {
        if let cancelledAt { return "Đã hủy lúc \(VietnameseFormat.moment(cancelledAt)); trước đó dự kiến \(span)." }
        if let finishedAt { return "Dự kiến \(span); đã xong lúc \(VietnameseFormat.moment(finishedAt))." }
        return "Dự kiến \(span). Trong thời gian này có thể không sử dụng được."
    }

    /// The same as it is to be read at a moment.
    func story(at now: Instant) -> String {
        phase(at: now) == .done && finishedAt == nil ? "Từ\(span.dropFirst(2))." : story
    }
}
