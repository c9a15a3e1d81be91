package import Civil
package import Database
package import Organization

/// The places that look: who is counted, and what each saw.
package struct LocationStore: Sendable {
    private static let page = "/settings/locations"

    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// The places that count, the console's own first.
    package func all() async throws -> [Location] {
        try await database.all(
            """
            SELECT \(columns: Location.self) FROM probe_locations l WHERE l.retired_at IS NULL ORDER BY l.id
            """)
    }

    /// What each place that counts saw of a monitor last, and how many of them decide; nil where only one looks.
    package func sight(of monitor: Monitor.ID) async throws -> (views: [LocationView], quorum: Quorum)? {
        let views: [LocationView] = try await database.all(
            """
            SELECT \(columns: LocationView.self)
            FROM   probe_locations l LEFT JOIN location_votes v ON v.location_id = l.id AND v.monitor_id = \(monitor)
            WHERE  l.retired_at IS NULL
            AND    EXISTS (SELECT FROM probe_locations o WHERE o.retired_at IS NULL AND o.id <> 0)
            ORDER  BY l.id
            """)
        guard !views.isEmpty else { return nil }
        return (views, Quorum(wanted: try await database.settings().number(.quorum), of: views.count))
    }

    /// From now on, what is seen from there counts.
    /// - Throws: `Refusal` when there is a place of that name.
    package func add(_ name: String, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: Self.page)
            let added = try await tx.values(
                """
                INSERT INTO probe_locations (name, added_at) VALUES (\(name), \(now))
                ON CONFLICT (lower(name)) WHERE retired_at IS NULL DO NOTHING RETURNING id
                """, as: Location.ID.self)
            guard let id = added.first else { throw Refusal(field: "name", "Nơi đo “\(name)” đã có.") }
            try await tx.run(
                "INSERT INTO probe_leases (location_id, shard) SELECT \(id), generate_series(0, \(Shard.count - 1))")
            try await tx.run("SELECT pg_notify('monitors', '')")
            tx.record("location.added", "\(id.rawValue)", by: actor, after: ["name": name], at: now)
        }
    }

    /// From now on, what is seen from there does not count any more, and its processes have nothing to do.
    /// - Throws: `Refusal` when it was given up before, or is the console's own.
    package func retire(_ id: Location.ID, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: Self.page)
            let retired = try await tx.values(
                """
                UPDATE probe_locations SET retired_at = \(now)
                WHERE  id = \(id) AND id <> 0 AND retired_at IS NULL RETURNING name
                """, as: String.self)
            guard let name = retired.first else { throw Refusal(field: "", "Nơi đo này đã thôi dùng.") }
            try await tx.run("UPDATE watches SET ended_at = \(now) WHERE location_id = \(id) AND ended_at IS NULL")
            try await tx.run("DELETE FROM probe_leases WHERE location_id = \(id)")
            try await tx.run("DELETE FROM location_votes WHERE location_id = \(id)")
            try await tx.run("SELECT pg_notify('monitors', '')")
            tx.record("location.retired", "\(id.rawValue)", by: actor, before: ["name": name], at: now)
        }
    }
}

/// What one place saw of one monitor last.
package struct LocationView: Hashable, Sendable, PostgresRow {
    package let name: String
    /// When its probe began; nil: it has not looked yet.
    package let at: Instant?
    package let failingSince: Instant?
    package let failure: Failure?
    package let total: Duration?

    /// For `probe_locations l` and `location_votes v`.
    package static let columns = "l.name, v.at, v.failing_since, v.failure, v.detail, v.total_us"

    package init(row: inout RowReader) throws {
        name = try row.read()
        at = try row.read()
        failingSince = try row.read()
        let (kind, detail) = (try row.read(String?.self), try row.read(String?.self))
        failure = kind.flatMap(Failure.Kind.init(rawValue:)).map { Failure($0, detail ?? "") }
        total = try row.read(Int64?.self).map { .microseconds($0) }
    }
}
