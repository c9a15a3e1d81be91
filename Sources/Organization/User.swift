package import Civil
package import Database

/// Somebody who may sign in to the console.
package struct User: Hashable, Sendable {
    package typealias ID = RowID<User>

    package let id: ID
    package let username: String
    package let fullName: String
    package let email: String
    package let phone: String
    package let role: Role
    package let agencyName: String?
    package let lockedUntil: Instant?
    package let disabledAt: Instant?
}

extension User: PostgresRow {
    package static var columns: String {
        "u.id, u.username, u.full_name, u.email, u.phone, u.role, a.name, u.locked_until, u.disabled_at"
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        username = try row.read()
        fullName = try row.read()
        email = try row.read()
        phone = try row.read()
        role = try row.read()
        agencyName = try row.read()
        lockedUntil = try row.read()
        disabledAt = try row.read()
    }
}
