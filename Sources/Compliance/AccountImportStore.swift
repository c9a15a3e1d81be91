package import Civil
package import Database
package import Organization

/// Brings in lists of accounts and of leavers: all of a list or nothing of it.
package struct AccountImportStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    // MARK: Questions

    /// The newest lists first.
    package func list(limit: Int) async throws -> [AccountImport] {
        try await database.all(
            """
            SELECT \(columns: AccountImport.self) FROM account_imports i JOIN users u ON u.id = i.imported_by
            ORDER  BY i.imported_at DESC, i.id DESC LIMIT \(limit)
            """)
    }

    // MARK: Commands

    /// Replaces what is known of accounts by an export, opens findings for what it shows not to be locked, and closes
    /// those whose lock it shows.
    /// - Throws: `Refusal` with every line that cannot be read; then nothing is changed.
    package func importExport(
        _ upload: AccountUpload, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws -> ImportOutcome {
        let export = try AccountExport(csv: upload.bytes)
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/accounts")
            try await tx.lockImports()
            try await tx.known().check(upload, rows: export.rows.count, on: CivilDate(inVietnam: now))
            let id = try await tx.begin(.export, upload, rows: export.rows.count, by: person, at: now)
            try await tx.write(export, in: id)
            try await tx.run("UPDATE accounts SET state = 'gone' WHERE seen_in <> \(id) AND state <> 'gone'")
            return try await tx.judge(
                .export, upload, id, rows: export.rows.count, exportDay: upload.takenOn,
                by: .person(person, address: address), at: now)
        }
    }

    /// Adds people who left. A person whom an earlier list named with the same day is corrected.
    /// - Throws: `Refusal` with every line that cannot be read or whose account is not known; then nothing is changed.
    package func importLeavers(
        _ upload: AccountUpload, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws -> ImportOutcome {
        let list = try LeaverList(csv: upload.bytes)
        try KnownAccounts.checkDay(upload.takenOn, on: CivilDate(inVietnam: now))
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/accounts")
            try await tx.lockImports()
            let id = try await tx.begin(.leavers, upload, rows: list.rows.count, by: person, at: now)
            try await tx.write(list, in: id)
            return try await tx.judge(
                .leavers, upload, id, rows: list.rows.count, exportDay: try await tx.known().exportDay,
                by: .person(person, address: address), at: now)
        }
    }
}

extension Transaction {
    /// Imports follow each other; reading goes on meanwhile.
    fileprivate func lockImports() async throws {
        try await run("LOCK TABLE account_imports IN SHARE ROW EXCLUSIVE MODE")
    }

    fileprivate func known() async throws -> KnownAccounts {
        try await one("SELECT \(columns: KnownAccounts.self)")
    }

    fileprivate func begin(
        _ kind: AccountImport.Kind, _ upload: AccountUpload, rows: Int, by person: Person, at now: Instant
    ) async throws -> AccountImport.ID {
        try await value(
            """
            INSERT INTO account_imports (kind, file_name, taken_on, rows, imported_at, imported_by)
            VALUES (\(kind), \(String(upload.fileName.prefix(200))), \(upload.takenOn), \(rows), \(now), \(person.id))
            RETURNING id
            """)
    }

    /// One statement for all accounts: each column travels as an array.
    fileprivate func write(_ export: AccountExport, in id: AccountImport.ID) async throws {
        let rows = export.rows
        try await run(
            """
            INSERT INTO accounts AS known
                (username, full_name, agency_id, state, locked_on, last_login_on, is_regular, first_seen_in, seen_in)
            SELECT r.username, r.full_name, g.id, CASE WHEN r.is_locked THEN 'locked' ELSE 'active' END, r.locked_on,
                   r.last_login_on, r.is_regular AND (g.id IS NOT NULL OR r.username LIKE '%@%'), \(id), \(id)
            FROM   unnest(\(rows.map(\.username)), \(rows.map(\.fullName)), \(rows.map(\.agencyCode)),
                          \(rows.map(\.isLocked)), \(rows.map(\.lockedOn)), \(rows.map(\.lastLoginOn)),
                          \(rows.map { AccountName.isRegular($0.username, fullName: $0.fullName) }))
                   AS r (username, full_name, agency_code, is_locked, locked_on, last_login_on, is_regular)
            LEFT   JOIN agencies g ON g.code = r.agency_code
            ON CONFLICT (username) DO UPDATE SET
                full_name = EXCLUDED.full_name, agency_id = EXCLUDED.agency_id, state = EXCLUDED.state,
                locked_on = EXCLUDED.locked_on, last_login_on = EXCLUDED.last_login_on,
                is_regular = EXCLUDED.is_regular, seen_in = EXCLUDED.seen_in
            """)
    }

    fileprivate func write(_ list: LeaverList, in id: AccountImport.ID) async throws {
        let usernames = try await usernames(of: list)
        let rows = zip(usernames, list.rows)
        // Of two lines about the same person and day the last one counts: a statement may write a row only once.
        var last: [String: (String, LeaverList.Row)] = [:]
        for (username, row) in rows { last["\(row.leftOn.dayNumber) \(username)"] = (username, row) }
        let people = last.values.sorted { $0.1.line < $1.1.line }
        try await run(
            """
            INSERT INTO leavers (username, full_name, left_on, reason, decision_number, import_id)
            SELECT r.username, r.full_name, r.left_on, r.reason, r.decision_number, \(id)
            FROM   unnest(\(people.map(\.0)), \(people.map(\.1.fullName)), \(people.map(\.1.leftOn)),
                          \(people.map(\.1.reason.rawValue)), \(people.map(\.1.decisionNumber)))
                   AS r (username, full_name, left_on, reason, decision_number)
            ON CONFLICT ON CONSTRAINT leavers_username_left_on_key DO UPDATE SET
                full_name = EXCLUDED.full_name, reason = EXCLUDED.reason,
                decision_number = EXCLUDED.decision_number, import_id = EXCLUDED.import_id
            """)
    }

