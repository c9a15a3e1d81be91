package import Civil
import Database

/// The availability of one monitor on each of some days in Vietnam (UTC+7). Only uneven days are kept: on all others
/// it was up for all of the day that has passed.
package struct DayByDay: Hashable, Sendable {
    package let first: CivilDate
    package let count: Int
    /// What lies after it has not been yet.
    let now: Instant
    /// By day number.
    let uneven: [Int: Availability]

    /// - Parameter index: Counted from the first day, below `count`.
    package func availability(on index: Int) -> Availability {
        let day = first.adding(days: index)
        return uneven[day.dayNumber]
            ?? Availability(window: passed(from: day, days: 1), planned: .zero, notMeasured: .zero, down: .zero)
    }

    /// Of how many of the days at least a second has passed.
    var begun: Int { (0..<count).prefix { passed(from: first.adding(days: $0), days: 1) > .zero }.count }

    /// All days together; outages are not counted, because one of them may lie in two days.
    package var whole: Availability {
        var whole = Availability.sum(uneven.values)
        whole.window = passed(from: first, days: count) - whole.outside
        return whole
    }

    private func passed(from day: CivilDate, days: Int) -> Duration {
        let (start, end) = (day.startInVietnam, day.adding(days: days).startInVietnam)
        return max(.zero, .seconds(min(end, now).seconds - start.seconds))
    }
}

extension MonitorStore {
    /// Day by day, for the strips of one page of monitors, in their order: one statement for all of them. Days on which
    /// a monitor did not exist were not measured.
    package func days(
        of monitors: [Monitor.ID], from first: CivilDate, count: Int, asOf now: Instant
    ) async throws -> [DayByDay] {
        let rows: [UnevenDay] = try await database.all(
            """
            SELECT \(columns: UnevenDay.self)
            FROM   uneven_days(\(first), \(count)::integer, \(now), \(monitors.map(\.rawValue)))
            """)
        let uneven = Dictionary(grouping: rows, by: \.monitor).mapValues { rows in
            Dictionary(rows.map { ($0.day.dayNumber, $0.availability) }) { first, _ in first }
        }
        return monitors.map { DayByDay(first: first, count: count, now: now, uneven: uneven[$0] ?? [:]) }
    }
}

/// One day of one monitor on which it was not simply up.
private struct UnevenDay: PostgresRow {
    let monitor: Monitor.ID
    let day: CivilDate
    let availability: Availability

    static var columns: String {
        "monitor_id, day, window_seconds, planned_seconds, not_measured_seconds, down_seconds, outside_seconds"
    }

    init(row: inout RowReader) throws {
        monitor = try row.read()
        day = try row.read()
        var availability = Availability(
            window: .seconds(try row.read(Int64.self)), planned: .seconds(try row.read(Int64.self)),
            notMeasured: .seconds(try row.read(Int64.self)), down: .seconds(try row.read(Int64.self)))
        availability.outside = .seconds(try row.read(Int64.self))
        self.availability = availability
    }
}
