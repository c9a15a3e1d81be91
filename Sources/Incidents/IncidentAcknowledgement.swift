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
    package let address: String
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

    /// The letters that the console wrote by itself, oldest first. Addresses are the Department's: who is bound to an
    /// agency sees none.
    package func letters(about code: String, for person: Person) async throws -> [EscalationLetter] {
        let written = try await DeliveryStore(database: database).list(about: code, for: person)
        return written.filter { !$0.key.hasPrefix(IncidentMessage.keyPrefix) }.map {
            EscalationLetter(
                recipient: $0.recipientName, address: $0.recipientAddress, writtenAt: $0.createdAt, badge: $0.state.badge,
                label: $0.state.label, finishedAt: $0.finishedAt)
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
            try incident.checkAcknowledging(note: note)
            let taken = try await tx.run(
                """
                INSERT INTO incident_acknowledgements (incident_id, acknowledged_at, acknowledged_by, note)
                VALUES (\(incident.id), \(now), \(person.id), \(note)) ON CONFLICT (incident_id) DO NOTHING
                """)
            guard taken == 1 else { throw Refusal(field: "", "Sự cố này đã có người tiếp nhận.") }
            _ = try await tx.withdraw(about: code, keys: "escalation:", at: now)
            try await tx.tell(
                incident.id, .status, note.isEmpty ? "Tiếp nhận sự cố." : "Tiếp nhận sự cố: \(note)", happened: now,
                by: person.id, at: now)
            try await tx.record(
                "incident.acknowledged", code, by: .person(person, address: address), after: ["note": note], at: now)
        }
    }
}

extension Incident {
    package func checkAcknowledging(note: String) throws(Refusal) {
        if state == .closed { throw Refusal(field: "", "Sự cố đã đóng; không còn gì để tiếp nhận.") }
        if note.count > 500 { throw Refusal(field: "acknowledgement_note", "Ghi chú: tối đa 500 ký tự.") }
    }
}
