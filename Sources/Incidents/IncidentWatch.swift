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
    private let listener: Listener
    private let clock: WallClock
    private let logger: Logger

    /// - Parameter baseURL: The console's address, for the link in letters.
    package init(
        database: Database, listener: Listener, clock: WallClock = .system, baseURL: String, logger: Logger
    ) {
        self.database = database
        escalation = EscalationStore(database: database, baseURL: baseURL)
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
                FROM   outages o JOIN monitors m ON m.id = o.monitor_id LEFT JOIN incidents i ON i.outage_id = o.id
                WHERE  o.id > \(last) AND \(sql: condition) ORDER BY o.id LIMIT 100
                """)
            for outage in outages { try await goingOn(after: outage) { try await work(outage) } }
            guard outages.count == 100, let newest = outages.last else { return }
            last = newest.id
        }
    }

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

    /// Outages that were seen to end while their incident does not say so. Where a person has taken that back, only people
    /// say when the system was in use again.
    private static let resumed: SQL = """
        i.is_open AND i.resumed_at IS NULL AND i.suspended_at IS NOT NULL AND i.resumption_withdrawn_at IS NULL
        AND NOT upper_inf(o.during)
        AND (m.deleted_at IS NULL OR upper(o.during) < m.deleted_at)
        """

    /// Outages that end only because their monitor was deleted. Nobody saw the target answer again: when that was is for a
    /// person to say.
    private static let abandoned: SQL = """
        i.is_open AND i.resumed_at IS NULL AND i.suspended_at IS NOT NULL AND upper(o.during) >= m.deleted_at
        AND NOT EXISTS (SELECT FROM incident_entries e WHERE e.incident_id = i.id AND e.kind = 'detection'
                        AND e.happened_at = m.deleted_at)
        """

    /// Jobs that reported again while the timeline does not say so. They suspended nothing, so nothing is resumed.
    private func reported(by now: Instant) -> SQL {
        """
        m.kind = 'heartbeat' AND i.is_open AND i.suspended_at IS NULL AND upper(o.during) <= \(now)
        AND (m.deleted_at IS NULL OR upper(o.during) < m.deleted_at)
        AND NOT EXISTS (SELECT FROM incident_entries e WHERE e.incident_id = i.id AND e.kind = 'status'
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
                SELECT i.id, i.code
                FROM   outages o JOIN monitors m ON m.id = o.monitor_id JOIN incidents i ON i.outage_id = o.id
                WHERE  o.id = \(outage.id) AND \(sql: reported(by: now))
                """, as: OpenedIncident.self)
            for row in rows {
                try await tx.tell(
                    row.id, .status, "“\(outage.monitor)” báo thành công trở lại.", happened: end, by: nil, at: now)
                try await tx.record(
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
                FROM   outages o JOIN monitors m ON m.id = o.monitor_id JOIN incidents i ON i.outage_id = o.id
                WHERE  o.id = \(outage.id) AND \(sql: Self.abandoned)
                """, as: AbandonedIncident.self)
            for row in rows {
                let text = "Điểm giám sát “\(outage.monitor)” bị xóa khi chưa thấy trả lời trở lại: cần tự ghi lúc sử dụng lại."
                try await tx.tell(row.id, .detection, text, happened: row.deletedAt, by: nil, at: now)
                try await tx.record(
                    "incident.noted", row.code, by: .system("incident-watch"), after: ["text": text], at: now)
            }
        }
    }

    private func resume(_ outage: WatchedOutage, at now: Instant) async throws {
        guard let end = outage.during.upper else { return }
        try await database.transaction { tx in
            let rows = try await tx.all(
                """
                UPDATE incidents SET resumed_at = greatest(suspended_at, \(end)), version = version + 1,
                    updated_by = NULL, updated_at = \(now)
                WHERE  outage_id = \(outage.id) AND is_open AND resumed_at IS NULL AND suspended_at IS NOT NULL
                AND    resumption_withdrawn_at IS NULL
                RETURNING id, code
                """, as: OpenedIncident.self)
            for row in rows {
                try await tx.tell(
                    row.id, .status, "“\(outage.monitor)” trả lời trở lại.", happened: end, by: nil, at: now)
                try await tx.record(
                    "incident.resumed", row.code, by: .system("incident-watch"),
                    after: ["resumed_at": VietnameseFormat.timestamp(end)], at: now)
            }
        }
    }
}

/// Somebody else has opened this outage's incident.
private struct AnsweredMeanwhile: Error {}

private struct WatchedOutage: PostgresRow {
    let id: Int64
    let during: TimeRange
    let confirmedAt: Instant
    let reason: String
    let monitor: String
    let agency: Int64?
    /// Whether the monitor is a job that reports by itself.
    let isHeartbeat: Bool

    static var columns: String { "o.id, o.during, o.confirmed_at, o.reason, m.name, m.agency_id, m.kind = 'heartbeat'" }

    init(row: inout RowReader) throws {
        id = try row.read()
        during = try row.read()
        confirmedAt = try row.read()
        reason = try row.read()
        monitor = try row.read()
        agency = try row.read()
        isHeartbeat = try row.read()
    }

    var title: String { isHeartbeat ? "Tác vụ không hoàn thành: \(monitor)" : "Gián đoạn: \(monitor)" }

    /// The system does not stand still because a job did not report.
    var kind: Incident.Kind { isHeartbeat ? .degraded : .suspension }

    var description: String {
        isHeartbeat
            ? "Tác vụ “\(monitor)” không hoàn thành như đã hẹn: \(reason)." : "Không truy cập được “\(monitor)”: \(reason)."
    }

    var beginning: String {
        isHeartbeat ? "Hạn chót hoặc lần báo lỗi của “\(monitor)”: \(reason)." : "Lần đo lỗi đầu tiên của “\(monitor)”: \(reason)."
    }
}

private struct AbandonedIncident: PostgresRow {
    let id: Incident.ID
    let code: String
    let deletedAt: Instant

    static var columns: String { "i.id, i.code, m.deleted_at" }

    init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
        deletedAt = try row.read()
    }
}

/// An incident that a watch has just written to.
struct OpenedIncident: PostgresRow {
    let id: Incident.ID
    let code: String

    static var columns: String { "id, code" }

    init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
    }
}

extension Transaction {
    fileprivate func open(_ outage: WatchedOutage, at now: Instant) async throws -> String {
        let code = try await nextCode(.incident, at: now)
        let began = outage.during.lower ?? outage.confirmedAt
        let ids = try await values(
            """
            INSERT INTO incidents (code, title, kind, agency_id, outage_id, began_at, detected_at, suspended_at,
                                   description, opened_at, updated_at)
            VALUES (\(code), \(outage.title), \(outage.kind), \(outage.agency), \(outage.id), \(began),
                    \(max(began, outage.confirmedAt)), \(outage.isHeartbeat ? nil : began), \(outage.description),
                    \(now), \(now))
            ON     CONFLICT (outage_id) DO NOTHING RETURNING id
            """, as: Incident.ID.self)
        // The number that was taken goes back with the transaction.
        guard let id = ids.first else { throw AnsweredMeanwhile() }
        try await tell(
            id, .detection, outage.beginning, happened: began, by: nil, at: now)
        try await tell(
            id, .detection, "Gián đoạn được xác nhận; sự cố tự mở.", happened: outage.confirmedAt, by: nil, at: now)
        try await record(
            "incident.opened", code, by: .system("incident-watch"),
            after: ["title": outage.title, "outage": String(outage.id), "began_at": VietnameseFormat.timestamp(began)], at: now)
        return code
    }
}
