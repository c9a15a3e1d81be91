package import Civil
import Database

/// What became of a monitor: when it was down, when it was slow, and when nobody looked.
package struct MonitorHistory: Hashable, Sendable {
    package private(set) var outages: [Outage] = []
    package private(set) var gaps: [MeasurementGap] = []
    package private(set) var degradations: [TimeRange] = []

    init(of monitor: Monitor.ID, _ rows: [Row]) {
        for row in rows {
            if let id = row.outage, let confirmedAt = row.confirmedAt, let reason = row.reason {
                outages.append(
                    Outage(id: id, monitor: monitor, during: row.during, confirmedAt: confirmedAt, reason: reason))
            } else if let gap = row.gap {
                gaps.append(MeasurementGap(during: row.during, reason: gap))
            } else {
                degradations.append(row.during)
            }
        }
    }

    /// An outage, a gap or a degradation: the three columns of the first, the one of the second, or none are there.
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
