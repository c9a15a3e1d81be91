package import Civil
package import Database

/// A heartbeat and how it stands at this moment: a line of the list.
package struct HeartbeatSummary: Hashable, Sendable {
    /// What people are told. It is `unknown` whenever nobody listens, whatever was heard last.
    package enum State: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case down, unknown, up, paused

        package var label: String {
            switch self {
            case .down: "Lỡ hẹn hoặc lỗi"
            case .unknown: "Chưa đo"
            case .up: "Đúng hẹn"
            case .paused: "Tạm dừng đo"
            }
        }
    }

    package let heartbeat: Heartbeat
    package let agencyName: String?
    package let state: State
    /// Since when it has been up or down.
    package let since: Instant
    /// Before the first ping nil.
    package let lastPingAt: Instant?
    package let lastSuccessAt: Instant?
    /// How long the last run took that said when it began.
    package let lastDuration: Duration?
    /// Why it is down; nil when it is not.
    package let reason: String?
    let rules: HeartbeatRules

    /// Whether a run has begun and not ended.
    package var startedAt: Instant? { rules.startedAt }

    /// The report that is expected, where one is.
    package var expectedAt: Instant? {
        state == .paused ? nil : rules.countedFrom.flatMap { heartbeat.schedule.next(after: $0) }
    }

    /// Whether it was due and still may come.
    package func isLate(at now: Instant) -> Bool {
        state == .up && (expectedAt.map { $0 <= now } ?? false)
    }
}

extension HeartbeatSummary: PostgresRow {
    /// For `monitors m`, `heartbeats h`, `heartbeat_states s`, `agencies a` and `shown`.
    package static var columns: String {
        """
        \(Heartbeat.columns), a.name, shown.state, s.since, s.last_ping_at, s.last_success_at, s.last_duration_us,
        shown.reason, s.state, s.has_gap, s.counted_from, s.started_at
        """
    }

    package init(row: inout RowReader) throws {
        heartbeat = try Heartbeat(row: &row)
        agencyName = try row.read()
        state = try row.read()
        since = try row.read()
        lastPingAt = try row.read()
        lastSuccessAt = try row.read()
        lastDuration = try row.read(Int64?.self).map { .microseconds($0) }
        reason = try row.read()
        rules = HeartbeatRules(
            schedule: heartbeat.schedule, grace: heartbeat.grace, condition: try row.read(), since: since,
            hasGap: try row.read(), countedFrom: try row.read(), startedAt: try row.read())
    }
}

/// How many heartbeats stand how.
package struct HeartbeatCounts: Hashable, Sendable, PostgresRow {
    private let numbers: [HeartbeatSummary.State: Int]

    /// - Parameter state: Nil for all of them.
    package subscript(_ state: HeartbeatSummary.State?) -> Int {
        state.map { numbers[$0] ?? 0 } ?? numbers.values.reduce(0, +)
    }

    package static var columns: String {
        """
        count(*) FILTER (WHERE shown.state = 'down'), count(*) FILTER (WHERE shown.state = 'unknown'),
        count(*) FILTER (WHERE shown.state = 'up'), count(*) FILTER (WHERE shown.state = 'paused')
        """
    }

    package init(row: inout RowReader) throws {
        var numbers: [HeartbeatSummary.State: Int] = [:]
        for state in [HeartbeatSummary.State.down, .unknown, .up, .paused] { numbers[state] = try row.read() }
        self.numbers = numbers
    }
}

/// What the address of a heartbeat by slug is made of.
struct SlugUse: Hashable, Sendable {
    /// Of the agency or of the whole system: a secret. Nil where none was made yet.
    let key: String?
    /// How many heartbeats have the slug, this one among them: more than one is ambiguous.
    let sharers: Int
}

/// A heartbeat as its own page shows it.
struct HeartbeatDetail: PostgresRow {
    let summary: HeartbeatSummary
    let use: SlugUse

    static var columns: String {
        """
        \(HeartbeatSummary.columns),
        (SELECT k.key FROM ping_keys k WHERE k.agency_id IS NOT DISTINCT FROM m.agency_id),
        (SELECT count(*) FROM heartbeats h2 JOIN monitors m2 ON m2.id = h2.monitor_id
         WHERE h2.slug = h.slug AND m2.deleted_at IS NULL AND m2.agency_id IS NOT DISTINCT FROM m.agency_id)
        """
    }

    init(row: inout RowReader) throws {
        summary = try HeartbeatSummary(row: &row)
        use = SlugUse(key: try row.read(), sharers: try row.read())
    }
}

/// A key by which jobs report by slug.
struct KeptPingKey: Hashable, Sendable, PostgresRow {
    /// Nil for the whole system.
    let agencyName: String?
    let key: String
    let createdAt: Instant

    static var columns: String { "a.name, k.key, k.created_at" }

    init(row: inout RowReader) throws {
        agencyName = try row.read()
        key = try row.read()
        createdAt = try row.read()
    }
}
