package import Civil
import Organization

/// What decides whether an incident asks for something now. The page, the list, the dashboard and the letters all ask here.
package struct IncidentPulse: Hashable, Sendable {
    package let severity: Incident.Severity
    package let state: Incident.State
    package let detectedAt: Instant
    /// When the head or the users were last told anything; nil: never.
    package let lastToldAt: Instant?

    /// A word to the people concerned that is due while the incident goes on.
    package struct Update: Hashable, Sendable {
        /// What the time is counted from: the last word, or the detection while there was none.
        package let since: Instant
        package let every: Duration
        /// How many times the period has passed since then; at least 1.
        package let round: Int
    }

    /// Whether the severity has been undetermined for longer than our own target.
    package func isSeverityOverdue(_ limits: IncidentLimits, at now: Instant) -> Bool {
        state != .closed && state != .merged && severity == .undetermined && now > detectedAt + limits.severity
    }

    /// The word that is due, derived from the last one; nil before its time, and for an incident that does not go on.
    package func dueUpdate(_ limits: IncidentLimits, at now: Instant) -> Update? {
        guard state == .open, let every = limits.updates[severity] else { return nil }
        let since = lastToldAt ?? detectedAt
        let round = (now - since).inSeconds / every.inSeconds
        return round >= 1 ? Update(since: since, every: every, round: Int(round)) : nil
    }
}

/// Something that is late or soon will be, of which people are reminded.
package enum Reminder: Hashable, Sendable {
    case severity(limit: Duration, dueAt: Instant)
    /// A report that a law wants has little time left.
    case near(IncidentClock, dueAt: Instant)
    case overdue(IncidentClock, dueAt: Instant)
    case update(IncidentPulse.Update, isFirst: Bool)

    /// How long after its moment nobody is written to any more: what could not be said in a day, the page says.
    static let patience = Duration.seconds(86_400)

    /// What makes it the same reminder, whoever finds it and however often.
    var key: String {
        switch self {
        case .severity: "severity"
        case .near(let clock, _): "\(clock.report?.rawValue ?? ""):near"
        case .overdue(let clock, _): "\(clock.report?.rawValue ?? ""):overdue"
        case .update(let update, _): "update:\(update.since.seconds):\(update.round)"
        }
    }

    /// Whether it is still fresh enough to write a letter about.
    func isNews(at now: Instant) -> Bool {
        switch self {
        case .severity(_, let dueAt), .overdue(_, let dueAt): now - dueAt <= Self.patience
        case .near, .update: true
        }
    }

    /// In the reader's words, and on what it rests.
    func text(at now: Instant) -> String {
        switch self {
        case .severity(let limit, _):
            "Chưa xác định mức độ sau \(VietnameseFormat.duration(limit)) kể từ lúc phát hiện (mục tiêu nội bộ)."
        case .near(let clock, let dueAt):
            """
            \(clock.duty): hạn trước \(VietnameseFormat.moment(dueAt)), còn \(VietnameseFormat.duration(dueAt - now)). \
            Căn cứ: \(clock.basis).
            """
        case .overdue(let clock, let dueAt):
            "\(clock.duty): hạn là \(VietnameseFormat.moment(dueAt)), chưa ghi đã gửi. Căn cứ: \(clock.basis)."
        case .update(let update, let isFirst):
            """
            \(isFirst ? "Chưa báo lần nào từ lúc phát hiện" : "Lần báo gần nhất") \(VietnameseFormat.moment(update.since)); \
            mức này cần báo lại mỗi \(VietnameseFormat.duration(update.every)) khi sự cố chưa khôi phục (mục tiêu nội bộ).
            """
        }
    }

    /// Its badge's word; see docs/look.md for the kinds.
    var label: String {
        switch self {
        case .severity: "Quá hạn xác định mức"
        case .near: "Sắp hết hạn"
        case .overdue: "Quá hạn"
        case .update: "Đến hạn cập nhật"
        }
    }

    var badge: String {
        switch self {
        case .severity, .overdue: "overdue"
        case .near, .update: "due"
        }
    }
}

extension Incident {
    package func pulse(_ communications: [Communication]) -> IncidentPulse {
        let told = communications.filter { $0.audience == .head || $0.audience == .users }.map(\.toldAt)
        return IncidentPulse(severity: severity, state: state, detectedAt: detectedAt, lastToldAt: told.max())
    }

    /// What is late or soon will be, the most pressing first; nothing of a closed incident.
    package func reminders(
        _ communications: [Communication], limits: IncidentLimits, at now: Instant
    ) -> [Reminder] {
        guard state != .closed, state != .merged else { return [] }
        let reports = clocks(communications, limits: limits).filter { $0.report != nil }
        let pulse = pulse(communications)
        var list: [Reminder] = reports.compactMap { clock in
            guard let dueAt = clock.dueAt else { return nil }
            switch clock.state(at: now) {
            case .overdue: return .overdue(clock, dueAt: dueAt)
            case .near: return .near(clock, dueAt: dueAt)
            case .met, .late, .running: return nil
            }
        }
        if pulse.isSeverityOverdue(limits, at: now) {
            list.append(.severity(limit: limits.severity, dueAt: detectedAt + limits.severity))
        }
        if let update = pulse.dueUpdate(limits, at: now) {
            list.append(.update(update, isFirst: pulse.lastToldAt == nil))
        }
        return list
    }
}
