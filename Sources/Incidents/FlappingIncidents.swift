import Civil
import Database
import Monitor
import Organization

/// One incident for a time of flapping, instead of one for each outage in it.
extension IncidentWatch {
    /// An outage that began while its monitor flapped and was over before that ended is told by the incident of the
    /// flapping; one that goes on after it has an incident of its own.
    static let isToldByFlapping: SQL = """
        EXISTS (SELECT FROM flappings f
                WHERE  f.monitor_id = o.monitor_id AND (f.during @> lower(o.during) OR f.during @> o.confirmed_at)
                AND    (upper_inf(f.during) OR upper(o.during) <= upper(f.during)))
        """

    /// Opens what is missing, or lets the incident of the monitor's last outage answer for the flapping too.
    /// - Returns: The codes of the incidents that were opened.
    func sweepFlappings(at now: Instant) async throws -> [String] {
        let flappings: [WatchedFlapping] = try await database.all(
            """
            SELECT \(columns: WatchedFlapping.self)
            FROM   flappings f JOIN monitors m ON m.id = f.monitor_id
            WHERE  NOT EXISTS (SELECT FROM incidents i WHERE i.flapping_id = f.id)
            AND    NOT EXISTS (SELECT FROM silent_windows w
                               WHERE (w.monitor_id IS NULL OR w.monitor_id = f.monitor_id)
                               AND w.during @> tstzrange(lower(f.during), greatest(lower(f.during), least(coalesce(upper(f.during), \(now)), \(now))), '[]'))
            ORDER  BY f.id LIMIT 100
            """)
        var opened: [String] = []
        for flapping in flappings {
            if let code = try await open(flapping, at: now) { opened.append(code) }
        }
        try await tellCalm(at: now)
        return opened
    }

    private func open(_ flapping: WatchedFlapping, at now: Instant) async throws -> String? {
        try await database.transaction { tx in
            // Whoever holds the flapping answers for it; the others go on.
            let held = try await tx.values(
                """
                SELECT f.id FROM flappings f
                WHERE  f.id = \(flapping.id) AND NOT EXISTS (SELECT FROM incidents i WHERE i.flapping_id = f.id)
                FOR UPDATE SKIP LOCKED
                """, as: Int64.self)
            guard !held.isEmpty else { return nil }
            let text = "“\(flapping.monitor)” bắt đầu chập chờn: lúc trả lời, lúc không. Các lần gián đoạn ngắn trong lúc này không mở sự cố riêng."
            let joined = try await tx.all(
                """
                UPDATE incidents SET flapping_id = \(flapping.id), version = version + 1, updated_by = NULL, updated_at = \(now)
                WHERE  id = (SELECT i.id FROM incidents i JOIN outages o ON o.id = i.outage_id
                             WHERE  o.monitor_id = \(flapping.monitorID) AND i.is_open AND i.flapping_id IS NULL
                             AND    coalesce(upper(o.during), \(flapping.began)) >= \(flapping.began - .seconds(3600))
                             ORDER  BY lower(o.during) DESC LIMIT 1 FOR UPDATE OF i)
                RETURNING id, code
                """, as: OpenedIncident.self)
            if let incident = joined.first {
                tx.tell(incident.id, .detection, text, happened: flapping.began, by: nil, at: now)
                tx.record(
                    "incident.flapping", incident.code, by: .system("incident-watch"),
                    after: ["flapping": String(flapping.id)], at: now)
                return nil
            }
            let code = try await tx.nextCode(.incident, at: now)
            let title = "Chập chờn: \(flapping.monitor)"
            let id = try await tx.value(
                """
                INSERT INTO incidents (code, title, kind, agency_id, flapping_id, began_at, detected_at, description,
                                       opened_at, updated_at)
                VALUES (\(code), \(title), 'degraded', \(flapping.agency), \(flapping.id), \(flapping.began),
                        \(flapping.began), \("“\(flapping.monitor)” lúc trả lời, lúc không."), \(now), \(now))
                RETURNING id
                """, as: Incident.ID.self)
            tx.tell(id, .detection, text, happened: flapping.began, by: nil, at: now)
            tx.record(
                "incident.opened", code, by: .system("incident-watch"),
                after: ["title": title, "flapping": String(flapping.id)], at: now)
            return code
        }
    }

    /// Notes once in the story that a monitor is steady again.
    private func tellCalm(at now: Instant) async throws {
        try await database.transaction { tx in
            // Locked first, so that of two who look only one finds it still to be told.
            let calm = try await tx.values(
                """
                SELECT i.id FROM incidents i JOIN flappings f ON f.id = i.flapping_id
                WHERE  i.is_open AND upper(f.during) <= \(now) ORDER BY i.id FOR UPDATE OF i
                """, as: Incident.ID.self)
            guard !calm.isEmpty else { return }
            try await tx.run(
                """
                INSERT INTO incident_entries (incident_id, kind, happened_at, written_at, text)
                SELECT i.id, 'status', upper(f.during), \(now),
                       '“' || m.name || '” hết chập chờn; có ' || (
                           SELECT count(*) FROM outages o WHERE o.monitor_id = f.monitor_id AND o.during && f.during)
                       || ' lần gián đoạn trong lúc đó.'
                FROM   incidents i JOIN flappings f ON f.id = i.flapping_id JOIN monitors m ON m.id = f.monitor_id
                WHERE  i.id = ANY (\(calm))
                AND    NOT EXISTS (SELECT FROM incident_entries e
                                   WHERE e.incident_id = i.id AND e.kind = 'status' AND e.happened_at = upper(f.during))
                """)
        }
    }
}

private struct WatchedFlapping: PostgresRow {
    let id: Int64
    let monitorID: Int64
    let monitor: String
    let agency: Int64?
    let began: Instant

    static var columns: String { "f.id, f.monitor_id, m.name, m.agency_id, lower(f.during)" }

    init(row: inout RowReader) throws {
        id = try row.read()
        monitorID = try row.read()
        monitor = try row.read()
        agency = try row.read()
        began = try row.read()
    }
}
