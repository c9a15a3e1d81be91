package import Civil
package import Database

/// How one monitor of a component stands, for those who tell of components and not of monitors.
package struct ComponentStanding: Hashable, Sendable, PostgresRow {
    package let monitor: Monitor.ID
    package let component: String
    /// nil of one that was deleted: what it has seen stays.
    package let state: MonitorSummary.State?
    /// Whether announced maintenance is going on. What only silences alarms was announced to nobody.
    package let isPlanned: Bool
    /// When it was made.
    package let createdAt: Instant
    package let deletedAt: Instant?

    /// For `MonitorStore.standing(at:)` and `announced.is_planned`.
    package static var columns: String {
        """
        m.id, m.component, CASE WHEN m.deleted_at IS NULL THEN shown.state END, announced.is_planned, m.created_at,
        m.deleted_at
        """
    }

    package init(row: inout RowReader) throws {
        monitor = try row.read()
        component = try row.read()
        state = try row.read()
        isPlanned = try row.read()
        createdAt = try row.read()
        deletedAt = try row.read()
    }

    /// Whether it was there on a day in Vietnam.
    package func existed(on day: CivilDate) -> Bool {
        CivilDate(inVietnam: createdAt) <= day && deletedAt.map { day <= CivilDate(inVietnam: $0) } ?? true
    }
}

extension MonitorStore {
    /// The monitors of these components that watch the whole system, those that were deleted since then included. Those
    /// of single agencies are nobody else's business, and what reports by itself is no service.
    package func standings(
        ofComponents names: [String], since: Instant, at now: Instant
    ) async throws -> [ComponentStanding] {
        try await database.all(
            """
            SELECT \(columns: ComponentStanding.self) \(sql: Self.standing(at: now))
            CROSS  JOIN LATERAL (
                SELECT EXISTS (SELECT FROM planned_windows p
                               WHERE (p.monitor_id = m.id OR p.monitor_id IS NULL) AND p.during @> \(now)) AS is_planned
                ) AS announced
            WHERE  m.agency_id IS NULL AND m.kind <> 'heartbeat' AND m.component = ANY (\(names))
            AND   (m.deleted_at IS NULL OR m.deleted_at > \(since))
            ORDER  BY m.id
            """)
    }
}
