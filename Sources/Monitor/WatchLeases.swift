package import Civil

/// How a watch keeps what it holds.
extension Watch {
    /// Whether what is held is held for certain. When it is not, because the database could not be told in time, whatever
    /// is under way must be broken off: somebody else may have begun.
    package var isLeased: Bool { uptime.now < leaseEnd }

    /// Which shards this watch keeps.
    package var keeping: Set<Int> { shards.subtracting(leaving) }

    /// Says that until now every probe that was due was made, keeps the leases, and comes nearer to a fair share: gives
    /// up what is too much, takes what is free.
    /// - Throws: `Deposed` when this process was found late by another.
    package func renew(at now: Instant) async throws {
        let asked = uptime.now
        let released = idle()
        let before = keeping
        let tenure = try await store.renew(station, releasing: released, at: now)
        leaseEnd = asked + Shard.ownLease
        shards = tenure.shards
        leaving = Shard.surplus(of: shards, share: tenure.share)
        // What was to be given up and is kept after all has not been scheduled any more.
        let regained = keeping.subtracting(before)
        for (id, post) in posts where regained.contains(post.shard) && !isBusy(id) {
            schedule.wait(id, until: Rhythm.next(after: now, every: post.monitor.interval, for: id))
        }
        if keeping != before {
            heardUntil = nil
            try await reload(at: now)
        }
    }

    /// Shards that can be given back: nothing is under way in them, and nothing waits to be stored.
    private func idle() -> Set<Int> {
        guard !isSaving, !leaving.isEmpty else { return [] }
        let unsaved = Set(batch.standings.keys.compactMap { posts[$0]?.shard })
        return leaving.filter { flights[$0, default: 0] == 0 && !unsaved.contains($0) }
    }

    /// Gives everything back, after the last of it was stored.
    package func leave(at now: Instant) async throws {
        leaseEnd = uptime.now
        try await store.leave(station, at: now)
    }
}
