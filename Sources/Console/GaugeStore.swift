import Civil
import Database
import Monitor

/// What `/metrics` tells of the state of things, in two statements.
struct GaugeStore: Sendable {
    let database: Database

    func read(at now: Instant) async throws -> [PrometheusMetrics.Gauge] {
        let monitors = try await MonitorStore(database: database).counts(MonitorFilter(), for: nil, at: now)
        let counts = try await database.one(
            """
            SELECT \(columns: Counts.self),
                   (SELECT date_part('epoch', \(now)::timestamptz - max(last_beat_at)) FROM watches)
            """, as: Counts.self)
        return counts.gauges
            + MonitorSummary.State.allCases.map {
                .init(name: "trucban_monitors", labels: [("state", $0.rawValue)], value: Double(monitors[$0]))
            }
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
        (SELECT count(*) FROM incidents i WHERE i.is_open),
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
        // Before the first beat nobody has fallen silent.
        if let silence = try row.read(Double?.self) {
            gauges.append(.init(name: "trucban_watch_silence_seconds", value: max(silence, 0)))
        }
        self.gauges = gauges
    }
}
