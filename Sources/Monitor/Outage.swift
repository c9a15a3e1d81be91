package import Civil
package import Database

/// Gián đoạn: from the first failed probe to the first good one.
package struct Outage: Hashable, Sendable {
    package typealias ID = RowID<Outage>

    package let id: ID
    package let monitor: Monitor.ID
    /// Whole seconds; open while the outage goes on.
    package let during: TimeRange
    /// When enough probes had failed in a row.
    package let confirmedAt: Instant
    /// What the probe that confirmed it saw, in Vietnamese.
    package let reason: String

    package init(id: ID, monitor: Monitor.ID, during: TimeRange, confirmedAt: Instant, reason: String) {
        self.id = id
        self.monitor = monitor
        self.during = during
        self.confirmedAt = confirmedAt
        self.reason = reason
    }

    package var isOver: Bool { during.upper != nil }

    /// How long it lasted, until `now` when it goes on.
    package func lasting(until now: Instant) -> Duration {
        // `lower` is never open: the table refuses it.
        (during.upper ?? now) - (during.lower ?? now)
    }
}

extension Outage: PostgresRow {
    /// For `outages o`.
    package static var columns: String { "o.id, o.monitor_id, o.during, o.confirmed_at, o.reason" }

    package init(row: inout RowReader) throws {
        id = try row.read()
        monitor = try row.read()
        during = try row.read()
        confirmedAt = try row.read()
        reason = try row.read()
    }
}
