package import Civil
package import Database
package import Organization

/// Maintenance windows and the schedules that make them ahead.
package struct MaintenanceStore: Sendable {
    /// How far ahead a schedule has its windows.
    static let daysAhead = 15

    let database: Database

    package init(database: Database) {
        self.database = database
    }

    // MARK: Questions

    /// Windows that go on or are to come, soonest first, and after them the newest that are over; within the person's
    /// scope.
    package func windows(for person: Person, at now: Instant, past: Int = 25) async throws -> [MaintenanceWindow] {
        try await database.all(
            """
            (SELECT \(columns: MaintenanceWindow.self) \(sql: Self.joins)
             WHERE  upper(w.during) > \(now) AND w.cancelled_at IS NULL AND \(sql: Self.scope(person))
             ORDER  BY lower(w.during), w.id LIMIT 200)
            UNION ALL
            (SELECT \(columns: MaintenanceWindow.self) \(sql: Self.joins)
             WHERE  (upper(w.during) <= \(now) OR w.cancelled_at IS NOT NULL) AND \(sql: Self.scope(person))
             ORDER  BY lower(w.during) DESC, w.id DESC LIMIT \(past))
            """)
    }

    package func find(_ id: MaintenanceWindow.ID, for person: Person) async throws -> MaintenanceWindow? {
        try await database.first(
            """
            SELECT \(columns: MaintenanceWindow.self) \(sql: Self.joins)
            WHERE w.id = \(id) AND \(sql: Self.scope(person))
            """)
    }

    /// Schedules that nobody has ended, by title.
    package func schedules() async throws -> [MaintenanceSchedule] {
        try await database.all(
            """
            SELECT \(columns: MaintenanceSchedule.self)
            FROM   maintenance_schedules s LEFT JOIN monitor_groups g ON g.id = s.group_id
            WHERE  s.ended_at IS NULL ORDER BY s.title COLLATE "vi-x-icu", s.id
            """)
    }

    /// Names that a form offers: of components that are watched.
    package func components() async throws -> [String] {
        try await database.values(
            """
            SELECT name FROM monitored_components GROUP BY name ORDER BY name COLLATE "vi-x-icu"
            """)
    }

    /// Codes of the published notices whose work is not over.
    package func announcements(at now: Instant) async throws -> [Announcement] {
        try await database.all(
            """
            SELECT \(columns: Announcement.self) FROM announced_work n
            WHERE  upper(n.during) > \(now) ORDER BY lower(n.during), n.code
            """)
    }

    static let joins: SQL = """
        FROM maintenance_windows w LEFT JOIN monitor_groups g ON g.id = w.group_id
        LEFT JOIN announced_work n ON n.notice_id = w.notice_id
        """

    /// An agency sees what touches a monitor that it sees.
    private static func scope(_ person: Person) -> SQL {
        """
        (\(person.scope)::bigint IS NULL OR w.scope = 'system' OR EXISTS (
            SELECT FROM maintenance_window_monitors t JOIN monitors m ON m.id = t.monitor_id
            WHERE  t.window_id = w.id AND (m.agency_id IS NULL OR m.agency_id = \(person.scope))))
        """
    }
}

/// A published notice, as the form of a maintenance window offers it.
package struct Announcement: Hashable, Sendable, PostgresRow {
    package let code: String
    package let title: String
    package let during: TimeRange

    package static var columns: String { "n.code, n.title, n.during" }

    package init(row: inout RowReader) throws {
        code = try row.read()
        title = try row.read()
        during = try row.read()
    }
}
