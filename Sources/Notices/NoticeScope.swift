package import Database

/// The two answers to what a notice concerns, as the form asks it.
enum NoticeScope: String, CaseIterable {
    case system, components
}

/// Something of the system that is watched under one name.
package struct MonitoredComponent: Hashable, Sendable {
    package let name: String
    /// How many addresses are watched for it; 0: none any more.
    package let monitors: Int
}

extension MonitoredComponent: PostgresRow {
    package static var columns: String { "c.name, count(c.monitor_id)" }

    package init(row: inout RowReader) throws {
        name = try row.read()
        monitors = try row.read()
    }
}

/// A monitor that a notice concerns, and the component for which it does.
struct ConcernedMonitor: PostgresRow {
    static var columns: String { "monitor_id, name" }

    let id: Int64
    let name: String

    init(row: inout RowReader) throws {
        id = try row.read()
        name = try row.read()
    }
}

extension Transaction {
    /// Writes down which monitors watch the named components now.
    func freezeMonitors(of notice: Notice) async throws -> [ConcernedMonitor] {
        let monitors: [ConcernedMonitor] = try await all(
            """
            SELECT \(columns: ConcernedMonitor.self) FROM monitored_components
            WHERE  name = ANY (\(notice.components ?? [])) ORDER BY monitor_id
            """)
        try await run(
            """
            INSERT INTO notice_monitors (notice_id, monitor_id) SELECT \(notice.id), unnest(\(monitors.map(\.id)))
            ON CONFLICT DO NOTHING
            """)
        return monitors
    }
}
