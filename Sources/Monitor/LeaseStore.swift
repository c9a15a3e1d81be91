import Civil
import Database

/// The leases on shards: how a process gets them, keeps them, gives them back and loses them. Each question is one
/// transaction and leaves nothing in the session, so it works through a proxy that pools transactions.
extension WatchStore {
    /// What a process holds after it has renewed.
    struct Tenure: Hashable, Sendable {
        let shards: Set<Int>
        /// How many it should hold.
        let share: Int
    }

    /// After a shard was given back in order, whoever takes it within this time goes on as if nothing had happened:
    /// what comes too late all the same, its first sample shows.
    fileprivate static let handover = Duration.seconds(15)

    private static let lease = Double(Shard.lease.inSeconds)

    /// Begins to watch: enrolls, and takes what is free.
    /// - Throws: `Watch.Misplaced` when nobody has added the place that this process looks from.
    func takeOver(at now: Instant) async throws -> (station: Station, tenure: Tenure) {
        try await database.transaction { tx in
            let places = try await tx.values(
                """
                SELECT id FROM probe_locations
                WHERE  retired_at IS NULL AND (lower(name) = lower(\(location)) OR id = 0 AND \(location)::text IS NULL) FOR SHARE
                """, as: Location.ID.self)
            guard let place = places.first else { throw Watch.Misplaced(name: location ?? "") }
            // Who only votes says nothing of what was measured.
            let beat = place == Location.home ? now : Instant(seconds: 0)
            let id = try await tx.value(
                """
                INSERT INTO watches (started_at, last_beat_at, process, mark, location_id, leased_until)
                VALUES (\(now), \(beat), \(process), \(mark?.text), \(place),
                        lease_end(\(Self.lease)))
                RETURNING id
                """, as: ID.self)
            let station = Station(watch: id, location: place)
            return (station, try await tx.tenure(of: station, mark: mark, at: now))
        }
    }

    /// Says that until `now` every probe that was due was made, and keeps the leases for another while; gives `released`
    /// back, and takes what is free while it is less than a fair share.
    ///
    /// A lease that ran out unnoticed, because the database was away from everybody, goes on.
    /// - Throws: `Watch.Deposed` when another process has found this one late.
    func renew(_ station: Station, releasing released: Set<Int>, at now: Instant) async throws -> Tenure {
        let id = station.watch
        return try await database.transaction { tx in
            let renewed = try await tx.run(
                """
                UPDATE watches SET last_beat_at = CASE location_id WHEN 0 THEN greatest(last_beat_at, \(now)) ELSE last_beat_at END,
                       leased_until = lease_end(\(Self.lease))
                WHERE  id = \(id) AND ended_at IS NULL
                """)
            if renewed == 0 { throw Watch.Deposed() }
            if !released.isEmpty {
                try await tx.run(
                    """
                    UPDATE probe_leases SET holder = NULL, last_beat_at = \(now)
                    WHERE  holder = \(id) AND shard = ANY(\(released.sorted()))
                    """)
            }
            return try await tx.tenure(of: station, mark: mark, at: now)
        }
    }

    /// Gives everything back: this process stops, and has stored what it saw.
    func leave(_ station: Station, at now: Instant) async throws {
        let id = station.watch
        try await database.transaction { tx in
            let left = try await tx.run(
                """
                UPDATE watches
                SET    ended_at = \(now),
                       last_beat_at = CASE location_id WHEN 0 THEN greatest(last_beat_at, \(now)) ELSE last_beat_at END
                WHERE  id = \(id) AND ended_at IS NULL
                """)
            if left == 0 { throw Watch.Deposed() }
            try await tx.run("UPDATE probe_leases SET holder = NULL, last_beat_at = \(now) WHERE holder = \(id)")
        }
    }
}

