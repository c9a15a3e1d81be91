import Civil

/// Decides what the silence of a job means. It knows no clock and no database.
///
/// - A report is expected after the last good one as the schedule says, and may be late by the grace time; a run that has
///   begun may take as long as the grace time. What comes first is the deadline.
/// - A deadline that passed while somebody listened is a miss: an outage from the deadline on, whenever it is found.
/// - While nobody listened, nothing is known. Where a report was to be expected in that time, it may have come and not
///   been heard: the job is not measured until it reports, or until it has missed the next report that it would have had
///   to make after somebody listened again.
struct HeartbeatRules: Hashable, Sendable {
    let schedule: HeartbeatSchedule
    let grace: Duration
    let condition: Heartbeat.Condition
    /// Before this no outage may begin.
    let since: Instant
    /// Whether nothing is known of it at present.
    let hasGap: Bool
    /// After this the next report is expected; nil while nothing is expected yet.
    let countedFrom: Instant?
    /// A run that has begun and not ended.
    let startedAt: Instant?

    /// When nothing more is forgiven, and why.
    struct Deadline: Hashable, Sendable {
        let at: Instant
        /// From when on the report might have come.
        let expectedFrom: Instant
        let reason: String
    }

    enum Verdict: Hashable, Sendable {
        /// Nothing is to be said before this moment; nil: not at all until a ping comes.
        case wait(until: Instant?)
        case missed(Miss)
    }

    struct Miss: Hashable, Sendable {
        /// The deadline to the second, and not within what is an outage already.
        let from: Instant
        let reason: String
        /// False when it was down before, and only the doubt about it ends.
        let opensOutage: Bool
    }

    /// Nil while nothing is expected: before the first report, and while it is known to be down.
    var deadline: Deadline? {
        if condition == .down, !hasGap { return nil }
        let next = countedFrom.flatMap { schedule.next(after: $0) }.map { expected in
            Deadline(
                at: expected + grace, expectedFrom: expected,
                reason: "không có tín hiệu, hẹn lúc \(VietnameseFormat.momentWithSeconds(expected)), ân hạn "
                    + VietnameseFormat.duration(grace))
        }
        let end = startedAt.map { started in
            Deadline(
                at: started + grace, expectedFrom: started,
                reason: "bắt đầu lúc \(VietnameseFormat.momentWithSeconds(started)), quá "
                    + "\(VietnameseFormat.duration(grace)) chưa báo xong")
        }
        return [next, end].compactMap(\.self).min { $0.at < $1.at }
    }

    func judge(at now: Instant) -> Verdict {
        guard let deadline, deadline.at <= now else { return .wait(until: deadline?.at) }
        return .missed(
            Miss(
                from: max(deadline.at.flooredToSecond, since), reason: deadline.reason,
                opensOutage: condition != .down))
    }

    /// What a time without anybody listening does to a heartbeat.
    struct Silence: Hashable, Sendable {
        /// The deadline that had passed before it.
        var miss: Miss?
        /// Whether a report may have been lost: not measured until the next one.
        var isInDoubt: Bool
        /// After this the next report is expected.
        var countedFrom: Instant?
        var alertAfter: Instant?
    }

    /// - Parameters:
    ///   - lost: Until when somebody listened.
    ///   - regained: Since when somebody listens again.
    func silent(from lost: Instant, to regained: Instant) -> Silence {
        var silence = Silence(isInDoubt: true)
        // What was missed before was missed, whatever came then.
        if case .missed(let miss) = judge(at: lost) { silence.miss = miss }
        if silence.miss == nil, condition != .down, let deadline, deadline.expectedFrom >= regained {
            return Silence(isInDoubt: hasGap, countedFrom: countedFrom, alertAfter: deadline.at)
        }
        // Before the first report nothing is expected, and nobody can say that it was not sent.
        guard countedFrom != nil || condition != .unknown else { return silence }
        silence.countedFrom = regained
        silence.alertAfter = schedule.next(after: regained).map { $0 + grace }
        return silence
    }
}
