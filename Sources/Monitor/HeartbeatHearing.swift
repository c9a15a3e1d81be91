package import Civil
import Database
import Foundation
import Organization

/// What is heard, and what its absence means.
extension HeartbeatStore {
    enum PingAnswer: Hashable, Sendable {
        case ok, created, notFound, ambiguous
        /// So many heartbeats are kept for one key already.
        case full
        /// A deadline that has passed could not be judged now.
        case busy
    }

    /// A console says at least so often that it listens.
    private static let beatPause = Duration.seconds(5)
    /// How many heartbeats `?create=1` may make behind one key.
    static let limit = 1000

    /// What `heartbeat_ping` in SQL says of a ping.
    enum Word: String, Sendable, PostgresDecodable {
        case ok
        case notFound = "not found"
        case ambiguous = "ambiguous slug"
        /// A deadline has to be judged first.
        case due
    }

    /// Takes one ping, in one statement; when that is back, it is stored.
    ///
    /// - Parameters:
    ///   - creates: Whether a slug that nobody has named yet becomes a heartbeat.
    ///   - say: Another way to the database than a statement of its own.
    func take(
        _ ping: Ping, creates: Bool = false, at now: Instant, say: (@Sendable () async throws -> Word)? = nil
    ) async throws -> PingAnswer {
        // A deadline that has just passed is judged first. Another process may be about to: then the ping waits for it.
        for _ in 0..<3 {
            let word = if let say { try await say() } else { try await words(on: [(ping, now)])[0] }
            switch word {
            case .ok: return .ok
            case .ambiguous: return .ambiguous
            case .due: try await sweep(at: now)
            case .notFound: return creates ? try await create(for: ping, at: now) : .notFound
            }
        }
        return .busy
    }

    /// Takes some pings together, in one statement and one commit.
    /// - Returns: What is said of each, in the same order.
    func words(on pings: [(ping: Ping, at: Instant)]) async throws -> [Word] {
        // In the order of their names, so that two consoles seldom wait for each other crosswise.
        let names = pings.map(\.ping.address.target.name)
        let order = pings.indices.sorted { (names[$0], $0) < (names[$1], $1) }
        let words = try await database.values(Self.taking(order.map { pings[$0] }), as: Word.self)
        guard words.count == pings.count else { throw DatabaseError.noRow }
        var answers = words
        for (place, index) in order.enumerated() { answers[index] = words[place] }
        return answers
    }

    private static func taking(_ pings: [(ping: Ping, at: Instant)]) -> SQL {
        let targets = pings.map(\.ping.address.target)
        return """
            SELECT heartbeat_ping(v.code, v.key, v.slug, v.at, v.kind, v.exit_status, v.rid, v.method, v.address, v.user_agent,
                                  decode(v.body, 'base64'))
            FROM   unnest(\(targets.map(\.code)), \(targets.map(\.key)), \(targets.map(\.slug)), \(pings.map(\.at)),
                          \(pings.map(\.ping.address.kind.rawValue)), \(pings.map(\.ping.address.exitStatus)),
                          \(pings.map(\.ping.rid)), \(pings.map(\.ping.method)), \(pings.map(\.ping.source)),
                          \(pings.map(\.ping.userAgent)), \(pings.map { $0.ping.body.map { Data($0).base64EncodedString() } }))
                   WITH ORDINALITY
                   AS v (code, key, slug, at, kind, exit_status, rid, method, address, user_agent, body, place)
            ORDER  BY v.place
            """
    }

    /// Makes the heartbeat and takes its first ping, both or neither.
    private func create(for ping: Ping, at now: Instant) async throws -> PingAnswer {
        guard case .slug(let key, let slug) = ping.address.target else { return .notFound }
        return try await database.transaction { tx in
            // Two first pings at the same moment make one heartbeat.
            let scope = try await tx.values(
                "SELECT agency_id FROM ping_keys WHERE key = \(key) FOR UPDATE", as: RowID<Agency>?.self)
            guard let agency = scope.first else { return .notFound }
            let (kept, same) = (
                try await tx.value(
                    """
                    SELECT count(*) FROM heartbeats h JOIN monitors m ON m.id = h.monitor_id
                    WHERE  m.agency_id IS NOT DISTINCT FROM \(agency) AND m.deleted_at IS NULL
                    """, as: Int.self),
                try await tx.value(
                    """
                    SELECT count(*) FROM heartbeats h JOIN monitors m ON m.id = h.monitor_id
                    WHERE  h.slug = \(slug) AND m.agency_id IS NOT DISTINCT FROM \(agency) AND m.deleted_at IS NULL
                    """, as: Int.self)
            )
            let draft = HeartbeatDraft(slug: slug, agency: agency)
            if same == 0 {
                if kept >= Self.limit { return .full }
                _ = try await tx.addHeartbeat(draft, at: now)
            }
            let word = try await tx.value(Self.taking([(ping, now)]), as: Word.self)
            if same == 0 {
                tx.record(
                    "heartbeat.added", draft.name, by: .system("ping", address: ping.source), after: draft.audited, at: now)
            }
            return word == .ok ? (same == 0 ? .created : .ok) : .ambiguous
        }
    }

