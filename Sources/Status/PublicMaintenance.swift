package import Civil
package import Database
package import Notices

/// Announced work (Điều 21.7): what it concerns and when. Who wrote it, to whom, and in which words stays inside.
package struct PublicMaintenance: Hashable, Sendable, PostgresRow {
    package enum Phase: String, Sendable {
        case underWay = "under_way"
        case coming, overrun, done, cancelled

        var label: String {
            switch self {
            case .underWay: "Đang thực hiện"
            case .coming: "Sắp tới"
            case .overrun: "Quá giờ dự kiến"
            case .done: "Đã xong"
            case .cancelled: "Đã hủy"
            }
        }

        /// The look of its badge; see docs/look.md.
        var badge: String {
            switch self {
            case .underWay: "maintenance"
            case .coming: "new"
            case .overrun: "overdue"
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
    /// When what is announced now was announced, if that was not the first time.
    package let revisedAt: Instant?
    package let cancelledAt: Instant?
    /// When somebody said that the work is done.
    package let completedAt: Instant?
    /// When the work itself ended, if that is known, or if that was before its time.
    package let finishedAt: Instant?
    /// Titles of the public components concerned; empty: the whole system.
    package let titles: [String]

    /// For `notices n`, the end of its work in `worked` and the list `concerned.titles`.
    package static var columns: String {
        """
        n.id, n.kind, lower(n.during), upper(n.during), n.published_at, n.revised_at, n.cancelled_at, n.completed_at,
        worked.finished_at, concerned.titles
        """
    }

    package init(row: inout RowReader) throws {
        notice = try row.read()
        kind = try row.read()
        begins = try row.read()
        ends = try row.read()
        publishedAt = try row.read()
        revisedAt = try row.read()
        cancelledAt = try row.read()
        completedAt = try row.read()
        finishedAt = try row.read()
        titles = try row.read()
    }

    /// What tells it from every other, for good.
    var key: String { "maintenance \(notice.rawValue)" }

    var updatedAt: Instant { cancelledAt ?? completedAt ?? finishedAt ?? revisedAt ?? publishedAt }

    package func phase(at now: Instant) -> Phase {
        if cancelledAt != nil { return .cancelled }
        if completedAt != nil || (finishedAt.map { now >= $0 } ?? false) { return .done }
        if now < begins { return .coming }
        return now < ends ? .underWay : .overrun
    }

    var headline: String { "\(kind.label): \(titles.isEmpty ? "toàn hệ thống" : titles.joined(separator: ", "))" }

    private var span: String { "từ \(VietnameseFormat.moment(begins)) đến \(VietnameseFormat.moment(ends))" }

    /// What people are told of other hours than before.
    private var revision: String {
        revisedAt.map { " Thông báo được điều chỉnh lúc \(VietnameseFormat.moment($0))." } ?? ""
    }

    /// What is so until the work is called off or done.
    var story: String {
        if let cancelledAt { return "Đã hủy lúc \(VietnameseFormat.moment(cancelledAt)); trước đó dự kiến \(span)." }
        if let finishedAt { return "Dự kiến \(span); đã xong lúc \(VietnameseFormat.moment(finishedAt)).\(revision)" }
        return "Dự kiến \(span). Trong thời gian này có thể không sử dụng được.\(revision)"
    }

    /// The same as it is to be read at a moment.
    func story(at now: Instant) -> String {
        switch phase(at: now) {
        case .done where finishedAt == nil: "Từ\(span.dropFirst(2)).\(revision)"
        case .overrun: "Dự kiến \(span). Đã quá giờ dự kiến mà chưa báo xong.\(revision)"
        default: story
        }
    }
}
