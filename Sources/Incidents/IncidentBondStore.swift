package import Civil
import Database
import Delivery
package import Organization

/// Attaching agencies' incidents to the whole system's, and merging doubles.
extension IncidentStore {
    /// What hangs together with an incident, within what the person may see; for who may attach it, also to what.
    package func bonds(of incident: Incident, for person: Person) async throws -> [IncidentBond] {
        let mayAttach = person.may(.attachIncidents) && !incident.isWhole && incident.parent == nil && incident.state != .closed
        return try await database.all(
            """
            SELECT bond.kind, \(columns: IncidentBond.self)
            FROM  (SELECT 'parent' AS kind, 1 AS place, id FROM incidents WHERE id = \(incident.parent)
                   UNION ALL SELECT 'attached', 2, id FROM incidents WHERE parent_id = \(incident.id)
                   UNION ALL SELECT 'merged', 3, id FROM incidents WHERE merged_into_id = \(incident.id)
                   UNION ALL (SELECT 'candidate', 4, id FROM incidents
                              WHERE \(mayAttach) AND is_open AND agency_id IS NULL
                              ORDER BY detected_at DESC, id DESC LIMIT 50)) AS bond
            JOIN   incidents b ON b.id = bond.id LEFT JOIN agencies a ON a.id = b.agency_id
            WHERE  (\(person.scope)::bigint IS NULL OR b.agency_id IS NULL OR b.agency_id = \(person.scope))
            ORDER  BY bond.place, b.detected_at DESC, b.id DESC
            """)
    }

    /// Lets an agency's incident follow the updates of the whole system's, and writes to the agency.
    /// - Parameter parentCode: The whole system's incident.
    /// - Throws: `Refusal`
    package func attach(
        _ code: String, to parentCode: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let (incident, parent) = try await tx.locked(code, with: parentCode, named: "parent", for: person)
            try incident.checkAttaching(to: parent)
            try await tx.run(
                """
                UPDATE incidents SET parent_id = \(parent.id), version = version + 1, updated_by = \(person.id),
                    updated_at = \(now) WHERE id = \(incident.id)
                """)
            let text = "Gắn vào sự cố toàn hệ thống \(parent.code): \(parent.title). Diễn biến của sự cố đó được ghi tiếp ở đây."
            let entry = try await tx.newEntry(in: incident.id, .status, text, happened: now, by: person.id, at: now)
            try await tx.write(
                text, to: try await tx.followers(code), entry: entry, happened: now, baseURL: baseURL, at: now)
            tx.record(
                "incident.attached", code, by: .person(person, address: address), after: ["parent": parent.code], at: now)
        }
    }

    /// Lets an incident go its own way again.
    /// - Throws: `Refusal`
    package func detach(
        _ code: String, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(code)")
            let incident = try await tx.locked(code, for: person)
            try incident.checkDetaching()
            let followers = try await tx.followers(code)
            let parent = try await tx.value("SELECT code FROM incidents WHERE id = \(incident.parent)", as: String.self)
            try await tx.run(
                """
                UPDATE incidents SET parent_id = NULL, version = version + 1, updated_by = \(person.id), updated_at = \(now)
                WHERE  id = \(incident.id)
                """)
            let text = "Gỡ khỏi sự cố toàn hệ thống \(parent); từ nay không theo diễn biến của sự cố đó."
            let entry = try await tx.newEntry(in: incident.id, .status, text, happened: now, by: person.id, at: now)
            try await tx.write(text, to: followers, entry: entry, happened: now, baseURL: baseURL, at: now)
            tx.record(
                "incident.detached", code, by: .person(person, address: address), before: ["parent": parent], at: now)
        }
    }

    /// Merges a double into the incident that survives it. Its story, what was told and its downtime are then read there;
    /// the beginning and the detection are the earlier ones of both. Letters that wait for somebody to take it up are
    /// withdrawn.
    /// - Throws: `Refusal`
    package func merge(
        _ code: String, into survivorCode: String, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/incidents/\(survivorCode)")
            let (incident, survivor) = try await tx.locked(code, with: survivorCode, named: "survivor", for: person)
            try incident.checkMerging(into: survivor)
            try await tx.run("UPDATE incidents SET parent_id = \(survivor.id) WHERE parent_id = \(incident.id)")
            try await tx.run(
                """
                UPDATE incidents SET began_at = least(began_at, \(incident.beganAt)),
                    detected_at = least(detected_at, \(incident.detectedAt)),
                    reported_at = least(reported_at, \(incident.reportedAt)),
                    parent_id = coalesce(parent_id, \(incident.parent)),
                    resumption_withdrawn_at = coalesce(resumption_withdrawn_at, (
                        SELECT d.resumption_withdrawn_at FROM incidents d WHERE d.id = \(incident.id))),
                    version = version + 1, updated_by = \(person.id), updated_at = \(now)
                WHERE  id = \(survivor.id)
                """)
            try await tx.run(
                """
                UPDATE incidents SET merged_into_id = \(survivor.id), merged_at = coalesce(merged_at, \(now)), parent_id = NULL,
                    version = version + 1, updated_by = \(person.id), updated_at = \(now)
                WHERE  merged_into_id = \(incident.id) OR id = \(incident.id)
                """)
            _ = try await tx.withdraw(about: code, keys: EscalationLetters.keys(of: code), at: now)
            try await tx.announce(
                "Gộp sự cố \(code) (\(incident.title)) vào sự cố này.", in: survivor.id, happened: now, by: person.id,
                baseURL: baseURL, at: now)
            tx.record(
                "incident.merged", code, by: .person(person, address: address), after: ["into": survivor.code], at: now)
        }
    }
}

extension Transaction {
    /// Two incidents, each for who may write of it, locked in the order of their numbers so that nobody waits for each
    /// other.
    /// - Parameter field: Of the form, in which the second code was typed.
    fileprivate func locked(
        _ code: String, with other: String, named field: String, for person: Person
    ) async throws -> (Incident, Incident) {
        let other = other.uppercased()
        try await run("SELECT FROM incidents WHERE code IN (\(code), \(other)) ORDER BY id FOR UPDATE")
        let incident = try await locked(code, for: person)
        let found = try await first(
            """
            SELECT \(columns: Incident.self) \(sql: IncidentStore.joins)
            WHERE  i.code = \(other) AND (\(person.scope)::bigint IS NULL OR i.agency_id = \(person.scope))
            """, as: Incident.self)
        guard let found else {
            throw Refusal(field: field, "Không có sự cố nào mang mã “\(other)” trong phạm vi bạn được ghi.")
        }
        return (incident, found)
    }
}
