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
            let known = try await tx.known(beside: export)
            try known.check(upload, on: CivilDate(inVietnam: now))
            let id = try await tx.begin(.export, upload, rows: export.rows.count, by: person, at: now)
            try await tx.write(export, in: id)
            try await tx.run("UPDATE accounts SET state = 'gone' WHERE seen_in <> \(id) AND state <> 'gone'")
            let changes = try await tx.judge(
                id, .export, exportDay: upload.takenOn, previousExport: known.exportDay, at: now)
            let outcome = ImportOutcome(
                kind: .export, rows: export.rows.count, found: changes.found, closed: changes.closed, unmatched: [],
                isCompared: true)
            tx.record(outcome, of: upload, by: .person(person, address: address), at: now)
            return outcome
        }
    }

    /// Adds people who left. A person whom an earlier list named with the same day is corrected.
    /// - Throws: `Refusal` with every line that cannot be read, or that names a person and not the account where the
    ///   newest export leaves open which account is meant; then nothing is changed.
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
            var changes = (found: 0, closed: 0)
            let exportDay = try await tx.newestExportDay()
            if let exportDay {
                changes = try await tx.judge(id, .leavers, exportDay: exportDay, previousExport: nil, at: now)
            }
            let outcome = ImportOutcome(
                kind: .leavers, rows: list.rows.count, found: changes.found, closed: changes.closed,
                unmatched: try await tx.unmatched(in: id), isCompared: exportDay != nil)
            tx.record(outcome, of: upload, by: .person(person, address: address), at: now)
            return outcome
        }
    }
}

extension Transaction {
    /// Imports follow each other; reading goes on meanwhile.
    fileprivate func lockImports() async throws {
        try await run("LOCK TABLE account_imports IN SHARE ROW EXCLUSIVE MODE")
    }

    fileprivate func known(beside export: AccountExport) async throws -> KnownAccounts {
        try await one(
            """
            SELECT \(columns: KnownAccounts.self)
            FROM   accounts a LEFT JOIN unnest(\(export.rows.map(\.username))) AS n (username) ON n.username = a.username
            WHERE  a.state <> 'gone'
            """)
    }

    fileprivate func newestExportDay() async throws -> CivilDate? {
        try await value("SELECT max(taken_on) FROM account_imports WHERE kind = 'export'")
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

    /// One statement for all accounts: each column travels as an array. A name is regular only when it begins with the code
    /// of the agency that the account belongs to.
    fileprivate func write(_ export: AccountExport, in id: AccountImport.ID) async throws {
        let rows = export.rows
        try await run(
            """
            INSERT INTO accounts AS known
                (username, full_name, agency_id, state, locked_on, last_login_on, is_regular, first_seen_in, seen_in)
            SELECT r.username, r.full_name, g.id, CASE WHEN r.is_locked THEN 'locked' ELSE 'active' END, r.locked_on,
                   r.last_login_on,
                   r.is_regular AND (r.username LIKE '%@%' OR coalesce(starts_with(r.username, g.code || '_'), false)),
                   \(id), \(id)
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
        // Of two lines about the same person and day the last one counts: a statement may write a row only once.
        var last: [String: (String, LeaverList.Row)] = [:]
        for (username, row) in zip(usernames, list.rows) {
            last["\(row.leftOn.dayNumber) \(username)"] = (username, row)
        }
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

    private func usernames(of list: LeaverList) async throws -> [String] {
        try LeaverNaming.usernames(of: list, among: await namesakes(of: list))
    }

    fileprivate func unmatched(in id: AccountImport.ID) async throws -> [String] {
        try await values(
            """
            SELECT DISTINCT l.username FROM leavers l
            WHERE  l.import_id = \(id) AND NOT EXISTS (SELECT FROM accounts a WHERE a.username = l.username)
            ORDER  BY l.username
            """)
    }

    /// Compares everybody who left with the newest export, and writes what follows from it.
    fileprivate func judge(
        _ id: AccountImport.ID, _ kind: AccountImport.Kind, exportDay: CivilDate, previousExport: CivilDate?,
        at now: Instant
    ) async throws -> (found: Int, closed: Int) {
        let standings: [LeaverStanding] = try await all(
            """
            SELECT \(columns: LeaverStanding.self)
            FROM   leavers l JOIN accounts a ON a.username = l.username
            LEFT   JOIN account_findings f ON f.account_id = a.id AND f.closed_at IS NULL
            WHERE  a.state = 'active' OR f.id IS NOT NULL
            """)
        let (found, closed) = standings.judged(after: kind, exportDay: exportDay)
        try await run(
            """
            INSERT INTO account_findings (account_id, leaver_id, agency_id, found_at, found_by)
            SELECT f.account_id, f.leaver_id, f.agency_id, \(now), \(id)
            FROM   unnest(\(found.map(\.account)), \(found.map(\.leaver)), \(found.map(\.agency)))
                   AS f (account_id, leaver_id, agency_id)
            """)
        let lockDays = closed.map { $0.lockDay(exportDay: exportDay, previousExport: previousExport) }
        try await run(
            """
            UPDATE account_findings f SET closed_at = \(now), closed_by = \(id), locked_on = c.locked_on
            FROM   unnest(\(closed.map(\.account)), \(lockDays)) AS c (account_id, locked_on)
            WHERE  f.account_id = c.account_id AND f.closed_at IS NULL
            """)
        return (found.count, closed.count)
    }

    fileprivate func record(
        _ outcome: ImportOutcome, of upload: AccountUpload, by actor: Actor, at now: Instant
    ) {
        record(
            outcome.kind == .export ? "accounts.imported" : "leavers.imported", upload.fileName, by: actor,
            after: [
                "file": upload.fileName, "taken_on": VietnameseFormat.localDate(upload.takenOn), "rows": String(outcome.rows),
                "found": String(outcome.found), "closed": String(outcome.closed),
                "complete": upload.isComplete ? "confirmed" : nil,
            ], at: now)
    }
}

extension KnownAccounts: PostgresRow {
    package static var columns: String {
        """
        (SELECT max(taken_on) FROM account_imports WHERE kind = 'export'),
        count(*), count(*) FILTER (WHERE n.username IS NULL)
        """
    }

    package init(row: inout RowReader) throws {
        exportDay = try row.read()
        count = try row.read()
        missing = try row.read()
    }
}
