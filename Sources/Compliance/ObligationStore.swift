import Civil
package import Database
package import Organization
package import WorkingTime

/// The catalogue of duties, and everything that they are judged by. It counts rows that other slices keep, so it reads
/// their tables; it changes none of them.
package struct ObligationStore: Sendable {
    let database: Database
    let calendar: WorkingCalendar

    /// - Parameter calendar: By which the days for locking an account are counted.
    package init(database: Database, calendar: WorkingCalendar) {
        self.database = database
        self.calendar = calendar
    }

    /// All duties in all versions, in the order of the regulation.
    package func catalogue() async throws -> [Obligation] {
        try await database.all(
            "SELECT \(columns: Obligation.self) FROM obligations ORDER BY position, effective_from")
    }

    /// Everything that is counted for a window, in one statement, within the person's scope: the people of an agency see
    /// their own agency's figures. Backups and reports are the Department's, of the whole system.
    package func figures(
        _ window: ObligationWindow, settings: Settings, for person: Person
    ) async throws -> ObligationFigures {
        let (range, lastDay) = (window.range, window.lastDay)
        let leadDays = settings.number(.noticeLeadDays)
        let lateLeaving = LockLimit(workingDays: settings.number(.lockWarningDays), calendar: calendar)
            .newestOverdue(on: window.today)
        return try await database.one(
            """
            SELECT b.*, g.*, i.*, n.*, r.*, p.*, l.*, a.*
            FROM  (SELECT count(DISTINCT day) FILTER (WHERE result = 'good'), count(*),
                          count(*) FILTER (WHERE result = 'good' AND day = \(window.lastWholeDay)) > 0
                   FROM   backup_reports WHERE day BETWEEN \(window.firstDay) AND \(window.lastWholeDay)) b,
                  (SELECT count(*),
                          count(*) FILTER (WHERE EXISTS (
                              SELECT FROM officers o WHERE o.agency_id = agencies.id AND o.duty = 'security_officer'
                              AND o.during @> \(lastDay))),
                          count(*) FILTER (WHERE EXISTS (
                              SELECT FROM officers o WHERE o.agency_id = agencies.id AND o.duty = 'software_manager'
                              AND o.during @> \(lastDay)))
                   FROM   agencies
                   WHERE  (closed_at IS NULL OR closed_at >= \(range.upper))
                   AND    (\(person.scope)::bigint IS NULL OR id = \(person.scope))) g,
                  (\(sql: Self.incidents(range, person))) i,
                  (SELECT count(*), count(*) FILTER (WHERE lead_days >= \(leadDays)),
                          count(*) FILTER (WHERE kind = 'upgrade'),
                          count(*) FILTER (WHERE kind = 'upgrade' AND EXISTS (
                              SELECT FROM notice_tests t
                              WHERE t.notice_id = notices.id AND (t.verdict = 'passed' OR t.is_legacy)))
                   FROM   notices
                   WHERE  published_at IS NOT NULL AND cancelled_at IS NULL
                   AND    lower(during) >= \(range.lower) AND lower(during) < \(window.period.window.upper)
                   AND    (\(person.scope)::bigint IS NULL OR EXISTS (
                              SELECT FROM notice_recipients t
                              WHERE t.notice_id = notices.id AND t.agency_id = \(person.scope)))) n,
                  (SELECT count(*), count(resolved_at) FROM requests
                   WHERE  received_at >= \(range.lower) AND received_at < \(range.upper)
                   AND    (\(person.scope)::bigint IS NULL OR agency_id = \(person.scope))) r,
                  (SELECT min(issued_at) FROM reports WHERE period_code = \(window.reported.code)) p,
                  (\(sql: Self.leavers(window, lateLeaving, person))) l,
                  (SELECT count(*), count(*) FILTER (WHERE NOT is_regular) FROM accounts
                   WHERE  state <> 'gone' AND (\(person.scope)::bigint IS NULL OR agency_id = \(person.scope))) a
            """)
    }

    /// Incidents that were detected in the window: all, those whose head and users know all applicable facts
    /// (`Incident.applicableFacts`), those that are over; and of the agencies' own: all, and those that the Department
    /// knows.
    private static func incidents(_ range: TimeRange, _ person: Person) -> SQL {
        """
        SELECT count(*),
               count(*) FILTER (WHERE NOT EXISTS (
                   SELECT FROM unnest(ARRAY['head', 'users']) AS w (audience)
                   CROSS JOIN unnest(CASE WHEN suspended_at IS NOT NULL OR kind = 'suspension'
                       THEN ARRAY['incident', 'suspension', 'resumption', 'temporary_measures', 'catch_up']
                       ELSE ARRAY['incident'] END) AS f (fact)
                   WHERE NOT EXISTS (
                       SELECT FROM incident_tellings t
                       WHERE t.incident_id = incidents.id AND t.audience = w.audience AND t.fact = f.fact))),
               count(*) FILTER (WHERE state <> 'open'), count(agency_id),
               count(agency_id) FILTER (WHERE EXISTS (
                   SELECT FROM incident_members m JOIN incident_communications c ON c.incident_id = m.member_id
                   WHERE m.incident_id = incidents.id AND c.audience = 'department' AND 'incident' = ANY (c.facts)))
        FROM   incidents
        WHERE  detected_at >= \(range.lower) AND detected_at < \(range.upper) AND merged_into_id IS NULL
        AND    (\(person.scope)::bigint IS NULL OR agency_id = \(person.scope))
        """
    }

    /// People with an account who left in the window, or before it and were still not locked when it began: all, locked,
    /// found open, and late. Whether they are locked is told as of now. An account that the newest export merely does not
    /// show is not locked by that (docs/decisions/0009): it waits for a list that shows the lock.
    private static func leavers(_ window: ObligationWindow, _ late: CivilDate, _ person: Person) -> SQL {
        """
        SELECT count(*), count(*) FILTER (WHERE NOT found AND is_locked), count(*) FILTER (WHERE found),
               count(*) FILTER (WHERE found AND left_on <= \(late))
        FROM  (SELECT l.left_on, a.state = 'locked' AS is_locked,
                      EXISTS (SELECT FROM account_findings f WHERE f.leaver_id = l.id AND f.closed_at IS NULL) AS found
               FROM   leavers l JOIN accounts a ON a.username = l.username
               WHERE  l.left_on <= \(window.lastDay)
               AND    (l.left_on >= \(window.firstDay) OR EXISTS (
                          SELECT FROM account_findings f WHERE f.leaver_id = l.id
                          AND (f.closed_at IS NULL OR f.closed_at >= \(window.range.lower))))
               AND    (\(person.scope)::bigint IS NULL OR a.agency_id = \(person.scope))) people
        """
    }
}
