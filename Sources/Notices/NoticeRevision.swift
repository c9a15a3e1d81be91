package import Civil
package import Database
package import Organization

/// What was announced, one of the times that it was: frozen.
package struct NoticeRevision: Hashable, Sendable, PostgresRow {
    package let number: Int
    package let title: String
    package let impact: String
    package let begins: Instant
    package let ends: Instant
    package let announcedAt: Instant
    package let announcer: String
    /// Why it was announced again; nil for the first.
    package let reason: String?
    package let leadDays: Int

    /// For `notice_revisions v JOIN users u`.
    package static var columns: String {
        "v.number, v.title, v.impact, lower(v.during), upper(v.during), v.announced_at, u.full_name, v.reason, v.lead_days"
    }

    package init(row: inout RowReader) throws {
        number = try row.read()
        title = try row.read()
        impact = try row.read()
        begins = try row.read()
        ends = try row.read()
        announcedAt = try row.read()
        announcer = try row.read()
        reason = try row.read()
        leadDays = try row.read()
    }
}

/// What somebody typed of a revision: all that may change of what was announced.
///
/// The kind and what it concerns may not. The monitors that leave availability were frozen with the publication, so work on
/// something else is other work: the notice is called off and another one made. A title that changes is told like the rest:
/// it stands in the letters and calendars that people hold in their hands.
package struct NoticeRevisionDraft: Hashable, Sendable {
    package var title: String
    package var impact: String
    package var begins: Instant
    package var ends: Instant
    /// Why it changes; the letters say it, and it stands for the reason of a short lead.
    package var reason: String

    package init(title: String, impact: String, begins: Instant, ends: Instant, reason: String) {
        self.title = title
        self.impact = impact
        self.begins = begins
        self.ends = ends
        self.reason = reason
    }

    var during: TimeRange { TimeRange(from: begins, to: ends) }

    /// - Throws: `Refusal` with everything that keeps it from being announced in the place of `notice`.
    package func check(_ notice: Notice, at now: Instant) throws(Refusal) {
        let state = notice.state(at: now)
        try NoticeStep.revise.check(notice, in: state)
        var problems = NoticeDraft.problems(of: during, title: title, impact: impact, at: now)
        if reason.isEmpty { problems.append(.init(field: "reason", text: "Lý do điều chỉnh: cần nhập; thư gửi đi nêu lý do này.")) }
        if state == .published {
            if begins <= now {
                problems.append(.init(field: "begins", text: "Điều 21.7: phải thông báo trước khi tiến hành; giờ bắt đầu mới đã qua."))
            }
        } else {
            if begins != notice.begins {
                problems.append(.init(
                    field: "begins", text: "Việc đã bắt đầu lúc \(VietnameseFormat.moment(notice.begins)): giờ bắt đầu đã báo không đổi được nữa."))
            }
            if ends <= now {
                problems.append(.init(field: "ends", text: "Giờ dự kiến sử dụng lại mới đã qua; việc đã xong thì ghi hoàn thành."))
            }
        }
        if problems.isEmpty && changes(from: notice).isEmpty {
            problems.append(.init(field: "", text: "Chưa có gì thay đổi so với bản \(notice.revision)."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }

    /// What it changes, as people are told.
    package func changes(from notice: Notice) -> [NoticeChange] {
        NoticeChange.between(
            (notice.title, notice.impact, notice.begins, notice.ends), (title, impact, begins, ends))
    }

    /// What the form asks, in its order.
    var fields: [TypedField] {
        [
            TypedField("title", "Trích yếu", title), TypedField("begins", "Bắt đầu", VietnameseFormat.moment(begins)),
            TypedField("ends", "Dự kiến sử dụng lại", VietnameseFormat.moment(ends)),
            TypedField("impact", "Ảnh hưởng", impact), TypedField("reason", "Lý do điều chỉnh", reason),
        ]
    }

    /// For the audit trail.
    var audited: [String: String?] {
        [
            "title": title, "impact": impact, "begins": VietnameseFormat.moment(begins),
            "ends": VietnameseFormat.moment(ends), "reason": reason,
        ]
    }
}

/// Something that is announced otherwise than before.
package struct NoticeChange: Hashable, Sendable {
    package let label: String
    package let old: String
    package let new: String

    /// `Bắt đầu: 22:00 04/12/2026 → 22:00 05/12/2026`
    package var text: String { "\(label): \(old) → \(new)" }

    package typealias Announced = (title: String, impact: String, begins: Instant, ends: Instant)

    package static func between(_ old: Announced, _ new: Announced) -> [NoticeChange] {
        let all = [
            NoticeChange(label: "Trích yếu", old: old.title, new: new.title),
            NoticeChange(
                label: "Bắt đầu", old: VietnameseFormat.moment(old.begins), new: VietnameseFormat.moment(new.begins)),
            NoticeChange(
                label: "Dự kiến sử dụng lại", old: VietnameseFormat.moment(old.ends), new: VietnameseFormat.moment(new.ends)),
            NoticeChange(label: "Ảnh hưởng", old: old.impact, new: new.impact),
        ]
        return all.filter { $0.old != $0.new }
    }
}

extension NoticeRevision {
    /// What it changed of the revision before it.
    package func changes(from old: NoticeRevision) -> [NoticeChange] {
        NoticeChange.between((old.title, old.impact, old.begins, old.ends), (title, impact, begins, ends))
    }
}
