package import Civil
package import Database
package import Organization

/// What to look for among incidents.
package struct IncidentFilter: Hashable, Sendable {
    package var state: Incident.State?
    package var kind: Incident.Kind?
    package var agency: Agency.ID?
    /// The outage that opened it, by its number.
    package var outage: Int64?
    /// Part of the code, the title, the description or the cause, marks and case aside.
    package var search = ""

    package init() {}
}

/// Questions about incidents. People of an agency see their own agency's incidents and those of the whole system.
package struct IncidentStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Incidents within the person's scope: open ones first, the newest first; a code that is typed in full stands on top.
    package func list(
        _ filter: IncidentFilter, for person: Person, offset: Int, limit: Int
    ) async throws -> [IncidentSummary] {
        if !filter.search.isEmpty { return try await search(filter, for: person, offset: offset, limit: limit) }
        return try await database.all(
            """
            SELECT \(columns: IncidentSummary.self) FROM incidents i LEFT JOIN agencies a ON a.id = i.agency_id
            WHERE  \(sql: Self.condition(filter, person))
            ORDER  BY i.is_open DESC, i.detected_at DESC, i.id DESC OFFSET \(offset) LIMIT \(limit)
            """)
    }

    private func search(
        _ filter: IncidentFilter, for person: Person, offset: Int, limit: Int
    ) async throws -> [IncidentSummary] {
        try await database.all(
            """
            SELECT \(columns: IncidentSummary.self) FROM incidents i LEFT JOIN agencies a ON a.id = i.agency_id
            WHERE  \(sql: Self.condition(filter, person)) AND i.search LIKE containing(\(filter.search))
            ORDER  BY i.code = upper(\(filter.search)) DESC, i.is_open DESC, i.detected_at DESC, i.id DESC
            OFFSET \(offset) LIMIT \(limit)
            """)
    }

    package func count(_ filter: IncidentFilter, for person: Person) async throws -> Int {
        try await database.value(
            """
            SELECT count(*) FROM incidents i
            WHERE  \(sql: Self.condition(filter, person))
            AND    (\(filter.search) = '' OR i.search LIKE containing(\(filter.search)))
            """)
    }

    /// - Returns: nil for an incident that is not there, and for one that the person may not see.
    package func find(_ code: String, for person: Person) async throws -> Incident? {
        try await database.first(
            """
            SELECT \(columns: Incident.self) \(sql: Self.joins)
            WHERE  i.code = \(code) AND \(sql: Self.scope(person))
            """)
    }

    package func communications(of incident: Incident.ID) async throws -> [Communication] {
        try await database.communications(of: incident)
    }

    package func entries(of incident: Incident.ID) async throws -> [TimelineEntry] {
        try await database.all(
            """
            SELECT \(columns: TimelineEntry.self)
            FROM   incident_entries e LEFT JOIN users u ON u.id = e.author_id
            WHERE  e.incident_id = \(incident) ORDER BY e.happened_at, e.id
            """)
    }

    static let joins: SQL = """
        FROM incidents i LEFT JOIN agencies a ON a.id = i.agency_id LEFT JOIN users o ON o.id = i.opened_by
        LEFT JOIN outages d ON d.id = i.outage_id LEFT JOIN flappings flapping ON flapping.id = i.flapping_id
        """

    private static func condition(_ filter: IncidentFilter, _ person: Person) -> SQL {
        """
        \(sql: scope(person))
        AND (\(filter.state)::text IS NULL OR i.state = \(filter.state))
        AND (\(filter.kind)::text IS NULL OR i.kind = \(filter.kind))
        AND (\(filter.agency)::bigint IS NULL OR i.agency_id = \(filter.agency))
        AND (\(filter.outage)::bigint IS NULL OR i.outage_id = \(filter.outage))
        """
    }

    private static func scope(_ person: Person) -> SQL {
        "(\(person.scope)::bigint IS NULL OR i.agency_id IS NULL OR i.agency_id = \(person.scope))"
    }
}

extension Queryable {
    func communications(of incident: Incident.ID) async throws -> [Communication] {
        try await all(
            """
            SELECT \(columns: Communication.self)
            FROM   incident_communications c JOIN users u ON u.id = c.written_by
            WHERE  c.incident_id = \(incident) ORDER BY c.told_at, c.id
            """)
    }
}

extension Incident {
    /// A column for `incidents i`: how many of the facts that there are to tell both the head and the users were told. What
    /// only one of them knows does not count, because Điều 20.1 wants both.
    package static let factsTold = """
        (SELECT count(*) FROM (
            SELECT FROM incident_tellings t
            WHERE  t.incident_id = i.id AND t.audience IN ('head', 'users')
            AND    (t.fact = 'incident' OR i.kind = 'suspension' OR i.suspended_at IS NOT NULL)
            GROUP  BY t.fact HAVING count(*) = 2) AS known)
        """
}

/// An incident in a list.
package struct IncidentSummary: Hashable, Sendable, PostgresRow {
    package let code: String
    package let title: String
    package let kind: Incident.Kind
    package let severity: Incident.Severity
    package let state: Incident.State
    package let agency: Agency.ID?
    package let agencyName: String?
    package let beganAt: Instant
    package let detectedAt: Instant
    package let suspendedAt: Instant?
    package let resumedAt: Instant?
    /// How many of the facts that there are to tell both the head and the users were told (Điều 20.1).
    package let factsTold: Int
    /// When the head or the users were last told anything; nil: never, or it is closed.
    package let lastToldAt: Instant?
    /// How many of the five there are to tell.
    package var factsToTell: Int { Incident.factsToTell(kind, suspendedAt: suspendedAt) }

    package var pulse: IncidentPulse {
        IncidentPulse(severity: severity, state: state, detectedAt: detectedAt, lastToldAt: lastToldAt)
    }

    /// An agency keeps its own incidents; the whole system's are the Department's.
    package func isKept(by person: Person) -> Bool {
        person.may(.keepIncidents) && (person.scope == nil || person.scope == agency)
    }

    /// For `incidents i LEFT JOIN agencies a`.
    package static var columns: String {
        """
        i.code, i.title, i.kind, i.severity, i.state, i.agency_id, a.name, i.began_at, i.detected_at, i.suspended_at,
        i.resumed_at, \(Incident.factsTold),
        CASE WHEN i.is_open THEN (SELECT max(c.told_at) FROM incident_communications c
                                  WHERE c.incident_id = i.id AND c.audience IN ('head', 'users')) END
        """
    }

    package init(row: inout RowReader) throws {
        code = try row.read()
        title = try row.read()
        kind = try row.read()
        severity = try row.read()
        state = try row.read()
        agency = try row.read()
        agencyName = try row.read()
        beganAt = try row.read()
        detectedAt = try row.read()
        suspendedAt = try row.read()
        resumedAt = try row.read()
        factsTold = try row.read()
        lastToldAt = try row.read()
    }
}
