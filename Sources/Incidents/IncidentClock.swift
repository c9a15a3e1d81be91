package import Civil
package import Organization

/// Something that must be done by a certain time after an incident was detected. It is derived whenever somebody asks,
/// from what was written down; all of these clocks run in wall time.
package struct IncidentClock: Hashable, Sendable {
    package enum State: String, Sendable {
        case met, late, running
        /// Not done, and little time is left.
        case near
        case overdue
    }

    /// In the reader's words.
    package let duty: String
    /// The article, or what else it rests on, and whether that was verified.
    package let basis: String
    package let startedAt: Instant
    /// Nil where the regulation says "ngay" and gives no number.
    package let limit: Duration?
    /// How long before its end people are warned; nil: they are not.
    package let warning: Duration?
    package let doneAt: Instant?
    /// The report that a law wants; nil for what the regulation or the duty desk wants.
    package let report: LegalReport?

    package var dueAt: Instant? { limit.map { startedAt + $0 } }

    /// What is done at the last moment is done in time.
    package func state(at now: Instant) -> State {
        if let doneAt { return isBeyond(doneAt) ? .late : .met }
        if isBeyond(now) { return .overdue }
        guard let dueAt, let warning, warning > .zero else { return .running }
        return dueAt - now <= warning ? .near : .running
    }

    private func isBeyond(_ moment: Instant) -> Bool { dueAt.map { moment > $0 } ?? false }
}

/// How long there is for what an incident asks. What the laws on cyber security and on personal data leave was read in
/// copies only, so it is a setting with a stated basis and not a number in the program; the rest the duty desk has set
/// itself.
package struct IncidentLimits: Hashable, Sendable {
    package let cyberFirst: Duration
    package let cyberFull: Duration
    package let personalData: Duration
    /// How long the severity may stay undetermined; our own target.
    package let severity: Duration
    /// How long before the end of a legal clock people are warned; zero: they are not.
    package let warning: Duration
    /// From one word to the people concerned to the next, by severity; a severity that is not there wants none.
    package let updates: [Incident.Severity: Duration]

    package init(_ settings: Settings) {
        func hours(_ setting: Setting) -> Duration { .seconds(settings.number(setting) * 3600) }
        func minutes(_ setting: Setting) -> Duration { .seconds(settings.number(setting) * 60) }
        cyberFirst = hours(.cyberFirstReportHours)
        cyberFull = hours(.cyberReportHours)
        personalData = hours(.personalDataHours)
        severity = minutes(.severityMinutes)
        warning = hours(.clockWarningHours)
        let rhythm: [(Incident.Severity, Setting)] = [
            (.m1, .updateMinutesM1), (.m2, .updateMinutesM2), (.m3, .updateMinutesM3), (.m4, .updateMinutesM4),
        ]
        updates = Dictionary(uniqueKeysWithValues: rhythm.map { ($0.0, minutes($0.1)) }).filter { $0.value > .zero }
    }
}

extension Incident {
    /// What must be done soon, and when it was done, in the order of its urgency.
    ///
    /// An event of level M4 is only logged, and the first notice is for what may be serious: neither the levels nor
    /// "nghiêm trọng" are defined by the decree, so this is our own reading.
    package func clocks(_ communications: [Communication], limits: IncidentLimits) -> [IncidentClock] {
        var clocks = obligedAudiences.map { audience in
            clock(
                "Báo \(audience.inSentence) về sự cố", audience == .department ? "Điều 20.3" : "Điều 20.1", limit: nil,
                done: communications.first { $0.audience == audience && $0.facts.contains(.incident) })
        }
        if severity == .undetermined {
            clocks.append(clock("Xác định mức độ", "mục tiêu nội bộ", limit: limits.severity, done: nil))
        }
        func report(_ report: LegalReport, _ law: Setting, within limit: Duration) -> IncidentClock {
            IncidentClock(
                duty: report.label, basis: law.statedBasis, startedAt: detectedAt, limit: limit, warning: limits.warning,
                doneAt: communications.first { $0.reports.contains(report) }?.toldAt, report: report)
        }
        if isCyber == true, severity != .m4 {
            if severity != .m3 {
                clocks.append(report(.cyberFirst, .cyberFirstReportHours, within: limits.cyberFirst))
            }
            clocks.append(report(.cyberFull, .cyberReportHours, within: limits.cyberFull))
        }
        if hasPersonalData == true {
            clocks.append(report(.personalData, .personalDataHours, within: limits.personalData))
        }
        return clocks
    }

    private func clock(
        _ duty: String, _ basis: String, limit: Duration?, done: Communication?
    ) -> IncidentClock {
        IncidentClock(
            duty: duty, basis: basis, startedAt: detectedAt, limit: limit, warning: nil, doneAt: done?.toldAt, report: nil)
    }
}

extension Setting {
    /// The document that it rests on and how sure that is, to stand within a line.
    fileprivate var statedBasis: String { basis.hasSuffix(".") ? String(basis.dropLast()) : basis }
}
