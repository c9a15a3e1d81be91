import Civil
package import Database
import Organization

/// What a watch reads and writes. Everything that it writes is fenced by the monitor's revision.
package struct WatchStore: Sendable {
    package typealias ID = RowID<Watch>

    /// A time of watching, and from where.
    struct Station: Hashable, Sendable {
        let watch: ID
        let location: Location.ID
    }

    /// What a watch needs to know.
    struct Assignments: Sendable {
        let monitors: [Assignment]
        /// The address that tells whether the prober is cut off.
        let reference: String
        /// The other places that look, and how many must say that a target is down.
        let others: Set<Location.ID>
        let quorum: Int
    }

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
    let location: String?

    /// - Parameters:
    ///   - mark: Lets processes of this machine see when this one has died; without it they wait for its lease to run out.
    ///   - location: From where this process looks; nil: from where samples are judged.
    package init(database: Database, process: String, mark: ProcessMark? = nil, location: String? = nil) {
        self.database = database
        self.process = process
        self.mark = mark
        self.location = location
    }

    /// What is to be watched now in some shards.
    func assignments(in shards: Set<Int>) async throws -> Assignments {
        let monitors: [Assignment] = try await database.all(
            """
            SELECT \(columns: Assignment.self) FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id
            JOIN   monitor_shards h ON h.monitor_id = m.id
            WHERE  h.shard = ANY(\(shards.sorted())) AND m.deleted_at IS NULL AND m.paused_at IS NULL
            """)
        let settings = try await database.settings()
        let others = try await database.values(
            "SELECT id FROM probe_locations WHERE retired_at IS NULL AND id <> 0", as: Location.ID.self)
        return Assignments(
            monitors: monitors, reference: settings[.referenceAddress], others: Set(others),
            quorum: settings.number(.quorum))
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
