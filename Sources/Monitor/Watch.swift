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
    }

    /// Which probe is to be made now.
    package struct Order: Sendable {
        package let monitor: Monitor.ID
        package let probe: Probe
        let revision: Int64
        /// When it should have been made.
        package let due: Instant
    }

    private let id: WatchStore.ID
    private let store: WatchStore
    private var posts: [Monitor.ID: Post] = [:]
    private var schedule = Schedule()
    private var bound = 0
    private var batch = Batch()
    private var lastNow: Instant
    private var reference = ""
    private var proberOutage = ProberOutage()

    private init(id: WatchStore.ID, store: WatchStore, now: Instant) {
        self.id = id
        self.store = store
        lastNow = now
    }

    /// Takes over from whoever watched before: what was not watched since their last beat is not measured, outages that
    /// were open go on.
    package static func begin(_ store: WatchStore, at now: Instant) async throws -> Watch {
        let watch = Watch(id: try await store.takeOver(at: now), store: store, now: now)
        try await watch.reload(at: now)
        return watch
    }

    /// Reads again what is to be watched, and takes up what was changed by a command.
    package func reload(at now: Instant) async throws {
        let assignments = try await store.assignments()
        reference = assignments.reference
        let kept = Set(assignments.monitors.map(\.monitor.id))
        for id in posts.keys where !kept.contains(id) {
            posts[id] = nil
            schedule.remove(id)
            batch.forget(id)
        }
        // A first round of many monitors is spread, so that it does not come as one blow.
        let round = max(Duration.seconds(5), .milliseconds(5) * assignments.monitors.count)
        for assignment in assignments.monitors where posts[assignment.monitor.id]?.revision != assignment.revision {
            take(assignment, within: round, at: now)
        }
        bound = Rhythm.bound(for: posts.values.lazy.map(\.monitor))
    }

    private func take(_ assignment: WatchStore.Assignment, within round: Duration, at now: Instant) {
        let monitor = assignment.monitor
        batch.forget(monitor.id)
        posts[monitor.id] = Post(
            monitor: monitor, rules: OutageRules(monitor: monitor, state: assignment.state),
            revision: assignment.revision)
        guard !schedule.isUnderWay(monitor.id) else { return }
        let soon = min(monitor.spacing(while: assignment.state), round)
        schedule.wait(monitor.id, until: Rhythm.next(after: now, every: soon, for: monitor.id))
    }

    /// The address that tells whether this prober is cut off; empty when none is set.
    package var referenceAddress: String { reference }

    /// When there is something to do next.
    package var nextDue: Instant? { schedule.next }

    /// Probes that are under way, and how many may be.
    package var load: (underWay: Int, bound: Int) { (schedule.underWay, bound) }

    /// What is to be probed now. Each order is answered by `conclude` or `concludeNothing`, once.
    package func orders(at now: Instant) -> [Order] {
        if now < lastNow - .seconds(1) { schedule.shift(by: now - lastNow) }
        lastNow = now
        return schedule.take(at: now, bound: bound).compactMap { id, due in
            guard let post = posts[id] else {
                schedule.finish(id)
                return nil
            }
            return Order(monitor: id, probe: post.monitor.probe, revision: post.revision, due: due)
        }
    }

    /// Takes what a probe saw. While what the target hangs on does not answer either, its failure says nothing of it. What
    /// it hangs on is looked at as soon as the target fails, so that it is known in time which of the two it is.
    package func conclude(_ order: Order, _ sample: Sample) {
        proberOutage.found(at: sample.at)
        if sample.failure != nil, let parent = posts[order.monitor]?.monitor.parent {
            if let since = failingSince(parent) {
                return conclude(order, at: sample.at, sample: nil) {
                    $0.observeNothing(at: sample.at, offlineSince: since, reason: .parentDown)
                }
            }
            if posts[parent] != nil, !schedule.isUnderWay(parent) { schedule.wait(parent, until: lastNow) }
        }
        conclude(order, at: sample.at, sample: sample) { $0.observe(sample) }
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
        conclude(order, at: at, sample: nil) { $0.observeNothing(at: at, offlineSince: offlineSince) }
    }

    private func conclude(
        _ order: Order, at: Instant, sample: Sample?, judge: (inout OutageRules) -> [OutageRules.Action]
    ) {
        guard var post = posts[order.monitor] else {
            schedule.finish(order.monitor)
            return
        }
        guard post.revision == order.revision else {
            schedule.wait(order.monitor, until: lastNow)
            return
        }
        let actions = judge(&post.rules)
        posts[order.monitor] = post
        // After the clock was set back, the next probe is reckoned from the clock as it is now.
        let due = Rhythm.next(of: post.monitor, in: post.rules.state, after: min(at, lastNow))
        schedule.wait(order.monitor, until: due)
        batch.add(
            order.monitor, revision: post.revision, sample: sample, state: post.rules.state, due: due, actions: actions)
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
        do {
            try await store.save(saving)
        } catch {
            batch = saving.followed(by: batch)
            throw error
        }
    }

    /// Says that until now every probe that was due was made.
    /// - Throws: `Deposed` when another process has taken over.
    package func beat(at now: Instant) async throws {
        try await store.beat(id, at: now)
    }

    /// Another process watches now.
    package struct Deposed: Error {}
}
