package import Civil
package import Database
package import Hotline
package import Incidents
package import Monitor

/// Everything that a report counts, gathered at one moment. Each number can be counted again from the rows that it leads to.
package struct ReportFacts: Hashable, Sendable {
    package let window: ReportWindow
    /// The moment of counting; what lies after it is not in the report.
    package let asOf: Instant
    package let isDemo: Bool
    /// Thousandths; the Department's own target, not law.
    package let availabilityTarget: Int
    package let availability: [MonitorAvailability]
    /// Outages that somebody found to be something else than what was seen.
    package let reclassified: [OutageRevision]
    /// The months of the window whose figures were closed, newest first.
    package let months: [FrozenMonth]
    /// All monitors together in the window before.
    package let previous: Availability
    package let incidents: [ReportedIncident]
    package let notices: [ReportedNotice]
    package let requests: [RequestCount]
    package let duties: DutyCounts
}

/// One incident as a report tells it.
package struct ReportedIncident: Hashable, Sendable, PostgresRow {
    package let code: String
    package let title: String
    package let kind: Incident.Kind
    package let severity: Incident.Severity
    package let agency: String?
    package let beganAt: Instant
    package let suspendedAt: Instant?
    package let resumedAt: Instant?
    package let closedAt: Instant?
    package let cause: String
    /// How many of the facts that there are to tell both the head and the users were told (Điều 20.1).
    package let factsTold: Int
    /// How long the system could not be used, downtimes that overlap counted once; nil while that goes on, or when it never
    /// was.
    package let suspension: Duration?
    /// How many of the five there are to tell.
    package var factsToTell: Int { Incident.factsToTell(kind, suspendedAt: suspendedAt) }

    package static var columns: String {
        """
        i.code, i.title, i.kind, i.severity, a.name, i.began_at, i.suspended_at, i.resumed_at, i.closed_at, i.cause,
        \(Incident.factsTold), CASE WHEN i.resumed_at IS NOT NULL
            THEN (SELECT seconds FROM incident_downtime(i.id, i.resumed_at)) END
        """
    }

    package init(row: inout RowReader) throws {
        code = try row.read()
        title = try row.read()
        kind = try row.read()
        severity = try row.read()
        agency = try row.read()
        beganAt = try row.read()
        suspendedAt = try row.read()
        resumedAt = try row.read()
        closedAt = try row.read()
        cause = try row.read()
        factsTold = try row.read()
        suspension = try row.read(Int64?.self).map { .seconds($0) }
    }
}

/// One maintenance as a report tells it (Điều 21.7).
package struct ReportedNotice: Hashable, Sendable, PostgresRow {
    package let code: String
    package let title: String
    package let during: TimeRange
    /// When the work really went on, once somebody has written it down.
    package let worked: TimeRange?
    /// How often it was announced, with its changes.
    package let revision: Int
    /// Whole working days between the moment at which the start was announced and the work.
    package let leadDays: Int
    package let isCancelled: Bool
    package let recipients: Int
    package let acknowledged: Int

    package static var columns: String {
        """
        n.code, n.title, n.during, n.worked, n.revision, n.lead_days, n.cancelled_at IS NOT NULL,
        (SELECT count(*) FROM notice_recipients r WHERE r.notice_id = n.id),
        (SELECT count(r.acknowledged_at) FROM notice_recipients r WHERE r.notice_id = n.id)
        """
    }

    package init(row: inout RowReader) throws {
        code = try row.read()
        title = try row.read()
        during = try row.read()
        worked = try row.read()
        revision = try row.read()
        leadDays = try row.read()
        isCancelled = try row.read()
        recipients = try row.read()
        acknowledged = try row.read()
    }
}

/// How many calls of one kind the hotline took (Điều 21.9).
package struct RequestCount: Hashable, Sendable, PostgresRow {
    package let kind: SupportRequest.Kind
    package let received: Int
    package let resolved: Int
    /// The median time from call to resolution, of those that were resolved.
    package let median: Duration?

    package static var columns: String {
        """
        r.kind, count(*), count(r.resolved_at),
        percentile_disc(0.5) WITHIN GROUP (ORDER BY date_part('epoch', r.resolved_at - r.received_at)::bigint)
            FILTER (WHERE r.resolved_at IS NOT NULL)
        """
    }

    package init(row: inout RowReader) throws {
        kind = try row.read()
        received = try row.read()
        resolved = try row.read()
        median = try row.read(Int64?.self).map { .seconds($0) }
    }
}

/// Counts of the duties that are not about the system itself.
package struct DutyCounts: Hashable, Sendable, PostgresRow {
    /// Agencies at the window's end.
    package let agencies: Int
    /// Agencies with somebody in charge of information security (Điều 19.1).
    package let agenciesWithOfficer: Int
    /// Whether the register of officers has anybody in it: an empty one says nothing about the agencies.
    package let hasOfficers: Bool
    package let accounts: Int
    package let lockedAccounts: Int
    /// People who left and whose account was found not locked in the window (Điều 23.1 c), and how many of all that were
    /// ever found were not locked at its end.
    package let findings: Int
    package let openFindings: Int
    /// Whole days of the window with a good backup (Điều 18.2), and the backups recorded of these days, failed ones too:
    /// where there is none, nothing is known.
    package let backupDays: Int
    package let backups: Int

    package static var columns: String {
        """
        (SELECT count(*) FROM agencies a WHERE a.closed_at IS NULL OR a.closed_at >= upper(days.during)),
        (SELECT count(DISTINCT o.agency_id) FROM officers o JOIN agencies a ON a.id = o.agency_id
          WHERE (a.closed_at IS NULL OR a.closed_at >= upper(days.during)) AND o.duty = 'security_officer' AND o.during @> days.last),
        EXISTS (SELECT FROM officers WHERE duty = 'security_officer'),
        (SELECT count(*) FROM accounts WHERE state <> 'gone'), (SELECT count(*) FROM accounts WHERE state = 'locked'),
        (SELECT count(*) FROM account_findings f WHERE f.found_at <@ days.during),
        (SELECT count(*) FROM account_findings f WHERE f.found_at < upper(days.during)
          AND (f.closed_at IS NULL OR f.closed_at >= upper(days.during))),
        (SELECT count(DISTINCT b.day) FROM backups b
          WHERE b.result = 'good' AND b.day BETWEEN days.first AND days.last_whole),
        (SELECT count(*) FROM backups b WHERE b.day BETWEEN days.first AND days.last_whole)
        """
    }

    package init(row: inout RowReader) throws {
        agencies = try row.read()
        agenciesWithOfficer = try row.read()
        hasOfficers = try row.read()
        accounts = try row.read()
        lockedAccounts = try row.read()
        findings = try row.read()
        openFindings = try row.read()
        backupDays = try row.read()
        backups = try row.read()
    }
}
