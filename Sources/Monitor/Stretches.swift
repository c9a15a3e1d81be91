package import Civil
import Database

/// Times of one kind that a monitor goes through, one at a time, and that are no outage: suy giảm (it answered, but slowly)
/// and chập chờn (up and down in turns). What of them began and ended since the last time that it could be stored.
struct Stretches: Sendable {
    struct Row: Sendable {
        let monitor: Monitor.ID
        let from: Instant
        var to: Instant?
    }

    /// Those that began in this batch, and perhaps ended in it.
    private(set) var rows: [Row] = []
    /// The end of those that were open before this batch.
    private(set) var ends: [Monitor.ID: Instant] = [:]

    init() {}

    /// Only the ends of what is open, whatever that is.
    init(ends: [Monitor.ID: Instant]) {
        self.ends = ends
    }

    mutating func open(_ monitor: Monitor.ID, from: Instant) {
        rows.append(Row(monitor: monitor, from: from, to: nil))
    }

    mutating func close(_ monitor: Monitor.ID, at: Instant) {
        if let open = rows.lastIndex(where: { $0.monitor == monitor && $0.to == nil }) {
            rows[open].to = at
        } else {
            ends[monitor] = at
        }
    }

    /// Takes up what came after these.
    mutating func follow(with later: Stretches) {
        for (monitor, end) in later.ends { close(monitor, at: end) }
        rows += later.rows
    }

    mutating func keep(_ isKept: (Monitor.ID) -> Bool) {
        rows.removeAll { !isKept($0.monitor) }
        ends = ends.filter { isKept($0.key) }
    }
}

/// Written as outages are (`BatchStore`): what an earlier try has stored already is not stored twice, and gets its end.
extension Transaction {
    /// - Parameter table: `degradations` or `flappings`, which are built alike.
    func save(_ stretches: Stretches, in table: SQL) async throws {
        let rows = stretches.rows
        let (monitors, begun, ended) = (rows.map(\.monitor.rawValue), rows.map(\.from), rows.map(\.to))
        if !stretches.ends.isEmpty {
            let ends = stretches.ends.sorted { $0.key.rawValue < $1.key.rawValue }
            // What this batch opens may have been stored by an earlier try; these ends are of what was before.
            try await run(
                """
                UPDATE \(sql: table) s
                SET    during = tstzrange(lower(s.during), greatest(v.ended, lower(s.during) + interval '1 second'))
                FROM   unnest(\(ends.map(\.key.rawValue)), \(ends.map(\.value))) AS v (monitor_id, ended)
                WHERE  s.monitor_id = v.monitor_id AND upper_inf(s.during)
                AND    (s.monitor_id, lower(s.during)) NOT IN (SELECT * FROM unnest(\(monitors), \(begun)))
                """)
        }
        guard !rows.isEmpty else { return }
        if rows.contains(where: { $0.to != nil }) {
            try await run(
                """
                UPDATE \(sql: table) s SET during = tstzrange(v.begun, v.ended)
                FROM   unnest(\(monitors), \(begun), \(ended)) AS v (monitor_id, begun, ended)
                WHERE  s.monitor_id = v.monitor_id AND lower(s.during) = v.begun AND upper_inf(s.during)
                AND    v.ended IS NOT NULL
                """)
        }
        try await run(
            """
            INSERT INTO \(sql: table) (monitor_id, during)
            SELECT v.monitor_id, tstzrange(v.begun, v.ended)
            FROM   unnest(\(monitors), \(begun), \(ended)) AS v (monitor_id, begun, ended)
            WHERE  NOT EXISTS (SELECT FROM \(sql: table) s WHERE s.monitor_id = v.monitor_id AND lower(s.during) = v.begun)
            ON     CONFLICT (monitor_id) WHERE upper_inf(during) DO NOTHING
            """)
    }

    func saveDegradations(_ stretches: Stretches) async throws {
        try await save(stretches, in: "degradations")
    }

    /// Who opens incidents is told, because one answers for all of a time of flapping.
    func saveFlappings(_ stretches: Stretches) async throws {
        try await save(stretches, in: "flappings")
        if !stretches.rows.isEmpty || !stretches.ends.isEmpty { try await run("SELECT pg_notify('outages', '')") }
    }

    /// Nobody looks at the monitor any more: that it is unsteady is no longer said, and its results are forgotten.
    func forgetResults(of monitor: Monitor.ID, at now: Instant) async throws {
        try await saveFlappings(Stretches(ends: [monitor: now.ceiledToSecond]))
        try await run("UPDATE monitor_states SET flapping_since = NULL, results = 1 WHERE monitor_id = \(monitor)")
    }
}

extension MonitorStore {
    /// The newest times of flapping of a monitor, newest first.
    package func flappings(of monitor: Monitor.ID, limit: Int = 20) async throws -> [TimeRange] {
        try await database.values(
            "SELECT during FROM flappings WHERE monitor_id = \(monitor) ORDER BY lower(during) DESC LIMIT \(limit)")
    }
}
