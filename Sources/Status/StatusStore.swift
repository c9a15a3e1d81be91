package import Civil
package import Database
import Monitor

/// What the public is told.
package struct StatusStore: Sendable {
    let database: Database
    let monitors: MonitorStore

    package init(database: Database) {
        self.database = database
        monitors = MonitorStore(database: database)
    }

    /// Everything on the page, in seven statements however much there is of it; nil while the page is off.
    package func report(at now: Instant) async throws -> StatusReport? {
        let page = try await database.statusPage()
        guard page.isOn else { return nil }
        let components: [PublicComponent] = try await database.all(
            """
            SELECT \(columns: PublicComponent.self) FROM public_components c
            WHERE  c.is_public ORDER BY c.position, c.title COLLATE "vi-x-icu"
            """)
        let first = DayStrip.firstDay(endingAt: now)
        let since = first.startInVietnam
        let standings = try await monitors.standings(ofComponents: components.map(\.name), since: since, at: now)
        let days = try await monitors.days(
            of: standings.map(\.monitor), from: first, count: DayStrip.length, asOf: now)
        let byComponent = Dictionary(grouping: zip(standings, days), by: \.0.component)
        return StatusReport(
            asOf: Instant(seconds: now.seconds / 60 * 60), page: page,
            components: components.map { component in
                let watched = byComponent[component.name] ?? []
                return StatusReport.Component(
                    component: component,
                    state: StatusRules.state(of: watched.compactMap { one, _ in one.state.map { ($0, one.isPlanned) } }),
                    strip: DayStrip(watched.map(\.1), from: first) { watched[$0].0.existed(on: $1) })
            },
            interruptions: try await interruptions(since: since), maintenance: try await maintenance(since: since, at: now),
            blindSince: try await monitors.blindSince(at: now))
    }

    private func interruptions(since: Instant) async throws -> [Interruption] {
        try await database.all(
            """
            WITH plans AS MATERIALIZED (
                SELECT p.monitor_id, range_agg(p.during) AS during FROM planned_windows p
                WHERE  p.during && tstzrange(\(since), NULL) GROUP BY p.monitor_id
            ), falls AS MATERIALIZED (
                SELECT c.id AS component, o.during, least(o.confirmed_at, upper(o.during)) AS known_at, a.acknowledged_at
                FROM   public_components c
                JOIN   monitors m ON m.component = c.name AND m.agency_id IS NULL AND m.kind <> 'heartbeat'
                JOIN   outages o ON o.monitor_id = m.id AND o.during && tstzrange(\(since), NULL)
                LEFT   JOIN plans own ON own.monitor_id = m.id
                LEFT   JOIN plans everyone ON everyone.monitor_id IS NULL
                LEFT   JOIN judged_outages j ON j.outage_id = o.id
                LEFT   JOIN incidents i ON i.outage_id = o.id
                LEFT   JOIN incident_acknowledgements a ON a.incident_id IN (i.id, i.merged_into_id)
                WHERE  c.is_public
                AND    NOT o.during <@ (coalesce(own.during, '{}') + coalesce(everyone.during, '{}')
                                        + coalesce(tstzmultirange(j.excluded), '{}'))
            )
            SELECT \(columns: Interruption.self)
            FROM  (SELECT f.component, unnest(range_agg(f.during)) AS during FROM falls f GROUP BY f.component) AS island
            JOIN   public_components c ON c.id = island.component
            CROSS  JOIN LATERAL (
                SELECT min(f.known_at) AS known_at, min(f.acknowledged_at) AS taken_up_at
                FROM   falls f WHERE f.component = island.component AND f.during && island.during) AS known
            ORDER  BY upper_inf(island.during) DESC, lower(island.during) DESC, c.position, c.id LIMIT 100
            """)
    }

    private func maintenance(since: Instant, at now: Instant) async throws -> [PublicMaintenance] {
        try await database.all(
            """
            SELECT \(columns: PublicMaintenance.self)
            FROM   notices n
            CROSS  JOIN LATERAL (
                SELECT coalesce(array_agg(c.title ORDER BY c.position, c.id), '{}') AS titles
                FROM   public_components c WHERE c.is_public AND c.name = ANY (n.components)) AS concerned
            CROSS  JOIN LATERAL (
                SELECT coalesce(upper(n.worked), CASE WHEN max(upper(w.during)) <= \(now) AND max(upper(w.during)) < upper(n.during)
                                                      THEN max(upper(w.during)) END) AS finished_at
                FROM   maintenance_windows w WHERE w.notice_id = n.id AND w.cancelled_at IS NULL) AS worked
            WHERE  n.published_at IS NOT NULL AND n.during && tstzrange(\(since), NULL)
            AND   (n.components IS NULL OR concerned.titles <> '{}')
            ORDER  BY lower(n.during) DESC, n.id DESC LIMIT 100
            """)
    }
}

extension Queryable {
    func statusPage() async throws -> PublicPage {
        try await one("SELECT \(columns: PublicPage.self) FROM status_page p")
    }
}
