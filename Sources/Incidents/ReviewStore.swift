package import Civil
import Database
package import Organization

extension IncidentStore {
    /// - Returns: nil while nobody has written one.
    package func review(of incident: Incident.ID) async throws -> Review? {
        try await database.review(of: incident)
    }

    /// What was undertaken after one incident, what is not done first.
    package func actions(of incident: Incident.ID) async throws -> [ReviewAction] {
        try await database.all(
            """
            SELECT \(columns: ReviewAction.self) \(sql: Self.actionJoins)
            WHERE  t.incident_id = \(incident) ORDER BY t.done_at IS NOT NULL, t.due_on, t.id
            """)
    }

    /// What is not done yet, of the incidents that the person may see; what is overdue comes first.
    /// - Parameter owner: Part of the name of who does it, marks and case aside; empty: everybody's.
    package func openActions(
        owner: String, for person: Person, offset: Int, limit: Int
    ) async throws -> [ReviewAction] {
        try await database.all(
            """
            SELECT \(columns: ReviewAction.self) \(sql: Self.actionJoins)
            WHERE  \(sql: Self.openActions(owner, person)) ORDER BY t.due_on, t.id OFFSET \(offset) LIMIT \(limit)
            """)
    }

    package func countOpenActions(owner: String, for person: Person) async throws -> Int {
        try await database.value(
            "SELECT count(*) \(sql: Self.actionJoins) WHERE \(sql: Self.openActions(owner, person))")
    }

    private static let actionJoins: SQL = """
        FROM incident_actions t JOIN incidents i ON i.id = t.incident_id LEFT JOIN users u ON u.id = t.done_by
        """

    private static func openActions(_ owner: String, _ person: Person) -> SQL {
        """
        t.done_at IS NULL
        AND (\(person.scope)::bigint IS NULL OR i.agency_id IS NULL OR i.agency_id = \(person.scope))
        AND (\(owner) = '' OR folded(t.owner) LIKE (SELECT containing(\(owner))))
        """
    }

    /// Writes the review, or changes it.
    ///
    /// - Parameter version: The version that the editor began from; 0 while there was none.
    /// - Throws: `Refusal`; `ChangedMeanwhile` when somebody else has written it since.
    package func write(
        _ draft: ReviewDraft, of code: String, version: Int, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try draft.check()
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)/review")
            let incident = try await tx.locked(code, for: person)
            try incident.checkWriting()
            let stored = try await tx.review(of: incident.id)
            if let stored, stored.draft == draft { return }
            if let stored, stored.version != version {
                throw ChangedMeanwhile(
                    "Bản rút kinh nghiệm này", try await tx.lastEdit(of: incident.id), typed: draft.typed,
                    stored: stored.draft.typed)
            }
            try await tx.run(
                """
                INSERT INTO incident_reviews (incident_id, causes, went_well, to_mend, updated_by, updated_at)
                VALUES (\(incident.id), \(draft.causes), \(draft.wentWell), \(draft.toMend), \(person.id), \(now))
                ON CONFLICT (incident_id) DO UPDATE
                SET    causes = excluded.causes, went_well = excluded.went_well, to_mend = excluded.to_mend,
                       version = incident_reviews.version + 1, updated_by = excluded.updated_by,
                       updated_at = excluded.updated_at
                """)
            tx.tell(
                incident.id, .status, stored == nil ? "Viết rút kinh nghiệm." : "Sửa rút kinh nghiệm.", happened: now,
                by: person.id, at: now)
            tx.record(
                "incident.reviewed", code, by: .person(person, address: address), before: stored?.draft.audited,
                after: draft.audited, at: now)
        }
    }

    /// Undertakes something. It may be added after the closing too: what is learned late is still learned.
    /// - Throws: `Refusal`
    package func undertake(
        _ draft: ActionDraft, after code: String, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try draft.check(on: CivilDate(inVietnam: now))
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)/review")
            let incident = try await tx.locked(code, for: person)
            try await tx.run(
                """
                INSERT INTO incident_actions (incident_id, text, owner, due_on, created_at, created_by)
                VALUES (\(incident.id), \(draft.text), \(draft.owner), \(draft.dueOn), \(now), \(person.id))
                """)
            tx.record(
                "incident.action_added", code, by: .person(person, address: address),
                after: ["text": draft.text, "owner": draft.owner, "due_on": VietnameseFormat.localDate(draft.dueOn)], at: now)
        }
    }

    /// Notes that something was done, and what came of it.
    /// - Throws: `Refusal` when it was done before, or is none of this incident's.
    package func finish(
        _ action: ReviewAction.ID, of code: String, note: String, by person: Person, address: String,
        form: FormKey? = nil, at now: Instant
    ) async throws {
        let field = "done_note_\(action.rawValue)"
        if note.isEmpty { throw Refusal(field: field, "Kết quả: cần nhập.") }
        if let long = Refusal.tooLong(field, "Kết quả", note, maximum: 1000) { throw Refusal([long]) }
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)/review")
            let incident = try await tx.locked(code, for: person)
            let done = try await tx.values(
                """
                UPDATE incident_actions SET done_at = \(now), done_by = \(person.id), done_note = \(note)
                WHERE  id = \(action) AND incident_id = \(incident.id) AND done_at IS NULL RETURNING text
                """, as: String.self)
            guard let text = done.first else { throw Refusal(field: "", "Việc này đã xong, hoặc không thuộc sự cố này.") }
            tx.record(
                "incident.action_done", code, by: .person(person, address: address), after: ["text": text, "note": note],
                at: now)
        }
    }
}

extension ReviewDraft {
    fileprivate var typed: [TypedField] { fields.map { TypedField($0.name, $0.label, $0.value) } }

    fileprivate var audited: [String: String?] {
        Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) })
    }
}

extension Queryable {
    fileprivate func review(of incident: Incident.ID) async throws -> Review? {
        try await first(
            """
            SELECT \(columns: Review.self)
            FROM   incident_reviews r JOIN users u ON u.id = r.updated_by WHERE r.incident_id = \(incident)
            """)
    }

    fileprivate func lastEdit(of review: Incident.ID) async throws -> LastEdit {
        try await one(
            """
            SELECT \(columns: LastEdit.self)
            FROM   incident_reviews r LEFT JOIN users u ON u.id = r.updated_by WHERE r.incident_id = \(review)
            """)
    }
}
