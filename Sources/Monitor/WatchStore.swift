import Civil
package import Database
import Organization

/// What a watch reads and writes. Everything that it writes is fenced by the monitor's revision.
package struct WatchStore: Sendable {
    package typealias ID = RowID<Watch>

    /// A monitor to be watched, and where it stands.
    struct Assignment: Sendable, PostgresRow {
        let monitor: Monitor
        let state: MonitorState
        let revision: Int64

        static var columns: String { "\(Monitor.columns), \(MonitorState.columns), s.revision" }

        init(row: inout RowReader) throws {
            monitor = try Monitor(row: &row)
            state = try MonitorState(row: &row)
            revision = try row.read()
        }
    }

    let database: Database
    /// Names this process in the table of watches.
    let process: String

    package init(database: Database, process: String) {
        self.database = database
        self.process = process
    }

    /// Begins a watch. Since the last beat of the watch before, nothing was measured, nor since a monitor's next probe was
    /// due where none came: a process that beats and does not probe (it slept, or hung) has seen nothing. What the watch
    /// before may still have to say is refused from now on, because every revision is raised.
    func takeOver(at now: Instant) async throws -> ID {
        try await database.transaction { tx in
            let id = try await tx.value(
                """
                INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(now), \(now), \(process)) RETURNING id
                """, as: ID.self)
            try await tx.run(
                """
                INSERT INTO measurement_gaps (monitor_id, during, reason)
                SELECT m.id, tstzrange(date_trunc('second', greatest(
                           least(coalesce(last.beat, \(now)), s.next_due_at), m.created_at)), NULL), 'process_down'
                FROM   monitors m JOIN monitor_states s ON s.monitor_id = m.id
                CROSS  JOIN (SELECT max(last_beat_at) AS beat FROM watches WHERE id < \(id)) AS last
                WHERE  m.deleted_at IS NULL AND m.paused_at IS NULL
                ON     CONFLICT (monitor_id, reason) WHERE upper_inf(during) DO NOTHING
                """)
            try await tx.run("UPDATE monitor_states SET revision = revision + 1")
            try await tx.endProberOutages(at: now)
            return id
        }
    }

    /// - Throws: `Watch.Deposed` when a younger watch has begun.
    func beat(_ id: ID, at now: Instant) async throws {
        let beaten = try await database.run(
            """
            UPDATE watches SET last_beat_at = greatest(last_beat_at, \(now))
            WHERE  id = \(id) AND NOT EXISTS (SELECT FROM watches younger WHERE younger.id > \(id))
            """)
        if beaten == 0 { throw Watch.Deposed() }
    }

    /// What is to be watched now, and the address that tells whether the prober is cut off.
    func assignments() async throws -> (monitors: [Assignment], reference: String) {
        let monitors: [Assignment] = try await database.all(
            """
            SELECT \(columns: Assignment.self) FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id
            WHERE  m.deleted_at IS NULL AND m.paused_at IS NULL
            """)
        return (monitors, try await database.settings()[.referenceAddress])
    }

    /// Makes the partitions that the coming weeks will need.
    func makePartitions(at now: Instant) async throws {
        _ = try await database.value("SELECT create_sample_partitions(2, \(now))", as: Int.self)
    }

    /// Stores a batch, whole or not at all. What was concluded of a monitor by an older revision is left out.
    ///
    /// It may be called again with a batch that was stored already, perhaps together with what came after it: when the
    /// server dies at a COMMIT, nobody can know whether it was done. Nothing is then stored twice, and what had no end
    /// yet gets it.
    func save(_ batch: Batch) async throws {
        try await database.transaction { tx in
            let counted = try await tx.saveStandings(batch)
            try await tx.saveSamples(batch.samples.filter { counted.contains($0.monitor) })
            let gaps = batch.gaps.filter { counted.contains($0.monitor) }
            try await tx.endGaps(batch.gapEnds.filter { counted.contains($0.key) }, exceptThoseOf: gaps)
            try await tx.saveGaps(gaps)
            let outages = batch.outages.filter { counted.contains($0.monitor) }
            try await tx.endOutages(batch.outageEnds.filter { counted.contains($0.key) }, exceptThoseOf: outages)
            try await tx.saveOutages(outages)
            var (degradations, flappings) = (batch.degradations, batch.flappings)
            degradations.keep(counted.contains)
            flappings.keep(counted.contains)
            try await tx.saveDegradations(degradations)
            try await tx.saveFlappings(flappings)
        }
    }
}
