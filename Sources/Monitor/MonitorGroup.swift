package import Database
package import Organization

/// Nhóm điểm giám sát: what is shown, counted and maintained together.
package struct MonitorGroup: Hashable, Sendable {
    package typealias ID = RowID<MonitorGroup>

    package let id: ID
    package let name: String
}

extension MonitorGroup: PostgresRow {
    /// For `monitor_groups g`.
    package static var columns: String { "g.id, g.name" }

    package init(row: inout RowReader) throws {
        id = try row.read()
        name = try row.read()
    }
}

extension MonitorStore {
    /// The groups, by name; a person of an agency gets those of which they see a monitor.
    package func groups(for person: Person) async throws -> [MonitorGroup] {
        try await database.all(
            """
            SELECT \(columns: MonitorGroup.self) FROM monitor_groups g
            WHERE  \(person.scope)::bigint IS NULL
            OR     EXISTS (SELECT FROM monitors m WHERE m.group_id = g.id AND \(sql: Self.isListed(for: person)))
            ORDER  BY g.name COLLATE "vi-x-icu"
            """)
    }
}
