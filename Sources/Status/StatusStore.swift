package import Civil
package import Database
import Monitor
package import Organization

/// What the public may know, and what of it the administrator has chosen.
package struct StatusStore: Sendable {
    let database: Database
    let monitors: MonitorStore

    package init(database: Database) {
        self.database = database
        monitors = MonitorStore(database: database)
    }

    /// Everything on the page, in six statements however much there is of it; nil while the page is off.
    package func report(at now: Instant) async throws -> StatusReport? {
        guard try await database.settings().number(.statusPage) == 1 else { return nil }
        let components: [PublicComponent] = try await database.all(
            """
            SELECT \(columns: PublicComponent.self) FROM public_components c
            WHERE  c.is_public ORDER BY c.position, c.title COLLATE "vi-x-icu"
            """)
        let standings = try await monitors.standings(ofComponents: components.map(\.name), at: now)
        let first = DayStrip.firstDay(endingAt: now)
        let days = try await monitors.days(
            of: standings.map(\.monitor), from: first, count: DayStrip.length, asOf: now)
        let byComponent = Dictionary(grouping: standings, by: \.component)
        return StatusReport(
            asOf: Instant(seconds: now.seconds / 60 * 60),
            components: components.map { component in
                let watched = byComponent[component.name] ?? []
                return StatusReport.Component(
                    component: component, state: StatusRules.state(of: watched.map { ($0.state, $0.isPlanned) }),
                    strip: DayStrip(from: first, watched.flatMap { days[$0.monitor] ?? [] }))
            },
            interruptions: try await interruptions(since: first.startInVietnam),
            maintenance: try await maintenance(at: now), blindSince: try await monitors.blindSince(at: now))
    }

    private func interruptions(since: Instant) async throws -> [Interruption] {
        try await database.all(
            """
            SELECT \(columns: Interruption.self)
            FROM   public_components c CROSS JOIN LATERAL (
                SELECT unnest(
                    (SELECT coalesce(range_agg(o.during), '{}')
                     FROM   outages o JOIN monitors m ON m.id = o.monitor_id
                     WHERE  m.component = c.name AND m.agency_id IS NULL AND m.deleted_at IS NULL
                     AND    o.during && tstzrange(\(since), NULL))
                    - (SELECT coalesce(range_agg(p.during), '{}') FROM planned_windows p
                       WHERE  p.during && tstzrange(\(since), NULL)
                       AND   (p.monitor_id IS NULL OR p.monitor_id IN (
                                  SELECT m.id FROM monitors m WHERE m.component = c.name AND m.agency_id IS NULL)))
                ) AS during) AS fall
            WHERE  c.is_public ORDER BY lower(fall.during) DESC, c.position, c.id LIMIT 100
            """)
    }

    private func maintenance(at now: Instant) async throws -> [PublicMaintenance] {
        try await database.all(
            """
            SELECT \(columns: PublicMaintenance.self)
            FROM   notices n CROSS JOIN LATERAL (
                SELECT coalesce(array_agg(c.title ORDER BY c.position, c.id), '{}') AS titles
                FROM   public_components c WHERE c.is_public AND c.name = ANY (n.components)) AS concerned
            WHERE  n.published_at IS NOT NULL AND n.cancelled_at IS NULL AND upper(n.during) > \(now)
            AND    (n.components IS NULL OR concerned.titles <> '{}')
            ORDER  BY lower(n.during), n.id LIMIT 20
            """)
    }

    // MARK: Keeping

    /// Every component that system-wide monitors name or that was chosen before, with what is chosen of it.
    package func choices() async throws -> [ComponentChoice] {
        try await database.all(
            """
            SELECT \(columns: ComponentChoice.self)
            FROM  (SELECT DISTINCT m.component AS name FROM monitors m
                   WHERE m.agency_id IS NULL AND m.deleted_at IS NULL AND m.component <> ''
                   UNION SELECT p.name FROM public_components p) AS named
            LEFT   JOIN public_components c ON c.name = named.name
            ORDER  BY c.position, named.name COLLATE "vi-x-icu"
            """)
    }

    package func isOn() async throws -> Bool { try await database.settings().number(.statusPage) == 1 }

    /// Keeps what was chosen, all or nothing.
    /// - Throws: `Refusal` for titles that are missing, too long or taken twice; `AlreadySubmitted`.
    package func keep(
        _ choices: [ComponentChoice], isOn: Bool, by actor: Actor, form: FormKey?, at now: Instant
    ) async throws {
        try StatusRules.check(choices)
        try await database.transaction { tx in
            try await tx.claim(form, location: "/settings/status")
            let wasOn = try await tx.settings().number(.statusPage) == 1
            try await tx.run(
                """
                INSERT INTO settings (key, value, updated_at) VALUES (\(Setting.statusPage.key), \(isOn ? "1" : "0"), \(now))
                ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
                """)
            let before = try await tx.chosen()
            try await tx.run(
                """
                INSERT INTO public_components (name, title, position, is_public)
                SELECT t.name, coalesce(nullif(t.title, ''), t.name), t.position, t.is_public
                FROM   unnest(\(choices.map(\.name)), \(choices.map(\.title)), \(choices.map { Int64($0.position) }),
                              \(choices.map(\.isPublic))) AS t (name, title, position, is_public)
                WHERE  t.is_public OR EXISTS (SELECT FROM public_components c WHERE c.name = t.name)
                ON CONFLICT (name) DO UPDATE
                    SET title = excluded.title, position = excluded.position, is_public = excluded.is_public
                """)
            try await tx.record(
                "status.changed", Setting.statusPage.key, by: actor,
                before: ["page": wasOn ? "1" : "0", "components": before],
                after: ["page": isOn ? "1" : "0", "components": try await tx.chosen()], at: now)
        }
    }
}

extension Transaction {
    /// The public components in one text, for the audit trail.
    fileprivate func chosen() async throws -> String {
        try await value(
            """
            SELECT coalesce(string_agg(c.position || '. ' || c.name || ' = ' || c.title, '; ' ORDER BY c.position, c.id), '')
            FROM   public_components c WHERE c.is_public
            """, as: String.self)
    }
}

extension ComponentChoice: PostgresRow {
    package static var columns: String {
        "named.name, coalesce(c.is_public, false), coalesce(c.title, named.name), coalesce(c.position, 100)"
    }

    package init(row: inout RowReader) throws {
        self.init(name: try row.read(), isPublic: try row.read(), title: try row.read(), position: try row.read())
    }
}
