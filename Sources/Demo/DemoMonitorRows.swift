import Civil
import Database
import Monitor
import Organization

extension Transaction {
    /// - Returns: Their numbers, in the order of the drafts.
    func insertMonitors(_ drafts: [MonitorDraft], history: DemoHistory) async throws -> [Int64] {
        // The last ones are down: they look where nobody listens.
        let down = drafts.count - DemoHistory.downAtTheEnd
        let urls = drafts.enumerated().map { $0.offset < down ? $0.element.target.address : nil }
        let ids = try await values(
            """
            INSERT INTO monitors (name, kind, url, host, port, component, agency_id, created_at)
            SELECT name, CASE WHEN url IS NULL THEN 'tcp' ELSE 'http' END, url,
                   CASE WHEN url IS NULL THEN '127.0.0.1' END, CASE WHEN url IS NULL THEN \(DemoMonitors.closedPort)::integer END,
                   component, agency_id, \(history.began)
            FROM   unnest(\(drafts.map(\.name)), \(urls), \(drafts.map(\.component)),
                          \(drafts.map { $0.agency?.rawValue }))
                   WITH ORDINALITY AS draft (name, url, component, agency_id, position)
            ORDER  BY position RETURNING id
            """, as: Int64.self)
        try await run(
            """
            INSERT INTO watches (started_at, last_beat_at, process)
            VALUES (\(history.began), \(history.ended), 'demo')
            """)
        return ids
    }

    /// Outages, what was not measured, and where each monitor stands at the end.
    func insertHistory(_ history: DemoHistory, monitors: [Int64]) async throws {
        let outages = history.outages
        try await run(
            """
            INSERT INTO outages (monitor_id, during, confirmed_at, reason)
            SELECT monitor_id, tstzrange(began, ended), confirmed_at, reason
            FROM   unnest(\(outages.map { monitors[$0.monitor] }), \(outages.map(\.began)), \(outages.map(\.ended)),
                          \(outages.map(\.confirmedAt)), \(outages.map(\.reason)))
                   AS outage (monitor_id, began, ended, confirmed_at, reason)
            """)
        let blindness = history.blindness
        try await run(
            """
            INSERT INTO measurement_gaps (monitor_id, during, reason)
            SELECT id, tstzrange(created_at, created_at + interval '30 seconds'), 'not_started' FROM monitors
            UNION ALL
            SELECT m.id, tstzrange(began, ended), reason
            FROM   monitors m CROSS JOIN unnest(\(blindness.map(\.during.lower)), \(blindness.map(\.during.upper)),
                                               \(blindness.map(\.reason))) AS blind (began, ended, reason)
            """)
        try await run(
            """
            INSERT INTO monitor_states (monitor_id, state, since, last_sample_at, next_due_at, last_status, resolve_us,
                                        connect_us, tls_us, first_byte_us, total_us)
            SELECT m.id, CASE WHEN o.open THEN 'down' ELSE 'up' END, coalesce(o.since, m.created_at),
                   \(history.ended) - interval '1 second' * (m.id % 60), \(history.ended), CASE WHEN o.open THEN NULL ELSE 200 END,
                   300, 900, 2400, 21000, 24000
            FROM   monitors m
            LEFT   JOIN LATERAL (SELECT upper_inf(during) AS open, coalesce(upper(during), lower(during)) AS since
                                 FROM outages WHERE monitor_id = m.id ORDER BY lower(during) DESC LIMIT 1) AS o ON true
            """)
    }

    /// A day and a little more of samples, every five minutes: what the charts show. Slower at ten in the morning and at
    /// three in the afternoon; none where the monitor was down or nobody looked.
    func insertSamples(of monitors: [Int64], until end: Instant) async throws {
        _ = try await value("SELECT create_sample_partitions(1, \(end - .seconds(2 * 86_400)))", as: Int.self)
        try await run(
            """
            INSERT INTO samples (monitor_id, at, failure, status, resolve_us, connect_us, tls_us, first_byte_us, total_us)
            SELECT monitor_id, at, CASE WHEN is_down THEN 'connect' END, CASE WHEN is_down THEN NULL ELSE 200 END,
                   250 + wobble % 400, 700 + wobble % 900, 2100 + wobble % 1500, whole - 2500, whole
            FROM  (SELECT m.id AS monitor_id, tick + interval '1 second' * (m.id % 300) AS at,
                          abs(hashint8(m.id * 7919 + extract(epoch FROM tick)::bigint)::bigint) AS wobble,
                          EXISTS (SELECT FROM outages o WHERE o.monitor_id = m.id
                                  AND o.during @> tick + interval '1 second' * (m.id % 300)) AS is_down,
                          ((14000 + m.id % 40 * 900)
                           * (1 + 0.8 * exp(-power(extract(hour FROM tick AT TIME ZONE 'Asia/Ho_Chi_Minh') - 10, 2) / 4)
                                + 0.6 * exp(-power(extract(hour FROM tick AT TIME ZONE 'Asia/Ho_Chi_Minh') - 15, 2) / 4))
                           + abs(hashint8(m.id * 104729 + extract(epoch FROM tick)::bigint)::bigint) % 9000)::bigint AS whole
                   FROM   monitors m
                   CROSS  JOIN generate_series(\(end - .seconds(26 * 3600)), \(end - .seconds(300)), interval '5 minutes') AS tick
                   WHERE  m.id = ANY (\(monitors))) AS made
            WHERE  NOT EXISTS (SELECT FROM measurement_gaps g WHERE g.monitor_id = made.monitor_id AND g.during @> made.at)
            """)
    }
}
