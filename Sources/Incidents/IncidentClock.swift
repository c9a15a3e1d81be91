package import Civil
package import Organization

/// Something that must be done by a certain time after an incident was detected. It is derived whenever somebody asks,
/// from what was written down; all of these clocks run in wall time.
package struct IncidentClock: Hashable, Sendable {
    package enum State: String, Sendable { case met, late, running, overdue }

    /// In the reader's words.
    package let duty: String
    /// The article, or what else it rests on, and whether that was verified.
    package let basis: String
    package let startedAt: Instant
    /// Nil where the regulation says "ngay" and gives no number.
    package let limit: Duration?
    package let doneAt: Instant?

    package var dueAt: Instant? { limit.map { startedAt + $0 } }

    /// What is done at the last moment is done in time.
    package func state(at now: Instant) -> State {
        if let doneAt { return isBeyond(doneAt) ? .late : .met }
        return isBeyond(now) ? .overdue : .running
    }

    private func isBeyond(_ moment: Instant) -> Bool { dueAt.map { moment > $0 } ?? false }
}

/// How long the laws on cyber security and on personal data leave for a report. Both were read in copies only, so they
/// are settings with a stated basis and not numbers in the program.
package struct LegalLimits: Hashable, Sendable {
    package let cyberFirst: Duration
    package let cyberFull: Duration
    package let personalData: Duration

    package init(_ settings: Settings) {
        func hours(_ setting: Setting) -> Duration { .seconds(settings.number(setting) * 3600) }
        cyberFirst = hours(.cyberFirstReportHours)
        cyberFull = hours(.cyberReportHours)
        personalData = hours(.personalDataHours)
    }
}

extension Incident {
    /// How long the severity may stay undetermined; our own target.
    package static let severityLimit = Duration.seconds(30 * 60)

    /// What must be done soon, and when it was done, in the order of its urgency.
    ///
    /// An event of level M4 is only logged, and the first notice is for what may be serious: neither the levels nor
    /// "nghiêm trọng" are defined by the decree, so this is our own reading.
    package func clocks(_ communications: [Communication], limits: LegalLimits) -> [IncidentClock] {
        var clocks = obligedAudiences.map { audience in
            clock(
                "Báo \(audience.inSentence) về sự cố", audience == .department ? "Điều 20.3" : "Điều 20.1", limit: nil,
                done: communications.first { $0.audience == audience && $0.facts.contains(.incident) })
        }
        if severity == .undetermined {
            clocks.append(clock("Xác định mức độ", "mục tiêu nội bộ", limit: Self.severityLimit, done: nil))
        }
        if isCyber == true, severity != .m4 {
            let law = "theo NĐ 331/2026/NĐ-CP, Điều 31.2.d (chưa kiểm chứng)"
            if severity != .m3 {
                clocks.append(report(.cyberFirst, law, within: limits.cyberFirst, communications))
            }
            clocks.append(report(.cyberFull, law, within: limits.cyberFull, communications))
        }
        if hasPersonalData == true {
            clocks.append(report(
                .personalData, "theo Luật 91/2025/QH15, Điều 23 (chưa kiểm chứng)", within: limits.personalData,
                communications))
        }
        return clocks
    }

    private func report(
        _ report: LegalReport, _ basis: String, within limit: Duration, _ communications: [Communication]
    ) -> IncidentClock {
        clock(report.label, basis, limit: limit, done: communications.first { $0.reports.contains(report) })
    }

    private func clock(
        _ duty: String, _ basis: String, limit: Duration?, done: Communication?
    ) -> IncidentClock {
        IncidentClock(duty: duty, basis: basis, startedAt: detectedAt, limit: limit, doneAt: done?.toldAt)
    }
}
