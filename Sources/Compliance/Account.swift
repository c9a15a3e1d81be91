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
            case .gone: "Không còn trong danh sách"
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

/// "Not locked after leaving", Điều 23.1 c. Nobody can close one by hand: a later export does that, when it shows the
/// lock.
package struct AccountFinding: Hashable, Sendable {
    package typealias ID = RowID<AccountFinding>

    package let leftOn: CivilDate
    package let reason: LeaverList.Reason
    package let decisionNumber: String
    package let foundAt: Instant
    package let closedAt: Instant?

    /// Whole days from leaving to the lock, or to `today` while there is none.
    package func days(on today: CivilDate) -> Int {
        (closedAt.map(CivilDate.init(inVietnam:)) ?? today).dayNumber - leftOn.dayNumber
    }
}

extension Account: PostgresRow {
    package static var columns: String {
        """
        a.id, a.username, a.full_name, g.name, a.state, a.locked_on, a.last_login_on, a.is_regular,
        l.left_on, l.reason, l.decision_number, f.found_at, f.closed_at
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
        let leftOn = try row.read(CivilDate?.self)
        let reason = try row.read(LeaverList.Reason?.self)
        let decisionNumber = try row.read(String?.self)
        let foundAt = try row.read(Instant?.self)
        let closedAt = try row.read(Instant?.self)
        if let leftOn, let reason, let foundAt {
            finding = AccountFinding(
                leftOn: leftOn, reason: reason, decisionNumber: decisionNumber ?? "", foundAt: foundAt,
                closedAt: closedAt)
        } else {
            finding = nil
        }
    }
}
