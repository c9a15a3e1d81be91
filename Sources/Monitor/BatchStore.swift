import Civil
import Database

/// The statements of one batch: each takes whole columns, so their number does not grow with the batch. Rows go in the
/// order of their monitors, so that two transactions never wait for each other crosswise.
extension Transaction {
    /// - Returns: The monitors whose revision still holds; what is said of others does not count.
    func saveStandings(_ batch: Batch) async throws -> Set<Monitor.ID> {
        let rows = batch.standings.sorted { $0.key.rawValue < $1.key.rawValue }
        let seen = try await saveSeen(rows.compactMap { id, standing in standing.sample.map { (id, standing, $0) } })
        let unseen = try await saveUnseen(rows.filter { $0.value.sample == nil }.map { ($0.key, $0.value) })
        return Set(seen + unseen)
    }

    private func saveSeen(_ rows: [(id: Monitor.ID, at: Batch.Standing, sample: Sample)]) async throws -> [Monitor.ID] {
        guard !rows.isEmpty else { return [] }
        let (states, samples, phases) = (rows.map(\.at.state), rows.map(\.sample), rows.map(\.sample.phases))
        return try await values(
            """
            UPDATE monitor_states s
            SET    state = v.state, since = v.since, failures = v.failures, first_failure_at = v.first_failure_at,
                   successes = v.successes, first_success_at = v.first_success_at, last_sample_at = v.last_sample_at,
                   next_due_at = v.next_due_at, last_failure = v.failure, last_detail = v.detail,
                   last_status = v.status, resolve_us = v.resolve_us, connect_us = v.connect_us, tls_us = v.tls_us,
                   first_byte_us = v.first_byte_us, total_us = v.total_us,
                   certificate_expires_at = coalesce(v.certificate_expires_at, s.certificate_expires_at),
                   degraded_since = v.degraded_since, latency_streak = v.latency_streak,
                   latency_streak_at = v.latency_streak_at, results = v.results, flapping_since = v.flapping_since
            FROM   unnest(\(rows.map(\.id.rawValue)), \(rows.map(\.at.revision)), \(states.map(\.condition.rawValue)),
                          \(states.map(\.since)), \(states.map(\.failures)), \(states.map(\.firstFailureAt)),
                          \(states.map(\.successes)), \(states.map(\.firstSuccessAt)), \(states.map(\.lastSampleAt)),
                          \(rows.map(\.at.due)), \(samples.map(\.failure?.kind.rawValue)),
                          \(samples.map(\.failure?.detail)), \(samples.map(\.status)),
                          \(phases.map(\.resolve.inMicroseconds)), \(phases.map(\.connect.inMicroseconds)),
                          \(phases.map(\.tls.inMicroseconds)), \(phases.map(\.firstByte.inMicroseconds)),
                          \(phases.map(\.total.inMicroseconds)), \(samples.map(\.certificateExpiresAt)),
                          \(states.map(\.degradedSince)), \(states.map(\.latencyStreak)),
                          \(states.map(\.latencyStreakAt)), \(states.map(\.results.bits)),
                          \(states.map(\.flappingSince)))
                   AS v (monitor_id, revision, state, since, failures, first_failure_at, successes, first_success_at,
                         last_sample_at, next_due_at, failure, detail, status, resolve_us, connect_us, tls_us,
                         first_byte_us, total_us, certificate_expires_at, degraded_since, latency_streak,
                         latency_streak_at, results, flapping_since)
            WHERE  s.monitor_id = v.monitor_id AND s.revision = v.revision
            RETURNING s.monitor_id
            """)
    }

    /// Monitors of which only was seen that nothing can be seen.
    private func saveUnseen(_ rows: [(id: Monitor.ID, at: Batch.Standing)]) async throws -> [Monitor.ID] {
        guard !rows.isEmpty else { return [] }
        return try await values(
            """
            UPDATE monitor_states s SET next_due_at = v.next_due_at
            FROM   unnest(\(rows.map(\.id.rawValue)), \(rows.map(\.at.revision)), \(rows.map(\.at.due)))
                   AS v (monitor_id, revision, next_due_at)
            WHERE  s.monitor_id = v.monitor_id AND s.revision = v.revision
            RETURNING s.monitor_id
            """)
    }

    func saveSamples(_ rows: [Batch.StoredSample]) async throws {
        guard let earliest = rows.map(\.sample.at).min() else { return }
        let (samples, phases) = (rows.map(\.sample), rows.map(\.sample.phases))
        try await run(
            """
            WITH late AS (
                -- Hours and days that were summed up without these are summed up again.
                UPDATE rollup_progress SET done_until = \(earliest) WHERE done_until > \(earliest))
            INSERT INTO samples (monitor_id, at, failure, status, resolve_us, connect_us, tls_us, first_byte_us, total_us)
            SELECT * FROM unnest(\(rows.map(\.monitor.rawValue)), \(samples.map(\.at)),
                \(samples.map(\.failure?.kind.rawValue)), \(samples.map(\.status)),
                \(phases.map(\.resolve.inMicroseconds)), \(phases.map(\.connect.inMicroseconds)),
                \(phases.map(\.tls.inMicroseconds)), \(phases.map(\.firstByte.inMicroseconds)),
                \(phases.map(\.total.inMicroseconds)))
            ON CONFLICT DO NOTHING
            """)
    }

