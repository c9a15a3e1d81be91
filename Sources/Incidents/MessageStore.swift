package import Civil
package import Database
import Delivery
package import Organization

/// A text that people were told, and by what channel.
package struct IncidentMessage: Hashable, Sendable, PostgresRow {
    package typealias ID = RowID<IncidentMessage>

    package let id: ID
    package let stage: MessageStage
    package let channel: Channel
    package let subject: String
    package let body: String
    package let sentAt: Instant
    package let sentBy: String

    package static var columns: String { "m.id, m.stage, m.channel, m.subject, m.body, m.sent_at, u.full_name" }

    package init(row: inout RowReader) throws {
        id = try row.read()
        stage = try row.read()
        channel = try row.read()
        subject = try row.read()
        body = try row.read()
        sentAt = try row.read()
        sentBy = try row.read()
    }

    /// What the keys of such letters begin with.
    static let keyPrefix = "incident-message:"

    static func key(_ message: ID, _ address: String) -> String {
        "\(keyPrefix)\(message.rawValue):\(address.lowercased())"
    }
}

/// One letter of such a text, and what became of it.
package struct MessageLetter: Hashable, Sendable, PostgresRow {
    package let message: IncidentMessage.ID
    /// Its number in the outbox.
    package let id: Int64
    package let recipient: String
    package let address: String
    let state: Delivery.State
    package let finishedAt: Instant?
    /// What the other side said last.
    package let answer: String?

    package static var columns: String {
        "split_part(d.key, ':', 2)::bigint, d.id, d.recipient_name, d.recipient_address, d.state, d.finished_at, d.answer"
    }

    package init(row: inout RowReader) throws {
        message = try row.read()
        id = try row.read()
        recipient = try row.read()
        address = try row.read()
        state = try row.read()
        finishedAt = try row.read()
        answer = try row.read()
    }
}

extension IncidentStore {
    /// What people were told of an incident, oldest first.
    package func messages(of incident: Incident.ID) async throws -> [IncidentMessage] {
        try await database.all(
            """
            SELECT \(columns: IncidentMessage.self)
            FROM   incident_members w JOIN incident_messages m ON m.incident_id = w.member_id JOIN users u ON u.id = m.sent_by
            WHERE  w.incident_id = \(incident) ORDER BY m.id
            """)
    }

    /// The letters of these texts, those that failed first. An agency sees all of its own incident's; of the whole system's
    /// those to itself.
    package func messageLetters(of incident: Incident, for person: Person) async throws -> [MessageLetter] {
        let isOwn = person.scope == nil || person.scope == incident.agency
        return try await database.all(
            """
            SELECT \(columns: MessageLetter.self) FROM deliveries d
            WHERE  d.about = \(incident.code) AND starts_with(d.key, \(IncidentMessage.keyPrefix))
            AND    (\(isOwn) OR d.agency_id = \(person.scope))
            ORDER  BY d.state <> 'failed', d.recipient_name COLLATE "vi-x-icu", d.id
            """)
    }

    /// Whom letters about an incident can reach now.
    package func addressBook(for incident: Incident) async throws -> AddressBook {
        try await database.addressBook(for: incident)
    }

