import Civil
import Database
import Incidents
import Monitor
import Organization

/// What the first page tells, in four statements. It reads across the slices, as only Console may.
struct HomeStore: Sendable {
    let database: Database

    /// Confirmed outages that go on, the longest twenty first, within what the person may see; `HomeCounts.down` has how many
    /// there are. Only of those that are shown the incident is looked for: when everything fails within a minute, the plan is still
    /// that of a morning without outages, and would go through all incidents for each.
    func down(for person: Person) async throws -> [DownMonitor] {
        try await database.all(Self.downQuery(for: person))
    }

    static func downQuery(for person: Person) -> SQL {
        """
        SELECT \(columns: DownMonitor.self)
        FROM  (SELECT o.id, o.monitor_id, m.name, o.reason, lower(o.during) AS begun
               FROM   outages o JOIN monitors m ON m.id = o.monitor_id
               WHERE  upper_inf(o.during) AND m.deleted_at IS NULL AND m.paused_at IS NULL
               AND    (\(person.scope)::bigint IS NULL OR m.agency_id IS NULL OR m.agency_id = \(person.scope))
               ORDER  BY lower(o.during), o.id LIMIT 20) AS o
        LEFT   JOIN incidents own ON own.outage_id = o.id
        LEFT   JOIN incidents i ON i.id = coalesce(own.merged_into_id, own.id)
        ORDER  BY o.begun, o.id
        """
    }

    /// Open incidents: those first that nobody has taken up, or of which nobody has been told anything, then the newest. Each
    /// kind is read in the order of the list's index and no further than it is shown: thousands are open when the whole system
    /// is down.
    func incidents(for person: Person, at now: Instant) async throws -> [IncidentSummary] {
        // Only what is asked stands in the statement, so that its plan is the same each time and is kept.
        let scope: SQL = person.scope == nil ? "" : "AND (i.agency_id IS NULL OR i.agency_id = \(person.scope))"
        let isTaken: SQL = """
            (EXISTS (SELECT FROM incident_communications c WHERE c.incident_id = i.id)
             AND EXISTS (SELECT FROM incident_acknowledgements k WHERE k.incident_id = i.id))
            """
        func newest(_ part: SQL, _ condition: SQL) -> SQL {
            """
            (SELECT i.id, i.detected_at, \(sql: part) AS part FROM incidents i
             WHERE  i.is_open \(sql: scope) AND \(sql: condition)
             ORDER  BY i.is_open DESC, i.detected_at DESC, i.id DESC LIMIT 12)
            """
        }
        return try await database.summaries(
            of: """
                SELECT id FROM (\(sql: newest("1", "NOT \(sql: isTaken)")) UNION ALL \(sql: newest("2", isTaken))) AS open
                ORDER  BY part, detected_at DESC, id DESC LIMIT 12
                """, at: now)
    }

