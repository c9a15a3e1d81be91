package import Civil
import Database
package import Organization

extension IncidentStore {
    /// - Returns: nil while it was handed over to nobody.
    package func handover(of incident: Incident.ID) async throws -> StoredHandover? {
        try await database.handover(of: incident)
    }

    /// Writes down when an incident was handed over, answered and mended, or corrects it.
    ///
    /// - Parameters:
    ///   - version: The version that the editor began from; 0 while there was none.
    ///   - reason: Why something that was written is corrected.
    /// - Throws: `Refusal`; `ChangedMeanwhile` when somebody else has written it since.
    package func handOver(
        _ times: Handover, of code: String, version: Int, reason: String, by person: Person, address: String,
        form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)#provider-title")
            let incident = try await tx.locked(code, for: person)
            try incident.checkWriting()
            let stored = try await tx.handover(of: incident.id)
            if let stored, stored.times == times { return }
            if let stored, stored.version != version {
                throw ChangedMeanwhile(
                    "Các thời điểm này", try await tx.lastEdit(ofHandover: incident.id), typed: times.typed,
                    stored: stored.times.typed)
            }
            try times.check(incident, stored: stored?.times, reason: reason, at: now)
            try await tx.run(
                """
                INSERT INTO incident_handovers (incident_id, handed_over_at, answered_at, fixed_at, updated_by, updated_at)
                VALUES (\(incident.id), \(times.handedOverAt), \(times.answeredAt), \(times.fixedAt), \(person.id), \(now))
                ON CONFLICT (incident_id) DO UPDATE
                SET    handed_over_at = excluded.handed_over_at, answered_at = excluded.answered_at,
                       fixed_at = excluded.fixed_at, version = incident_handovers.version + 1,
                       updated_by = excluded.updated_by, updated_at = excluded.updated_at
                """)
            for line in times.lines(since: stored?.times, reason: reason) {
                tx.tell(incident.id, .status, line.text, happened: line.at ?? now, by: person.id, at: now)
            }
            tx.record(
                "incident.handed_over", code, by: .person(person, address: address), before: stored?.times.audited,
                after: times.audited.merging(["reason": reason.isEmpty ? nil : reason]) { $1 }, at: now)
        }
    }

    /// What was handed over within a time, of the incidents that the person may see, oldest first. What was merged counts
    /// once, from when the first of it was handed over.
    /// - Parameter person: Nil: all.
    package func handovers(within during: TimeRange, for person: Person? = nil) async throws -> [ProviderCase] {
        try await database.all(
            """
            SELECT \(columns: ProviderCase.self)
            FROM   incident_handovers r JOIN incidents d ON d.id = r.incident_id
            JOIN   incidents i ON i.id = coalesce(d.merged_into_id, d.id)
            WHERE  r.handed_over_at >= \(during.lower) AND r.handed_over_at < \(during.upper)
            AND    NOT EXISTS (SELECT FROM incident_members m JOIN incident_handovers h ON h.incident_id = m.member_id
                               WHERE m.incident_id = i.id
                               AND (h.handed_over_at, h.incident_id) < (r.handed_over_at, r.incident_id))
            AND    (\(person?.scope)::bigint IS NULL OR i.agency_id IS NULL OR i.agency_id = \(person?.scope))
            ORDER  BY r.handed_over_at, i.id
            """)
    }
}

extension Handover {
    /// What the story says of a change: what was written for the first time, and what was corrected.
    fileprivate func lines(since stored: Handover?, reason: String) -> [(text: String, at: Instant?)] {
        let old = stored?.fields.map(\.time) ?? [nil, nil, nil]
        return zip(fields, old).compactMap { field, before in
            guard field.time != before else { return nil }
            let now = field.time.map(VietnameseFormat.momentWithSeconds) ?? "chưa"
            guard let before else { return ("Doanh nghiệp, \(field.label.lowercased()): \(now).", field.time) }
            return (
                "Đính chính, \(field.label.lowercased()): \(VietnameseFormat.momentWithSeconds(before)) thành \(now). Lý do: \(reason)",
                nil
            )
        }
    }

    fileprivate var typed: [TypedField] {
        fields.map { TypedField($0.name, $0.label, $0.time.map(VietnameseFormat.momentWithSeconds) ?? "") }
    }

    fileprivate var audited: [String: String?] {
        Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.time.map(VietnameseFormat.timestamp)) })
    }
}

extension Queryable {
    fileprivate func handover(of incident: Incident.ID) async throws -> StoredHandover? {
        try await first(
            "SELECT \(columns: StoredHandover.self) FROM incident_handovers r WHERE r.incident_id = \(incident)")
    }

    fileprivate func lastEdit(ofHandover incident: Incident.ID) async throws -> LastEdit {
        try await one(
            """
            SELECT \(columns: LastEdit.self)
            FROM   incident_handovers r LEFT JOIN users u ON u.id = r.updated_by WHERE r.incident_id = \(incident)
            """)
    }
}
