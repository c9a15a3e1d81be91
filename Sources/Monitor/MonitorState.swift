package import Civil
package import Database

/// Where one monitor stands: all that the rules need to go on, also after the process was killed.
package struct MonitorState: Hashable, Sendable {
    package enum Condition: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        /// Nothing was concluded yet.
        case unknown
        case up, down
    }

    package internal(set) var condition: Condition
    /// Since when the condition holds. For `up` this is also the end of the last outage.
    package internal(set) var since: Instant
    /// Failures in a row that have not made an outage yet.
    package internal(set) var failures = 0
    package internal(set) var firstFailureAt: Instant?
    /// Good probes in a row that have not ended the outage yet.
    package internal(set) var successes = 0
    package internal(set) var firstSuccessAt: Instant?
    package internal(set) var lastSampleAt: Instant?
    /// Since when it has been slow; nil while it is quick.
    package internal(set) var degradedSince: Instant?
    /// Good answers in a row that contradict that: slow ones of a quick target, quick ones of a slow one.
    package internal(set) var latencyStreak = 0
    package internal(set) var latencyStreakAt: Instant?
    package internal(set) var results = RecentResults()
    /// Since when it has been up and down in turns; nil while it is steady.
    package internal(set) var flappingSince: Instant?
    /// Whether an open gap waits for the next sample.
    package internal(set) var isGapOpen = false

    /// A monitor that was just made.
    package init(createdAt: Instant) {
        condition = .unknown
        since = createdAt.flooredToSecond
        isGapOpen = true
    }

    /// Whether the target is up and its last probe was good.
    package var isSettled: Bool { condition == .up && failures == 0 }

    /// Whether its newest probes failed, be it an outage already or not yet; and since when.
    var failingSince: Instant? { condition == .down ? since : firstFailureAt }
}

extension MonitorState: PostgresRow {
    /// For `monitor_states s`.
    package static var columns: String {
        """
        s.state, s.since, s.failures, s.first_failure_at, s.successes, s.first_success_at, s.last_sample_at,
        s.degraded_since, s.latency_streak, s.latency_streak_at, s.results, s.flapping_since,
        EXISTS (SELECT FROM measurement_gaps g WHERE g.monitor_id = s.monitor_id AND upper_inf(g.during))
        """
    }

    package init(row: inout RowReader) throws {
        condition = try row.read()
        since = try row.read()
        failures = try row.read()
        firstFailureAt = try row.read()
        successes = try row.read()
        firstSuccessAt = try row.read()
        lastSampleAt = try row.read()
        degradedSince = try row.read()
        latencyStreak = try row.read()
        latencyStreakAt = try row.read()
        results = RecentResults(bits: try row.read())
        flappingSince = try row.read()
        isGapOpen = try row.read()
    }
}
