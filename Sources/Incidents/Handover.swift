package import Civil
package import Database
package import Organization

/// When an incident was handed over to the provider (doanh nghiệp cung cấp dịch vụ, Điều 24), when it answered and when it
/// had mended it. Its clock is 24/7 (Điều 24.2): wall time.
package struct Handover: Hashable, Sendable {
    package var handedOverAt: Instant
    package var answeredAt: Instant?
    package var fixedAt: Instant?

    package init(handedOverAt: Instant, answeredAt: Instant? = nil, fixedAt: Instant? = nil) {
        self.handedOverAt = handedOverAt
        self.answeredAt = answeredAt
        self.fixedAt = fixedAt
    }

    /// What the form asks, in its order.
    var fields: [(name: String, label: String, time: Instant?)] {
        [
            ("handed_over_at", "Bàn giao", handedOverAt), ("answered_at", "Trả lời", answeredAt),
            ("fixed_at", "Khắc phục xong", fixedAt),
        ]
    }

    /// - Parameters:
    ///   - stored: What was written before; what changes of it is a correction and needs a reason.
    ///   - reason: Why something is corrected.
    /// - Throws: `Refusal` naming every field that is not fit.
    package func check(
        _ incident: Incident, stored: Handover?, reason: String, at now: Instant
    ) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        func refuse(_ isWrong: Bool, _ field: String, _ text: String) {
            if isWrong { problems.append(.init(field: field, text: text)) }
        }
        for (name, label, time) in fields {
            refuse(time.map { $0 > now } ?? false, name, "\(label): không được ở tương lai.")
        }
        // A page may ask for minutes, an incident begins at a second.
        refuse(
            handedOverAt + .seconds(59) < incident.beganAt, "handed_over_at", "Bàn giao không thể sớm hơn lúc sự cố bắt đầu.")
        refuse(answeredAt.map { $0 < handedOverAt } ?? false, "answered_at", "Trả lời không thể sớm hơn lúc bàn giao.")
        if let fixedAt {
            refuse(answeredAt == nil, "answered_at", "Có lúc khắc phục xong thì cần lúc trả lời.")
            refuse(answeredAt.map { fixedAt < $0 } ?? false, "fixed_at", "Khắc phục xong không thể sớm hơn lúc trả lời.")
        }
        let isCorrection = stored.map { stored in
            zip(stored.fields, fields).contains { $0.time != nil && $0.time != $1.time }
        }
        refuse(isCorrection == true && reason.isEmpty, "handover_reason", "Đính chính thời điểm đã ghi: cần ghi lý do.")
        if let long = Refusal.tooLong("handover_reason", "Lý do", reason, maximum: 1000) { problems.append(long) }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}

/// A handover as it is stored.
package struct StoredHandover: Hashable, Sendable, PostgresRow {
    package let times: Handover
    package let version: Int

    package static var columns: String { "r.handed_over_at, r.answered_at, r.fixed_at, r.version" }

    package init(row: inout RowReader) throws {
        times = Handover(handedOverAt: try row.read(), answeredAt: try row.read(), fixedAt: try row.read())
        version = try row.read()
    }
}

/// By when a provider answers and mends: the contract's or our own numbers, none is the law's.
package struct ProviderTargets: Hashable, Sendable {
    package let answer: Duration
    /// By severity; one that is undetermined has none.
    package let fix: [Incident.Severity: Duration]

    package init(_ settings: Settings) {
        answer = .seconds(settings.number(.providerAnswerMinutes) * 60)
        let hours: [(Incident.Severity, Setting)] = [
            (.m1, .providerFixHoursM1), (.m2, .providerFixHoursM2), (.m3, .providerFixHoursM3), (.m4, .providerFixHoursM4),
        ]
        fix = Dictionary(uniqueKeysWithValues: hours.map { ($0.0, .seconds(settings.number($0.1) * 3600)) })
    }
}

/// How something that a provider has to do stands.
package enum ProviderMark: Hashable, Sendable {
    case inTime, late
    /// Not done, and there is time left.
    case awaited
    case overdue
    /// Done, or not done, where nobody has set a time.
    case unjudged

    init(from start: Instant, to end: Instant?, within limit: Duration?, at now: Instant) {
        guard let limit else {
            self = end == nil ? .awaited : .unjudged
            return
        }
        // What is done at the last moment is done in time.
        if let end { self = end - start <= limit ? .inTime : .late } else { self = now - start > limit ? .overdue : .awaited }
    }
}

extension Handover {
    package func answer(_ targets: ProviderTargets, at now: Instant) -> ProviderMark {
        ProviderMark(from: handedOverAt, to: answeredAt, within: targets.answer, at: now)
    }

    /// - Parameter severity: As it is known now: the target follows it.
    package func fix(_ severity: Incident.Severity, _ targets: ProviderTargets, at now: Instant) -> ProviderMark {
        ProviderMark(from: handedOverAt, to: fixedAt, within: targets.fix[severity], at: now)
    }

    package var answerTime: Duration? { answeredAt.map { $0 - handedOverAt } }
    package var fixTime: Duration? { fixedAt.map { $0 - handedOverAt } }
}
