package import Civil
package import Foundation
package import Organization

/// What somebody typed of a heartbeat.
package struct HeartbeatDraft: Hashable, Sendable {
    package var name: String
    package var slug: String?
    package var schedule: HeartbeatSchedule
    package var grace: Duration
    package var component = ""
    package var agency: Agency.ID?
    package var isDailyBackup = false
    /// The secret of its address; nil leaves the one that it has, and gives a new heartbeat a fresh one.
    package var code: UUID?

    /// From 5 seconds to a year and a day.
    package static let spans = 5...31_622_400

    package init(name: String, schedule: HeartbeatSchedule, grace: Duration) {
        self.name = name
        self.schedule = schedule
        self.grace = grace
    }

    /// What a ping with `?create=1` makes of a slug that nobody has named yet: once a day, an hour of grace, as with
    /// Healthchecks.
    package init(slug: String, agency: Agency.ID?) {
        self.init(name: slug, schedule: HeartbeatSchedule(every: .seconds(86_400)), grace: .seconds(3600))
        (self.slug, self.agency) = (slug, agency)
    }

    static func isSlug(_ text: String) -> Bool { text.wholeMatch(of: /[a-z0-9_-]{1,100}/) != nil }

    /// - Throws: `Refusal` with everything that is not fit, named after the fields of the form.
    package func check(at now: Instant) throws(Refusal) {
        let problems = problems + schedule.problems(at: now)
        if !problems.isEmpty { throw Refusal(problems) }
    }

    /// What is wrong with it at any time.
    var problems: [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        func note(_ field: String, _ text: String) { problems.append(.init(field: field, text: text)) }

        if name.isEmpty { note("name", "Tên: cần nhập.") }
        if name.count > 200 { note("name", "Tên: tối đa 200 ký tự.") }
        if let slug, !Self.isSlug(slug) { note("slug", "Tên ngắn: chỉ gồm chữ thường a–z, số, dấu - và _, tối đa 100 ký tự.") }
        if let period = schedule.period, !Self.spans.contains(Int(period.inSeconds)) {
            note("period", "Chu kỳ: cần từ 5 giây đến 366 ngày.")
        }
        if !Self.spans.contains(Int(grace.inSeconds)) { note("grace", "Thời gian ân hạn: cần từ 5 giây đến 366 ngày.") }
        if isDailyBackup, agency != nil {
            note("is_daily_backup", "Sao lưu hằng ngày (Điều 18.2) là của toàn hệ thống: bỏ chọn, hoặc chọn phạm vi Toàn hệ thống.")
        }
        return problems
    }
}

extension HeartbeatSchedule {
    /// One that never comes again is not taken anew; a heartbeat that had it stays as it is.
    func problems(at now: Instant) -> [Refusal.Problem] {
        next(after: now) == nil ? [.init(field: "expression", text: "Biểu thức: không có lần nào đến hẹn kể từ bây giờ.")] : []
    }
}

extension Heartbeat {
    /// The heartbeat as a form shows it, and its secret.
    package var draft: HeartbeatDraft {
        var draft = HeartbeatDraft(name: name, schedule: schedule, grace: grace)
        (draft.slug, draft.component, draft.agency, draft.isDailyBackup) = (slug, component, agency, isDailyBackup)
        draft.code = code
        return draft
    }
}