    /// The account of each person of a list, in the list's order.
    /// - Throws: `Refusal` for a person whose account is not known, or who shares the name with a colleague.
    private func usernames(of list: LeaverList) async throws -> [String] {
        let sought: [(name: String, code: String)] = list.rows.compactMap {
            if case .of(let fullName, let code) = $0.account { (fullName, code) } else { nil }
        }
        let matches = try await all(
            """
            SELECT \(columns: Namesakes.self)
            FROM   unnest(\(sought.map(\.name)), \(sought.map(\.code))) AS s (full_name, code)
            JOIN   agencies g ON g.code = s.code
            JOIN   accounts a ON a.agency_id = g.id AND folded(a.full_name) = folded(s.full_name)
            GROUP  BY g.code, s.full_name
            """, as: Namesakes.self)
        let known = Dictionary(uniqueKeysWithValues: matches.map { ("\($0.code) \($0.fullName)", $0.usernames) })
        var problems: [Refusal.Problem] = []
        let usernames = list.rows.map { row -> String in
            guard case .of(let fullName, let code) = row.account else {
                if case .named(let username) = row.account { return username }
                return ""
            }
            let found = known["\(code) \(fullName)"] ?? []
            if let problem = namingProblem(row, found) { problems.append(problem) }
            return found.first ?? ""
        }
        if !problems.isEmpty { throw Refusal(Array(problems.prefix(ListReader.problemLimit))) }
        return usernames
    }

    private func namingProblem(_ row: LeaverList.Row, _ found: [String]) -> Refusal.Problem? {
        switch found.count {
        case 1: nil
        case 0:
            .init(
                field: "file",
                text: "dòng \(row.line): không có tài khoản nào của cơ quan này mang họ tên “\(row.fullName)”; hãy ghi tên đăng nhập.")
        default:
            .init(
                field: "file",
                text: "dòng \(row.line): có \(found.count) tài khoản mang họ tên “\(row.fullName)”; hãy ghi tên đăng nhập.")
        }
    }

    /// Compares everybody who left with the newest export, and writes what follows from it.
    fileprivate func judge(
        _ kind: AccountImport.Kind, _ upload: AccountUpload, _ id: AccountImport.ID, rows: Int, exportDay: CivilDate?,
        by actor: Actor, at now: Instant
    ) async throws -> ImportOutcome {
        let standings = exportDay == nil ? [] : try await standings()
        let verdicts = standings.map { ($0, $0.verdict(after: kind, exportDay: exportDay ?? upload.takenOn)) }
        let found = verdicts.filter { $0.1 == .find }.map(\.0)
        let closed = verdicts.filter { $0.1 == .close }.compactMap(\.0.openFinding)
        try await run(
            """
            INSERT INTO account_findings (account_id, leaver_id, agency_id, found_at, found_by)
            SELECT f.account_id, f.leaver_id, f.agency_id, \(now), \(id)
            FROM   unnest(\(found.map(\.account)), \(found.map(\.leaver)), \(found.map(\.agency)))
                   AS f (account_id, leaver_id, agency_id)
            """)
        try await run(
            "UPDATE account_findings SET closed_at = \(now), closed_by = \(id) WHERE id = ANY(\(closed))")
        let outcome = ImportOutcome(rows: rows, found: found.count, closed: closed.count)
        try await record(
            kind == .export ? "accounts.imported" : "leavers.imported", upload.fileName, by: actor,
            after: [
                "taken_on": VietnameseFormat.localDate(upload.takenOn), "rows": String(rows),
                "found": String(outcome.found), "closed": String(outcome.closed),
            ], at: now)
        return outcome
    }

    private func standings() async throws -> [LeaverStanding] {
        try await all(
            """
            SELECT \(columns: LeaverStanding.self)
            FROM   leavers l JOIN accounts a ON a.username = l.username
            LEFT   JOIN account_findings f ON f.account_id = a.id AND f.leaver_id = l.id AND f.closed_at IS NULL
            WHERE  a.state = 'active' OR f.id IS NOT NULL
            """)
    }
}

extension KnownAccounts: PostgresRow {
    package static var columns: String {
        """
        (SELECT max(taken_on) FROM account_imports WHERE kind = 'export'),
        (SELECT count(*) FROM accounts WHERE state <> 'gone')
        """
    }

    package init(row: inout RowReader) throws {
        exportDay = try row.read()
        count = try row.read()
    }
}

/// Accounts of people of one agency who bear the same name.
private struct Namesakes: PostgresRow {
    let code: String
    let fullName: String
    let usernames: [String]

    static var columns: String { "g.code, s.full_name, array_agg(DISTINCT a.username)" }

    init(row: inout RowReader) throws {
        code = try row.read()
        fullName = try row.read()
        usernames = try row.read()
    }
}
