package import Civil
package import Database
package import Organization
package import Web

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

/// One page of the list.
package struct IncidentPage: Hashable, Sendable {
    package let rows: [IncidentSummary]
    /// How many the filter finds, counted no further than `Paging.horizon`: one more stands for any number more.
    package let total: Int
}

/// Which incidents stand on a page, in its order, and one more where there is a next page.
private struct FoundIncidents: PostgresRow {
    let ids: [Incident.ID]
    let counted: Int

    static var columns: String { "ids, counted" }

    init(row: inout RowReader) throws {
        ids = try row.read()
        counted = try row.read()
    }
}

/// Questions about incidents. People of an agency see their own agency's incidents and those of the whole system.
package struct IncidentStore: Sendable {
    let database: Database
    /// The console's address, for the link in letters.
    let baseURL: String

    package init(database: Database, baseURL: String = "") {
        self.database = database
        self.baseURL = baseURL
    }

    /// Incidents within the person's scope: open ones first, the newest first; a code that is typed in full stands on top.
    /// What was merged into another stands nowhere; its code finds the one that survives it.
    package func page(_ filter: IncidentFilter, for person: Person, _ paging: Paging, at now: Instant) async throws -> IncidentPage {
        let found: FoundIncidents = try await database.one(Self.query(filter, for: person, paging))
        // What lies before a page far down is not counted, unless nothing else could be said of it.
        let total =
            paging.isNear ? found.counted
            : found.ids.isEmpty ? try await count(filter, for: person) : paging.offset + found.ids.count
        return IncidentPage(
            rows: try await database.summaries(of: Array(found.ids.prefix(paging.size)), at: now), total: total)
    }

    /// How many there are in all.
    package func count(_ filter: IncidentFilter, for person: Person) async throws -> Int {
        try await database.value("SELECT count(*) FROM \(sql: Self.wanted(filter, person))")
    }

    private static func query(_ filter: IncidentFilter, for person: Person, _ paging: Paging) -> SQL {
        let isExact: SQL = filter.search.isEmpty ? "" : "i.code = upper(\(filter.search)) DESC,"
        return """
            SELECT ARRAY(
                SELECT i.id FROM \(sql: wanted(filter, person))
                ORDER  BY \(sql: isExact) i.is_open DESC, i.detected_at DESC, i.id DESC
                OFFSET \(paging.offset) LIMIT \(paging.size + 1)),
                (SELECT count(*) FROM (SELECT FROM \(sql: wanted(filter, person)) LIMIT \(paging.isNear ? paging.horizon + 1 : 0)) AS counted)
            """
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
        try await database.entries(of: incident)
    }

    static let joins: SQL = """
        FROM incidents i LEFT JOIN agencies a ON a.id = i.agency_id LEFT JOIN users o ON o.id = i.opened_by
        LEFT JOIN outages d ON d.id = i.outage_id LEFT JOIN flappings flapping ON flapping.id = i.flapping_id
        LEFT JOIN incidents survivor ON survivor.id = i.merged_into_id
        """

    private static func wanted(_ filter: IncidentFilter, _ person: Person) -> SQL {
        """
        incidents i
        WHERE  \(sql: condition(filter, person)) \(sql: filter.search.isEmpty ? "" : "AND \(sql: matching(filter))")
        """
    }

    private static func condition(_ filter: IncidentFilter, _ person: Person) -> SQL {
        """
        \(sql: scope(person)) AND i.merged_into_id IS NULL
        AND (\(filter.state)::text IS NULL OR i.state = \(filter.state))
        AND (\(filter.kind)::text IS NULL OR i.kind = \(filter.kind))
        AND (\(filter.agency)::bigint IS NULL OR i.agency_id = \(filter.agency))
        AND (\(filter.outage)::bigint IS NULL
             OR i.id = (SELECT coalesce(merged_into_id, id) FROM incidents WHERE outage_id = \(filter.outage)))
        """
    }

    /// What is searched is folded in a query of its own: where the plan is kept, it would else be folded again for each row.
    private static func matching(_ filter: IncidentFilter) -> SQL {
        """
        (i.search LIKE (SELECT containing(\(filter.search)))
         OR i.id = (SELECT merged_into_id FROM incidents WHERE code = upper(\(filter.search))))
        """
    }

    static func scope(_ person: Person) -> SQL {
        "(\(person.scope)::bigint IS NULL OR i.agency_id IS NULL OR i.agency_id = \(person.scope))"
    }
}

