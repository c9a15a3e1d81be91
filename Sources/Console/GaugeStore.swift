import Civil
import Database
import Monitor

/// What `/metrics` tells of the state of things, in two statements.
struct GaugeStore: Sendable {
    let database: Database

    func read(at now: Instant) async throws -> [PrometheusMetrics.Gauge] {
        // As people are told: while nobody watches, what was seen last is no longer claimed.
        let standing = try await MonitorStore(database: database).counts(at: now)
        let monitors: [(String, Int)] = [
            ("down", standing.down), ("degraded", standing.degraded), ("up", standing.up), ("unknown", standing.unknown),
            ("paused", standing.paused),
        ]
        let counts = try await database.one(
            """
            SELECT \(columns: Counts.self)
            """, as: Counts.self)
        return monitors.map { PrometheusMetrics.Gauge(name: "trucban_monitors_\($0.0)", value: Double($0.1)) } + counts.gauges
    }
}

private struct Counts: PostgresRow {
    let gauges: [PrometheusMetrics.Gauge]

    private static let names = [
        "trucban_incidents_open", "trucban_sample_default_partition_rows", "trucban_deliveries_failed",
        "trucban_deliveries_waiting", "trucban_audit_entries",
    ]

    static var columns: String {
        """
        (SELECT count(*) FROM incidents i
          WHERE NOT EXISTS (SELECT FROM incident_closures c WHERE c.incident_id = i.id)),
        (SELECT count(*) FROM samples_default),
        (SELECT count(*) FROM deliveries WHERE state = 'failed'),
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
