package import Civil
package import Database
package import Organization

/// What to show of the accounts.
package struct AccountFilter: Hashable, Sendable {
    package enum Show: String, CaseIterable, Sendable {
        case open, closed, all, active, locked, gone, irregular, unassigned

        /// Whether findings are shown, and not accounts.
        package var isFinding: Bool { self == .open || self == .closed }

        package var label: String {
            switch self {
            case .open: "Chưa khóa"
            case .closed: "Đã khép"
            case .all: "Mọi tài khoản"
            case .active: "Đang hoạt động"
            case .locked: "Đã khóa"
            case .gone: "Không còn thấy"
            case .irregular: "Tên trái Điều 7.4"
            case .unassigned: "Chưa rõ cơ quan"
            }
        }
    }

    package var show = Show.open
    package var agency: Agency.ID?
    /// Part of the account's or the person's name, marks and case aside.
    package var search = ""

    package init() {}
}

/// Accounts, and what was found about them.
package struct AccountStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Findings: those that are open longest first, or those that were closed last. Accounts: by name, the one that was
    /// asked for by its whole name first. An account that is not among the findings tells its open one.
    package func list(
        _ filter: AccountFilter, for person: Person, offset: Int, limit: Int
    ) async throws -> [Account] {
        switch filter.show {
        case .open, .closed:
            try await database.all(
                """
                SELECT \(columns: Account.self) \(sql: Self.findings)
                LEFT   JOIN agencies g ON g.id = f.agency_id LEFT JOIN account_imports c ON c.id = f.closed_by
                WHERE  \(sql: Self.findingCondition(filter, person))
                ORDER  BY a.username <> lower(\(filter.search)), f.closed_at DESC NULLS FIRST, l.left_on, a.username, f.id
                OFFSET \(offset) LIMIT \(limit)
                """)
        default:
            try await database.all(
                """
                SELECT \(columns: Account.self)
                FROM   accounts a LEFT JOIN agencies g ON g.id = a.agency_id
                LEFT   JOIN account_findings f ON f.account_id = a.id AND f.closed_at IS NULL
                LEFT   JOIN leavers l ON l.id = f.leaver_id LEFT JOIN account_imports c ON c.id = f.closed_by
                WHERE  \(sql: Self.accountCondition(filter, person))
                ORDER  BY a.username <> lower(\(filter.search)), a.username OFFSET \(offset) LIMIT \(limit)
                """)
        }
    }

    package func count(_ filter: AccountFilter, for person: Person) async throws -> Int {
        switch filter.show {
        case .open, .closed:
            try await database.value(
                "SELECT count(*) \(sql: Self.findings) WHERE \(sql: Self.findingCondition(filter, person))")
        default:
            try await database.value("SELECT count(*) FROM accounts a WHERE \(sql: Self.accountCondition(filter, person))")
        }
    }

    /// What the head of the page says, within the person's scope.
    /// - Parameter newestOverdue: Who left on that day or earlier is overdue (`LockLimit.newestOverdue`).
    package func overview(for person: Person, newestOverdue: CivilDate) async throws -> AccountOverview {
        try await database.one(
            """
            SELECT \(columns: AccountOverview.self)
            FROM  (SELECT count(*) FILTER (WHERE a.state = 'active') AS active,
                          count(*) FILTER (WHERE a.state = 'locked') AS locked,
                          count(*) FILTER (WHERE NOT a.is_regular AND a.state <> 'gone') AS irregular
                   FROM   accounts a
                   WHERE  (\(person.scope)::bigint IS NULL OR a.agency_id = \(person.scope))) a,
                  (SELECT count(*) AS open, count(*) FILTER (WHERE l.left_on <= \(newestOverdue)) AS overdue
                   FROM   account_findings f JOIN leavers l ON l.id = f.leaver_id
                   WHERE  f.closed_at IS NULL
                   AND    (\(person.scope)::bigint IS NULL OR f.agency_id = \(person.scope))) f
            """)
    }

    private static let findings: SQL = """
        FROM account_findings f JOIN accounts a ON a.id = f.account_id JOIN leavers l ON l.id = f.leaver_id
        """

    private static func findingCondition(_ filter: AccountFilter, _ person: Person) -> SQL {
        """
        (\(person.scope)::bigint IS NULL OR f.agency_id = \(person.scope))
        AND (\(filter.agency)::bigint IS NULL OR f.agency_id = \(filter.agency))
        AND (f.closed_at IS NULL) = \(filter.show == .open)
        AND (\(filter.search) = '' OR a.search LIKE (SELECT containing(\(filter.search))))
        """
    }

    private static func accountCondition(_ filter: AccountFilter, _ person: Person) -> SQL {
        let state = Account.State(rawValue: filter.show.rawValue)
        return """
            (\(person.scope)::bigint IS NULL OR a.agency_id = \(person.scope))
            AND (\(filter.agency)::bigint IS NULL OR a.agency_id = \(filter.agency))
            AND (\(state)::text IS NULL OR a.state = \(state))
            AND (NOT \(filter.show == .irregular) OR (NOT a.is_regular AND a.state <> 'gone'))
            AND (NOT \(filter.show == .unassigned) OR (a.agency_id IS NULL AND a.state <> 'gone'))
            AND (\(filter.search) = '' OR a.search LIKE (SELECT containing(\(filter.search))))
            """
    }
}

/// How many accounts there are, by the newest export.
package struct AccountOverview: Hashable, Sendable, PostgresRow {
    /// The day of the newest export; nil before the first one.
    package let exportDay: CivilDate?
    package let active: Int
    package let locked: Int
    /// Whose names are not built as Điều 7.4 says.
    package let irregular: Int
    /// Findings that are open.
    package let open: Int
    /// Those of them whose limit is over.
    package let overdue: Int

    package static var columns: String {
        """
        (SELECT max(taken_on) FROM account_imports WHERE kind = 'export'),
        a.active, a.locked, a.irregular, f.open, f.overdue
        """
    }

    package init(row: inout RowReader) throws {
        exportDay = try row.read()
        active = try row.read()
        locked = try row.read()
        irregular = try row.read()
        open = try row.read()
        overdue = try row.read()
    }
}