    /// Closes the open gaps. A gap lasts at least its first second, whatever the clock did.
    ///
    /// - Parameter rows: What this batch opens: an earlier try may have stored it, and these ends are of what was before.
    func endGaps(_ ends: [Monitor.ID: Instant], exceptThoseOf rows: [Batch.GapRow] = []) async throws {
        guard !ends.isEmpty else { return }
        let ended = ends.sorted { $0.key.rawValue < $1.key.rawValue }
        try await run(
            """
            UPDATE measurement_gaps g
            SET    during = tstzrange(lower(g.during), greatest(v.ended, lower(g.during) + interval '1 second'))
            FROM   unnest(\(ended.map(\.key.rawValue)), \(ended.map(\.value))) AS v (monitor_id, ended)
            WHERE  g.monitor_id = v.monitor_id AND upper_inf(g.during)
            AND    (g.monitor_id, lower(g.during)) NOT IN (
                       SELECT * FROM unnest(\(rows.map(\.monitor.rawValue)), \(rows.map(\.from))))
            """)
    }

    func saveGaps(_ rows: [Batch.GapRow]) async throws {
        guard !rows.isEmpty else { return }
        let (monitors, reasons) = (rows.map(\.monitor.rawValue), rows.map(\.reason.rawValue))
        let (begun, ended) = (rows.map(\.from), rows.map(\.to))
        if rows.contains(where: { $0.to != nil }) {
            try await run(
                """
                UPDATE measurement_gaps g SET during = tstzrange(v.begun, v.ended)
                FROM   unnest(\(monitors), \(begun), \(ended), \(reasons)) AS v (monitor_id, begun, ended, reason)
                WHERE  g.monitor_id = v.monitor_id AND g.reason = v.reason AND lower(g.during) = v.begun
                AND    upper_inf(g.during) AND v.ended IS NOT NULL
                """)
        }
        try await run(
            """
            INSERT INTO measurement_gaps (monitor_id, during, reason)
            SELECT v.monitor_id, tstzrange(v.begun, v.ended), v.reason
            FROM   unnest(\(monitors), \(begun), \(ended), \(reasons)) AS v (monitor_id, begun, ended, reason)
            WHERE  NOT EXISTS (SELECT FROM measurement_gaps g WHERE g.monitor_id = v.monitor_id
                               AND g.reason = v.reason AND lower(g.during) = v.begun)
            ON     CONFLICT (monitor_id, reason) WHERE upper_inf(during) DO NOTHING
            """)
    }

    /// Ends the open outages, and tells whoever listens on `outages`.
    ///
    /// - Parameter rows: What this batch opens: an earlier try may have stored it, and these ends are of what was before.
    func endOutages(_ ends: [Monitor.ID: Instant], exceptThoseOf rows: [Batch.OutageRow] = []) async throws {
        guard !ends.isEmpty else { return }
        let ended = ends.sorted { $0.key.rawValue < $1.key.rawValue }
        try await run(
            """
            WITH ended AS (
                UPDATE outages o
                SET    during = tstzrange(lower(o.during), greatest(v.ended, lower(o.during) + interval '1 second'))
                FROM   unnest(\(ended.map(\.key.rawValue)), \(ended.map(\.value))) AS v (monitor_id, ended)
                WHERE  o.monitor_id = v.monitor_id AND upper_inf(o.during)
                AND    (o.monitor_id, lower(o.during)) NOT IN (
                           SELECT * FROM unnest(\(rows.map(\.monitor.rawValue)), \(rows.map(\.from))))
                RETURNING o.id)
            SELECT pg_notify('outages', id::text) FROM ended
            """)
    }

    /// Writes the outages that were confirmed, and tells whoever listens on `outages`.
    func saveOutages(_ rows: [Batch.OutageRow]) async throws {
        guard !rows.isEmpty else { return }
        let (monitors, begun, ended) = (rows.map(\.monitor.rawValue), rows.map(\.from), rows.map(\.to))
        if rows.contains(where: { $0.to != nil }) {
            try await run(
                """
                WITH ended AS (
                    UPDATE outages o SET during = tstzrange(v.begun, v.ended)
                    FROM   unnest(\(monitors), \(begun), \(ended)) AS v (monitor_id, begun, ended)
                    WHERE  o.monitor_id = v.monitor_id AND lower(o.during) = v.begun AND upper_inf(o.during)
                    AND    v.ended IS NOT NULL
                    RETURNING o.id)
                SELECT pg_notify('outages', id::text) FROM ended
                """)
        }
        try await run(
            """
            WITH confirmed AS (
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                SELECT v.monitor_id, tstzrange(v.begun, v.ended), v.confirmed_at, v.reason
                FROM   unnest(\(monitors), \(begun), \(ended), \(rows.map(\.confirmedAt)), \(rows.map(\.reason)))
                       AS v (monitor_id, begun, ended, confirmed_at, reason)
                WHERE  NOT EXISTS (SELECT FROM outages o WHERE o.monitor_id = v.monitor_id
                                   AND lower(o.during) = v.begun)
                ON     CONFLICT (monitor_id) WHERE upper_inf(during) DO NOTHING
                RETURNING id)
            SELECT pg_notify('outages', id::text) FROM confirmed
            """)
    }
}
