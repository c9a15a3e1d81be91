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
        let shard: Int

        /// For `monitor_shards h` too.
        static var columns: String { "\(Monitor.columns), \(MonitorState.columns), s.revision, h.shard" }

        init(row: inout RowReader) throws {
            monitor = try Monitor(row: &row)
            state = try MonitorState(row: &row)
            revision = try row.read()
            shard = try row.read()
        }
    }

    let database: Database
    /// Names this process in the table of watches.
    let process: String
    let mark: ProcessMark?

    /// - Parameter mark: Lets processes of this machine see when this one has died; without it they wait for its lease to
    ///   run out.
    package init(database: Database, process: String, mark: ProcessMark? = nil) {
        self.database = database
        self.process = process
        self.mark = mark
    }

    /// What is to be watched now in some shards, and the address that tells whether the prober is cut off.
    func assignments(in shards: Set<Int>) async throws -> (monitors: [Assignment], reference: String) {
        let monitors: [Assignment] = try await database.all(
            """
            SELECT \(columns: Assignment.self) FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id
            JOIN   monitor_shards h ON h.monitor_id = m.id
            WHERE  h.shard = ANY(\(shards.sorted())) AND m.deleted_at IS NULL AND m.paused_at IS NULL
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
