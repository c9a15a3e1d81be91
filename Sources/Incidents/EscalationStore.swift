package import Civil
package import Database
import Delivery
package import Organization

/// Who is told when nobody takes an incident up, and the telling itself.
package struct EscalationStore: Sendable {
    let database: Database
    /// The console's address, for the link in letters.
    let baseURL: String

    package init(database: Database, baseURL: String) {
        self.database = database
        self.baseURL = baseURL
    }

    /// The steps, soonest first.
    package func steps() async throws -> [EscalationStep] {
        try await database.all(
            """
            SELECT \(columns: EscalationStep.self) FROM escalation_steps
            WHERE removed_at IS NULL ORDER BY after_minutes, id
            """)
    }

    /// - Throws: `Refusal`
    package func add(_ draft: EscalationDraft, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try draft.check()
        try await database.transaction { tx in
            try await tx.claim(form, location: "/settings/escalation")
            try await tx.run(
                """
                INSERT INTO escalation_steps (after_minutes, recipients, created_at)
                VALUES (\(draft.minutes), \(draft.recipients), \(now))
                """)
            tx.record(
                "escalation.step_added", "\(draft.minutes)", by: actor,
                after: ["after_minutes": "\(draft.minutes)", "recipients": draft.recipients], at: now)
        }
    }

    package func remove(_ id: EscalationStep.ID, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/settings/escalation")
            let removed = try await tx.values(
                """
                UPDATE escalation_steps SET removed_at = \(now) WHERE id = \(id) AND removed_at IS NULL RETURNING recipients
                """, as: String.self)
            guard let recipients = removed.first else { throw Refusal(field: "", "Nấc báo động này đã bỏ.") }
            tx.record(
                "escalation.step_removed", "\(id.rawValue)", by: actor, before: ["recipients": recipients], at: now)
        }
    }

    /// Writes every letter that is due: alarms, reminders, warnings of certificates.
    func writeLetters(at now: Instant) async throws {
        try await sweep(at: now)
        try await remind(at: now)
        try await tellOfCertificates(at: now)
    }

    /// Writes the alarms that are due. The same letter is never written twice, whichever process asks, and none for an
    /// incident that was taken up, is over, or whose monitor is in maintenance.
    /// - Returns: How many incidents nobody has taken up.
    @discardableResult
    package func sweep(at now: Instant) async throws -> Int {
        let steps = try await self.steps()
        guard !steps.isEmpty else { return 0 }
        let minutes = try await database.settings().number(.renotifyMinutes)
        let pause: Duration? = minutes == 0 ? nil : .seconds(minutes * 60)
        let incidents = try await unanswered(at: now)
        for incident in incidents {
            let due = steps.compactMap { step in
                step.round(of: incident.detectedAt, every: pause, at: now).map { (step, $0) }
            }
            let letters = due.flatMap { step, round in
                step.recipients.map {
                    EscalationLetters.alarm(
                        of: incident, round, to: $0, link: "\(baseURL)/incidents/\(incident.code)", at: now)
                }
            }
            guard !letters.isEmpty else { continue }
            try await database.transaction { tx in
                // Whoever takes it up at this moment is not written to afterwards.
                let isStill = try await tx.values(
                    """
                    SELECT i.id FROM incidents i WHERE i.code = \(incident.code) AND i.is_open
                    AND NOT EXISTS (SELECT FROM incident_acknowledgements k WHERE k.incident_id = i.id) FOR UPDATE
                    """, as: Incident.ID.self)
                if !isStill.isEmpty { tx.enqueue(letters, at: now) }
            }
        }
        return incidents.count
    }

    private func unanswered(at now: Instant) async throws -> [UnansweredIncident] {
        try await database.all(
            """
            SELECT \(columns: UnansweredIncident.self)
            FROM   incidents i LEFT JOIN outages o ON o.id = i.outage_id LEFT JOIN flappings f ON f.id = i.flapping_id
            WHERE  i.is_open AND i.resumed_at IS NULL
            AND    (upper_inf(o.during) OR upper_inf(f.during)
                    OR EXISTS (SELECT FROM incident_members m JOIN alerts t ON t.incident_id = m.member_id
                               WHERE m.incident_id = i.id AND t.ended_at IS NULL)
                    OR EXISTS (SELECT FROM incidents d JOIN outages x ON x.id = d.outage_id
                               WHERE d.merged_into_id = i.id AND upper_inf(x.during)))
            AND    NOT EXISTS (SELECT FROM incident_acknowledgements k WHERE k.incident_id = i.id)
            AND    NOT EXISTS (SELECT FROM silent_windows w
                               WHERE (w.monitor_id IS NULL OR w.monitor_id = coalesce(o.monitor_id, f.monitor_id))
                               AND w.during @> \(now))
            ORDER  BY i.id LIMIT 200
            """)
    }
}

extension UnansweredIncident: PostgresRow {
    static var columns: String { "i.code, i.title, i.description, i.detected_at" }

    init(row: inout RowReader) throws {
        code = try row.read()
        title = try row.read()
        description = try row.read()
        detectedAt = try row.read()
    }
}
