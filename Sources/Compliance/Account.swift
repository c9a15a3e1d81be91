package import Civil
package import Database
import Organization

/// An account of the document system, as the newest export shows it.
package struct Account: Hashable, Sendable {
    package typealias ID = RowID<Account>

    package enum State: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case active, locked
        /// No longer in the newest export.
        case gone

        package var label: String {
            switch self {
            case .active: "Đang hoạt động"
            case .locked: "Đã khóa"
            case .gone: "Không còn thấy"
            }
        }

        /// The look of its badge; see docs/look.md.
        package var badge: String {
            switch self {
            case .active: "up"
            case .locked: "closed"
            case .gone: "na"
            }
        }
    }

    package let id: ID
    /// `skhcn_nguyenvana`, Điều 7.4
    package let username: String
    package let fullName: String
    package let agencyName: String?
    package let state: State
    package let lockedOn: CivilDate?
    package let lastLoginOn: CivilDate?
    /// Whether the name is built as Điều 7.4 says.
    package let isRegular: Bool
    /// What was found about it; nil where nothing was.
    package let finding: AccountFinding?
}

extension Account: PostgresRow {
    package static var columns: String {
        """
        a.id, a.username, a.full_name, g.name, a.state, a.locked_on, a.last_login_on, a.is_regular,
        l.left_on, l.reason, l.decision_number, f.found_at, f.closed_at, f.locked_on, c.taken_on
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        username = try row.read()
        fullName = try row.read()
        agencyName = try row.read()
        state = try row.read()
        lockedOn = try row.read()
        lastLoginOn = try row.read()
        isRegular = try row.read()
        finding = try AccountFinding(row: &row)
    }
}
