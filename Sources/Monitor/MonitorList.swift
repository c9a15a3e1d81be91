package import Civil
package import Database
package import Organization
import Web

/// Which monitors a list shows.
package struct MonitorFilter: Hashable, Sendable {
    package var state: MonitorSummary.State?
    /// Part of the name, component or address, marks and case aside.
    package var search = ""
    package var group: MonitorGroup.ID?
    /// A whole tag, in lower case.
    package var tag = ""
    /// Part of the name or the code of the agency, marks and case aside.
    package var agency = ""

    package init() {}

    init(_ context: SignedIn) {
        state = .init(rawValue: context.query("state"))
        search = context.query("q")
        group = Int64(context.query("group")).map(MonitorGroup.ID.init(rawValue:))
        tag = context.query("tag").lowercased()
        agency = context.query("agency")
    }

    /// As the parameters of a link, in the order of the form.
    var query: [(String, String)] {
        [
            ("q", search), ("state", state?.rawValue ?? ""), ("group", group.map { String($0.rawValue) } ?? ""), ("tag", tag),
            ("agency", agency),
        ]
    }
}

/// How many monitors stand how, as a filter finds them, its own state aside.
package struct MonitorCounts: Hashable, Sendable, PostgresRow {
    private var counts: [MonitorSummary.State: Int]
    /// Those of which there is nothing to tell: up while somebody looks, else unknown.
    let even: Int
    /// Since when no process has watched; nil while one does, or none ever did.
    package let blindSince: Instant?

    package subscript(_ state: MonitorSummary.State?) -> Int {
        state.map { counts[$0, default: 0] } ?? counts.values.reduce(0, +)
    }

    package static var columns: String {
        """
        (SELECT beat FROM watch WHERE is_blind), (SELECT total FROM whole) - count(*), count(*) FILTER (WHERE told.state = 'down'),
        count(*) FILTER (WHERE told.state = 'unknown'), count(*) FILTER (WHERE told.state = 'degraded'),
        count(*) FILTER (WHERE told.state = 'paused')
        """
    }

    package init(row: inout RowReader) throws {
        blindSince = try row.read()
        even = try row.read()
        counts = [.down: try row.read(), .unknown: try row.read(), .degraded: try row.read(), .paused: try row.read()]
        counts[blindSince == nil ? .up : .unknown, default: 0] += even
    }

    /// The three stretches of the list, the worst first: what is to be told of, the even ones, the paused ones.
    var stretches: [Int] { [self[nil] - even - self[.paused], even, self[.paused]] }
}

/// Which part of each stretch of a list a page takes, when the stretches follow one another.
struct ListCut {
    let parts: [(offset: Int, limit: Int)]

    init(_ stretches: [Int], offset: Int, limit: Int) {
        var (offset, limit) = (offset, limit)
        parts = stretches.map { length in
            let part = (offset: min(offset, length), limit: max(0, min(limit, length - offset)))
            offset = max(0, offset - length)
            limit -= part.limit
            return part
        }
    }
}

/// The list of monitors. Thousands of them are even: up, with nothing to tell. They are counted, and read in the order of
/// the index on their names; only the others are looked at one by one, so a page costs what is wrong, not what there is.
extension MonitorStore {
    /// - Parameter person: Of whose scope; nil for the whole province, as machines watch it.
    package func counts(_ filter: MonitorFilter, for person: Person?, at now: Instant) async throws -> MonitorCounts {
        try await database.one(
            """
            WITH \(sql: Self.uneven(at: now)),
            whole AS (SELECT count(*) AS total FROM monitors m WHERE \(sql: Self.condition(filter, person))),
            told AS MATERIALIZED (
                SELECT shown.state \(sql: Self.standing(at: now))
                WHERE  m.id IN (SELECT id FROM uneven) AND \(sql: Self.condition(filter, person)))
            SELECT \(columns: MonitorCounts.self) FROM told
            """)
    }

    /// Monitors within the person's scope: the worst first, then by name.
    ///
    /// - Parameter counts: What `counts` said of the same filter a moment ago.
    package func list(
        _ filter: MonitorFilter, _ counts: MonitorCounts, for person: Person, at now: Instant, offset: Int = 0, limit: Int
    ) async throws -> [MonitorSummary] {
        try await database.all(Self.listQuery(filter, counts, for: person, at: now, offset: offset, limit: limit))
    }