extension Transaction {
    fileprivate func tenure(
        of station: WatchStore.Station, mark: ProcessMark?, at now: Instant
    ) async throws -> WatchStore.Tenure {
        let id = station.watch
        // One process watches once at a time: a watch of its own that has not ended broke off.
        let marks = try await values(
            "SELECT mark FROM watches WHERE ended_at IS NULL AND mark IS NOT NULL AND id <> \(id)", as: String.self)
        let gone = marks.filter { mark?.sees(isOver: $0) == true }
        // Who renews at this moment is passed over: two that end each other would wait for each other.
        try await run(
            """
            UPDATE watches SET ended_at = \(now)
            WHERE  id IN (SELECT id FROM watches
                          WHERE  ended_at IS NULL AND id <> \(id)
                          AND    (leased_until < lease_end(0) OR mark = ANY(\(gone)))
                          FOR UPDATE SKIP LOCKED)
            """)
        try await endProberOutages()
        let living = try await values(
            "SELECT id FROM watches WHERE ended_at IS NULL AND location_id = \(station.location) ORDER BY id",
            as: WatchStore.ID.self)
        let share = Shard.share(rank: living.firstIndex(of: id) ?? 0, living: max(living.count, 1))
        let held = try await values("SELECT shard FROM probe_leases WHERE holder = \(id)", as: Int.self)
        guard held.count < share else { return WatchStore.Tenure(shards: Set(held), share: share) }
        let taken = try await takeFree(share - held.count, for: station, at: now)
        return WatchStore.Tenure(shards: Set(held + taken), share: share)
    }

    /// Takes shards of this place that nobody holds. Where samples are judged, nothing was measured in them since the last
    /// beat of whoever held one before, nor since a monitor's next probe was due where none came: a process that beats and
    /// does not probe (it slept, or hung) has seen nothing. What the holder before may still have to say is refused from now
    /// on, because every revision in the shard is raised.
    private func takeFree(_ wanted: Int, for station: WatchStore.Station, at now: Instant) async throws -> [Int] {
        let free = try await values(
            """
            SELECT l.shard FROM probe_leases l
            WHERE  l.location_id = \(station.location)
            AND    (l.holder IS NULL OR EXISTS (SELECT FROM watches w WHERE w.id = l.holder AND w.ended_at IS NOT NULL))
            ORDER  BY l.shard LIMIT \(wanted) FOR UPDATE OF l SKIP LOCKED
            """, as: Int.self)
        guard !free.isEmpty else { return [] }
        if station.location == Location.home { try await fence(free, for: station.watch, at: now) }
        try await run(
            """
            UPDATE probe_leases SET holder = \(station.watch)
            WHERE  location_id = \(station.location) AND shard = ANY(\(free))
            """)
        return free
    }

    private func fence(_ free: [Int], for id: WatchStore.ID, at now: Instant) async throws {
        let orderly = now - WatchStore.handover
        try await run(
            """
            INSERT INTO measurement_gaps (monitor_id, during, reason)
            SELECT m.id, tstzrange(date_trunc('second', greatest(
                       least(coalesce(w.last_beat_at, l.last_beat_at, last.beat, \(now)), s.next_due_at),
                       m.created_at)), NULL), 'process_down'
            FROM   monitors m JOIN monitor_states s ON s.monitor_id = m.id
            JOIN   monitor_shards h ON h.monitor_id = m.id
            JOIN   probe_leases l ON l.location_id = 0 AND l.shard = h.shard LEFT JOIN watches w ON w.id = l.holder
            CROSS  JOIN (SELECT max(last_beat_at) AS beat FROM watches WHERE id <> \(id) AND location_id = 0) AS last
            WHERE  l.shard = ANY(\(free)) AND m.deleted_at IS NULL AND m.paused_at IS NULL
            AND    (l.holder IS NULL AND l.last_beat_at >= \(orderly)
                    AND (s.next_due_at IS NULL OR s.next_due_at >= \(orderly))) IS NOT TRUE
            ON     CONFLICT (monitor_id, reason) WHERE upper_inf(during) DO NOTHING
            """)
        try await run(
            """
            UPDATE monitor_states s SET revision = revision + 1
            FROM   monitor_shards h WHERE h.monitor_id = s.monitor_id AND h.shard = ANY(\(free))
            """)
    }
}
