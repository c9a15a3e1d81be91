package import Civil
package import Database
package import Organization

/// Which heartbeats a list shows.
package struct HeartbeatFilter: Hashable, Sendable {
    package var state: HeartbeatSummary.State?
    /// Part of the name or component, marks and case aside.
    package var search = ""

    package init() {}
}

/// Questions about heartbeats. Everybody sees those of the whole system; people of an agency see their own agency's
/// besides, and nobody else's.
package struct HeartbeatStore: Sendable {
    /// After this long without a beat, nobody listens. It is what the retries of a crontab line bridge (`curl --retry 5`).
    package static let silence = Duration.seconds(30)

    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Heartbeats within the person's scope: those that are missed first, then by the deadline that comes next.
    package func list(
        _ filter: HeartbeatFilter, for person: Person, at now: Instant, offset: Int = 0, limit: Int
    ) async throws -> [HeartbeatSummary] {
        try await database.all(
            """
            SELECT \(columns: HeartbeatSummary.self) \(sql: Self.standing(at: now))
            WHERE  \(sql: Self.condition(filter, person))
            AND    (\(filter.state)::text IS NULL OR shown.state = \(filter.state))
            ORDER  BY array_position(ARRAY['down', 'up', 'unknown', 'paused'], shown.state), s.alert_after,
                      m.name COLLATE "vi-x-icu", m.id
            OFFSET \(offset) LIMIT \(limit)
            """)
    }

    /// How many heartbeats of each state the filter finds, its own state aside.
    package func counts(_ filter: HeartbeatFilter, for person: Person, at now: Instant) async throws -> HeartbeatCounts {
        try await database.one(
            """
            SELECT \(columns: HeartbeatCounts.self) \(sql: Self.standing(at: now))
            WHERE  \(sql: Self.condition(filter, person))
            """)
    }

    /// One heartbeat within the person's scope, as it stands.
    package func summary(_ id: Monitor.ID, for person: Person, at now: Instant) async throws -> HeartbeatSummary? {
        try await database.first(
            """
            SELECT \(columns: HeartbeatSummary.self) \(sql: Self.standing(at: now))
            WHERE  m.id = \(id) AND \(sql: Self.condition(HeartbeatFilter(), person))
            """)
    }

    /// The newest pings, newest first.
    func pings(of id: Monitor.ID, limit: Int = 100) async throws -> [LoggedPing] {
        try await database.all(
            """
            SELECT \(columns: LoggedPing.self) FROM heartbeat_pings p
            WHERE  p.monitor_id = \(id) ORDER BY p.number DESC LIMIT \(limit)
            """)
    }

    /// The same with what jobs need to report by slug.
    func detail(_ id: Monitor.ID, for person: Person, at now: Instant) async throws -> HeartbeatDetail? {
        try await database.first(
            """
            SELECT \(columns: HeartbeatDetail.self) \(sql: Self.standing(at: now))
            WHERE  m.id = \(id) AND \(sql: Self.condition(HeartbeatFilter(), person))
            """)
    }

    /// Every key, the whole system's first.
    func keys() async throws -> [KeptPingKey] {
        try await database.all(
            """
            SELECT \(columns: KeptPingKey.self) FROM ping_keys k LEFT JOIN agencies a ON a.id = k.agency_id
            ORDER  BY a.name COLLATE "vi-x-icu" NULLS FIRST
            """)
    }

    /// Since when nobody has listened; nil while somebody does, or nobody ever did.
    package func deafSince(at now: Instant) async throws -> Instant? {
        let beat = try await database.values("SELECT last_beat_at FROM heartbeat_hearing", as: Instant.self).first
        return beat.flatMap { $0 < now - Self.silence ? $0 : nil }
    }

    /// Heartbeats as people are told of them: while nobody listens, what was heard last is no longer claimed.
    private static func standing(at now: Instant) -> SQL {
        """
        FROM   heartbeats h JOIN heartbeat_states s ON s.monitor_id = h.monitor_id JOIN monitors m ON m.id = h.monitor_id
        LEFT   JOIN agencies a ON a.id = m.agency_id
        LEFT   JOIN heartbeat_hearing ear ON true
        CROSS  JOIN LATERAL (
            SELECT CASE WHEN s.is_paused THEN 'paused' WHEN s.has_gap THEN 'unknown'
                        WHEN ear.last_beat_at < \(now - silence) THEN 'unknown' ELSE s.state END AS state,
                   (SELECT o.reason FROM outages o WHERE o.monitor_id = h.monitor_id AND upper_inf(o.during)) AS reason
            ) AS shown
        """
    }

    private static func condition(_ filter: HeartbeatFilter, _ person: Person) -> SQL {
        """
        m.deleted_at IS NULL
        AND (\(person.scope)::bigint IS NULL OR m.agency_id IS NULL OR m.agency_id = \(person.scope))
        AND (\(filter.search) = '' OR m.search LIKE (SELECT containing(\(filter.search))))
        """
    }
}
