import Civil
import Database
import Delivery
import Organization

extension Reminder {
    static func key(_ code: String, _ reminder: Reminder, _ address: String) -> String {
        "reminder:\(code):\(reminder.key):\(address)"
    }

    func letter(of incident: Incident, to recipient: EscalationStep.Recipient, link: String, at now: Instant) -> Letter {
        Letter(
            key: Self.key(incident.code, self, recipient.address), about: incident.code, agency: nil,
            recipientName: recipient.name, recipientAddress: recipient.address,
            subject: "\(incident.code) \(label.lowercased()): \(incident.title)",
            body: """
                \(incident.title).
                \(text(at: now))

                \(link)

                Thư tự động của Trực Ban, Sở Khoa học và Công nghệ. Mã sự cố: \(incident.code).
                """,
            thread: incident.code)
    }
}

extension EscalationStore {
    /// Writes once of each thing that is late or soon will be: of a word that is due to whoever has taken the incident up,
    /// of everything else, and where nobody has, to the duty desk. Nothing is written of a closed incident, nor
    /// of a round that nobody could say in time but the newest.
    ///
    /// - Parameter batch: How many incidents are looked at at once.
    func remind(at now: Instant, batch: Int = 500) async throws {
        let limits = IncidentLimits(try await database.settings())
        var last: Incident?
        repeat {
            let incidents: [Incident] = try await database.all(
                """
                SELECT \(columns: Incident.self) \(sql: IncidentStore.joins)
                WHERE  i.is_open AND (i.severity = 'undetermined' OR i.is_cyber OR i.has_personal_data OR i.state = 'open')
                AND    (i.detected_at, i.id) < (coalesce(\(last?.detectedAt), 'infinity'), coalesce(\(last?.id), 0))
                ORDER  BY i.detected_at DESC, i.id DESC LIMIT \(batch)
                """)
            try await remind(of: incidents, limits, at: now)
            last = incidents.count == batch ? incidents.last : nil
        } while last != nil
    }

    private func remind(of incidents: [Incident], _ limits: IncidentLimits, at now: Instant) async throws {
        guard !incidents.isEmpty else { return }
        let told = try await database.tellings(of: incidents.map(\.id))
        let due = incidents.map { ($0, $0.reminders(told[$0.id] ?? [], limits: limits, at: now).filter { $0.isNews(at: now) }) }
            .filter { !$0.1.isEmpty }
        guard !due.isEmpty else { return }
        let desk = ReminderDesk(
            desk: try await database.dutyDesk(), takers: try await database.takers(of: due.map(\.0.id)), baseURL: baseURL)
        let wanted = due.flatMap { desk.letters(of: $0, $1, at: now) }
        let written = Set(try await database.values(
            "SELECT key FROM deliveries WHERE key = ANY (\(wanted.map(\.key)))", as: String.self))
        let news = Set(wanted.filter { !written.contains($0.key) }.map(\.about))
        for (incident, _) in due where news.contains(incident.code) {
            try await database.transaction { tx in
                // Read again under a lock: whoever tells people or closes it at this moment is not reminded afterwards.
                let held: Incident? = try await tx.first(
                    """
                    SELECT \(columns: Incident.self) \(sql: IncidentStore.joins)
                    WHERE  i.id = \(incident.id) AND i.is_open FOR UPDATE OF i
                    """)
                guard let held else { return }
                let still = held.reminders(try await tx.communications(of: held.id), limits: limits, at: now)
                tx.enqueue(desk.letters(of: held, still.filter { $0.isNews(at: now) }, at: now), at: now)
            }
        }
    }
}

/// Who is reminded of what.
private struct ReminderDesk: Sendable {
    /// The duty desk: who is told where nobody has taken it up.
    let desk: [EscalationStep.Recipient]
    /// Who has taken an incident up and has an address.
    let takers: [Incident.ID: EscalationStep.Recipient]
    let baseURL: String

    func letters(of incident: Incident, _ reminders: [Reminder], at now: Instant) -> [Letter] {
        let link = "\(baseURL)/incidents/\(incident.code)"
        return reminders.flatMap { reminder in
            recipients(of: reminder, incident.id).map { reminder.letter(of: incident, to: $0, link: link, at: now) }
        }
    }

    private func recipients(of reminder: Reminder, _ incident: Incident.ID) -> [EscalationStep.Recipient] {
        if case .update = reminder, let taker = takers[incident] { return [taker] }
        return desk
    }
}

extension Queryable {
    fileprivate func tellings(of incidents: [Incident.ID]) async throws -> [Incident.ID: [Communication]] {
        let rows: [(Incident.ID, Communication)] = try await query(
            """
            SELECT w.incident_id, \(columns: Communication.self)
            FROM   incident_members w JOIN incident_communications c ON c.incident_id = w.member_id
            LEFT   JOIN users u ON u.id = c.written_by WHERE w.incident_id = ANY (\(incidents))
            """
        ) { row in
            (try row.read(Incident.ID.self), try Communication(row: &row))
        }.rows
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    fileprivate func takers(of incidents: [Incident.ID]) async throws -> [Incident.ID: EscalationStep.Recipient] {
        let rows: [(Incident.ID, EscalationStep.Recipient)] = try await query(
            """
            SELECT k.incident_id, u.full_name, u.email
            FROM   incident_acknowledgements k JOIN users u ON u.id = k.acknowledged_by
            WHERE  k.incident_id = ANY (\(incidents)) AND u.email <> '' AND u.disabled_at IS NULL
            """
        ) { row in
            let incident = try row.read(Incident.ID.self)
            return (incident, EscalationStep.Recipient(name: try row.read(), address: try row.read()))
        }.rows
        return Dictionary(rows) { first, _ in first }
    }
}

extension Transaction {
    /// Stops letters that still wait and remind of what has been done.
    /// - Parameter what: What their keys begin with (`Reminder.key`); empty: all reminders of the incident.
    func withdrawReminders(of code: String, _ what: String = "", at now: Instant) async throws {
        _ = try await withdraw(about: code, keys: "reminder:\(code):\(what)", at: now)
    }
}
