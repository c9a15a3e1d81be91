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
}

/// One page of the list.
package struct MonitorPage: Sendable {
    /// Of all that the filter finds.
    package let counts: MonitorCounts
    package let rows: [MonitorSummary]
}

/// Which monitors stand on a page, in no order, and how many there are of each state.
private struct FoundMonitors: PostgresRow {
    let counts: MonitorCounts
    let ids: [Int64]

    static var columns: String { "\(MonitorCounts.columns), ARRAY(SELECT id FROM page)" }

    init(row: inout RowReader) throws {
        counts = try MonitorCounts(row: &row)
        ids = try row.read()
    }
}

/// The list of monitors. Thousands of them are even: up, with nothing to tell. They are counted, and read in the order of
/// the index on their names; only the others are looked at one by one, so a page costs what is wrong, not what there is.
extension MonitorStore {
    /// - Parameter person: Of whose scope; nil for the whole province, as machines watch it.
    package func counts(_ filter: MonitorFilter, for person: Person?, at now: Instant) async throws -> MonitorCounts {
        try await database.one("WITH \(sql: Self.told(filter, person, at: now)) SELECT \(columns: MonitorCounts.self) FROM told")
    }

    /// Monitors within the person's scope: the worst first, then by name. The page is looked up first and told then, in a
    /// statement whose plan is the same whichever they are, so that PostgreSQL keeps it.
    package func page(
        _ filter: MonitorFilter, for person: Person, at now: Instant, offset: Int = 0, limit: Int
    ) async throws -> MonitorPage {
        let found: FoundMonitors = try await database.one(
            Self.pageQuery(filter, for: person, at: now, offset: offset, limit: limit))
        if found.ids.isEmpty { return MonitorPage(counts: found.counts, rows: []) }
        return MonitorPage(
            counts: found.counts,
            rows: try await database.all(
                """
                SELECT \(columns: MonitorSummary.self) \(sql: Self.standing(at: now))
                WHERE  m.id = ANY(\(found.ids)) AND \(sql: Self.isListed(for: person))
                ORDER  BY \(sql: Self.rank("shown.state")), m.name COLLATE "vi-x-icu", m.id
                """))
    }

    /// The list is three stretches, one after the other: what there is to tell of, the even ones, the paused ones. Each gives the
    /// page what is left of its offset and its limit after those before it.
    static func pageQuery(
        _ filter: MonitorFilter, for person: Person, at now: Instant, offset: Int, limit: Int
    ) -> SQL {
        func cut(after before: SQL) -> SQL {
            """
            OFFSET greatest(0, \(offset) - \(sql: before)) LIMIT least(\(limit), greatest(0, \(offset + limit) - \(sql: before)))
            """
        }
        let isWhole = filter.state == nil
        return """
            WITH \(sql: told(filter, person, at: now)),
            page AS (
                (SELECT id FROM told WHERE state <> 'paused' AND (\(filter.state)::text IS NULL OR state = \(filter.state))
                 ORDER  BY \(sql: rank("state")), name COLLATE "vi-x-icu", id OFFSET \(offset) LIMIT \(limit))
                UNION ALL
                (SELECT m.id FROM monitors m
                 WHERE  \(sql: condition(filter, person)) AND NOT (m.id IN (SELECT id FROM uneven))
                 AND    (\(isWhole) OR \(filter.state) = CASE WHEN (SELECT is_blind FROM watch) THEN 'unknown' ELSE 'up' END)
                 ORDER  BY m.name COLLATE "vi-x-icu", m.id
                 \(sql: cut(after: isWhole ? "(SELECT count(*) FROM told WHERE state <> 'paused')" : "0")))
                UNION ALL
                (SELECT id FROM told WHERE state = 'paused' AND (\(isWhole) OR \(filter.state) = 'paused')
                 ORDER  BY name COLLATE "vi-x-icu", id
                 \(sql: cut(after: isWhole ? "((SELECT total FROM whole) - (SELECT count(*) FROM told WHERE state = 'paused'))" : "0"))))
            SELECT \(columns: FoundMonitors.self) FROM told
            """
    }

    private static func rank(_ state: SQL) -> SQL {
        "array_position(ARRAY['down', 'unknown', 'degraded', 'up', 'paused'], \(sql: state))"
    }

    /// `watch`, `uneven`, `told` and `whole`: every monitor that is not simply up, those of them that are asked for, and how many
    /// there are in all. While nobody looks, only the paused ones are uneven: then all the others are unknown.
    private static func told(_ filter: MonitorFilter, _ person: Person?, at now: Instant) -> SQL {
        let silentBefore = now - MonitorSummary.silence
        return """
            watch AS MATERIALIZED (
                SELECT max(last_beat_at) AS beat, coalesce(max(last_beat_at) < \(silentBefore), false) AS is_blind FROM watches
            ), uneven AS MATERIALIZED (SELECT id, state FROM uneven_monitors(\(silentBefore))
            ), told AS MATERIALIZED (
                SELECT m.id, m.name, uneven.state FROM uneven JOIN monitors m ON m.id = uneven.id
                WHERE  \(sql: condition(filter, person))
            ), whole AS (SELECT count(*) AS total FROM monitors m WHERE \(sql: condition(filter, person)))
            """
    }

    /// Only what is asked stands in the statement: with `OR` no index on the text would be of use. What is searched is folded in a
    /// query of its own: where the plan is kept, it would else be folded again for each row.
    private static func condition(_ filter: MonitorFilter, _ person: Person?) -> SQL {
        """
        \(sql: isListed(for: person)) AND m.kind <> 'heartbeat'
        \(sql: filter.search.isEmpty ? "" : "AND m.search LIKE (SELECT containing(\(filter.search)))")
        \(sql: filter.group == nil ? "" : "AND m.group_id = \(filter.group)")
        \(sql: filter.tag.isEmpty ? "" : "AND m.tags @> ARRAY[\(filter.tag)]")
        \(sql: filter.agency.isEmpty
            ? "" : "AND m.agency_id IN (SELECT id FROM agencies WHERE search LIKE (SELECT containing(\(filter.agency))))")
        """
    }
}
