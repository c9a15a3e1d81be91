import Civil
import Database

/// How long a monitor took to answer during one step of a chart.
struct LatencyReading: Hashable, Sendable, PostgresRow {
    /// When the step began; nil for all of them together.
    let begunAt: Instant?
    let good: Int
    let failed: Int
    /// Half of the good answers took no longer, 95 % of them, 99 % of them; nil without a good answer.
    let median: Duration?
    let p95: Duration?
    let p99: Duration?
    let slowest: Duration?

    static var columns: String { "begun_at, good, failed, percentiles, slowest" }

    init(row: inout RowReader) throws {
        begunAt = try row.read()
        good = try row.read()
        failed = try row.read()
        let percentiles = try row.read([Int64]?.self).map { $0.map { Duration.microseconds($0) } }
        (median, p95, p99) = (percentiles?[0], percentiles?[1], percentiles?[2])
        slowest = try row.read(Int64?.self).map { .microseconds($0) }
    }

    init(
        begunAt: Instant?, good: Int, failed: Int, median: Duration?, p95: Duration? = nil, p99: Duration? = nil, slowest: Duration? = nil
    ) {
        self.begunAt = begunAt
        self.good = good
        self.failed = failed
        self.median = median
        self.p95 = p95
        self.p99 = p99
        self.slowest = slowest
    }
}

extension MonitorStore {
    /// The steps of a chart of which something is known, in order, and one of all of them together, last; of a window that is
    /// read from rollups that one has no percentiles.
    ///
    /// - Returns: When the first step begins, and the readings.
    func latency(
        of monitor: Monitor.ID, _ window: LatencyWindow, at now: Instant
    ) async throws -> (start: Instant, readings: [LatencyReading]) {
        guard let span = window.length.span else {
            let start = window.start(endingAt: now)
            return (start, try await database.all(Self.latencyQuery(of: monitor, window, from: start, to: now)))
        }
        let known = try await database.values(
            "SELECT done_until FROM rollup_progress WHERE span = \(span)", as: Instant.self
        ).first
        let start = window.start(endingAt: known ?? now)
        let readings: [LatencyReading] = try await database.all(
            """
            SELECT begun_at, good, failed, \(sql: window.phase.column) AS percentiles,
                   \(sql: window.phase == .total ? "slowest_us" : "NULL::bigint") AS slowest
            FROM   \(sql: span.table) WHERE monitor_id = \(monitor) AND begun_at >= \(start) ORDER BY begun_at
            """)
        let whole = LatencyReading(
            begunAt: nil, good: readings.reduce(0) { $0 + $1.good }, failed: readings.reduce(0) { $0 + $1.failed }, median: nil,
            slowest: readings.compactMap(\.slowest).max())
        return (start, readings + [whole])
    }

    /// It stands alone so that a test can ask how PostgreSQL runs it.
    static func latencyQuery(of monitor: Monitor.ID, _ window: LatencyWindow, from start: Instant, to end: Instant) -> SQL {
        """
        SELECT begun_at, count(*) FILTER (WHERE failure IS NULL) AS good, count(*) FILTER (WHERE failure IS NOT NULL) AS failed,
               \(sql: percentiles("took")) AS percentiles, max(took) FILTER (WHERE failure IS NULL) AS slowest
        FROM  (SELECT date_bin('30 minutes', at, \(start)) AS begun_at, failure, \(sql: window.phase.column) AS took FROM samples
               WHERE monitor_id = \(monitor) AND at >= \(start) AND at < \(end)) AS cut
        GROUP  BY GROUPING SETS ((begun_at), ()) ORDER BY begun_at NULLS LAST
        """
    }
}
