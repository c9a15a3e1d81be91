import Civil
package import Database
import Delivery
import Organization

/// A system that signs the alerts it posts. It acts for the administrator who made it, until it is revoked or its maker is
/// no administrator any more.
struct AlertSource: Hashable, Sendable {
    typealias ID = RowID<AlertSource>

    let id: ID
    let name: String
    let agencyName: String?
    let maker: String
    let createdAt: Instant
    let lastUsedAt: Instant?
    let revokedAt: Instant?
}

extension AlertSource: PostgresRow {
    /// For `alert_sources s JOIN users u LEFT JOIN agencies a`.
    static var columns: String {
        "s.id, s.name, a.name, u.full_name, s.created_at, s.last_used_at, s.revoked_at"
    }

    init(row: inout RowReader) throws {
        id = try row.read()
        name = try row.read()
        agencyName = try row.read()
        maker = try row.read()
        createdAt = try row.read()
        lastUsedAt = try row.read()
        revokedAt = try row.read()
    }
}

/// The sources that sign: making, listing and revoking them.
package struct AlertSourceStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Those that count first.
    func list() async throws -> [AlertSource] {
        try await database.all(
            """
            SELECT \(columns: AlertSource.self)
            FROM   alert_sources s JOIN users u ON u.id = s.created_by LEFT JOIN agencies a ON a.id = s.agency_id
            ORDER  BY s.revoked_at IS NOT NULL, s.name LIMIT 200
            """)
    }

    /// - Returns: The secret, which nobody can be told a second time.
    /// - Throws: `Refusal`
    func add(
        name: String, agency: Agency.ID?, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws -> WebhookSecret {
        guard name.wholeMatch(of: /[a-z0-9][a-z0-9\-]{1,39}/) != nil else {
            throw Refusal(field: "name", "Tên: cần từ 2 đến 40 chữ thường không dấu, chữ số hoặc dấu gạch ngang.")
        }
        if name == AlertPages.alertmanager { throw Refusal(field: "name", "Tên: “\(name)” đã được dành riêng.") }
        let secret = WebhookSecret()
        try await database.transaction { tx in
            try await tx.claim(form, location: "/settings/alerts")
            try await tx.checkInUse(agency, as: "Cơ quan")
            let added = try await tx.run(
                """
                INSERT INTO alert_sources (name, agency_id, secret, created_by, created_at)
                VALUES (\(name), \(agency), \(secret.text), \(person.id), \(now)) ON CONFLICT (name) DO NOTHING
                """)
            if added == 0 { throw Refusal(field: "name", "Tên: đã có nguồn “\(name)”; tên đã thu hồi cũng không dùng lại.") }
            tx.record(
                "alert_source.added", name, by: .person(person, address: address),
                after: ["agency": agency.map { String($0.rawValue) }, "secret": redacted], at: now)
        }
        return secret
    }

    /// Ends a source at once. One that was revoked before stays so.
    /// - Returns: Its name, or nil when there is none.
    func revoke(
        _ id: AlertSource.ID, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws -> String? {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/settings/alerts")
            let names = try await tx.values("SELECT name FROM alert_sources WHERE id = \(id) FOR UPDATE", as: String.self)
            guard let name = names.first else { return nil }
            let changed = try await tx.run(
                "UPDATE alert_sources SET revoked_at = \(now) WHERE id = \(id) AND revoked_at IS NULL")
            if changed == 1 {
                tx.record("alert_source.revoked", name, by: .person(person, address: address), at: now)
            }
            return name
        }
    }

    /// Under whom a source acts, and its secret; nil for one that does not count (any more).
    func signer(_ name: String) async throws -> (person: Person, secret: WebhookSecret)? {
        let row: SignerRow? = try await database.first(
            """
            SELECT \(columns: SignerRow.self)
            FROM   alert_sources s JOIN users u ON u.id = s.created_by LEFT JOIN agencies a ON a.id = s.agency_id
            WHERE  s.name = \(name) AND s.revoked_at IS NULL AND u.disabled_at IS NULL AND u.role = 'administrator'
            """)
        return row.map { ($0.person, $0.secret) }
    }

    /// To the minute is enough.
    func noteUse(of name: String, at now: Instant) async throws {
        try await database.run(
            """
            UPDATE alert_sources SET last_used_at = \(now)
            WHERE  name = \(name) AND (last_used_at IS NULL OR last_used_at <= \(now - .seconds(60)))
            """)
    }
}

private struct SignerRow: PostgresRow {
    let person: Person
    let secret: WebhookSecret

    static var columns: String {
        """
        u.id, u.username, u.full_name || ' (nguồn cảnh báo “' || s.name || '”)',
        CASE WHEN s.agency_id IS NULL THEN 'operator' ELSE 'agency_admin' END, s.agency_id, a.name, s.secret
        """
    }

    init(row: inout RowReader) throws {
        person = try Person(row: &row)
        // Kept as it was told, so it reads again.
        secret = WebhookSecret(written: try row.read()) ?? WebhookSecret()
    }
}
