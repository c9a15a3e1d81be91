package import Civil
import Database
package import Organization

/// Commands on incidents: one transaction each, with what it changes, the story and the audit trail.
extension IncidentStore {
    /// Opens an incident by hand. Somebody of an agency opens their own agency's, whatever the form says, and with that the
    /// Department is told at once (Điều 20.3).
    /// - Returns: Its code.
    /// - Throws: `Refusal`
    package func open(
        _ draft: IncidentDraft, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws -> String {
        try draft.check(at: now)
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents")
            let agency = person.scope ?? draft.agency
            let reportedAt = draft.reportedAt ?? (person.scope == nil ? nil : now)
            try await tx.checkInUse(agency, as: "Của cơ quan")
            let desk = person.scope == nil ? [] : try await tx.dutyDesk()
            let id = try await tx.value("SELECT nextval('incidents_id_seq')", as: Incident.ID.self)
            // From here on whoever opens another incident waits: nothing else is asked, and all goes with the COMMIT.
            let code = try await tx.nextCode(.incident, at: now)
            tx.settle(form, location: "/incidents/\(code)")
            tx.later(
                """
                INSERT INTO incidents (id, code, title, kind, severity, agency_id, began_at, detected_at, reported_at,
                    suspended_at, resumed_at, stable_at, description, temporary_measures, catch_up, cause, is_cyber,
                    has_personal_data, contact, scope, provider, measures, helpers, first_results, proposals, opened_by,
                    opened_at, updated_by, updated_at)
                OVERRIDING SYSTEM VALUE
                VALUES (\(id), \(code), \(draft.title), \(draft.kind), \(draft.severity), \(agency), \(draft.beganAt),
                    \(draft.detectedAt), \(reportedAt), \(draft.suspendedAt), \(draft.resumedAt), \(draft.stableAt), \(draft.description),
                    \(draft.temporaryMeasures), \(draft.catchUp), \(draft.cause), \(draft.isCyber), \(draft.hasPersonalData),
                    \(draft.particulars.contact), \(draft.particulars.scope), \(draft.particulars.provider),
                    \(draft.particulars.measures), \(draft.particulars.helpers), \(draft.particulars.firstResults),
                    \(draft.particulars.proposals), \(person.id), \(now), \(person.id), \(now))
                """)
            tx.tell(
                id, .detection, "Phát hiện và mở sự cố: \(draft.title).", happened: draft.detectedAt, by: person.id, at: now)
            tx.report(draft, id, code: code, from: person, to: desk, baseURL: baseURL, at: now)
            tx.record(
                "incident.opened", code, by: .person(person, address: address),
                after: draft.audited.merging(["agency": agency.map { String($0.rawValue) }]) { $1 }, at: now)
            return code
        }
    }

