package import Civil
import Database
package import Organization

extension MonitorStore {
    /// The availability of every monitor that existed in the window, by name. Deleted monitors are among them: their
    /// history stays.
    ///
    /// - Parameters:
    ///   - window: On whole seconds; a period of reporting begins and ends at midnight in Vietnam.
    ///   - now: What lies after it is cut off.
    ///   - person: Who asks, of what they may see; nil for a report of the whole province.
    package func availability(
        window: TimeRange, asOf now: Instant, for person: Person? = nil
    ) async throws -> [MonitorAvailability] {
        try await database.all(
            """
            SELECT \(columns: MonitorAvailability.self)
            FROM   availability(\(window), \(now)) v JOIN monitors m ON m.id = v.monitor_id
            WHERE  \(sql: Self.isSeen(by: person))
            ORDER  BY m.name COLLATE "vi-x-icu", m.id
            """)
    }

    /// Day by day, for the strips of one page of monitors: one statement for all of them. Days on which a monitor did
    /// not exist are there too, not measured.
    package func days(
        of monitors: [Monitor.ID], from first: CivilDate, count: Int, asOf now: Instant
    ) async throws -> [Monitor.ID: [DayAvailability]] {
        let rows: [DayAvailability] = try await database.all(
            """
            SELECT \(columns: DayAvailability.self)
            FROM   availability_days(\(first), \(count)::integer, \(now), \(monitors.map(\.rawValue)))
            """)
        return Dictionary(grouping: rows, by: \.monitor)
    }
}
