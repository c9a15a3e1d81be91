package import Database

/// Nhóm điểm giám sát: what is shown, counted and maintained together.
package struct MonitorGroup: Hashable, Sendable {
    package typealias ID = RowID<MonitorGroup>

    package let id: ID
    package let name: String
    /// How many monitors are in it.
    package let monitors: Int
}

extension MonitorGroup: PostgresRow {
    /// For `monitor_groups g`, grouped, and its `monitors m`.
    package static var columns: String { "g.id, g.name, count(m.id)" }

    package init(row: inout RowReader) throws {
        id = try row.read()
        name = try row.read()
        monitors = try row.read()
    }
}

/// A tag and how many monitors bear it.
package struct MonitorTag: Hashable, Sendable, PostgresRow {
    package let name: String
    package let monitors: Int

    package static var columns: String { "tag, count(*)" }

    package init(row: inout RowReader) throws {
        name = try row.read()
        monitors = try row.read()
    }
}

extension MonitorStore {
    /// All groups by name, empty ones too.
    package func groups() async throws -> [MonitorGroup] {
        try await database.all(
            """
            SELECT \(columns: MonitorGroup.self)
            FROM   monitor_groups g LEFT JOIN monitors m ON m.group_id = g.id AND m.deleted_at IS NULL
            GROUP  BY g.id ORDER BY g.name COLLATE "vi-x-icu"
            """)
    }

    /// The tags in use, by name.
    package func tags() async throws -> [MonitorTag] {
        try await database.all(
            """
            SELECT \(columns: MonitorTag.self) FROM monitors m CROSS JOIN LATERAL unnest(m.tags) AS tag
            WHERE  m.deleted_at IS NULL GROUP BY tag ORDER BY tag COLLATE "vi-x-icu"
            """)
    }
}
