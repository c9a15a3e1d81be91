package import Civil
package import Database

/// Tokens of the API: making, listing and revoking them.
package struct APITokenStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Those that can be used or revoked first, each the newest first; of the others as many as are worth a look.
    package func list(at now: Instant) async throws -> [APIToken] {
        try await database.all(
            """
            SELECT \(columns: APIToken.self)
            FROM   api_tokens t JOIN users u ON u.id = t.created_by LEFT JOIN agencies a ON a.id = t.agency_id
            ORDER  BY t.revoked_at IS NULL AND t.expires_at > \(now) DESC, t.id DESC LIMIT 200
            """)
    }

    /// - Returns: The token, which nobody can be told a second time.
    /// - Throws: `Refusal` when the draft is not fit.
    package func add(
        _ draft: APITokenDraft, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws -> Token {
        try draft.check()
        let token = Token()
        try await database.transaction { tx in
            try await tx.claim(form, location: "/settings/tokens")
            try await tx.checkInUse(draft.agency, as: "Cơ quan")
            let expires = now + .seconds(86_400 * draft.days)
            try await tx.run(
                """
                INSERT INTO api_tokens (token_hash, name, role, agency_id, created_by, created_at, expires_at)
                VALUES (\(token.hash), \(draft.name), \(draft.role), \(draft.agency), \(person.id), \(now), \(expires))
                """)
            tx.record(
                "api_token.added", draft.name, by: .person(person, address: address),
                after: [
                    "role": draft.role.rawValue, "agency": draft.agency.map { String($0.rawValue) },
                    "expires_at": VietnameseFormat.timestamp(expires), "token": redacted,
                ], at: now)
        }
        return token
    }

    /// Ends a token at once. One that was revoked before stays so.
    /// - Returns: Its name, or nil when there is none.
    package func revoke(
        _ id: APIToken.ID, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws -> String? {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/settings/tokens")
            let names = try await tx.values(
                "SELECT name FROM api_tokens WHERE id = \(id) FOR UPDATE", as: String.self)
            guard let name = names.first else { return nil }
            let changed = try await tx.run(
                "UPDATE api_tokens SET revoked_at = \(now) WHERE id = \(id) AND revoked_at IS NULL")
            if changed == 1 {
                tx.record("api_token.revoked", name, by: .person(person, address: address), at: now)
            }
            return name
        }
    }
}

extension SessionStore {
    /// Whom a token speaks for: the administrator who made it, in the token's role and scope. Nil for a token that does
    /// not count (any more).
    package func bearer(of token: Token, at now: Instant) async throws -> Person? {
        let found: BearerRow? = try await database.first(
            """
            SELECT \(columns: BearerRow.self)
            FROM   api_tokens t JOIN users u ON u.id = t.created_by LEFT JOIN agencies a ON a.id = t.agency_id
            WHERE  t.token_hash = \(token.hash) AND t.revoked_at IS NULL AND t.expires_at > \(now)
            AND    u.disabled_at IS NULL AND u.role = 'administrator'
            """)
        guard let found else { return nil }
        // To the minute is enough, and spares a write for every request.
        if found.lastUsedAt.map({ now - $0 >= .seconds(60) }) ?? true {
            try await database.run(
                """
                UPDATE api_tokens SET last_used_at = \(now)
                WHERE  token_hash = \(token.hash) AND (last_used_at IS NULL OR last_used_at < \(now))
                """)
        }
        return found.person
    }
}

private struct BearerRow: PostgresRow {
    let person: Person
    let lastUsedAt: Instant?

    static var columns: String {
        "u.id, u.username, u.full_name || ' (mã “' || t.name || '”)', t.role, t.agency_id, a.name, t.last_used_at"
    }

    init(row: inout RowReader) throws {
        person = try Person(row: &row)
        lastUsedAt = try row.read()
    }
}
