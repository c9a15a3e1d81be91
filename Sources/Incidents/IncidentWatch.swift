package import Civil
package import Database
package import Logging
import Organization
import ServiceLifecycle

/// Opens an incident for every outage, once, and notes when the outage is over.
///
/// It listens for news of outages and also looks by itself every ten seconds, so nothing depends on being awake at the
/// right moment: whatever crashes, an outage without an incident is found by the next look. Several processes may
/// watch at once; each outage is taken by one of them.
package struct IncidentWatch: Service {
    private static let pause = Duration.seconds(10)

    let database: Database
    private let escalation: EscalationStore
    private let baseURL: String
    private let listener: Listener
    private let clock: WallClock
    private let logger: Logger

    /// - Parameter baseURL: The console's address, for the link in letters.
    package init(
        database: Database, listener: Listener, clock: WallClock = .system, baseURL: String, logger: Logger
    ) {
        self.database = database
        escalation = EscalationStore(database: database, baseURL: baseURL)
        self.baseURL = baseURL
        self.listener = listener
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    // A thousand outages in one second are found by one look.
                    for await _ in listener.notifications(on: ["outages"], keeping: .bufferingNewest(1)) { await look() }
                }
                group.addTask {
                    while !Task.isCancelled {
                        await look()
                        try? await Task.sleep(for: Self.pause)
                    }
                }
            }
        }
    }

    private func look() async {
        do {
            try await sweep(at: clock.now)
        } catch is CancellationError {
        } catch {
            logger.warning("incidents: will look again", metadata: ["error": "\(error)"])
        }
    }

    /// Opens what is missing and notes what is over.
    /// - Returns: The codes of the incidents that were opened.
    @discardableResult
    package func sweep(at now: Instant) async throws -> [String] {
        var opened: [String] = []
        try await each(unanswered(at: now)) { outage in
            if let code = try await open(outage, at: now) { opened.append(code) }
        }
        opened += try await sweepFlappings(at: now)
        try await each(Self.resumed) { try await resume($0, at: now) }
        try await each(reported(by: now)) { try await noteReport($0, at: now) }
        try await each(Self.abandoned) { try await abandon($0, at: now) }
        try await escalation.writeLetters(at: now)
        return opened
    }

    /// Takes all outages that meet a condition, a hundred at a time.
    private func each(_ condition: SQL, _ work: (WatchedOutage) async throws -> Void) async throws {
        var last: Int64 = 0
        while true {
            let outages: [WatchedOutage] = try await database.all(
                """
                SELECT \(columns: WatchedOutage.self)
                FROM   outages o JOIN monitors m ON m.id = o.monitor_id \(sql: Self.told)
                WHERE  o.id > \(last) AND \(sql: condition) ORDER BY o.id LIMIT 100
                """)
            for outage in outages { try await goingOn(after: outage) { try await work(outage) } }
            guard outages.count == 100, let newest = outages.last else { return }
            last = newest.id
        }
    }

    /// The incident that answers for an outage, and the one in which it is told: the same, or that into which it was merged.
    private static let told: SQL = """
        LEFT JOIN incidents i ON i.outage_id = o.id LEFT JOIN incidents s ON s.id = coalesce(i.merged_into_id, i.id)
        """

    /// An outage that the database refuses does not keep the others from their incidents.
    private func goingOn(after outage: WatchedOutage, _ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let error as DatabaseError where !error.isUnavailable {
            logger.error("incidents: outage \(outage.id) was refused", metadata: ["error": "\(error)"])
        }
    }

    /// Outages that no incident answers for yet. One that lies wholly in maintenance is no incident, announced
    /// or not: alarms keep quiet. Whether it counts as downtime is for availability to say.
    private func unanswered(at now: Instant) -> SQL {
        """
        i.id IS NULL AND NOT \(sql: Self.isToldByFlapping)
        AND tstzmultirange(tstzrange(lower(o.during), coalesce(upper(o.during), greatest(lower(o.during), \(now)))))
            - coalesce((SELECT range_agg(p.during) FROM silent_windows p
                        WHERE (p.monitor_id = o.monitor_id OR p.monitor_id IS NULL) AND p.during && o.during), '{}')
            <> '{}'
        """
    }

    private func open(_ outage: WatchedOutage, at now: Instant) async throws -> String? {
        do {
            return try await database.transaction { tx in
                // Whoever holds the outage opens its incident; the others go on to the next one.
                let held = try await tx.values(
                    """
                    SELECT o.id FROM outages o
                    WHERE  o.id = \(outage.id) AND NOT EXISTS (SELECT FROM incidents i WHERE i.outage_id = o.id)
                    FOR UPDATE SKIP LOCKED
                    """, as: Int64.self)
                guard !held.isEmpty else { return nil }
                return try await tx.open(outage, at: now)
            }
        } catch is AnsweredMeanwhile {
            return nil
        }
    }

    /// The downtime of an outage, while the incident says that it goes on.
    private static let isDown: SQL = """
        EXISTS (SELECT FROM incident_downtimes w WHERE w.outage_id = o.id AND upper_inf(w.during))
        """

    /// Outages that were seen to end while their incident does not say so. Where a person has taken that back, only people
    /// say when the system was in use again.
    private static let resumed: SQL = """
        \(sql: isDown) AND s.is_open AND s.resumption_withdrawn_at IS NULL AND NOT upper_inf(o.during)
        AND (m.deleted_at IS NULL OR upper(o.during) < m.deleted_at)
        """

    /// Outages that end only because their monitor was deleted. Nobody saw the target answer again: when that was is for a
    /// person to say.
    private static let abandoned: SQL = """
        \(sql: isDown) AND s.is_open AND upper(o.during) >= m.deleted_at
        AND NOT EXISTS (SELECT FROM incident_entries e WHERE e.incident_id = s.id AND e.kind = 'detection'
                        AND e.happened_at = m.deleted_at)
        """

    /// Jobs that reported again while the timeline does not say so. They suspended nothing, so nothing is resumed.
    private func reported(by now: Instant) -> SQL {
        """
        m.kind = 'heartbeat' AND s.is_open AND i.suspended_at IS NULL AND upper(o.during) <= \(now)
        AND (m.deleted_at IS NULL OR upper(o.during) < m.deleted_at)
        AND NOT EXISTS (SELECT FROM incident_entries e WHERE e.incident_id = s.id AND e.kind = 'status'
                        AND e.author_id IS NULL AND e.happened_at = upper(o.during))
        """
    }

    private func noteReport(_ outage: WatchedOutage, at now: Instant) async throws {
        guard let end = outage.during.upper else { return }
        try await database.transaction { tx in
            // Locked first, so that of two who look only one finds it still to be told.
            try await tx.run("SELECT FROM incidents WHERE outage_id = \(outage.id) FOR UPDATE")
            let rows = try await tx.all(
                """
                SELECT s.id, s.code FROM outages o JOIN monitors m ON m.id = o.monitor_id \(sql: Self.told)
                WHERE  o.id = \(outage.id) AND \(sql: reported(by: now))
                """, as: OpenedIncident.self)
            for row in rows {
                try await tx.announce(
                    "“\(outage.monitor)” báo thành công trở lại.", in: row.id, happened: end, by: nil, baseURL: baseURL, at: now)
                tx.record(
                    "incident.noted", row.code, by: .system("incident-watch"),
                    after: ["reported_at": VietnameseFormat.timestamp(end)], at: now)
            }
        }
    }

    private func abandon(_ outage: WatchedOutage, at now: Instant) async throws {
        try await database.transaction { tx in
            // Locked first, so that of two who look only one finds it still to be told.
            try await tx.run("SELECT FROM incidents WHERE outage_id = \(outage.id) FOR UPDATE")
            let rows = try await tx.all(
                """
                SELECT \(columns: AbandonedIncident.self)
                FROM   outages o JOIN monitors m ON m.id = o.monitor_id \(sql: Self.told)
                WHERE  o.id = \(outage.id) AND \(sql: Self.abandoned)
                """, as: AbandonedIncident.self)
            for row in rows {
                let text = "Điểm giám sát “\(outage.monitor)” bị xóa khi chưa thấy trả lời trở lại: cần tự ghi lúc sử dụng lại."
                tx.tell(row.id, .detection, text, happened: row.deletedAt, by: nil, at: now)
                tx.record(
                    "incident.noted", row.code, by: .system("incident-watch"), after: ["text": text], at: now)
            }
        }
    }

    private func resume(_ outage: WatchedOutage, at now: Instant) async throws {
        guard let end = outage.during.upper else { return }
        try await database.transaction { tx in
            // The downtime says it, and the incident follows.
            let ended = try await tx.run(
                """
                UPDATE incident_downtimes w SET during = downtime_range(lower(w.during), greatest(lower(w.during), \(end))),
                    version = w.version + 1, updated_by = NULL, updated_at = \(now)
                FROM   outages o JOIN monitors m ON m.id = o.monitor_id \(sql: Self.told)
                WHERE  w.outage_id = \(outage.id) AND upper_inf(w.during) AND o.id = w.outage_id AND \(sql: Self.resumed)
                """)
            guard ended > 0 else { return }
            let rows = try await tx.all(
                """
                UPDATE incidents s SET version = s.version + 1, updated_by = NULL, updated_at = \(now)
                FROM   incidents i WHERE i.outage_id = \(outage.id) AND s.id = coalesce(i.merged_into_id, i.id)
                RETURNING s.id, s.code
                """, as: OpenedIncident.self)
            for row in rows {
                try await tx.announce(
                    "“\(outage.monitor)” trả lời trở lại.", in: row.id, happened: end, by: nil, baseURL: baseURL, at: now)
                tx.record(
                    "incident.resumed", row.code, by: .system("incident-watch"),
                    after: ["resumed_at": VietnameseFormat.timestamp(end)], at: now)
            }
        }
    }
}