    static func listQuery(
        _ filter: MonitorFilter, _ counts: MonitorCounts, for person: Person, at now: Instant, offset: Int, limit: Int
    ) -> SQL {
        var stretches = counts.stretches
        switch filter.state {
        case nil: break
        case .paused: stretches = [0, 0, stretches[2]]
        case .up: stretches = [0, counts.blindSince == nil ? counts.even : 0, 0]
        case .unknown where counts.blindSince != nil: stretches = [0, counts.even, 0]
        case .down, .unknown, .degraded: stretches = [counts[filter.state], 0, 0]
        }
        let parts = ListCut(stretches, offset: offset, limit: limit).parts
        return """
        WITH \(sql: Self.uneven(at: now)),
        page (id, part) AS (
            (SELECT m.id, 1 \(sql: Self.standing(at: now))
             WHERE  m.id IN (SELECT id FROM uneven) AND \(sql: Self.condition(filter, person)) AND shown.state <> 'paused'
             AND    (\(filter.state)::text IS NULL OR shown.state = \(filter.state))
             ORDER  BY \(sql: Self.rank), m.name COLLATE "vi-x-icu", m.id OFFSET \(parts[0].offset) LIMIT \(parts[0].limit))
            UNION ALL
            (SELECT m.id, 2 FROM monitors m
             WHERE  \(sql: Self.condition(filter, person)) AND NOT (m.id IN (SELECT id FROM uneven))
             ORDER  BY m.name COLLATE "vi-x-icu", m.id OFFSET \(parts[1].offset) LIMIT \(parts[1].limit))
            UNION ALL
            (SELECT m.id, 3 FROM monitors m
             WHERE  \(sql: Self.condition(filter, person)) AND m.paused_at IS NOT NULL
             ORDER  BY m.name COLLATE "vi-x-icu", m.id OFFSET \(parts[2].offset) LIMIT \(parts[2].limit)))
        SELECT \(columns: MonitorSummary.self) \(sql: Self.standing(at: now))
        JOIN   page ON page.id = m.id
        ORDER  BY page.part, \(sql: Self.rank), m.name COLLATE "vi-x-icu", m.id
        """
    }

    private static let rank: SQL = "array_position(ARRAY['down', 'unknown', 'degraded'], shown.state)"

    /// Every monitor that is not simply up; while nobody looks, only the paused ones: then all the others are unknown.
    private static func uneven(at now: Instant) -> SQL {
        """
        watch AS MATERIALIZED (
            SELECT max(last_beat_at) AS beat, coalesce(max(last_beat_at) < \(now - MonitorSummary.silence), false) AS is_blind
            FROM   watches
        ), uneven AS MATERIALIZED (
            -- By way of an array, of which the planner thinks little: it takes a third of all gaps for open, however few are, and
            -- would read the state of every monitor.
            SELECT DISTINCT unnest(ARRAY(
                SELECT s.monitor_id FROM monitor_states s, watch
                WHERE  (s.state <> 'up' OR s.degraded_since IS NOT NULL) AND NOT watch.is_blind
                UNION  ALL
                SELECT g.monitor_id FROM measurement_gaps g, watch WHERE upper_inf(g.during) AND NOT watch.is_blind
                UNION  ALL
                SELECT m.id FROM monitors m WHERE m.paused_at IS NOT NULL AND m.deleted_at IS NULL)) AS id
        )
        """
    }

    /// Only what is asked stands in the statement: with `OR` no index on the text would be of use.
    private static func condition(_ filter: MonitorFilter, _ person: Person?) -> SQL {
        """
        \(sql: isListed(for: person)) AND m.kind <> 'heartbeat'
        \(sql: filter.search.isEmpty ? "" : "AND m.search LIKE containing(\(filter.search))")
        \(sql: filter.group == nil ? "" : "AND m.group_id = \(filter.group)")
        \(sql: filter.tag.isEmpty ? "" : "AND m.tags @> ARRAY[\(filter.tag)]")
        \(sql: filter.agency.isEmpty
            ? "" : "AND m.agency_id IN (SELECT id FROM agencies WHERE search LIKE containing(\(filter.agency)))")
        """
    }
}
