package import Civil
package import Database

/// Gián đoạn of a public component: when, and nothing of why. Times in which several of its monitors were down are one. What
/// lies wholly in announced maintenance is none, and neither is what people found to be a false alarm.
package struct Interruption: Hashable, Sendable, PostgresRow {
    package let component: PublicComponent.ID
    package let title: String
    package let begins: Instant
    /// nil while nobody has seen it end.
    package let ends: Instant?
    /// When it became known. What is found later to belong to it may begin earlier, and does not change this.
    package let knownAt: Instant
    /// When somebody on duty took it up.
    package let takenUpAt: Instant?

    /// For `public_components c`, a range `island.during` and what is told of it in `known`.
    package static var columns: String {
        "c.id, c.title, lower(island.during), upper(island.during), known.known_at, known.taken_up_at"
    }

    package init(row: inout RowReader) throws {
        component = try row.read()
        title = try row.read()
        begins = try row.read()
        ends = try row.read()
        knownAt = try row.read()
        takenUpAt = try row.read()
    }

    /// What tells it from every other, for good.
    var key: String { "interruption \(component.rawValue) \(knownAt.microseconds)" }

    var updatedAt: Instant { [knownAt, takenUpAt, ends].compactMap(\.self).max() ?? knownAt }

    var headline: String { "Gián đoạn: \(title)" }

    /// What is so until the interruption itself changes.
    var story: String {
        let begun = "Từ \(VietnameseFormat.moment(begins))"
        guard let ends else { return "\(begun); chưa ghi nhận khôi phục.\(takenUp)" }
        return "\(begun) đến \(VietnameseFormat.moment(ends)), kéo dài \(VietnameseFormat.duration(ends - begins))."
    }

    /// The same as it is to be read at a moment.
    /// - Parameter state: How its component stands then.
    func story(at now: Instant, while state: PublicComponent.State?) -> String {
        guard ends == nil else { return story }
        let begun = "Từ \(VietnameseFormat.moment(begins))"
        switch state {
        case .down, .partial:
            let soFar = now - begins
            return soFar < .seconds(60)
                ? "\(begun).\(takenUp)" : "\(begun), đến nay \(VietnameseFormat.duration(soFar)).\(takenUp)"
        case .maintenance:
            return "\(begun); nay đang trong thời gian bảo trì đã thông báo."
        default:
            return "\(begun). Hiện chưa đo được nên chưa rõ đã khôi phục hay chưa.\(takenUp)"
        }
    }

    private var takenUp: String {
        takenUpAt.map { " Cán bộ trực tiếp nhận xử lý lúc \(VietnameseFormat.moment($0))." } ?? ""
    }
}