    /// Says that pings are heard, and judges every deadline that has passed. Any number of processes may do it at once.
    package func sweep(at now: Instant) async throws {
        try await listen(at: now, heardUntil: now)
        while try await judge(at: now) {}
    }

    /// The same by who takes no pings: after a silence the time until somebody does is silence too.
    func sweepUnheard(at now: Instant) async throws {
        try await listen(at: now, heardUntil: now - Self.silence)
        while try await judge(at: now) {}
    }

    /// Says until when somebody listens. When nobody has for a while, what that means for each heartbeat is written down first,
    /// so that no deadline is judged that could not be heard.
    private func listen(at now: Instant, heardUntil heard: Instant) async throws {
        let beat = try await database.values("SELECT last_beat_at FROM heartbeat_hearing", as: Instant.self).first
        if let beat, now - beat < Self.beatPause { return }
        try await database.transaction { tx in
            try await tx.run(
                "INSERT INTO heartbeat_hearing (last_beat_at) VALUES (\(heard)) ON CONFLICT DO NOTHING")
            let last = try await tx.value("SELECT last_beat_at FROM heartbeat_hearing FOR UPDATE", as: Instant.self)
            if now - last > Self.silence { try await tx.noteSilence(from: last, to: now) }
            try await tx.run("UPDATE heartbeat_hearing SET last_beat_at = greatest(last_beat_at, \(heard))")
        }
    }

    /// - Returns: Whether there may be more.
    private func judge(at now: Instant) async throws -> Bool {
        let batch = 200
        return try await database.transaction { tx in
            let due: [DueHeartbeat] = try await tx.all(
                """
                SELECT \(columns: DueHeartbeat.self)
                FROM   heartbeat_states s JOIN heartbeats h ON h.monitor_id = s.monitor_id
                WHERE  s.alert_after <= \(now) ORDER BY s.alert_after LIMIT \(batch) FOR UPDATE OF s SKIP LOCKED
                """)
            guard !due.isEmpty else { return false }
            var waiting: [(id: Monitor.ID, until: Instant?)] = []
            var missed: [(id: Monitor.ID, miss: HeartbeatRules.Miss)] = []
            for heartbeat in due {
                switch heartbeat.rules.judge(at: now) {
                case .wait(let until): waiting.append((heartbeat.id, until))
                case .missed(let miss): missed.append((heartbeat.id, miss))
                }
            }
            try await tx.run(
                """
                UPDATE heartbeat_states s SET alert_after = v.until
                FROM   unnest(\(waiting.map(\.id.rawValue)), \(waiting.map(\.until))) AS v (monitor_id, until)
                WHERE  s.monitor_id = v.monitor_id AND s.alert_after <= \(now)
                """)
            try await tx.flip(missed, at: now)
            return due.count == batch
        }
    }
}

/// A heartbeat of which something has to be judged.
private struct DueHeartbeat: PostgresRow {
    let id: Monitor.ID
    let rules: HeartbeatRules

    /// For `heartbeats h` and `heartbeat_states s`.
    static var columns: String {
        """
        s.monitor_id, h.schedule, h.period_seconds, h.expression, h.zone, h.grace_seconds, s.state, s.since, s.has_gap,
        s.counted_from, s.started_at
        """
    }

    init(row: inout RowReader) throws {
        id = try row.read()
        rules = HeartbeatRules(
            schedule: try HeartbeatSchedule(row: &row), grace: .seconds(try row.read(Int64.self)), condition: try row.read(),
            since: try row.read(), hasGap: try row.read(), countedFrom: try row.read(), startedAt: try row.read())
    }
}

