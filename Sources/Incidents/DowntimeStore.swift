package import Civil
import Database
package import Organization

/// The downtimes of an incident: added, corrected, ended and taken back, one transaction each.
extension IncidentStore {
    /// Those of an incident and of what was merged into it, in the order in which they began.
    /// - Parameter now: Until when one that goes on is counted.
    package func downtimes(of incident: Incident.ID, at now: Instant) async throws -> [Downtime] {
        try await database.downtimes(of: incident, at: now)
    }

    /// - Throws: `Refusal`
    package func add(
        _ draft: DowntimeDraft, to code: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let incident = try await tx.locked(code, for: person)
            try incident.checkWriting()
            try draft.check(incident, others: try await tx.downtimes(of: incident.id, at: now), at: now)
            try await tx.insert(draft.within(incident), of: incident, by: person.id, at: now)
            try await follow(incident, "Tạm dừng: \(draft.words).", in: tx, by: person, at: now)
            tx.record(
                "incident.downtime_added", code, by: .person(person, address: address), after: draft.audited, at: now)
        }
    }

    /// Corrects a downtime, or ends it.
    ///
    /// - Parameter version: The version that the editor began from.
    /// - Throws: `Refusal`; `ChangedMeanwhile` when somebody else, or the monitoring, has changed it since.
    package func change(
        _ id: Downtime.ID, to draft: DowntimeDraft, version: Int, of code: String, by person: Person, address: String,
        form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let (incident, downtime, others) = try await tx.locked(id, of: code, for: person, at: now)
            if downtime.draft == draft { return }
            try await tx.check(downtime, is: version, typed: draft)
            try draft.check(incident, others: others, at: now)
            try await tx.update(downtime, to: draft.within(incident), of: incident, by: person.id, at: now)
            try await follow(incident, "Sửa khoảng tạm dừng thành: \(draft.words).", in: tx, by: person, at: now)
            tx.record(
                "incident.downtime_changed", code, by: .person(person, address: address), before: downtime.draft.audited,
                after: draft.audited, at: now)
        }
    }

    /// Takes a downtime back that there was not.
    /// - Throws: `Refusal`; `ChangedMeanwhile`.
    package func remove(
        _ id: Downtime.ID, version: Int, of code: String, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let (incident, downtime, _) = try await tx.locked(id, of: code, for: person, at: now)
            try await tx.check(downtime, is: version, typed: downtime.draft)
            try await tx.run("DELETE FROM incident_downtimes WHERE id = \(id)")
            try await follow(incident, "Bỏ khoảng tạm dừng: \(downtime.draft.words).", in: tx, by: person, at: now)
            tx.record(
                "incident.downtime_removed", code, by: .person(person, address: address), before: downtime.draft.audited,
                at: now)
        }
    }

    /// Tells what was written, and of the use again when nothing is down any more. Whoever has the incident's own form open
    /// is told, too.
    private func follow(
        _ incident: Incident, _ text: String, in tx: Transaction, by person: Person, at now: Instant
    ) async throws {
        let resumed = try await tx.value(
            """
            UPDATE incidents SET version = version + 1, updated_by = \(person.id), updated_at = \(now)
            WHERE  id = \(incident.id) RETURNING resumed_at
            """, as: Instant?.self)
        try await tx.announce(text, in: incident.id, happened: now, by: person.id, baseURL: baseURL, at: now)
        if let resumed, incident.suspendedAt != nil, incident.resumedAt == nil {
            try await tx.announce(
                "Hệ thống được sử dụng lại.", in: incident.id, happened: resumed, by: person.id, baseURL: baseURL, at: now)
        }
    }
}

extension [Downtime] {
    /// Whether the incident's own form cannot tell them: there are several, or some are of what was merged.
    var isSplit: Bool { count > 1 || contains { $0.merged != nil } }
}

extension Queryable {
    /// When the first downtime of an incident was over; nil while none is.
    func firstEnd(of incident: Incident.ID) async throws -> Instant? {
        try await value(
            """
            SELECT min(upper(w.during)) FROM incident_members m JOIN incident_downtimes w ON w.incident_id = m.member_id
            WHERE  m.incident_id = \(incident)
            """)
    }

    func downtimes(of incident: Incident.ID, at now: Instant) async throws -> [Downtime] {
        try await all(
            """
            SELECT \(sql: Downtime.columns(at: now))
            FROM   incident_members m JOIN incident_downtimes r ON r.incident_id = m.member_id
            WHERE  m.incident_id = \(incident) ORDER BY lower(r.during), r.id
            """)
    }
}

extension Transaction {
    /// The incident, one of its downtimes, and the others.
    fileprivate func locked(
        _ id: Downtime.ID, of code: String, for person: Person, at now: Instant
    ) async throws -> (Incident, Downtime, [Downtime]) {
        let incident = try await locked(code, for: person)
        try incident.checkWriting()
        let all = try await downtimes(of: incident.id, at: now)
        guard let found = all.first(where: { $0.id == id }) else {
            throw Refusal(field: "", "Khoảng tạm dừng này không còn: có người vừa bỏ nó.")
        }
        return (incident, found, all.filter { $0.id != id })
    }

    fileprivate func check(_ downtime: Downtime, is version: Int, typed: DowntimeDraft) async throws {
        guard downtime.version != version else { return }
        let edit = try await one(
            """
            SELECT \(columns: LastEdit.self)
            FROM   incident_downtimes r LEFT JOIN users u ON u.id = r.updated_by WHERE r.id = \(downtime.id)
            """, as: LastEdit.self)
        throw ChangedMeanwhile("Khoảng tạm dừng này", edit, typed: typed.fields, stored: downtime.draft.fields)
    }

    /// - Parameter outage: Whose end will end it.
    fileprivate func insert(
        _ draft: DowntimeDraft, outage: Int64? = nil, of incident: Incident, by author: User.ID, at now: Instant
    ) async throws {
        try await run(
            """
            INSERT INTO incident_downtimes (incident_id, component, during, outage_id, written_by, written_at)
            VALUES (\(incident.id), \(draft.component), downtime_range(\(draft.beganAt), \(draft.endedAt)), \(outage),
                    \(author), \(now))
            """)
    }

    /// A person who takes an end back is the one to say when the next is: the monitoring does not any more.
    fileprivate func update(
        _ downtime: Downtime, to draft: DowntimeDraft, of incident: Incident, by author: User.ID, at now: Instant
    ) async throws {
        try await run(
            """
            UPDATE incident_downtimes
            SET    component = \(draft.component), during = downtime_range(\(draft.beganAt), \(draft.endedAt)),
                   version = version + 1, updated_by = \(author), updated_at = \(now)
            WHERE  id = \(downtime.id)
            """)
        if downtime.endedAt != nil, draft.endedAt == nil {
            try await run("UPDATE incidents SET resumption_withdrawn_at = \(now) WHERE id = \(incident.id)")
        }
    }

    /// Writes the downtime that the incident's own form tells: one, or none.
    func write(_ draft: DowntimeDraft?, over downtimes: [Downtime], of incident: Incident, by author: User.ID, at now: Instant)
        async throws
    {
        switch (downtimes.first, draft) {
        case (nil, nil): return
        case (nil, let draft?): try await insert(draft, outage: incident.outage, of: incident, by: author, at: now)
        case (let downtime?, nil): try await run("DELETE FROM incident_downtimes WHERE id = \(downtime.id)")
        case (let downtime?, var draft?):
            draft.component = downtime.component
            if draft != downtime.draft { try await update(downtime, to: draft, of: incident, by: author, at: now) }
        }
    }
}
