package import Civil

/// One process's turn at watching: which monitors it keeps, when each is due, what their samples mean, and what waits
/// to be stored. It holds nothing that matters: everything in it was read from the database or is on its way there.
///
/// It does not probe and it does not sleep; `ProbeRunner` does, and a test steps it by hand.
package actor Watch {
    /// A monitor that this watch keeps.
    private struct Post {
        var monitor: Monitor
        var rules: OutageRules
        /// What the database held when the post was taken: an older one no longer counts.
        var revision: Int64
        var shard: Int
    }

    /// Which probe is to be made now.
    package struct Order: Sendable {
        package let monitor: Monitor.ID
        package let probe: Probe
        let revision: Int64
        let shard: Int
        /// When it should have been made.
        package let due: Instant
    }

    private let id: WatchStore.ID
    private let store: WatchStore
    private let uptime: Uptime
    private let ceiling: Int
    private var shards: Set<Int> = []
    /// Shards that are being given up: nothing new is begun in them, and they go when all that was begun is stored.
    private var leaving: Set<Int> = []
    /// Until when the leases are believed in.
    private var leaseEnd: Duration
    /// Probes under way in each shard.
    private var flights: [Int: Int] = [:]
    private var posts: [Monitor.ID: Post] = [:]
    private var schedule = Schedule()
    private var bound = 0
    private var suspicions = Suspicions()
    private var batch = Batch()
    private var isSaving = false
    private var lastNow: Instant
    private var reference = ""
    private var proberOutage = ProberOutage()

    private init(
        id: WatchStore.ID, store: WatchStore, uptime: Uptime, ceiling: Int, shards: Set<Int>, leaseEnd: Duration,
        now: Instant
    ) {
        self.id = id
        self.store = store
        self.uptime = uptime
        self.ceiling = ceiling
        self.shards = shards
        self.leaseEnd = leaseEnd
        lastNow = now
    }

    /// Begins to watch what nobody watches, up to a fair share: what was not watched since the last beat is not measured,
    /// outages that were open go on.
    ///
    /// - Parameter ceiling: How many probes may be under way at most: each is an open file.
    package static func begin(
        _ store: WatchStore, uptime: Uptime = .system, ceiling: Int = Rhythm.ceiling, at now: Instant
    ) async throws -> Watch {
        let asked = uptime.now
        let (id, tenure) = try await store.takeOver(at: now)
        let watch = Watch(
            id: id, store: store, uptime: uptime, ceiling: ceiling, shards: tenure.shards,
            leaseEnd: asked + Shard.ownLease, now: now)
        try await watch.reload(at: now)
        return watch
    }

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
        let tenure = try await store.renew(id, releasing: released, at: now)
        leaseEnd = asked + Shard.ownLease
        shards = tenure.shards
        leaving = Shard.surplus(of: shards, share: tenure.share)
        // What was to be given up and is kept after all has not been scheduled any more.
        let regained = keeping.subtracting(before)
        for (id, post) in posts where regained.contains(post.shard) && !schedule.isUnderWay(id) && !suspicions.contains(id) {
            schedule.wait(id, until: Rhythm.next(after: now, every: post.monitor.interval, for: id))
        }
        if keeping != before { try await reload(at: now) }
    }

    /// Shards that can be given back: nothing is under way in them, and nothing waits to be stored.
    private func idle() -> Set<Int> {
        guard !isSaving, !leaving.isEmpty else { return [] }
        let unsaved = Set(batch.standings.keys.compactMap { posts[$0]?.shard })
        return leaving.filter { flights[$0, default: 0] == 0 && !unsaved.contains($0) }
    }

    /// Reads again what is to be watched, and takes up what was changed by a command.
    package func reload(at now: Instant) async throws {
        var wanted = keeping
        var assignments = try await store.assignments(in: wanted)
        while wanted != keeping {
            wanted = keeping
            assignments = try await store.assignments(in: wanted)
        }
        reference = assignments.reference
        let kept = Set(assignments.monitors.map(\.monitor.id))
        for (id, post) in posts where !kept.contains(id) {
            schedule.remove(id)
            // What was seen in a shard that is being given up still waits to be stored. Whoever takes it judges the rest.
            if leaving.contains(post.shard) {
                for suspicion in suspicions.take(under: id) { flights[suspicion.order.shard, default: 1] -= 1 }
                continue
            }
            settle(id)
            forget(id)
            posts[id] = nil
        }
        // A first round of many monitors is spread, so that it does not come as one blow.
        let round = max(Duration.seconds(5), .milliseconds(5) * assignments.monitors.count)
        for assignment in assignments.monitors where posts[assignment.monitor.id]?.revision != assignment.revision {
            take(assignment, within: round, at: now)
        }
        bound = Rhythm.bound(for: posts.values.lazy.map(\.monitor), atMost: ceiling)
    }

    private func take(_ assignment: WatchStore.Assignment, within round: Duration, at now: Instant) {
        let monitor = assignment.monitor
        forget(monitor.id)
        posts[monitor.id] = Post(
            monitor: monitor, rules: OutageRules(monitor: monitor, state: assignment.state),
            revision: assignment.revision, shard: assignment.shard)
        guard !schedule.isUnderWay(monitor.id) else { return }
        let soon = min(monitor.spacing(while: assignment.state), round)
        schedule.wait(monitor.id, until: Rhythm.next(after: now, every: soon, for: monitor.id))
    }

    /// What was seen of a monitor no longer counts: a command has decided otherwise.
    private func forget(_ monitor: Monitor.ID) {
        batch.forget(monitor)
        if let suspicion = suspicions.drop(monitor) { flights[suspicion.order.shard, default: 1] -= 1 }
    }

    /// The address that tells whether this prober is cut off; empty when none is set.
    package var referenceAddress: String { reference }

    /// When there is something to do next.
    package var nextDue: Instant? { isLeased ? schedule.next : nil }

    /// Probes that are under way, and how many may be.
    package var load: (underWay: Int, bound: Int) { (schedule.underWay, bound) }

    /// What is to be probed now: nothing while the leases are not certain. Each order is answered by `conclude`,
    /// `concludeNothing` or `abandon`, once.
    package func orders(at now: Instant) -> [Order] {
        if now < lastNow - .seconds(1) { schedule.shift(by: now - lastNow) }
        lastNow = now
        guard isLeased else { return [] }
        return schedule.take(at: now, bound: bound).compactMap { id, due in
            guard let post = posts[id], keeping.contains(post.shard) else {
                schedule.finish(id)
                return nil
            }
            flights[post.shard, default: 0] += 1
            return Order(
                monitor: id, probe: post.monitor.probe, revision: post.revision, shard: post.shard, due: due)
        }
    }

    /// Takes back an order whose probe was broken off and says nothing.
    package func abandon(_ order: Order) {
        flights[order.shard, default: 1] -= 1
        if posts[order.monitor] == nil {
            schedule.finish(order.monitor)
        } else {
            schedule.wait(order.monitor, until: lastNow)
        }
    }

    /// Takes what a probe saw. While what the target hangs on does not answer either, its failure says nothing of it. What
    /// it hangs on is looked at as soon as the target fails, so that it is known in time which of the two it is: a failure
    /// that would make an outage waits for that.
    package func conclude(_ order: Order, _ sample: Sample) {
        proberOutage.found(at: sample.at)
        guard sample.failure != nil, let post = posts[order.monitor], let parent = post.monitor.parent,
            let above = posts[parent], failingSince(parent) == nil
        else { return judge(order, sample) }
        if !schedule.isUnderWay(parent), !suspicions.contains(parent) { schedule.wait(parent, until: lastNow) }
        if post.rules.isOnTheBrink, above.rules.state.lastSampleAt.map({ $0 < sample.at }) ?? true {
            schedule.finish(order.monitor)
            suspicions.add(Suspicions.Suspicion(order: order, sample: sample), under: parent)
        } else {
            judge(order, sample)
        }
    }

    private func judge(_ order: Order, _ sample: Sample) {
        let isJudged: Bool
        if sample.failure != nil, let parent = posts[order.monitor]?.monitor.parent, let since = failingSince(parent) {
            isJudged = conclude(order, at: sample.at, sample: nil) {
                $0.observeNothing(at: sample.at, offlineSince: since, reason: .parentDown)
            }
        } else {
            isJudged = conclude(order, at: sample.at, sample: sample) { $0.observe(sample) }
        }
        if isJudged { settle(order.monitor) }
    }

    /// Judges the failures that waited for `parent`, of which is known now whether it answers.
    private func settle(_ parent: Monitor.ID) {
        for suspicion in suspicions.take(under: parent) { judge(suspicion.order, suspicion.sample) }
    }

    /// Since when a monitor, or what it hangs on in turn, has been failing, confirmed or not; nil while all of them answer.
    private func failingSince(_ monitor: Monitor.ID) -> Instant? {
        var (next, seen): (Monitor.ID?, Set<Monitor.ID>) = (monitor, [])
        while let id = next, let post = posts[id], seen.insert(id).inserted {
            if let since = post.rules.state.failingSince { return since }
            next = post.monitor.parent
        }
        return nil
    }

    /// Takes a probe that says nothing about its target, because this prober has been cut off since `offlineSince`.
    package func concludeNothing(_ order: Order, at: Instant, offlineSince: Instant) {
        proberOutage.lost(since: offlineSince)
        guard conclude(order, at: at, sample: nil, judge: { $0.observeNothing(at: at, offlineSince: offlineSince) })
        else { return }
        // Whatever waited for it was on the same wire.
        for suspicion in suspicions.take(under: order.monitor) {
            concludeNothing(suspicion.order, at: suspicion.sample.at, offlineSince: offlineSince)
        }
    }

    /// - Returns: Whether it counted: it does not when a command has come between.
    private func conclude(
        _ order: Order, at: Instant, sample: Sample?, judge: (inout OutageRules) -> [OutageRules.Action]
    ) -> Bool {
        flights[order.shard, default: 1] -= 1
        guard var post = posts[order.monitor] else {
            schedule.finish(order.monitor)
            return false
        }
        guard post.revision == order.revision else {
            schedule.wait(order.monitor, until: lastNow)
            return false
        }
        let actions = judge(&post.rules)
        posts[order.monitor] = post
        // After the clock was set back, the next probe is reckoned from the clock as it is now.
        let due = Rhythm.next(of: post.monitor, in: post.rules.state, after: min(at, lastNow))
        schedule.wait(order.monitor, until: due)
        batch.add(
            order.monitor, revision: post.revision, sample: sample, state: post.rules.state, due: due, actions: actions)
        return true
    }

    /// Stores what was concluded since the last time, all of it or nothing. When the database is away, nothing is lost:
    /// it waits for the next call.
    package func save() async throws {
        if let range = proberOutage.during, !proberOutage.isSaved {
            try await store.save(range, of: id)
            proberOutage.saved(range)
        }
        guard !batch.isEmpty else { return }
        let saving = batch
        batch = Batch()
        isSaving = true
        defer { isSaving = false }
        do {
            try await store.save(saving)
        } catch {
            batch = saving.followed(by: batch)
            throw error
        }
    }

    /// Gives everything back, after the last of it was stored.
    package func leave(at now: Instant) async throws {
        leaseEnd = uptime.now
        try await store.leave(id, at: now)
    }

    /// Another process watches what this one watched.
    package struct Deposed: Error {}
}
