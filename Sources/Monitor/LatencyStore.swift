package import Civil
package import Database

/// How long a monitor took to answer during half an hour.
package struct LatencyReading: Hashable, Sendable, PostgresRow {
    /// When the half hour began; nil for all of them together.
    package let begunAt: Instant?
    package let good: Int
    package let failed: Int
    /// Half of the good answers took no longer; nil without a good answer.
    package let median: Duration?
    package let slowest: Duration?

    package static var columns: String {
        """
        begun_at, count(*) FILTER (WHERE failure IS NULL), count(*) FILTER (WHERE failure IS NOT NULL),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY total_us) FILTER (WHERE failure IS NULL),
        max(total_us) FILTER (WHERE failure IS NULL)
        """
    }

    package init(row: inout RowReader) throws {
        begunAt = try row.read()
        good = try row.read()
        failed = try row.read()
        median = try row.read(Int64?.self).map { .microseconds($0) }
        slowest = try row.read(Int64?.self).map { .microseconds($0) }
    }

    package init(begunAt: Instant?, good: Int, failed: Int, median: Duration?, slowest: Duration?) {
        self.begunAt = begunAt
        self.good = good
        self.failed = failed
        self.median = median
        self.slowest = slowest
    }
}

extension MonitorStore {
    /// Half-hourly readings from `start` on, and one of all of them together, last.
    package func latency(of monitor: Monitor.ID, from start: Instant, to end: Instant) async throws -> [LatencyReading] {
        try await database.all(Self.latencyQuery(of: monitor, from: start, to: end))
    }

    /// It stands alone so that a test can ask how PostgreSQL runs it.
    static func latencyQuery(of monitor: Monitor.ID, from start: Instant, to end: Instant) -> SQL {
        """
        SELECT \(columns: LatencyReading.self)
        FROM  (SELECT date_bin('30 minutes', at, \(start)) AS begun_at, failure, total_us FROM samples
               WHERE monitor_id = \(monitor) AND at >= \(start) AND at < \(end)) AS cut
        GROUP  BY GROUPING SETS ((begun_at), ()) ORDER BY begun_at NULLS LAST
        """
    }
}
