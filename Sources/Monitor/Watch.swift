package import Civil

/// One process's turn at watching: which monitors it keeps, when each is due, what their samples mean, and what waits
/// to be stored. It holds nothing that matters: everything in it was read from the database or is on its way there.
///
/// It does not probe and it does not sleep; `ProbeRunner` does, and a test steps it by hand.
package actor Watch {
    /// A monitor that this watch keeps.
    struct Post {
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

    let station: WatchStore.Station
    let store: WatchStore
    let uptime: Uptime
    private let ceiling: Int
    var shards: Set<Int> = []
    /// Shards that are being given up: nothing new is begun in them, and they go when all that was begun is stored.
    var leaving: Set<Int> = []
    /// Until when the leases are believed in.
    var leaseEnd: Duration
    /// Probes under way in each shard.
    var flights: [Int: Int] = [:]
    private(set) var posts: [Monitor.ID: Post] = [:]
    var schedule = Schedule()
    private var bound = 0
    private var suspicions = Suspicions()
    var jury = Jury()
    var ballots: [Monitor.ID: Vote] = [:]
    /// Monitors that the other places are to look at.
    var questions: Set<Monitor.ID> = []
    /// Monitors that are to be looked at again as soon as the probe under way has ended.
    var hurried: Set<Monitor.ID> = []
    /// Until when, by the database's clock, the others were heard.
    var heardUntil: Instant?
    private(set) var batch = Batch()
    private(set) var isSaving = false
    private(set) var lastNow: Instant
    private var reference = ""
    private var proberOutage = ProberOutage()

    private init(
        station: WatchStore.Station, store: WatchStore, uptime: Uptime, ceiling: Int, shards: Set<Int>, leaseEnd: Duration,
        now: Instant
    ) {
        self.station = station
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
        let (station, tenure) = try await store.takeOver(at: now)
        let watch = Watch(
            station: station, store: store, uptime: uptime, ceiling: ceiling, shards: tenure.shards,
            leaseEnd: asked + Shard.ownLease, now: now)
        try await watch.reload(at: now)
        return watch
    }

    /// Whether samples are judged here; elsewhere they are votes.
    package var isHome: Bool { station.location == Location.home }

    /// Reads again what is to be watched, and takes up what was changed by a command.
    package func reload(at now: Instant) async throws {
        var wanted = keeping
        var assignments = try await store.assignments(in: wanted)
        while wanted != keeping {
            wanted = keeping
            assignments = try await store.assignments(in: wanted)
        }
        reference = assignments.reference
        if isHome { jury.seat(assignments.others, wanted: assignments.quorum) }
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
        jury.forget(monitor)
        let waiting = suspicions.drop(monitor)?.order ?? jury.close(monitor)?.order
        if let waiting { flights[waiting.shard, default: 1] -= 1 }
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
        closeRounds()
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

    /// Whether a probe is under way, or what it saw waits for others.
    func isBusy(_ monitor: Monitor.ID) -> Bool {
        schedule.isUnderWay(monitor) || suspicions.contains(monitor) || jury.isOpen(monitor)
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

    /// Takes what a probe saw: here alone, or together with what other places see.
    package func conclude(_ order: Order, _ sample: Sample) {
        if isHome { proberOutage.found(at: sample.at) }
        if jury.isAlone, isHome {
            weigh(order, sample, shown: sample)
        } else {
            vote(order, sample)
        }
    }

    /// While what the target hangs on does not answer either, its failure says nothing of it. What it hangs on is looked at
    /// as soon as the target fails, so that it is known in time which of the two it is: a failure that would make an outage
    /// waits for that.
    func weigh(_ order: Order, _ sample: Sample, shown: Sample) {
        guard sample.failure != nil, let post = posts[order.monitor], let parent = post.monitor.parent,
            let above = posts[parent], failingSince(parent) == nil
        else { return judge(order, sample, shown: shown) }
        if !isBusy(parent) { schedule.wait(parent, until: lastNow) }
        if post.rules.isOnTheBrink, above.rules.state.lastSampleAt.map({ $0 < shown.at }) ?? true {
            schedule.finish(order.monitor)
            suspicions.add(Suspicions.Suspicion(order: order, sample: sample, shown: shown), under: parent)
        } else {
            judge(order, sample, shown: shown)
        }
    }

    private func judge(_ order: Order, _ sample: Sample, shown: Sample) {
        let isJudged: Bool
        if sample.failure != nil, let parent = posts[order.monitor]?.monitor.parent, let since = failingSince(parent) {
            isJudged = conclude(order, at: shown.at, sample: nil) {
                $0.observeNothing(at: shown.at, offlineSince: since, reason: .parentDown)
            }
        } else {
            isJudged = conclude(order, at: shown.at, sample: shown) { $0.observe(sample) }
        }
        if isJudged { settle(order.monitor) }
    }

    /// Judges the failures that waited for `parent`, of which is known now whether it answers.
    private func settle(_ parent: Monitor.ID) {
        for suspicion in suspicions.take(under: parent) {
            judge(suspicion.order, suspicion.sample, shown: suspicion.shown)
        }
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
        guard isHome else { return abstain(order, at: at) }
        proberOutage.lost(since: offlineSince)
        conclude(order, at: at, nothingSince: offlineSince, .proberOffline)
    }

    func conclude(_ order: Order, at: Instant, nothingSince since: Instant, _ reason: MeasurementGap.Reason) {
        let isJudged = conclude(order, at: at, sample: nil) {
            $0.observeNothing(at: at, offlineSince: since, reason: reason)
        }
        // What waited for it was on the same way.
        for suspicion in isJudged ? suspicions.take(under: order.monitor) : [] {
            conclude(suspicion.order, at: suspicion.shown.at, nothingSince: since, reason)
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
        try await saveVotes()
        if let range = proberOutage.during, !proberOutage.isSaved {
            try await store.save(range, of: station.watch)
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

    /// Another process watches what this one watched.
    package struct Deposed: Error {}

    /// Nobody has added the place from which this process is to look.
    package struct Misplaced: Error {
        package let name: String
    }
}