extension Queryable {
    /// Incidents as lists show them, in this order. What a row tells is counted for those that are shown and no others, in a
    /// statement of its own: its plan takes longer to make than to carry out, and is the same for whichever they are, so
    /// PostgreSQL keeps it.
    func summaries(of incidents: [Incident.ID], at now: Instant) async throws -> [IncidentSummary] {
        incidents.isEmpty ? [] : try await summaries(ofArray: "\(incidents.map(\.rawValue))", at: now)
    }

    /// - Parameter incidents: A query for their numbers, whose plan is the same each time: no value in it makes it another.
    package func summaries(of incidents: SQL, at now: Instant) async throws -> [IncidentSummary] {
        try await summaries(ofArray: "ARRAY(\(sql: incidents))", at: now)
    }

    private func summaries(ofArray incidents: SQL, at now: Instant) async throws -> [IncidentSummary] {
        try await all(
            """
            SELECT \(sql: IncidentSummary.columns(at: now))
            FROM   unnest(\(sql: incidents)) WITH ORDINALITY AS shown (id, place)
            JOIN   incidents i ON i.id = shown.id LEFT JOIN agencies a ON a.id = i.agency_id
            ORDER  BY shown.place
            """)
    }

    /// What was told of an incident, and of what was merged into it.
    func communications(of incident: Incident.ID) async throws -> [Communication] {
        try await all(
            """
            SELECT \(columns: Communication.self)
            FROM   incident_members m JOIN incident_communications c ON c.incident_id = m.member_id
            LEFT   JOIN users u ON u.id = c.written_by
            WHERE  m.incident_id = \(incident) ORDER BY c.told_at, c.id
            """)
    }
}

extension Incident {
    /// A column for `incidents i`: how many of the facts that there are to tell both the head and the users were told. What
    /// only one of them knows does not count, because Điều 20.1 wants both; nor does what no longer holds (`standingFacts`).
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
    /// It goes on, and nobody has taken it up.
    package let isNew: Bool
    /// The whole system's incident to which it is attached.
    package let parentCode: String?
    /// How long the system could not be used, downtimes that overlap counted once; nil where none is written.
    package let downtime: Duration?
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
    /// - Parameter now: Until when a downtime that goes on is counted.
    static func columns(at now: Instant) -> SQL {
        """
        \(columns: IncidentSummary.self), (SELECT seconds FROM incident_downtime(i.id, \(now)))
        """
    }

    /// All but the downtime, which is a matter of the moment.
    package static var columns: String {
        """
        i.code, i.title, i.kind, i.severity, i.state, i.agency_id, a.name, i.began_at, i.detected_at, i.suspended_at,
        i.resumed_at, \(Incident.factsTold),
        CASE WHEN i.is_open THEN (SELECT max(c.told_at) FROM incident_members w
                                  JOIN incident_communications c ON c.incident_id = w.member_id
                                  WHERE w.incident_id = i.id AND c.audience IN ('head', 'users')) END,
        i.is_open AND NOT EXISTS (SELECT FROM incident_acknowledgements k WHERE k.incident_id = i.id),
        (SELECT p.code FROM incidents p WHERE p.id = i.parent_id)
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
        isNew = try row.read()
        parentCode = try row.read()
        downtime = try row.read(Int64?.self).map { .seconds($0) }
    }
}
