import Civil
import Database
import Incidents
import Monitor
import Organization

/// What the first page tells, in four statements. It reads across the slices, as only Console may.
struct HomeStore: Sendable {
    let database: Database

    /// Confirmed outages that go on, the longest twenty first, within what the person may see; `HomeCounts.down` has how many
    /// there are.
    func down(for person: Person) async throws -> [DownMonitor] {
        try await database.all(
            """
            SELECT \(columns: DownMonitor.self)
            FROM   outages o JOIN monitors m ON m.id = o.monitor_id LEFT JOIN incidents own ON own.outage_id = o.id
            LEFT   JOIN incidents i ON i.id = coalesce(own.merged_into_id, own.id)
            WHERE  upper_inf(o.during) AND m.deleted_at IS NULL AND m.paused_at IS NULL
            AND    (\(person.scope)::bigint IS NULL OR m.agency_id IS NULL OR m.agency_id = \(person.scope))
            ORDER  BY lower(o.during), o.id LIMIT 20
            """)
    }

    /// Open incidents: those first that nobody has taken up, or of which nobody has been told anything, then the newest. Each
    /// kind is read in the order of the list's index and no further than it is shown: thousands are open when the whole system
    /// is down.
    func incidents(for person: Person, at now: Instant) async throws -> [IncidentSummary] {
        func newest(part: Int, _ condition: SQL) -> SQL {
            """
            (SELECT i.id, \(part)::integer AS part FROM incidents i
             WHERE  i.is_open AND (\(person.scope)::bigint IS NULL OR i.agency_id IS NULL OR i.agency_id = \(person.scope))
             AND    \(sql: condition) (EXISTS (SELECT FROM incident_communications c WHERE c.incident_id = i.id)
                                       AND EXISTS (SELECT FROM incident_acknowledgements k WHERE k.incident_id = i.id))
             ORDER  BY i.is_open DESC, i.detected_at DESC, i.id DESC LIMIT 12)
            """
        }
        return try await database.all(
            """
            WITH shown AS (\(sql: newest(part: 1, "NOT")) UNION ALL \(sql: newest(part: 2, "")))
            SELECT \(sql: IncidentSummary.columns(at: now))
            FROM   shown JOIN incidents i ON i.id = shown.id LEFT JOIN agencies a ON a.id = i.agency_id
            ORDER  BY shown.part, i.detected_at DESC, i.id DESC LIMIT 12
            """)
    }

    /// Notices whose work is not over and that somebody within the person's scope has not acknowledged.
    func notices(for person: Person, at now: Instant) async throws -> [WaitingNotice] {
        try await database.all(
            """
            SELECT \(columns: WaitingNotice.self)
            FROM   notices n JOIN notice_recipients r ON r.notice_id = n.id
            WHERE  n.published_at IS NOT NULL AND n.cancelled_at IS NULL AND upper(n.during) > \(now)
            AND    (\(person.scope)::bigint IS NULL OR r.agency_id = \(person.scope))
            GROUP  BY n.id HAVING count(r.acknowledged_at) < count(*)
            ORDER  BY lower(n.during), n.id LIMIT 10
            """)
    }

    /// Everything that is only counted.
    func counts(for person: Person, at now: Instant) async throws -> HomeCounts {
        try await database.one(
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
                   (SELECT value FROM settings WHERE key = \(Setting.lockWarningDays.key)),
                   (SELECT count(*) FROM agencies a WHERE a.closed_at IS NULL
                    AND (\(person.scope)::bigint IS NULL OR a.id = \(person.scope))
                    AND NOT EXISTS (SELECT FROM officers o WHERE o.agency_id = a.id AND o.duty = 'security_officer'
                                    AND o.during @> \(CivilDate(inVietnam: now)))),
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

    static var columns: String { "m.id, m.name, o.reason, lower(o.during), i.code" }

    init(row: inout RowReader) throws {
        monitor = try row.read()
        name = try row.read()
        reason = try row.read()
        since = try row.read()
        incident = try row.read()
    }
}

struct WaitingNotice: PostgresRow {
    let code: String
    let title: String
    let during: TimeRange
    let acknowledged: Int
    let recipients: Int

    static var columns: String { "n.code, n.title, n.during, count(r.acknowledged_at), count(*)" }

    init(row: inout RowReader) throws {
        code = try row.read()
        title = try row.read()
        during = try row.read()
        acknowledged = try row.read()
        recipients = try row.read()
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
    /// The setting: working days within which a lock is in time.
    let lockDays: Int
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
        let lockDays = try row.read(String?.self)
        self.lockDays = Settings(values: lockDays.map { [Setting.lockWarningDays.key: $0] } ?? [:]).number(.lockWarningDays)
        agenciesWithoutOfficer = try row.read()
        newestReport = try row.read()
        hasBackups = try row.read()
        newestBackup = try row.read()
        lastBeat = try row.read()
        offlineSince = try row.read()
    }
}
