package import Civil
import Database

/// A length of time over which answers are summed up.
enum RollupSpan: String, CaseIterable, Sendable, PostgresEncodable {
    case hour, day

    var length: Duration { self == .hour ? .seconds(3600) : .seconds(86_400) }

    var table: SQL { self == .hour ? "hourly_rollups" : "daily_rollups" }

    /// The beginning of the hour, or of Vietnam's day, in which the moment lies.
    func start(of moment: Instant) -> Instant {
        self == .hour ? Instant(seconds: moment.seconds / 3600 * 3600) : CivilDate(inVietnam: moment).startInVietnam
    }
}

/// Sums up samples by the hour and by the day: how many answers were good, and p50, p95 and p99 of each phase of the good
/// ones. Each is made from the samples themselves, once, and again when a sample comes late.
extension MonitorStore {
    /// So long after its end a span is summed up: results wait in memory while PostgreSQL is away, though seldom so long.
    private static let patience = Duration.seconds(600)

    /// Sums up everything that has ended and was not summed up yet, a span of all monitors a transaction. Several processes
    /// may ask at once; they take turns.
    ///
    /// - Returns: How many hours and days were summed up.
    @discardableResult
    package func rollUp(at now: Instant) async throws -> Int {
        var done = 0
        for span in RollupSpan.allCases {
            while try await rollUpOne(span, at: now) {
                done += 1
                try Task.checkCancellation()
            }
        }
        return done
    }

    /// - Returns: Whether there was something to sum up.
    private func rollUpOne(_ span: RollupSpan, at now: Instant) async throws -> Bool {
        try await database.transaction { tx in
            let known = try await tx.values(
                "SELECT done_until FROM rollup_progress WHERE span = \(span) FOR UPDATE", as: Instant.self
            ).first
            let first: Instant?
            if let known { first = known } else { first = try await tx.value("SELECT min(at) FROM samples") }
            guard let first else { return false }
            let begun = span.start(of: first)
            let ended = begun + span.length
            guard ended + Self.patience <= now else { return false }
            let monitors = try await tx.run(
                """
                INSERT INTO \(sql: span.table) (monitor_id, begun_at, good, failed, resolve_us, connect_us, tls_us, first_byte_us, total_us,
                                                slowest_us)
                SELECT monitor_id, \(begun), count(*) FILTER (WHERE failure IS NULL), count(*) FILTER (WHERE failure IS NOT NULL),
                       \(sql: Self.percentiles("resolve_us")), \(sql: Self.percentiles("connect_us")),
                       \(sql: Self.percentiles("tls_us")), \(sql: Self.percentiles("first_byte_us")),
                       \(sql: Self.percentiles("total_us")), max(total_us) FILTER (WHERE failure IS NULL)
                FROM   samples WHERE at >= \(begun) AND at < \(ended) GROUP BY monitor_id
                ON CONFLICT (monitor_id, begun_at) DO UPDATE
                SET    good = excluded.good, failed = excluded.failed, resolve_us = excluded.resolve_us,
                       connect_us = excluded.connect_us, tls_us = excluded.tls_us, first_byte_us = excluded.first_byte_us,
                       total_us = excluded.total_us, slowest_us = excluded.slowest_us
                """)
            var done = ended
            if monitors == 0 {
                // Nobody looked for a while, perhaps for long: on to the next sample, at most to what has not ended yet.
                let next = try await tx.value("SELECT min(at) FROM samples WHERE at >= \(ended)", as: Instant?.self)
                done = max(ended, span.start(of: min(next ?? now, now - Self.patience)))
            }
            try await tx.run(
                """
                INSERT INTO rollup_progress (span, done_until) VALUES (\(span), \(done))
                ON CONFLICT (span) DO UPDATE SET done_until = excluded.done_until
                """)
            return true
        }
    }

    static func percentiles(_ column: SQL) -> SQL {
        "percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY \(sql: column)) FILTER (WHERE failure IS NULL)"
    }
}
