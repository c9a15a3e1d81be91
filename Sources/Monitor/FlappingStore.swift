package import Civil
import Database

/// Chập chờn: when a monitor's target was up and down in turns. Written as outages are (`BatchStore`). Who opens incidents
/// is told, because one answers for all of it.
extension Transaction {
    /// Ends the open times of flapping.
    ///
    /// - Parameter rows: What this batch opens: an earlier try may have stored it, and these ends are of what was before.
    func endFlappings(_ ends: [Monitor.ID: Instant], exceptThoseOf rows: [Batch.FlappingRow] = []) async throws {
        guard !ends.isEmpty else { return }
        let ended = ends.sorted { $0.key.rawValue < $1.key.rawValue }
        try await run(
            """
            UPDATE flappings f
            SET    during = tstzrange(lower(f.during), greatest(v.ended, lower(f.during) + interval '1 second'))
            FROM   unnest(\(ended.map(\.key.rawValue)), \(ended.map(\.value))) AS v (monitor_id, ended)
            WHERE  f.monitor_id = v.monitor_id AND upper_inf(f.during)
            AND    (f.monitor_id, lower(f.during)) NOT IN (
                       SELECT * FROM unnest(\(rows.map(\.monitor.rawValue)), \(rows.map(\.from))))
            """)
        try await run("SELECT pg_notify('outages', '')")
    }

    func saveFlappings(_ rows: [Batch.FlappingRow]) async throws {
        guard !rows.isEmpty else { return }
        let (monitors, begun, ended) = (rows.map(\.monitor.rawValue), rows.map(\.from), rows.map(\.to))
        try await run(
            """
            UPDATE flappings f SET during = tstzrange(v.begun, v.ended)
            FROM   unnest(\(monitors), \(begun), \(ended)) AS v (monitor_id, begun, ended)
            WHERE  f.monitor_id = v.monitor_id AND lower(f.during) = v.begun AND upper_inf(f.during)
            AND    v.ended IS NOT NULL
            """)
        try await run(
            """
            INSERT INTO flappings (monitor_id, during)
            SELECT v.monitor_id, tstzrange(v.begun, v.ended)
            FROM   unnest(\(monitors), \(begun), \(ended)) AS v (monitor_id, begun, ended)
            WHERE  NOT EXISTS (SELECT FROM flappings f WHERE f.monitor_id = v.monitor_id AND lower(f.during) = v.begun)
            ON     CONFLICT (monitor_id) WHERE upper_inf(during) DO NOTHING
            """)
        try await run("SELECT pg_notify('outages', '')")
    }

    /// Nobody looks at the monitor any more: that it is unsteady is no longer said, and its results are forgotten.
    func forgetResults(of monitor: Monitor.ID, at now: Instant) async throws {
        try await endFlappings([monitor: now.ceiledToSecond])
        try await run("UPDATE monitor_states SET flapping_since = NULL, results = 1 WHERE monitor_id = \(monitor)")
    }
}

extension MonitorStore {
    /// The newest times of flapping of a monitor, newest first.
    package func flappings(of monitor: Monitor.ID, limit: Int = 20) async throws -> [TimeRange] {
        try await database.values(
            "SELECT during FROM flappings WHERE monitor_id = \(monitor) ORDER BY lower(during) DESC LIMIT \(limit)")
    }
}
