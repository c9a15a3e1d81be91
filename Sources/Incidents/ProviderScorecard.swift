package import Civil
package import Database

/// One incident that was handed over to the provider.
package struct ProviderCase: Hashable, Sendable, PostgresRow {
    package let code: String
    package let title: String
    package let severity: Incident.Severity
    package let times: Handover

    package init(code: String, title: String, severity: Incident.Severity, times: Handover) {
        self.code = code
        self.title = title
        self.severity = severity
        self.times = times
    }

    package static var columns: String { "i.code, i.title, i.severity, r.handed_over_at, r.answered_at, r.fixed_at" }

    package init(row: inout RowReader) throws {
        code = try row.read()
        title = try row.read()
        severity = try row.read()
        times = Handover(handedOverAt: try row.read(), answeredAt: try row.read(), fixedAt: try row.read())
    }
}

/// How the provider has done in a time (Điều 24.2–24.3). Every figure is a count of cases, or a time of theirs; where there
/// is no case there is no figure.
package struct ProviderScorecard: Hashable, Sendable {
    /// Which cases a figure was counted from.
    package enum Selection: String, CaseIterable, Sendable {
        case all, answeredInTime = "answered_in_time", answeredLate = "answered_late", answered, unanswered
        case fixedInTime = "fixed_in_time", fixedLate = "fixed_late", fixed, unfixed

        package var label: String {
            switch self {
            case .all: "Đã bàn giao"
            case .answeredInTime: "Trả lời đúng hạn"
            case .answeredLate: "Trả lời muộn"
            case .answered: "Đã trả lời"
            case .unanswered: "Chưa trả lời"
            case .fixedInTime: "Khắc phục đúng hạn"
            case .fixedLate: "Khắc phục muộn"
            case .fixed: "Đã khắc phục"
            case .unfixed: "Chưa khắc phục"
            }
        }
    }

    package let cases: [ProviderCase]
    package let targets: ProviderTargets
    /// The moment of counting: what was not done by then may be overdue.
    package let asOf: Instant

    package init(cases: [ProviderCase], targets: ProviderTargets, asOf: Instant) {
        self.cases = cases
        self.targets = targets
        self.asOf = asOf
    }

    package func rows(_ selection: Selection) -> [ProviderCase] {
        cases.filter { one in
            switch selection {
            case .all: true
            case .answeredInTime: answer(one) == .inTime
            case .answeredLate: answer(one) == .late
            case .answered: one.times.answeredAt != nil
            case .unanswered: one.times.answeredAt == nil
            case .fixedInTime: fix(one) == .inTime
            case .fixedLate: fix(one) == .late
            case .fixed: one.times.fixedAt != nil
            case .unfixed: one.times.fixedAt == nil
            }
        }
    }

    package func count(_ selection: Selection) -> Int { rows(selection).count }

    package func answer(_ one: ProviderCase) -> ProviderMark { one.times.answer(targets, at: asOf) }

    package func fix(_ one: ProviderCase) -> ProviderMark { one.times.fix(one.severity, targets, at: asOf) }

    /// Of those that were answered, the lower of two middle ones; nil where none was.
    package var medianAnswer: Duration? { Self.median(cases.compactMap(\.times.answerTime)) }
    package var medianFix: Duration? { Self.median(cases.compactMap(\.times.fixTime)) }

    /// The case that took the longest to be answered; nil where none was.
    package var longestAnswer: ProviderCase? { longest { $0.answerTime } }
    package var longestFix: ProviderCase? { longest { $0.fixTime } }

    private func longest(_ time: (Handover) -> Duration?) -> ProviderCase? {
        cases.filter { time($0.times) != nil }.max { (time($0.times) ?? .zero) < (time($1.times) ?? .zero) }
    }

    private static func median(_ times: [Duration]) -> Duration? {
        times.isEmpty ? nil : times.sorted()[(times.count - 1) / 2]
    }
}
