package import Civil
package import Database

/// How one monitor of a component stands, for those who tell of components and not of monitors.
package struct ComponentStanding: Hashable, Sendable, PostgresRow {
    package let monitor: Monitor.ID
    package let component: String
    package let state: MonitorSummary.State
    /// Whether announced maintenance is going on.
    package let isPlanned: Bool

    /// For `MonitorStore.standing(at:)`.
    package static var columns: String { "m.id, m.component, shown.state, shown.is_planned" }

    package init(row: inout RowReader) throws {
        monitor = try row.read()
        component = try row.read()
        state = try row.read()
        isPlanned = try row.read()
    }
}

extension MonitorStore {
    /// The monitors of these components that watch the whole system; those of single agencies are nobody else's business.
    package func standings(ofComponents names: [String], at now: Instant) async throws -> [ComponentStanding] {
        try await database.all(
            """
            SELECT \(columns: ComponentStanding.self) \(sql: Self.standing(at: now))
            WHERE  m.deleted_at IS NULL AND m.agency_id IS NULL AND m.component = ANY (\(names))
            ORDER  BY m.id
            """)
    }
}
