package import Civil
package import Organization

/// What somebody typed of a notice.
package struct NoticeDraft: Hashable, Sendable {
    package var kind: Notice.Kind
    package var title: String
    package var impact: String
    package var begins: Instant
    package var ends: Instant
    /// What it concerns; nil: the whole system.
    package var components: [String]?
    package var shortLeadReason: String?

    package init(
        kind: Notice.Kind, title: String, impact: String, begins: Instant, ends: Instant, components: [String]? = nil,
        shortLeadReason: String? = nil
    ) {
        self.kind = kind
        self.title = title
        self.impact = impact
        self.begins = begins
        self.ends = ends
        self.components = components
        self.shortLeadReason = shortLeadReason
    }

    /// How far ahead work is announced; beyond two years a date is a slip.
    package static let furthest = Duration.seconds(731 * 86_400)
    /// How long one stretch of work may last.
    static let longest = Duration.seconds(14 * 86_400)

    package func check(at now: Instant) throws(Refusal) {
        let problems = problems(at: now)
        if !problems.isEmpty { throw Refusal(problems) }
    }

    /// Everything that is wrong with it as a draft.
    package func problems(at now: Instant) -> [Refusal.Problem] {
        var problems = Self.problems(of: TimeRange(from: begins, to: ends), title: title, impact: impact, at: now)
        if components?.isEmpty ?? false {
            problems.append(.init(field: "component", text: "Phạm vi: cần chọn ít nhất một thành phần, hoặc chọn toàn hệ thống."))
        }
        return problems
    }

    /// What is wrong with the parts that a revision has too.
    static func problems(of window: TimeRange, title: String, impact: String, at now: Instant) -> [Refusal.Problem] {
        guard let begins = window.lower, let ends = window.upper else { return [] }
        var problems: [Refusal.Problem] = []
        if begins > now + furthest {
            problems.append(.init(field: "begins", text: "Giờ bắt đầu không quá 2 năm kể từ nay."))
        }
        if title.isEmpty { problems.append(.init(field: "title", text: "Trích yếu: cần nhập.")) }
        if impact.isEmpty { problems.append(.init(field: "impact", text: "Ảnh hưởng: cần ghi người dùng sẽ thấy gì.")) }
        if ends <= begins { problems.append(.init(field: "ends", text: "Giờ kết thúc phải sau giờ bắt đầu.")) }
        if ends - begins > longest {
            problems.append(.init(field: "ends", text: "Một đợt bảo trì không quá 14 ngày; hãy chia thành nhiều thông báo."))
        }
        return problems
    }
}
