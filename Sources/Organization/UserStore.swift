package import Civil
package import Database

/// The console's users, and the link that makes the first of them.
package struct UserStore: Sendable {
    let database: Database
    let hasher: PasswordHasher

    package init(database: Database, hasher: PasswordHasher) {
        self.database = database
        self.hasher = hasher
    }

    package func list() async throws -> [User] {
        try await database.all(
            """
            SELECT \(columns: User.self) FROM users u LEFT JOIN agencies a ON a.id = u.agency_id
            ORDER BY u.disabled_at IS NOT NULL, u.role, u.username
            """)
    }

    package func find(_ id: User.ID) async throws -> User? {
        try await database.first(
            """
            SELECT \(columns: User.self) FROM users u LEFT JOIN agencies a ON a.id = u.agency_id WHERE u.id = \(id)
            """)
    }

    /// - Throws: `Refusal` when the draft is not fit, the name is taken, or the agency is not one that is in use.
    package func add(_ draft: UserDraft, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try draft.check()
        let hash = try await hasher.hash(draft.password)
        try await database.transaction { tx in
            try await tx.claim(form, location: "/users")
            try await tx.insert(draft, hash: hash, by: actor, at: now)
        }
    }

    /// Ends all sessions of the user and refuses new ones; the row stays, because the past names it.
    package func disable(_ id: User.ID, by person: Person, address: String, at now: Instant) async throws {
        guard id != person.id else {
            throw Refusal(field: "", "Không thể khóa tài khoản đang đăng nhập của chính mình.")
        }
        try await database.transaction { tx in
            let names = try await tx.values(
                "UPDATE users SET disabled_at = \(now) WHERE id = \(id) AND disabled_at IS NULL RETURNING username",
                as: String.self)
            guard let username = names.first else { return }
            try await tx.run("DELETE FROM sessions WHERE user_id = \(id)")
            tx.record("user.disabled", username, by: .person(person, address: address), at: now)
        }
    }

    // MARK: The first administrator

    /// Makes a new setup link while there is no user at all.
    /// - Returns: nil once a user exists.
    package func makeSetupLink(at now: Instant) async throws -> Token? {
        let token = Token()
        return try await database.transaction { tx in
            guard try await !tx.value("SELECT EXISTS (SELECT FROM users)", as: Bool.self) else { return nil }
            try await tx.run("INSERT INTO setup_links (token_hash, created_at) VALUES (\(token.hash), \(now))")
            return token
        }
    }

    package func isSetupLinkValid(_ token: Token) async throws -> Bool {
        try await database.value(
            """
            SELECT EXISTS (SELECT FROM setup_links WHERE token_hash = \(token.hash) AND used_at IS NULL)
               AND NOT EXISTS (SELECT FROM users)
            """)
    }

    /// Uses up the link and makes the administrator, both or neither.
    /// - Throws: `Refusal` when the link was used already or the draft is not fit.
    package func setUp(_ draft: UserDraft, link: Token, address: String, at now: Instant) async throws {
        try draft.check()
        let hash = try await hasher.hash(draft.password)
        try await database.transaction { tx in
            // One at a time: two links used at the same moment must not make two first administrators.
            try await tx.run("SELECT pg_advisory_xact_lock(161202502)")
            let used = try await tx.run(
                """
                UPDATE setup_links SET used_at = \(now)
                WHERE token_hash = \(link.hash) AND used_at IS NULL AND NOT EXISTS (SELECT FROM users)
                """)
            guard used == 1 else {
                throw Refusal(field: "", "Liên kết thiết lập đã được sử dụng. Hãy đăng nhập.")
            }
            try await tx.insert(draft, hash: hash, by: .system("setup", address: address), at: now)
        }
    }
}

extension Transaction {
    fileprivate func insert(_ draft: UserDraft, hash: String, by actor: Actor, at now: Instant) async throws {
        try await checkInUse(draft.agency, as: "Cơ quan")
        do {
            try await run(
                """
                INSERT INTO users (username, full_name, email, phone, role, agency_id, password_hash, created_at)
                VALUES (\(draft.username), \(draft.fullName), \(draft.email), \(draft.phone), \(draft.role),
                        \(draft.agency), \(hash), \(now))
                """)
        } catch let error as DatabaseError where error.isUniqueViolation(of: "users_username_key") {
            throw Refusal(field: "username", "Tên đăng nhập “\(draft.username)” đã có người dùng.")
        }
        record(
            "user.added", draft.username, by: actor,
            after: ["full_name": draft.fullName, "role": draft.role.rawValue, "password": redacted], at: now)
    }
}
