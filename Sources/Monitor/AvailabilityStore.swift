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
}
