import Civil
import Database

/// What became of a monitor: when it was down, and when nobody looked.
package struct MonitorHistory: Hashable, Sendable {
    package private(set) var outages: [Outage] = []
    package private(set) var gaps: [MeasurementGap] = []

    init(of monitor: Monitor.ID, _ rows: [Row]) {
        for row in rows {
            if let id = row.outage, let confirmedAt = row.confirmedAt, let reason = row.reason {
                outages.append(
                    Outage(id: id, monitor: monitor, during: row.during, confirmedAt: confirmedAt, reason: reason))
            } else if let gap = row.gap {
                gaps.append(MeasurementGap(during: row.during, reason: gap))
            }
        }
    }

    /// An outage or a gap: either the three columns of the one or the one of the other are there.
    struct Row: PostgresRow {
        let during: TimeRange
        let outage: Outage.ID?
        let confirmedAt: Instant?
        let reason: String?
        let gap: MeasurementGap.Reason?

        static var columns: String { "during, id, confirmed_at, reason, gap" }

        init(row: inout RowReader) throws {
            during = try row.read()
            outage = try row.read()
            confirmedAt = try row.read()
            reason = try row.read()
            gap = try row.read()
        }
    }
}
