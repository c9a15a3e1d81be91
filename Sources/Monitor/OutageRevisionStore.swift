package import Civil
import Database
package import Organization

/// Outages and what people found them to have been.
extension MonitorStore {
    /// An outage of a monitor that the person may see.
    package func outage(_ id: Outage.ID, for person: Person) async throws -> (outage: Outage, monitor: String)? {
        let found = try await database.query(
            """
            SELECT \(columns: Outage.self), m.name FROM outages o JOIN monitors m ON m.id = o.monitor_id
            WHERE  o.id = \(id) AND \(sql: Self.isSeen(by: person))
            """
        ) { row in (try Outage(row: &row), try row.read(String.self)) }
        return found.rows.first.map { (outage: $0.0, monitor: $0.1) }
    }

    /// Everything that was said of one outage, newest first.
    package func revisions(of outage: Outage.ID) async throws -> [OutageRevision] {
        try await database.all(
            "SELECT \(columns: OutageRevision.self) \(sql: Self.revisionJoins) WHERE r.outage_id = \(outage) ORDER BY r.id DESC")
    }

    /// Outages within a window that count as something else than what was seen, in the order in which they began.
    /// - Parameter person: Who asks, of what they may see; nil for a report of the whole province.
    package func reclassified(within window: TimeRange, for person: Person? = nil) async throws -> [OutageRevision] {
        try await database.all(
            """
            SELECT \(columns: OutageRevision.self) \(sql: Self.revisionJoins)
            WHERE  o.during && \(window) AND r.classification <> 'unplanned' AND \(sql: Self.isSeen(by: person))
            AND    NOT EXISTS (SELECT FROM outage_revisions newer WHERE newer.outage_id = r.outage_id AND newer.id > r.id)
            ORDER  BY lower(o.during), o.id
            """)
    }

    /// Writes down what an outage was; the outage itself stays as it was seen.
    /// - Throws: `Refusal` when it may not be judged so.
    package func revise(
        _ outage: Outage.ID, to draft: OutageRevisionDraft, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/outages/\(outage.rawValue)")
            let seen = try await tx.first(
                """
                SELECT \(columns: Outage.self) FROM outages o JOIN monitors m ON m.id = o.monitor_id
                WHERE  o.id = \(outage) AND \(sql: Self.isSeen(by: person)) FOR UPDATE OF o
                """, as: Outage.self)
            guard let seen else { throw Refusal(field: "", "Không có gián đoạn này.") }
            let work: AnnouncedWork? =
                draft.notice.isEmpty
                ? nil
                : try await tx.first(
                    "SELECT \(columns: AnnouncedWork.self) FROM notices WHERE code = upper(\(draft.notice)) FOR SHARE")
            try draft.check(seen, announced: work)
            let before = try await tx.values(
                "SELECT classification FROM outage_revisions WHERE outage_id = \(outage) ORDER BY id DESC LIMIT 1",
                as: OutageRevision.Classification.self
            ).first
            let revision = try await tx.value(
                """
                INSERT INTO outage_revisions (outage_id, classification, notice_id, cause, reason, revised_at, revised_by)
                VALUES (\(outage), \(draft.classification), \(work?.id), \(draft.cause), \(draft.reason), \(now), \(person.id))
                RETURNING id
                """, as: Int64.self)
            try await tx.reviseFrozenMonths(of: seen.monitor, during: seen.during, because: revision, at: now)
            tx.record(
                "outage.revised", "\(outage.rawValue)", by: .person(person, address: address),
                before: ["classification": (before ?? .unplanned).rawValue],
                after: [
                    "classification": draft.classification.rawValue, "notice": work?.code, "cause": draft.cause,
                    "reason": draft.reason,
                ], at: now)
        }
    }

    private static let revisionJoins: SQL = """
        FROM outage_revisions r JOIN outages o ON o.id = r.outage_id JOIN monitors m ON m.id = o.monitor_id
        JOIN users u ON u.id = r.revised_by LEFT JOIN notices n ON n.id = r.notice_id
        """

    /// Of `monitors m`: those of the whole system, and those of the person's own agency.
    static func isSeen(by person: Person?) -> SQL {
        "(\(person?.scope)::bigint IS NULL OR m.agency_id IS NULL OR m.agency_id = \(person?.scope))"
    }
}
