package import Civil
package import Database

/// What to look for in the audit trail.
package struct AuditFilter: Hashable, Sendable {
    /// Part of the actor's name, marks and case aside.
    package var actor = ""
    /// The beginning of the action: `incident.` finds all that happened to incidents.
    package var action = ""
    /// The exact subject: `SC-2026-0007`.
    package var subject = ""
    package var from: Instant?
    package var to: Instant?

    package init() {}
}

/// Reading the audit trail. It is written by `Transaction.record` and by nothing else.
package struct AuditStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Entries that fit, newest first, before the number `before` (keyset paging: the trail grows without end).
    package func list(_ filter: AuditFilter, before: Int64? = nil, limit: Int) async throws -> [AuditEntry] {
        let subject = filter.subject.prefix(bytes: AuditEntry.longestSubject)
        return try await database.all(
            """
            SELECT \(columns: AuditEntry.self) FROM audit_entries
            WHERE  (\(before)::bigint IS NULL OR seq < \(before))
            AND    (\(filter.actor) = '' OR strpos(folded(actor_name), folded(\(filter.actor))) > 0)
            AND    (\(filter.action) = '' OR starts_with(action, \(filter.action)))
            AND    (\(subject) = '' OR subject = \(subject))
            AND    (\(filter.from)::timestamptz IS NULL OR at >= \(filter.from))
            AND    (\(filter.to)::timestamptz IS NULL OR at < \(filter.to))
            ORDER  BY seq DESC LIMIT \(limit)
            """)
    }

    /// Verifies the whole trail, a batch at a time: memory does not grow with the trail.
    /// - Returns: The sound chain.
    /// - Throws: `AuditChain.Break` at the first bad entry; `DatabaseError` when the trail cannot be read.
    package func verify(batch: Int = 2000) async throws -> AuditChain {
        var chain = AuditChain()
        // From the very beginning: a line put before the first is one too many.
        var last = Int64.min
        while true {
            let entries: [AuditEntry] = try await database.all(
                """
                SELECT \(columns: AuditEntry.self) FROM audit_entries WHERE seq > \(last) ORDER BY seq LIMIT \(batch)
                """)
            for entry in entries { try chain.follow(entry) }
            guard let newest = entries.last else { return chain }
            last = newest.seq
        }
    }
}
