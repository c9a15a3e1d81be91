import Civil
import Database
import Monitor

/// What `/metrics` tells of the state of things, in one statement.
struct GaugeStore: Sendable {
    let database: Database

    /// While nobody watches, what was seen last is no longer claimed: every monitor is unknown.
    func read(at now: Instant) async throws -> [PrometheusMetrics.Gauge] {
        let counts = try await database.one(
            """
            SELECT \(columns: Counts.self)
            FROM  (SELECT count(*) FILTER (WHERE state = 'down') AS down, count(*) FILTER (WHERE state = 'up') AS up,
                          count(*) FILTER (WHERE state = 'unknown') AS unknown
                   FROM  (SELECT CASE WHEN watch.beat < \(now - MonitorSummary.silence)
                                      OR EXISTS (SELECT FROM measurement_gaps g
                                                 WHERE g.monitor_id = m.id AND upper_inf(g.during))
                                      THEN 'unknown' ELSE s.state END AS state
                          FROM   monitors m JOIN monitor_states s ON s.monitor_id = m.id
                          CROSS  JOIN (SELECT max(last_beat_at) AS beat FROM watches) AS watch
                          WHERE  m.deleted_at IS NULL AND m.paused_at IS NULL) AS standing) AS shown
            """, as: Counts.self)
        return counts.gauges
    }
}

private struct Counts: PostgresRow {
    let gauges: [PrometheusMetrics.Gauge]

    private static let names = [
        "trucban_monitors_down", "trucban_monitors_up", "trucban_monitors_unknown", "trucban_incidents_open",
        "trucban_sample_default_partition_rows", "trucban_deliveries_failed", "trucban_deliveries_waiting",
        "trucban_audit_entries",
    ]

    static var columns: String {
        """
        shown.down, shown.up, shown.unknown,
        (SELECT count(*) FROM incidents i
          WHERE NOT EXISTS (SELECT FROM incident_closures c WHERE c.incident_id = i.id)),
        (SELECT count(*) FROM samples_default),
        (SELECT count(*) FROM deliveries WHERE state = 'failed' AND withdrawn_at IS NULL),
        (SELECT count(*) FROM deliveries WHERE state IN ('ready', 'running')),
        (SELECT coalesce(max(seq), 0) FROM audit_entries)
        """
    }

    init(row: inout RowReader) throws {
        var gauges: [PrometheusMetrics.Gauge] = []
        for name in Self.names {
            gauges.append(.init(name: name, value: Double(try row.read(Int.self))))
        }
        self.gauges = gauges
    }
}
