package import Civil
package import Database
package import Organization

/// Questions about monitors. Everybody sees the monitors of the whole system; people of an agency see their own
/// agency's besides, and nobody else's.
package struct MonitorStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// One monitor within the person's scope, as it stands.
    package func summary(_ id: Monitor.ID, for person: Person, at now: Instant) async throws -> MonitorSummary? {
        try await database.first(
            """
            SELECT \(columns: MonitorSummary.self) \(sql: Self.standing(at: now))
            WHERE  m.id = \(id) AND \(sql: Self.isListed(for: person))
            """)
    }

    /// Everything that was typed of a monitor.
    package func find(_ id: Monitor.ID, for person: Person) async throws -> Monitor? {
        try await database.first(
            """
            SELECT \(columns: Monitor.self) FROM monitors m
            WHERE  m.id = \(id) AND m.kind <> 'heartbeat' AND \(sql: Self.isListed(for: person))
            """)
    }

    /// Whether it is one that reports by itself, within the person's scope: such a one has pages of its own.
    func isHeartbeat(_ id: Monitor.ID, for person: Person) async throws -> Bool {
        try await database.value(
            """
            SELECT EXISTS (SELECT FROM monitors m WHERE m.id = \(id) AND m.kind = 'heartbeat'
                           AND \(sql: Self.isListed(for: person)))
            """, as: Bool.self)
    }

    /// The newest outages, gaps and degradations of a monitor, newest first, in one statement.
    package func history(of monitor: Monitor.ID, limit: Int = 20) async throws -> MonitorHistory {
        let rows: [MonitorHistory.Row] = try await database.all(
            """
            (SELECT o.during, o.id, o.confirmed_at, o.reason, NULL AS gap FROM outages o
             WHERE o.monitor_id = \(monitor) ORDER BY lower(o.during) DESC LIMIT \(limit))
            UNION ALL
            (SELECT g.during, NULL, NULL, NULL, g.reason FROM measurement_gaps g
             WHERE g.monitor_id = \(monitor) ORDER BY lower(g.during) DESC LIMIT \(limit))
            UNION ALL
            (SELECT d.during, NULL, NULL, NULL, NULL FROM degradations d
             WHERE d.monitor_id = \(monitor) ORDER BY lower(d.during) DESC LIMIT \(limit))
            """)
        return MonitorHistory(of: monitor, rows)
    }

    /// Monitors as people are told of them: while nobody looks, what was seen last is no longer claimed.
    static func standing(at now: Instant) -> SQL {
        """
        FROM   monitors m JOIN monitor_states s ON s.monitor_id = m.id LEFT JOIN agencies a ON a.id = m.agency_id
        CROSS  JOIN (SELECT max(last_beat_at) AS beat FROM watches) AS watch
        CROSS  JOIN LATERAL (
            SELECT CASE WHEN m.paused_at IS NOT NULL THEN 'paused'
                        WHEN watch.beat < \(now - MonitorSummary.silence) THEN 'unknown'
                        WHEN EXISTS (SELECT FROM measurement_gaps g
                                     WHERE g.monitor_id = m.id AND upper_inf(g.during)) THEN 'unknown'
                        WHEN s.state = 'up' AND s.degraded_since IS NOT NULL THEN 'degraded'
                        ELSE s.state END AS state,
                   EXISTS (SELECT FROM silent_windows p
                           WHERE (p.monitor_id = m.id OR p.monitor_id IS NULL) AND p.during @> \(now)) AS is_planned
            ) AS shown
        """
    }

    /// Of `monitors m`: neither deleted nor another agency's.
    static func isListed(for person: Person) -> SQL {
        "m.deleted_at IS NULL AND \(sql: isSeen(by: person))"
    }
}
