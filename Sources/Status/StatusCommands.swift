package import Civil
package import Database
package import Organization

/// What the public may know: choosing it.
extension StatusStore {
    /// Every component that probes of the whole system name or that was chosen before, with what is chosen of it, and the
    /// version that an edit begins from.
    package func chosen() async throws -> (draft: StatusDraft, version: Int) {
        let page = try await database.statusPage()
        return (StatusDraft(isOn: page.isOn, choices: try await database.componentChoices()), page.version)
    }

    /// The numbers of the public components, under which their badges are found, by name.
    package func badges() async throws -> [String: PublicComponent.ID] {
        let shown: [PublicComponent] = try await database.all(
            "SELECT \(columns: PublicComponent.self) FROM public_components c WHERE c.is_public")
        return Dictionary(shown.map { ($0.name, $0.id) }) { first, _ in first }
    }

    /// Keeps what was chosen, all or nothing. Saving what is stored already changes nothing; a component that is no longer
    /// there is left out.
    ///
    /// - Parameter version: The version that the editor began from.
    /// - Throws: `Refusal` for titles that are missing, too long or taken twice, and for places that are none;
    ///   `ChangedMeanwhile` when somebody else has saved since; `AlreadySubmitted`.
    package func keep(
        _ draft: StatusDraft, version: Int, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try draft.check()
        try await database.transaction { tx in
            try await tx.claim(form, location: "/settings/status")
            let edit: LastEdit = try await tx.one(
                """
                SELECT \(columns: LastEdit.self) FROM status_page r LEFT JOIN users u ON u.id = r.updated_by FOR UPDATE OF r
                """)
            let isOn = try await tx.statusPage().isOn
            let known = try await tx.componentChoices()
            let stored = StatusDraft(
                isOn: isOn, choices: draft.choices.compactMap { choice in known.first { $0.name == choice.name } })
            let wanted = StatusDraft(
                isOn: draft.isOn, choices: draft.choices.filter { choice in known.contains { $0.name == choice.name } })
            if wanted == stored { return }
            guard edit.version == version else {
                throw ChangedMeanwhile("Trang trạng thái", edit, typed: wanted.fields, stored: stored.fields)
            }
            try await tx.run(
                """
                UPDATE status_page SET is_on = \(wanted.isOn), version = version + 1, updated_by = \(person.id), updated_at = \(now)
                """)
            try await tx.put(wanted.choices)
            tx.record(
                "status.changed", "/status", by: .person(person, address: address), before: stored.audited,
                after: wanted.audited, at: now)
        }
    }
}

extension Transaction {
    fileprivate func put(_ choices: [ComponentChoice]) async throws {
        try await run(
            """
            INSERT INTO public_components (name, title, position, is_public)
            SELECT t.name, coalesce(nullif(t.title, ''), t.name), t.position, t.is_public
            FROM   unnest(\(choices.map(\.name)), \(choices.map(\.title)), \(choices.map { Int64($0.place ?? 100) }),
                          \(choices.map(\.isPublic))) AS t (name, title, position, is_public)
            WHERE  t.is_public OR EXISTS (SELECT FROM public_components c WHERE c.name = t.name)
            ON CONFLICT (name) DO UPDATE
                SET title = excluded.title, position = excluded.position, is_public = excluded.is_public
            """)
    }
}

extension Queryable {
    fileprivate func componentChoices() async throws -> [ComponentChoice] {
        try await all(
            """
            SELECT \(columns: ComponentChoice.self)
            FROM  (SELECT DISTINCT m.component AS name FROM monitors m
                   WHERE m.agency_id IS NULL AND m.deleted_at IS NULL AND m.kind <> 'heartbeat' AND m.component <> ''
                   UNION SELECT p.name FROM public_components p) AS named
            LEFT   JOIN public_components c ON c.name = named.name
            ORDER  BY coalesce(c.is_public, false) DESC, c.position, named.name COLLATE "vi-x-icu"
            """)
    }
}

extension ComponentChoice: PostgresRow {
    package static var columns: String {
        "named.name, coalesce(c.is_public, false), coalesce(c.title, named.name), coalesce(c.position, 100)::text"
    }

    package init(row: inout RowReader) throws {
        self.init(name: try row.read(), isPublic: try row.read(), title: try row.read(), position: try row.read())
    }
}
