import Civil
package import Database

/// How long something could be used, in whole seconds of a window. Three kinds of time are kept apart: up, down, and
/// not measured. What was not measured is never counted as up.
package struct Availability: Hashable, Sendable {
    /// What of the window lies in service hours, cut at the moment of asking.
    package var window: Duration = .zero
    /// What of it lies outside the service hours: neither good nor bad.
    package var outside: Duration = .zero
    /// Announced maintenance (Điều 21.7).
    package var planned: Duration = .zero
    /// Nobody looked, or the monitor did not exist.
    package var notMeasured: Duration = .zero
    /// Unplanned, within what was measured.
    package var down: Duration = .zero
    /// Outages that cost measured, unplanned time.
    package var outages = 0
    package var longestOutage: Duration = .zero
    /// Would have been measured, and was down, if nobody had judged an outage again. It stands in `planned` or in
    /// `notMeasured` now, and beside every share.
    package var reclassified: Duration = .zero

    package init() {}

    package init(
        window: Duration, planned: Duration, notMeasured: Duration, down: Duration, outages: Int = 0,
        longestOutage: Duration = .zero
    ) {
        self.window = window
        self.planned = planned
        self.notMeasured = notMeasured
        self.down = down
        self.outages = outages
        self.longestOutage = longestOutage
    }

    /// The denominator: window − planned − not measured.
    package var measured: Duration { window - planned - notMeasured }

    /// (measured − down) / measured, in millionths, rounded down so that it never flatters; nil when nothing was
    /// measured.
    package var millionths: Int? {
        measured > .zero ? Int((measured - down).inSeconds * 1_000_000 / measured.inSeconds) : nil
    }

    /// The part of the window that was not measured, in millionths, rounded up; nil for an empty window.
    package var notMeasuredMillionths: Int? { millionths(of: notMeasured) }

    /// The part of the window that only a reclassification took out, in millionths, rounded up; nil for an empty window.
    package var reclassifiedMillionths: Int? { millionths(of: reclassified) }

    private func millionths(of part: Duration) -> Int? {
        guard window > .zero else { return nil }
        let whole = window.inSeconds
        return Int((part.inSeconds * 1_000_000 + whole - 1) / whole)
    }

    /// What is printed beside every percentage.
    package static let rule =
        "Tỷ lệ sẵn sàng = (thời gian đo được − thời gian gián đoạn ngoài kế hoạch) ÷ thời gian đo được; "
        + "thời gian đo được = khoảng xét trong giờ phục vụ − bảo trì đã thông báo − thời gian không đo. "
        + "Gián đoạn tính từ lần đo lỗi đầu tiên đến lần đo tốt đầu tiên; thời gian không đo không bao giờ tính là hoạt động."

    /// All monitors together: sums of seconds, so that a monitor that was measured longer weighs more.
    package static func sum(_ parts: some Sequence<Availability>) -> Availability {
        parts.reduce(into: Availability()) { whole, part in
            whole.window += part.window
            whole.outside += part.outside
            whole.planned += part.planned
            whole.notMeasured += part.notMeasured
            whole.down += part.down
            whole.outages += part.outages
            whole.longestOutage = max(whole.longestOutage, part.longestOutage)
            whole.reclassified += part.reclassified
        }
    }
}

extension Availability {
    /// The columns of `availability` in SQL, in the order in which `init(row:)` reads them.
    static func columns(_ table: String) -> String {
        [
            "window_seconds", "planned_seconds", "not_measured_seconds", "down_seconds", "outages", "longest_outage_seconds",
            "outside_seconds", "reclassified_seconds",
        ].map { "\(table).\($0)" }.joined(separator: ", ")
    }

    init(row: inout RowReader) throws {
        self.init(
            window: .seconds(try row.read(Int64.self)), planned: .seconds(try row.read(Int64.self)),
            notMeasured: .seconds(try row.read(Int64.self)), down: .seconds(try row.read(Int64.self)),
            outages: try row.read(), longestOutage: .seconds(try row.read(Int64.self)))
        outside = .seconds(try row.read(Int64.self))
        reclassified = .seconds(try row.read(Int64.self))
    }
}

/// The availability of one monitor.
package struct MonitorAvailability: Hashable, Sendable, PostgresRow {
    package let monitor: Monitor.ID
    package let name: String
    package let component: String
    /// Empty for none.
    package let group: String
    package let availability: Availability

    package static var columns: String {
        """
        v.monitor_id, m.name, m.component, coalesce((SELECT g.name FROM monitor_groups g WHERE g.id = m.group_id), ''),
        \(Availability.columns("v"))
        """
    }

    package init(row: inout RowReader) throws {
        monitor = try row.read()
        name = try row.read()
        component = try row.read()
        group = try row.read()
        availability = try Availability(row: &row)
    }
}
