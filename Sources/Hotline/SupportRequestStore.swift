package import Civil
package import Database
package import Organization

/// What to look for among the requests.
package struct SupportRequestFilter: Hashable, Sendable {
    package var state: SupportRequest.State?
    package var kind: SupportRequest.Kind?
    /// Part of the code, the caller's name or the text, marks and case aside.
    package var search = ""

    package init() {}
}

/// The hotline's log.
package struct SupportRequestStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    // MARK: Questions

    /// Requests within the person's scope, those that wait longest first, then the resolved ones, newest first.
    package func list(
        _ filter: SupportRequestFilter, for person: Person, offset: Int, limit: Int
    ) async throws -> [SupportRequest] {
        try await database.all(
            """
            SELECT \(columns: SupportRequest.self) \(sql: Self.joins(for: person))
            WHERE  \(sql: Self.condition(filter, person))
            ORDER  BY r.code <> upper(\(filter.search)), r.resolved_at IS NOT NULL,
                      CASE WHEN r.resolved_at IS NULL THEN r.received_at END, r.received_at DESC, r.id
            OFFSET \(offset) LIMIT \(limit)
            """)
    }

    package func count(_ filter: SupportRequestFilter, for person: Person) async throws -> Int {
        try await database.value("SELECT count(*) FROM requests r WHERE \(sql: Self.condition(filter, person))")
    }

    package func find(_ code: String, for person: Person) async throws -> SupportRequest? {
        try await database.first(
            """
            SELECT \(columns: SupportRequest.self) \(sql: Self.joins(for: person))
            WHERE r.code = \(code) AND (\(person.scope)::bigint IS NULL OR r.agency_id = \(person.scope))
            """)
    }

    // MARK: Commands

    /// Logs a call.
    /// - Returns: Its code, to be told to the caller.
    /// - Throws: `Refusal` when the draft is not fit.
    package func log(
        _ draft: SupportRequestDraft, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws -> String {
        try draft.check(at: now)
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/requests")
            try await tx.checkInUse(draft.agency, within: person.scope, as: "Cơ quan")
            let code = try await tx.nextCode(.request, at: now)
            tx.settle(form, location: "/requests/\(code)")
            try await tx.run(
                """
                INSERT INTO requests (code, kind, channel, caller_name, caller_phone, agency_id, text, received_at,
                                      received_by)
                VALUES (\(code), \(draft.kind), \(draft.channel), \(draft.callerName), \(draft.callerPhone),
                        \(draft.agency), \(draft.text), \(draft.receivedAt), \(person.id))
                """)
            tx.record(
                "request.logged", code, by: .person(person, address: address),
                after: ["kind": draft.kind.rawValue, "caller": draft.callerName, "text": draft.text], at: now)
            return code
        }
    }

    /// Somebody takes a request on.
    package func take(
        _ code: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/requests/\(code)")
            let request = try await tx.locked(code, for: person)
            try request.checkTaking()
            try await tx.run(
                "UPDATE requests SET taken_at = \(now), taken_by = \(person.id) WHERE id = \(request.id)")
            tx.record("request.taken", code, by: .person(person, address: address), at: now)
        }
    }

    /// A request that nobody had taken is taken by who resolves it.
    package func resolve(
        _ code: String, _ resolution: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/requests/\(code)")
            let request = try await tx.locked(code, for: person)
            try request.checkResolving(resolution)
            try await tx.run(
                """
                UPDATE requests SET taken_at = coalesce(taken_at, \(now)), taken_by = coalesce(taken_by, \(person.id)),
                    resolved_at = \(now), resolved_by = \(person.id), resolution = \(resolution)
                WHERE id = \(request.id)
                """)
            tx.record(
                "request.resolved", code, by: .person(person, address: address), after: ["resolution": resolution],
                at: now)
        }
    }

    /// Says which incident the call is about; an empty code takes the link away.
    package func link(
        _ code: String, toIncident incidentCode: String, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/requests/\(code)")
            let request = try await tx.locked(code, for: person)
            let incidents = try await tx.values(
                """
                SELECT coalesce(merged_into_id, id) FROM incidents
                WHERE  code = upper(\(incidentCode)) AND (\(person.scope)::bigint IS NULL OR agency_id = \(person.scope))
                """, as: Int64.self)
            guard incidentCode.isEmpty || !incidents.isEmpty else {
                throw Refusal(field: "incident", "Không có sự cố nào mang mã “\(incidentCode)”.")
            }
            try await tx.run("UPDATE requests SET incident_id = \(incidents.first) WHERE id = \(request.id)")
            tx.record(
                "request.linked", code, by: .person(person, address: address),
                before: ["incident": request.incidentCode], after: ["incident": incidentCode.isEmpty ? nil : incidentCode.uppercased()],
                at: now)
        }
    }

    /// The incident only where the person may see it.
    fileprivate static func joins(for person: Person) -> SQL {
        """
        FROM requests r
        JOIN users receiver ON receiver.id = r.received_by
        LEFT JOIN users taker ON taker.id = r.taken_by
        LEFT JOIN users resolver ON resolver.id = r.resolved_by
        LEFT JOIN agencies a ON a.id = r.agency_id
        LEFT JOIN incidents own ON own.id = r.incident_id
        LEFT JOIN incidents i ON i.id = coalesce(own.merged_into_id, own.id)
            AND (\(person.scope)::bigint IS NULL OR i.agency_id IS NULL OR i.agency_id = \(person.scope))
        """
    }

    private static func condition(_ filter: SupportRequestFilter, _ person: Person) -> SQL {
        """
        (\(person.scope)::bigint IS NULL OR r.agency_id = \(person.scope))
        AND (\(filter.state)::text IS NULL OR r.state = \(filter.state))
        AND (\(filter.kind)::text IS NULL OR r.kind = \(filter.kind))
        AND (\(filter.search) = '' OR r.search LIKE (SELECT containing(\(filter.search))))
        """
    }
}

extension Transaction {
    /// - Throws: `Refusal` for a request that the person cannot see.
    fileprivate func locked(_ code: String, for person: Person) async throws -> SupportRequest {
        let found = try await first(
            """
            SELECT \(columns: SupportRequest.self) \(sql: SupportRequestStore.joins(for: person))
            WHERE r.code = \(code) AND (\(person.scope)::bigint IS NULL OR r.agency_id = \(person.scope))
            FOR UPDATE OF r
            """, as: SupportRequest.self)
        guard let found else { throw Refusal(field: "", "Không có yêu cầu nào mang mã “\(code)”.") }
        return found
    }
}
