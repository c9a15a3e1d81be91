import Civil
import Database

/// The time in which one watch could reach nothing at all: known first by a failure while the reference address did not
/// answer either, and over with the first probe that says something again.
struct ProberOutage: Hashable, Sendable {
    private(set) var during: TimeRange?
    /// Whether the table knows it as it is.
    private(set) var isSaved = true

    /// A probe said nothing, because the prober has been cut off.
    mutating func lost(since: Instant) {
        guard during == nil || during?.upper != nil else { return }
        (during, isSaved) = (TimeRange(from: since.flooredToSecond, to: nil), false)
    }

    /// A probe that began at `at` said something.
    mutating func found(at: Instant) {
        guard let lower = during?.lower, during?.upper == nil, at >= lower else { return }
        (during, isSaved) = (TimeRange(from: lower, to: max(at.ceiledToSecond, lower + .seconds(1))), false)
    }

    mutating func saved(_ range: TimeRange) {
        if during == range { isSaved = true }
    }
}

extension WatchStore {
    /// Writes down how a watch's outage stands; once, however often it is tried.
    func save(_ range: TimeRange, of watch: ID) async throws {
        try await database.transaction { tx in
            let known = try await tx.run(
                """
                UPDATE prober_outages SET during = \(range) WHERE watch_id = \(watch) AND lower(during) = lower(\(range))
                """)
            if known == 0 {
                try await tx.run("INSERT INTO prober_outages (watch_id, during) VALUES (\(watch), \(range))")
            }
        }
    }
}

extension Transaction {
    /// Ends what watches left open that beat no more: after their last beat they knew nothing.
    func endProberOutages(at now: Instant) async throws {
        try await run(
            """
            UPDATE prober_outages p
            SET    during = tstzrange(lower(p.during), greatest(w.last_beat_at, lower(p.during) + interval '1 second'))
            FROM   watches w
            WHERE  w.id = p.watch_id AND upper_inf(p.during) AND w.last_beat_at < \(now - MonitorSummary.silence)
            """)
    }
}