extension Transaction {
    /// Opens the gaps that are not open yet.
    func openHeartbeatGaps(_ ids: [Monitor.ID], _ reason: MeasurementGap.Reason, from begun: Instant) async throws {
        try await run(
            """
            INSERT INTO measurement_gaps (monitor_id, during, reason)
            SELECT id, \(TimeRange(from: begun, to: nil)), \(reason) FROM unnest(\(ids.map(\.rawValue))) AS id
            ON CONFLICT (monitor_id, reason) WHERE upper_inf(during) DO NOTHING
            """)
    }

    /// Writes down what was missed, from the deadline on, and tells whoever listens on `outages`. A gap ends where the
    /// outage begins: from there on it is known how the job does.
    fileprivate func flip(_ rows: [(id: Monitor.ID, miss: HeartbeatRules.Miss)], at now: Instant) async throws {
        guard !rows.isEmpty else { return }
        let (ids, from) = (rows.map(\.id.rawValue), rows.map(\.miss.from))
        try await run(
            """
            WITH begun AS (
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                SELECT v.monitor_id, tstzrange(v.begun, NULL), greatest(v.begun, \(now)), v.reason
                FROM   unnest(\(ids), \(from), \(rows.map(\.miss.reason)), \(rows.map(\.miss.opensOutage)))
                       AS v (monitor_id, begun, reason, opens)
                WHERE  v.opens
                RETURNING id)
            SELECT pg_notify('outages', id::text) FROM begun
            """)
        try await run(
            """
            UPDATE measurement_gaps g
            SET    during = tstzrange(lower(g.during), greatest(v.begun, lower(g.during) + interval '1 second'))
            FROM   unnest(\(ids), \(from)) AS v (monitor_id, begun)
            WHERE  g.monitor_id = v.monitor_id AND upper_inf(g.during)
            """)
        try await run(
            """
            UPDATE heartbeat_states s
            SET    since = CASE WHEN s.state = 'down' THEN s.since ELSE v.begun END, state = 'down', has_gap = false,
                   alert_after = NULL
            FROM   unnest(\(ids), \(from)) AS v (monitor_id, begun) WHERE s.monitor_id = v.monitor_id
            """)
    }

    fileprivate func noteSilence(from lost: Instant, to regained: Instant) async throws {
        let all: [DueHeartbeat] = try await self.all(
            """
            SELECT \(columns: DueHeartbeat.self)
            FROM   heartbeat_states s JOIN heartbeats h ON h.monitor_id = s.monitor_id
            WHERE  NOT s.is_paused ORDER BY s.monitor_id FOR UPDATE OF s
            """)
        let rows = all.map { (id: $0.id, hadGap: $0.rules.hasGap, silence: $0.rules.silent(from: lost, to: regained)) }
        try await flip(rows.compactMap { row in row.silence.miss.map { (row.id, $0) } }, at: regained)
        // A gap that was open goes on, unless what ended it was missed before.
        let doubted = rows.filter { $0.silence.isInDoubt && (!$0.hadGap || $0.silence.miss != nil) }
        try await openHeartbeatGaps(doubted.map(\.id), .processDown, from: lost.flooredToSecond)
        try await run(
            """
            INSERT INTO measurement_gaps (monitor_id, during, reason)
            SELECT id, \(TimeRange(from: lost.flooredToSecond, to: regained.ceiledToSecond)), 'process_down'
            FROM   unnest(\(rows.filter { !$0.silence.isInDoubt }.map(\.id.rawValue))) AS id
            """)
        try await run(
            """
            UPDATE heartbeat_states s
            SET    has_gap = s.has_gap OR v.is_in_doubt, counted_from = v.counted_from, alert_after = v.alert_after,
                   started_at = CASE WHEN v.is_in_doubt THEN NULL ELSE s.started_at END,
                   start_rid = CASE WHEN v.is_in_doubt THEN NULL ELSE s.start_rid END
            FROM   unnest(\(rows.map(\.id.rawValue)), \(rows.map(\.silence.isInDoubt)), \(rows.map(\.silence.countedFrom)),
                          \(rows.map(\.silence.alertAfter))) AS v (monitor_id, is_in_doubt, counted_from, alert_after)
            WHERE  s.monitor_id = v.monitor_id
            """)
    }
}
