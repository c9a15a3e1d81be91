package import Civil
package import Database

/// What one look at a session tells: who it is, and what every page's frame shows.
package struct SessionFacts: Sendable {
    package let person: Person
    /// Whether the database was filled by `trucban demo load`.
    package let isDemo: Bool
}

/// Sign-in and sessions.
package struct SessionStore: Sendable {
    let database: Database
    let hasher: PasswordHasher

    package init(database: Database, hasher: PasswordHasher) {
        self.database = database
        self.hasher = hasher
    }

    package enum Login: Sendable {
        case signedIn(Token, Person)
        /// Unknown user, wrong password, locked or disabled: from outside they are one.
        case refused
        /// The address has failed too often lately.
        case wait(Duration)
    }

    /// Checks a name and a password, and opens a session with a token of its own.
    ///
    /// - Parameter replacing: The session that the browser had before: it ends, so that nobody who knew its token is signed
    ///   in with this person.
    package func login(
        username: String, password: String, address: String, userAgent: String, replacing: Token? = nil, at now: Instant
    ) async throws -> Login {
        if let wait = try await remainingWait(of: address, at: now) { return .wait(wait) }
        let account = try await database.first(
            "SELECT \(columns: Account.self) FROM users WHERE username = \(username.lowercased())", as: Account.self)
        let verdict = try await hasher.verify(password, against: account?.passwordHash)
        guard let account, verdict.matches, account.maySignIn(at: now) else {
            try await recordFailure(account, username: username, address: address, at: now)
            return .refused
        }
        let opened = try await open(
            account, rehashed: verdict.rehashed, address: address, userAgent: userAgent, replacing: replacing, at: now)
        if case .refused = opened {
            try await recordFailure(account, username: username, address: address, at: now)
        }
        return opened
    }

    /// The person behind a session's token, while the session lives: 30 minutes idle, 12 hours in all.
    package func facts(of token: Token, at now: Instant) async throws -> SessionFacts? {
        guard let row = try await database.first(
            """
            SELECT \(columns: SessionRow.self)
            FROM   sessions s JOIN users u ON u.id = s.user_id LEFT JOIN agencies a ON a.id = u.agency_id
            WHERE  s.token_hash = \(token.hash) AND s.created_at > \(now - SessionRules.absolute)
            AND    s.last_seen_at > \(now - SessionRules.idle) AND u.disabled_at IS NULL
            """, as: SessionRow.self)
        else { return nil }
        if now - row.lastSeenAt > SessionRules.touchEvery {
            try await database.run(
                "UPDATE sessions SET last_seen_at = \(now) WHERE token_hash = \(token.hash) AND last_seen_at < \(now)")
        }
        return SessionFacts(person: row.person, isDemo: row.isDemo)
    }

    package func logout(_ token: Token, by person: Person, address: String, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.run("DELETE FROM sessions WHERE token_hash = \(token.hash)")
            tx.record("session.ended", person.username, by: .person(person, address: address), at: now)
        }
    }

    /// Removes sessions that can no longer be used, and forms' keys that nobody can send again.
    package func sweep(at now: Instant) async throws {
        try await database.run(
            """
            DELETE FROM sessions
            WHERE last_seen_at <= \(now - SessionRules.idle) OR created_at <= \(now - SessionRules.absolute)
            """)
        try await database.run("DELETE FROM submissions WHERE created_at < \(now - .seconds(48 * 3600))")
        try await database.run("DELETE FROM login_failures WHERE last_at < \(now - LoginRules.forgetAddressAfter)")
    }

    private func remainingWait(of address: String, at now: Instant) async throws -> Duration? {
        guard let failures = try await database.first(
            """
            SELECT \(columns: AddressFailures.self) FROM login_failures
            WHERE address = \(address) AND last_at > \(now - LoginRules.forgetAddressAfter)
            """, as: AddressFailures.self)
        else { return nil }
        let remaining = failures.lastAt + LoginRules.wait(afterFailures: failures.failures) - now
        return remaining > .zero ? remaining : nil
    }

    private func recordFailure(_ account: Account?, username: String, address: String, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.run(
                """
                INSERT INTO login_failures AS f (address, failures, last_at) VALUES (\(address), 1, \(now))
                ON CONFLICT (address) DO UPDATE SET last_at = \(now), failures =
                    CASE WHEN f.last_at > \(now - LoginRules.forgetAddressAfter) THEN f.failures + 1 ELSE 1 END
                """)
            if let account, account.maySignIn(at: now) {
                try await tx.run(
                    """
                    UPDATE users SET failed_logins = CASE WHEN locked_until <= \(now) THEN 1 ELSE failed_logins + 1 END,
                        locked_until = CASE WHEN locked_until <= \(now) THEN NULL
                                            WHEN failed_logins + 1 >= \(LoginRules.failuresUntilLock)
                                            THEN \(now + LoginRules.lockDuration) END
                    WHERE id = \(account.id)
                    """)
            }
            tx.record(
                "session.refused", account?.username ?? "?", by: .system("login", address: address), at: now)
        }
    }

    private func open(
        _ account: Account, rehashed: String?, address: String, userAgent: String, replacing: Token?, at now: Instant
    ) async throws -> Login {
        let token = Token()
        return try await database.transaction { tx in
            // Asked again here: guesses that were sent together must not pass a lock that one of them has set.
            let unlocked = try await tx.run(
                """
                UPDATE users SET failed_logins = 0, locked_until = NULL,
                    password_hash = coalesce(\(rehashed), password_hash)
                WHERE id = \(account.id) AND disabled_at IS NULL AND (locked_until IS NULL OR locked_until <= \(now))
                """)
            guard unlocked == 1 else { return .refused }
            if let replacing { try await tx.run("DELETE FROM sessions WHERE token_hash = \(replacing.hash)") }
            try await tx.run("DELETE FROM login_failures WHERE address = \(address)")
            try await tx.run(
                """
                INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, address, user_agent)
                VALUES (\(token.hash), \(account.id), \(now), \(now), \(address), \(userAgent))
                """)
            let person = try await tx.one(
                """
                SELECT \(columns: Person.self) FROM users u LEFT JOIN agencies a ON a.id = u.agency_id
                WHERE u.id = \(account.id)
                """, as: Person.self)
            tx.record(
                "session.began", person.username, by: .person(person, address: address), at: now)
            return .signedIn(token, person)
        }
    }
}

private struct Account: PostgresRow {
    let id: User.ID
    let username: String
    let passwordHash: String
    let lockedUntil: Instant?
    let disabledAt: Instant?

    func maySignIn(at now: Instant) -> Bool {
        disabledAt == nil && (lockedUntil.map { $0 <= now } ?? true)
    }

    static var columns: String { "id, username, password_hash, locked_until, disabled_at" }

    init(row: inout RowReader) throws {
        id = try row.read()
        username = try row.read()
        passwordHash = try row.read()
        lockedUntil = try row.read()
        disabledAt = try row.read()
    }
}

private struct AddressFailures: PostgresRow {
    let failures: Int
    let lastAt: Instant

    static var columns: String { "failures, last_at" }

    init(row: inout RowReader) throws {
        failures = try row.read()
        lastAt = try row.read()
    }
}

private struct SessionRow: PostgresRow {
    let lastSeenAt: Instant
    let isDemo: Bool
    let person: Person

    static var columns: String {
        "s.last_seen_at, EXISTS (SELECT FROM settings WHERE key = 'demo.seed'), \(Person.columns)"
    }

    init(row: inout RowReader) throws {
        lastSeenAt = try row.read()
        isDemo = try row.read()
        person = try Person(row: &row)
    }
}