    /// Tells people of an incident: letters go into the outbox, a telling by hand is written down, both as evidence of whom
    /// was told what (Điều 20.1, 20.3), in one transaction.
    ///
    /// - Returns: How many letters were written.
    /// - Throws: `Refusal`
    @discardableResult
    package func tell(
        _ draft: MessageDraft, of code: String, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws -> Int {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let incident = try await tx.locked(code, for: person)
            try incident.checkWriting()
            let book = try await tx.addressBook(for: incident)
            try draft.check(incident, book, firstEnd: try await tx.firstEnd(of: incident.id), at: now)
            let isMail = draft.channel == .mail
            let toldAt = isMail ? now : draft.toldAt
            let message = try await tx.value(
                """
                INSERT INTO incident_messages (incident_id, stage, channel, subject, body, sent_at, sent_by)
                VALUES (\(incident.id), \(draft.stage), \(draft.channel), \(draft.subject), \(draft.body), \(toldAt),
                        \(person.id))
                RETURNING id
                """, as: IncidentMessage.ID.self)
            let letters = (isMail ? book.recipients(of: draft) : []).map { draft.letter(message, incident, to: $0) }
            tx.enqueue(letters, at: now)
            for audience in draft.told {
                try await tx.write(
                    CommunicationDraft(
                        audience: audience, channel: draft.channel, toldAt: toldAt, toldBy: person.name,
                        facts: draft.facts, note: draft.note),
                    message: message, of: incident.id, by: person.id, at: now)
            }
            if draft.told.contains(.head) || draft.told.contains(.users) {
                try await tx.withdrawReminders(of: code, "update:", at: now)
            }
            let whom = draft.told.map(\.inSentence).joined(separator: ", ")
            let what = draft.facts.map { $0.label.lowercased() }.joined(separator: ", ")
            let how = isMail ? "Gửi “\(draft.stage.label)” tới \(letters.count) địa chỉ thư" : "Báo “\(draft.stage.label)” qua \(draft.channel.inSentence)"
            tx.tell(
                incident.id, .communication, "\(how) (\(whom)): \(what).", happened: toldAt, by: person.id, at: now)
            tx.record(
                "incident.message_sent", code, by: .person(person, address: address),
                after: [
                    "message": String(message.rawValue), "stage": draft.stage.rawValue, "channel": draft.channel.rawValue,
                    "audiences": draft.told.map(\.rawValue).joined(separator: ","),
                    "facts": draft.facts.map(\.rawValue).joined(separator: ","), "subject": draft.subject,
                    "body": draft.body, "letters": String(letters.count), "others": draft.others, "note": draft.note,
                    "told_at": VietnameseFormat.timestamp(toldAt),
                ], at: now)
            return letters.count
        }
    }

    /// Puts a letter that could not be delivered into the outbox once more; one to an agency goes to the address that the
    /// agency has now.
    /// - Throws: `Refusal`
    package func sendAgain(
        _ letter: Int64, of code: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)#messages-title")
            _ = try await tx.locked(code, for: person)
            let sent = try await tx.sendAgain(Delivery.ID(rawValue: letter), about: code, at: now)
            tx.record(
                "incident.message_sent_again", code, by: .person(person, address: address),
                after: ["recipient": sent.recipientName, "address": sent.recipientAddress], at: now)
        }
    }
}

extension MessageDraft {
    fileprivate func letter(_ message: IncidentMessage.ID, _ incident: Incident, to entry: AddressBook.Entry) -> Letter {
        Letter(
            key: IncidentMessage.key(message, entry.address), about: incident.code, agency: entry.agency,
            recipientName: entry.name, recipientAddress: entry.address, subject: subject, body: body, thread: incident.code)
    }
}

extension Transaction {
    /// Writes down who was told what: evidence, appended and never changed.
    /// - Parameter message: The text that was used, where it was kept.
    func write(
        _ draft: CommunicationDraft, message: IncidentMessage.ID? = nil, of incident: Incident.ID, by writer: User.ID,
        at now: Instant
    ) async throws {
        try await run(
            """
            INSERT INTO incident_communications
                (incident_id, audience, channel, told_at, told_by, facts, reports, note, written_at, written_by, message_id)
            VALUES (\(incident), \(draft.audience), \(draft.channel), \(draft.toldAt), \(draft.toldBy),
                    \(draft.facts), \(draft.reports), \(draft.note), \(now), \(writer), \(message))
            """)
    }
}

extension Queryable {
    fileprivate func addressBook(for incident: Incident) async throws -> AddressBook {
        let rows: [ReachableAgency] = try await all(
            """
            SELECT \(columns: ReachableAgency.self) FROM agencies
            WHERE  closed_at IS NULL AND (\(incident.agency)::bigint IS NULL OR id = \(incident.agency))
            ORDER  BY name COLLATE "vi-x-icu", id
            """)
        return AddressBook(
            agencies: rows.filter { !$0.address.isEmpty }.map {
                AddressBook.Entry(
                    agency: $0.id, name: $0.contact.isEmpty ? $0.name : "\($0.contact), \($0.name)", address: $0.address)
            },
            unreachable: rows.filter(\.address.isEmpty).map(\.name), settings: try await settings())
    }
}

private struct ReachableAgency: PostgresRow {
    let id: Agency.ID
    let name: String
    let contact: String
    let address: String

    static var columns: String { "id, name, contact_name, contact_email" }

    init(row: inout RowReader) throws {
        id = try row.read()
        name = try row.read()
        contact = try row.read()
        address = try row.read()
    }
}
