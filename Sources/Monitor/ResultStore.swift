import Civil
import Database

/// A sample as it is kept.
struct StoredSample: Hashable, Sendable, PostgresRow {
    let at: Instant
    /// `Failure.Kind`; nil for a good answer.
    let failure: String?
    let status: Int?
    let phases: Phases

    static var columns: String { "at, failure, status, resolve_us, connect_us, tls_us, first_byte_us, total_us" }

    init(row: inout RowReader) throws {
        at = try row.read()
        failure = try row.read()
        status = try row.read()
        phases = try Phases(row: &row) ?? Phases()
    }
}

/// What was seen of one monitor in a window, for whoever reckons with it elsewhere.
extension MonitorStore {
    /// Outages that touch the window, the oldest first, at most 1,000.
    func outages(of monitor: Monitor.ID, in window: TimeRange) async throws -> [Outage] {
        try await database.all(
            """
            SELECT \(columns: Outage.self) FROM outages o
            WHERE  o.monitor_id = \(monitor) AND o.during && \(window) ORDER BY lower(o.during) LIMIT 1000
            """)
    }

    /// Samples that began in the window, the oldest first.
    func samples(of monitor: Monitor.ID, in window: TimeRange) async throws -> [StoredSample] {
        try await database.all(Self.sampleQuery(of: monitor, in: window))
    }

    /// It stands alone so that a test can ask how PostgreSQL runs it.
    static func sampleQuery(of monitor: Monitor.ID, in window: TimeRange) -> SQL {
        """
        SELECT \(columns: StoredSample.self) FROM samples
        WHERE  monitor_id = \(monitor) AND at >= \(window.lower) AND at < \(window.upper) ORDER BY at
        """
    }

    /// - Returns: nil where the monitor did not exist in the window.
    func availability(of monitor: Monitor.ID, in window: TimeRange, asOf now: Instant) async throws -> Availability? {
        try await database.first(
            """
            SELECT \(columns: MonitorAvailability.self)
            FROM   availability(\(window), \(now), \([monitor.rawValue])) v JOIN monitors m ON m.id = v.monitor_id
            """, as: MonitorAvailability.self)?.availability
    }
}