    /// Everything that is only counted.
    func counts(for person: Person, at now: Instant) async throws -> HomeCounts {
        let today = CivilDate(inVietnam: now)
        // Of the officers nearly all are wanted, and the index that finds overlaps takes ten times as long for all as for none.
        let secured: SQL = """
            SELECT o.agency_id FROM officers o
            WHERE  o.duty = 'security_officer' AND lower(o.during) <= \(today) AND coalesce(upper(o.during), 'infinity') > \(today)
            """
        return try await database.one(
            """
            SELECT (SELECT count(*) FROM monitors m WHERE m.deleted_at IS NULL AND m.paused_at IS NULL
                    AND (\(person.scope)::bigint IS NULL OR m.agency_id IS NULL OR m.agency_id = \(person.scope))),
                   (SELECT count(*) FROM outages o JOIN monitors m ON m.id = o.monitor_id
                    WHERE upper_inf(o.during) AND m.deleted_at IS NULL AND m.paused_at IS NULL
                    AND (\(person.scope)::bigint IS NULL OR m.agency_id IS NULL OR m.agency_id = \(person.scope))),
                   (SELECT count(*) FROM incidents i WHERE i.is_open
                    AND (\(person.scope)::bigint IS NULL OR i.agency_id IS NULL OR i.agency_id = \(person.scope))),
                   (SELECT count(*) FROM requests r WHERE r.resolved_at IS NULL
                    AND (\(person.scope)::bigint IS NULL OR r.agency_id = \(person.scope))),
                   (SELECT count(*) FROM deliveries WHERE state = 'failed' AND withdrawn_at IS NULL),
                   ARRAY(SELECT about FROM deliveries WHERE state = 'failed' AND withdrawn_at IS NULL
                         GROUP BY about ORDER BY max(finished_at) DESC LIMIT 5),
                   (SELECT count(*) FROM account_findings f WHERE f.closed_at IS NULL
                    AND (\(person.scope)::bigint IS NULL OR f.agency_id = \(person.scope))),
                   (SELECT min(l.left_on) FROM account_findings f JOIN leavers l ON l.id = f.leaver_id
                    WHERE f.closed_at IS NULL
                    AND (\(person.scope)::bigint IS NULL OR f.agency_id = \(person.scope))),
                   ARRAY(SELECT key FROM settings ORDER BY key), ARRAY(SELECT value FROM settings ORDER BY key),
                   (SELECT count(*) FROM incident_actions t JOIN incidents i ON i.id = t.incident_id
                    WHERE t.done_at IS NULL AND t.due_on < \(today)
                    AND (\(person.scope)::bigint IS NULL OR i.agency_id IS NULL OR i.agency_id = \(person.scope))),
                   (SELECT count(*) FROM agencies a WHERE a.closed_at IS NULL
                    AND (\(person.scope)::bigint IS NULL OR a.id = \(person.scope))
                    AND a.id NOT IN (\(sql: secured))),
                   (SELECT max(period_code) FROM reports), EXISTS (SELECT FROM backups),
                   (SELECT max(day) FROM backups WHERE result = 'good'),
                   (SELECT max(last_beat_at) FROM watches),
                   (SELECT min(lower(p.during)) FROM prober_outages p JOIN watches w ON w.id = p.watch_id
                    WHERE upper_inf(p.during) AND w.last_beat_at >= \(now - MonitorSummary.silence))
            """)
    }
}

struct DownMonitor: PostgresRow {
    let monitor: Int64
    let name: String
    let reason: String
    let since: Instant?
    let incident: String?

    static var columns: String { "o.monitor_id, o.name, o.reason, o.begun, i.code" }

    init(row: inout RowReader) throws {
        monitor = try row.read()
        name = try row.read()
        reason = try row.read()
        since = try row.read()
        incident = try row.read()
    }
}

struct HomeCounts: PostgresRow {
    let monitors: Int
    /// Of these, those with an outage that goes on.
    let down: Int
    let openIncidents: Int
    let openRequests: Int
    /// Letters that somebody can still do something about; what a cancelled notice said is sent to nobody any more.
    let failedDeliveries: Int
    /// What they are about, the newest five.
    let undelivered: [String]
    /// People who left and whose account is not locked (Điều 23.1 c).
    let openFindings: Int
    /// The day on which the first of them left; nil when there is none.
    let oldestFinding: CivilDate?
    let settings: Settings
    /// What was undertaken after incidents and is not done by its day.
    let overdueActions: Int
    /// Agencies without somebody in charge of information security (Điều 19.1).
    let agenciesWithoutOfficer: Int
    /// `2026-H1`
    let newestReport: String?
    /// Whether any backup was ever recorded, and the last day with a good one (Điều 18.2).
    let hasBackups: Bool
    let newestBackup: CivilDate?
    let lastBeat: Instant?
    /// Since when a prober that runs can reach nothing; nil while none says so.
    let offlineSince: Instant?

    static var columns: String { "" }

    init(row: inout RowReader) throws {
        monitors = try row.read()
        down = try row.read()
        openIncidents = try row.read()
        openRequests = try row.read()
        failedDeliveries = try row.read()
        undelivered = try row.read()
        openFindings = try row.read()
        oldestFinding = try row.read()
        let (keys, values) = (try row.read([String].self), try row.read([String].self))
        settings = Settings(values: Dictionary(zip(keys, values)) { first, _ in first })
        overdueActions = try row.read()
        agenciesWithoutOfficer = try row.read()
        newestReport = try row.read()
        hasBackups = try row.read()
        newestBackup = try row.read()
        lastBeat = try row.read()
        offlineSince = try row.read()
    }
}
