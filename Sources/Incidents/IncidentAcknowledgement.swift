package import Civil
package import Database
import Delivery
package import Organization

/// Who has taken an incident up, and when: from then on nobody is written to any more.
package struct IncidentAcknowledgement: Hashable, Sendable, PostgresRow {
    package let at: Instant
    package let by: String
    package let note: String

    package static var columns: String { "k.acknowledged_at, u.full_name, k.note" }

    package init(row: inout RowReader) throws {
        at = try row.read()
        by = try row.read()
        note = try row.read()
    }
}

/// A letter that the console wrote about an incident because nobody had taken it up, and what became of it.
package struct EscalationLetter: Hashable, Sendable {
    package let recipient: String
    /// Nil where it is not for the reader.
    package let address: String?
    package let writtenAt: Instant
    /// The look of its badge, and its word.
    package let badge: String
    package let label: String
    package let finishedAt: Instant?
}

extension IncidentStore {
    /// - Returns: nil while nobody has.
    package func acknowledgement(of incident: Incident.ID) async throws -> IncidentAcknowledgement? {
        try await database.first(
            """
            SELECT \(columns: IncidentAcknowledgement.self)
            FROM   incident_acknowledgements k JOIN users u ON u.id = k.acknowledged_by
            WHERE  k.incident_id = \(incident)
            """)
    }

    /// The letters that the console wrote by itself about an incident, oldest first. Who is bound to an agency sees those to it, and
    /// what became of those that told the Department of it (Điều 20.3); addresses of the Department they see none.
    package func letters(about code: String, for person: Person) async throws -> [EscalationLetter] {
        let letters: [Delivery] = try await database.all(
            """
            SELECT \(columns: Delivery.self) FROM deliveries
            WHERE  about IN (SELECT w.code FROM incidents i JOIN incident_members m ON m.incident_id = i.id
                             JOIN incidents w ON w.id = m.member_id WHERE i.code = \(code))
            AND    (\(person.scope)::bigint IS NULL OR agency_id = \(person.scope)
                    OR starts_with(key, \(sql: DepartmentLetters.keys)))
            ORDER  BY id
            """)
        return letters.filter { !$0.key.hasPrefix(IncidentMessage.keyPrefix) }.map {
            EscalationLetter(
                recipient: $0.recipientName, address: person.scope == nil || person.scope == $0.agency ? $0.recipientAddress : nil,
                writtenAt: $0.createdAt, badge: $0.state.badge, label: $0.state.label, finishedAt: $0.finishedAt)
        }
    }

    /// Somebody takes an incident up. Letters that wait are withdrawn. The first one counts; saying so again is refused.
    /// - Throws: `Refusal`
    package func acknowledge(
        _ code: String, note: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let incident = try await tx.locked(code, for: person)
            try incident.checkAcknowledging(note: note, by: person)
            let taken = try await tx.run(
                """
                INSERT INTO incident_acknowledgements (incident_id, acknowledged_at, acknowledged_by, note)
                VALUES (\(incident.id), \(now), \(person.id), \(note)) ON CONFLICT (incident_id) DO NOTHING
                """)
            guard taken == 1 else { throw Refusal(field: "", "Sự cố này đã có người tiếp nhận.") }
            _ = try await tx.withdraw(about: code, keys: EscalationLetters.keys(of: code), at: now)
            try await tx.announce(
                note.isEmpty ? "Tiếp nhận sự cố." : "Tiếp nhận sự cố: \(note)", in: incident.id, happened: now,
                by: person.id, baseURL: baseURL, at: now)
            tx.record(
                "incident.acknowledged", code, by: .person(person, address: address), after: ["note": note], at: now)
        }
    }
}

extension Incident {
    /// What an agency's people have opened themselves waits for the Department (Điều 20.3).
    package func mayBeTakenUp(by person: Person) -> Bool { person.scope == nil || openedBy == nil }

    package func checkAcknowledging(note: String, by person: Person) throws(Refusal) {
        if !mayBeTakenUp(by: person) {
            throw Refusal(field: "", "Sự cố do cơ quan mở chờ Sở Khoa học và Công nghệ tiếp nhận (Điều 20.3).")
        }
        if let survivor { throw Refusal(field: "", "Sự cố đã gộp vào \(survivor): hãy tiếp nhận ở đó.") }
        if state == .closed { throw Refusal(field: "", "Sự cố đã đóng; không còn gì để tiếp nhận.") }
        if note.count > 500 { throw Refusal(field: "acknowledgement_note", "Ghi chú: tối đa 500 ký tự.") }
    }
}
