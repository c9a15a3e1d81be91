package import Database

/// Somebody who is signed in: what routes, stores and the audit trail need to know of them.
package struct Person: Hashable, Sendable {
    package let id: User.ID
    package let username: String
    package let name: String
    package let role: Role
    package let agency: Agency.ID?
    package let agencyName: String?

    package init(id: User.ID, username: String, name: String, role: Role, agency: Agency.ID?, agencyName: String?) {
        self.id = id
        self.username = username
        self.name = name
        self.role = role
        self.agency = agency
        self.agencyName = agencyName
    }

    package func may(_ permission: Permission) -> Bool {
        permission.roles.contains(role)
    }

    /// The only agency whose rows this person sees, or nil for the whole province. Every query on rows that an agency
    /// owns says `(\(person.scope)::bigint IS NULL OR agency_id = \(person.scope))`.
    package var scope: Agency.ID? {
        role.isBoundToAgency ? agency : nil
    }
}

extension Person: PostgresRow {
    package static var columns: String {
        "u.id, u.username, u.full_name, u.role, u.agency_id, a.name"
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        username = try row.read()
        name = try row.read()
        role = try row.read()
        agency = try row.read()
        agencyName = try row.read()
    }
}