    /// Changes what is written of an incident.
    ///
    /// - Parameter version: The version that the editor began from.
    /// - Throws: `Refusal`; `IncidentChanged` when somebody else has changed it meanwhile.
    package func edit(
        _ code: String, to draft: IncidentDraft, version: Int, by person: Person, address: String,
        form: FormKey? = nil, at now: Instant
    ) async throws {
        try draft.check(at: now)
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let incident = try await tx.locked(code, for: person)
            try incident.checkWriting()
            guard incident.version == version else { throw IncidentChanged(incident, unlike: draft) }
            var draft = draft
            let downtimes = try await tx.downtimes(of: incident.id, at: now)
            if downtimes.isSplit {
                try draft.keepTimes(of: incident)
                try draft.check(at: now)
            }
            // The earlier beginning while the downtime moves; where it is steady is said when all of that has been written.
            try await tx.run(
                """
                UPDATE incidents SET title = \(draft.title), kind = \(draft.kind), severity = \(draft.severity),
                    began_at = least(began_at, \(draft.beganAt)), detected_at = \(draft.detectedAt),
                    reported_at = \(draft.reportedAt), stable_at = NULL, description = \(draft.description),
                    temporary_measures = \(draft.temporaryMeasures), catch_up = \(draft.catchUp), cause = \(draft.cause),
                    is_cyber = \(draft.isCyber), has_personal_data = \(draft.hasPersonalData),
                    contact = \(draft.particulars.contact), scope = \(draft.particulars.scope),
                    provider = \(draft.particulars.provider), measures = \(draft.particulars.measures),
                    helpers = \(draft.particulars.helpers), first_results = \(draft.particulars.firstResults),
                    proposals = \(draft.particulars.proposals),
                    version = version + 1, updated_by = \(person.id), updated_at = \(now)
                WHERE id = \(incident.id)
                """)
            if draft.severity != .undetermined { try await tx.withdrawReminders(of: code, "severity", at: now) }
            if !downtimes.isSplit {
                try await tx.write(draft.downtime, over: downtimes, of: incident, by: person.id, at: now)
            }
            try await tx.run(
                "UPDATE incidents SET began_at = \(draft.beganAt), stable_at = \(draft.stableAt) WHERE id = \(incident.id)")
            if incident.resumedAt == nil, let resumed = draft.resumedAt {
                try await tx.announce(
                    "Hệ thống được sử dụng lại.", in: incident.id, happened: resumed, by: person.id, baseURL: baseURL, at: now)
            }
            tx.record(
                "incident.edited", code, by: .person(person, address: address), before: incident.draft.audited,
                after: draft.audited, at: now)
        }
    }

    /// Writes down who was told what.
    package func record(
        _ draft: CommunicationDraft, of code: String, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let incident = try await tx.locked(code, for: person)
            try incident.checkWriting()
            try draft.check(incident, firstEnd: try await tx.firstEnd(of: incident.id), at: now)
            try await tx.write(draft, of: incident.id, by: person.id, at: now)
            let isWord = draft.audience == .head || draft.audience == .users
            for done in (isWord ? ["update:"] : []) + draft.reports.map({ "\($0.rawValue):" }) {
                try await tx.withdrawReminders(of: code, done, at: now)
            }
            let facts = (draft.facts.map(\.label) + draft.reports.map(\.label)).map { $0.lowercased() }
            tx.tell(
                incident.id, .communication,
                "Đã báo \(draft.audience.label) qua \(draft.channel.inSentence): \(facts.joined(separator: ", ")).",
                happened: draft.toldAt, by: person.id, at: now)
            tx.record(
                "incident.communicated", code, by: .person(person, address: address),
                after: [
                    "audience": draft.audience.rawValue, "channel": draft.channel.rawValue,
                    "facts": draft.facts.map(\.rawValue).joined(separator: ","),
                    "reports": draft.reports.map(\.rawValue).joined(separator: ","), "told_by": draft.toldBy,
                    "told_at": VietnameseFormat.timestamp(draft.toldAt), "note": draft.note,
                ], at: now)
        }
    }

    /// Closes an incident that has everything that Điều 20 wants.
    /// - Throws: `Refusal` naming every obstacle.
    package func close(
        _ code: String, note: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let incident = try await tx.locked(code, for: person)
            try incident.checkClosing(try await tx.communications(of: incident.id))
            try await tx.run(
                """
                INSERT INTO incident_closures (incident_id, closed_at, closed_by, note)
                VALUES (\(incident.id), \(now), \(person.id), \(note))
                """)
            try await tx.withdrawReminders(of: code, at: now)
            try await tx.announce("Đóng sự cố.", in: incident.id, happened: now, by: person.id, baseURL: baseURL, at: now)
            tx.record(
                "incident.closed", code, by: .person(person, address: address), after: ["note": note], at: now)
        }
    }

    /// Opens a closed incident again, because it was not over.
    package func reopen(
        _ code: String, reason: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let incident = try await tx.locked(code, for: person)
            try incident.checkReopening(reason)
            try await tx.run("DELETE FROM incident_closures WHERE incident_id = \(incident.id)")
            try await tx.announce(
                "Mở lại sự cố: \(reason)", in: incident.id, happened: now, by: person.id, baseURL: baseURL, at: now)
            tx.record(
                "incident.reopened", code, by: .person(person, address: address), after: ["reason": reason], at: now)
        }
    }
}

extension Transaction {
    /// - Throws: `Refusal` for an incident that the person cannot see, or may only read: an agency keeps its own, the
    ///   Department all.
    func locked(_ code: String, for person: Person) async throws -> Incident {
        let found = try await first(
            """
            SELECT \(columns: Incident.self) \(sql: IncidentStore.joins)
            WHERE  i.code = \(code) AND (\(person.scope)::bigint IS NULL OR i.agency_id = \(person.scope))
            FOR UPDATE OF i
            """, as: Incident.self)
        guard let found else { throw Refusal(field: "", "Sự cố “\(code)” không thuộc phạm vi bạn được ghi.") }
        return found
    }

    /// Appends a line to an incident's story. A line that somebody dates later than now is dated now.
    func tell(
        _ incident: Incident.ID, _ kind: TimelineEntry.Kind, _ text: String, happened: Instant, by author: User.ID?,
        at now: Instant
    ) {
        later(Self.entry(in: incident, kind, text, happened: happened, over: nil, by: author, at: now))
    }

    /// The same where something is to refer to the line.
    /// - Parameter old: The line that it corrects.
    func newEntry(
        in incident: Incident.ID, _ kind: TimelineEntry.Kind, _ text: String, happened: Instant,
        over old: TimelineEntry.ID? = nil, by author: User.ID?, at now: Instant
    ) async throws -> TimelineEntry.ID {
        try await value(Self.entry(in: incident, kind, text, happened: happened, over: old, by: author, at: now))
    }

    private static func entry(
        in incident: Incident.ID, _ kind: TimelineEntry.Kind, _ text: String, happened: Instant, over old: TimelineEntry.ID?,
        by author: User.ID?, at now: Instant
    ) -> SQL {
        """
        INSERT INTO incident_entries (incident_id, kind, happened_at, written_at, author_id, text, supersedes_id)
        VALUES (\(incident), \(kind), \(min(happened, now)), \(now), \(author), \(text), \(old)) RETURNING id
        """
    }
}
