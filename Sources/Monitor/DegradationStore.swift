import Civil
import Database

/// Suy giảm: when a monitor's target answered, but slowly. Written as outages are (`BatchStore`): what an earlier try has
/// stored already is not stored twice, and gets its end.
extension Transaction {
    /// Ends the open degradations.
    ///
    /// - Parameter rows: What this batch opens: an earlier try may have stored it, and these ends are of what was before.
    func endDegradations(_ ends: [Monitor.ID: Instant], exceptThoseOf rows: [Batch.DegradationRow] = []) async throws {
        guard !ends.isEmpty else { return }
        let ended = ends.sorted { $0.key.rawValue < $1.key.rawValue }
        try await run(
            """
            UPDATE degradations d
            SET    during = tstzrange(lower(d.during), greatest(v.ended, lower(d.during) + interval '1 second'))
            FROM   unnest(\(ended.map(\.key.rawValue)), \(ended.map(\.value))) AS v (monitor_id, ended)
            WHERE  d.monitor_id = v.monitor_id AND upper_inf(d.during)
            AND    (d.monitor_id, lower(d.during)) NOT IN (
                       SELECT * FROM unnest(\(rows.map(\.monitor.rawValue)), \(rows.map(\.from))))
            """)
    }

    func saveDegradations(_ rows: [Batch.DegradationRow]) async throws {
        guard !rows.isEmpty else { return }
        let (monitors, begun, ended) = (rows.map(\.monitor.rawValue), rows.map(\.from), rows.map(\.to))
        if rows.contains(where: { $0.to != nil }) {
            try await run(
                """
                UPDATE degradations d SET during = tstzrange(v.begun, v.ended)
                FROM   unnest(\(monitors), \(begun), \(ended)) AS v (monitor_id, begun, ended)
                WHERE  d.monitor_id = v.monitor_id AND lower(d.during) = v.begun AND upper_inf(d.during)
                AND    v.ended IS NOT NULL
                """)
        }
        try await run(
            """
            INSERT INTO degradations (monitor_id, during)
            SELECT v.monitor_id, tstzrange(v.begun, v.ended)
            FROM   unnest(\(monitors), \(begun), \(ended)) AS v (monitor_id, begun, ended)
            WHERE  NOT EXISTS (SELECT FROM degradations d WHERE d.monitor_id = v.monitor_id
                               AND lower(d.during) = v.begun)
            ON     CONFLICT (monitor_id) WHERE upper_inf(during) DO NOTHING
            """)
    }
}
