package import Civil
package import Database

/// A machine's way into the API: it acts under a role, for the administrator who made it, until it expires, is revoked, or
/// its maker is no administrator any more.
package struct APIToken: Hashable, Sendable {
    package typealias ID = RowID<APIToken>

    package let id: ID
    package let name: String
    package let role: Role
    package let agencyName: String?
    /// The full name of who made it.
    package let maker: String
    package let createdAt: Instant
    package let expiresAt: Instant
    /// To the minute; nil while nobody has used it.
    package let lastUsedAt: Instant?
    package let revokedAt: Instant?
    /// Whether who made it is an administrator still.
    package let isBacked: Bool

    /// The roles that a machine may have: none that keeps users or settings.
    package static let roles: [Role] = [.operator, .auditor, .agencyAdmin, .agencyHead]
}

extension APIToken: PostgresRow {
    /// For `api_tokens t JOIN users u LEFT JOIN agencies a`.
    package static var columns: String {
        """
        t.id, t.name, t.role, a.name, u.full_name, t.created_at, t.expires_at, t.last_used_at, t.revoked_at,
        u.disabled_at IS NULL AND u.role = 'administrator'
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        name = try row.read()
        role = try row.read()
        agencyName = try row.read()
        maker = try row.read()
        createdAt = try row.read()
        expiresAt = try row.read()
        lastUsedAt = try row.read()
        revokedAt = try row.read()
        isBacked = try row.read()
    }
}

/// What somebody asks of a new token.
package struct APITokenDraft: Hashable, Sendable {
    package let name: String
    package let role: Role
    package let agency: Agency.ID?
    /// Whole days from now.
    package let days: Int

    package init(name: String, role: Role, agency: Agency.ID?, days: Int) {
        self.name = name
        self.role = role
        self.agency = agency
        self.days = days
    }

    /// - Throws: `Refusal` with everything that is not fit.
    package func check() throws(Refusal) {
        var problems: [Refusal.Problem] = []
        if name.isEmpty { problems.append(.init(field: "name", text: "Tên: cần nhập.")) }
        if name.count > 100 { problems.append(.init(field: "name", text: "Tên: tối đa 100 ký tự.")) }
        if !APIToken.roles.contains(role) {
            problems.append(.init(field: "role", text: "Vai trò: cần chọn một mục trong danh sách."))
        }
        if role.isBoundToAgency, agency == nil {
            problems.append(.init(field: "agency", text: "Cơ quan: vai trò này cần một cơ quan."))
        }
        if !role.isBoundToAgency, agency != nil {
            problems.append(.init(field: "agency", text: "Cơ quan: vai trò này xem toàn tỉnh, để trống ô này."))
        }
        if !(1...366).contains(days) {
            problems.append(.init(field: "days", text: "Số ngày hiệu lực: cần một số nguyên từ 1 đến 366."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}
