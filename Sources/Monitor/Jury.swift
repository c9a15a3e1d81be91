import Civil
import Database

/// What the places that look say of each monitor, and what follows from it for one round: the probe of this place, and what
/// the others saw last. When the round contradicts what all together said before, the others are asked to look again, so
/// that a verdict never rests on what somebody saw before it happened.
struct Jury {
    /// A probe of this place that waits for what the others see.
    struct Round {
        let order: Watch.Order
        let sample: Sample
        let askedAt: Instant
    }

    enum Outcome: Hashable {
        /// For the rules, and as what is shown and stored.
        case judged(Sample, shown: Sample)
        case undecided
        /// The others have to look first.
        case open
    }

    /// Clocks of machines that keep the time differ by less.
    private static let skew = Duration.seconds(1)
    /// Beyond the timeout, for the way there and back.
    private static let patience = Duration.seconds(5)

    private(set) var quorum = Quorum(wanted: 1, of: 1)
    private var others: Set<Location.ID> = []
    private var votes: [Monitor.ID: [Location.ID: Vote]] = [:]
    /// Since when this place has seen nothing but failures.
    private var ownFailingSince: [Monitor.ID: Instant] = [:]
    private var rounds: [Monitor.ID: Round] = [:]

    var isAlone: Bool { others.isEmpty }

    func isOpen(_ monitor: Monitor.ID) -> Bool { rounds[monitor] != nil }

    mutating func seat(_ others: Set<Location.ID>, wanted: Int) {
        self.others = others
        quorum = Quorum(wanted: wanted, of: others.count + 1)
    }

    /// Takes what others saw.
    /// - Returns: Monitors of which a place says something else than before, or of which a round is open.
    mutating func hear(_ heard: [Vote]) -> Set<Monitor.ID> {
        var news: Set<Monitor.ID> = []
        for vote in heard where others.contains(vote.location) {
            let before = votes[vote.monitor]?[vote.location]
            guard before.map({ $0.at < vote.at }) ?? true else { continue }
            votes[vote.monitor, default: [:]][vote.location] = vote
            if isOpen(vote.monitor) || (before?.failure == nil) != (vote.failure == nil) { news.insert(vote.monitor) }
        }
        return news
    }

    /// - Parameters:
    ///   - state: Where all together stand.
    ///   - isLast: Nobody is waited for any more.
    mutating func consider(_ sample: Sample, of monitor: Monitor, in state: MonitorState, isLast: Bool = false) -> Outcome {
        ownFailingSince[monitor.id] = sample.failure == nil ? nil : ownFailingSince[monitor.id] ?? sample.at
        let horizon = sample.at - (monitor.interval * 2 + monitor.timeout)
        let fresh = (votes[monitor.id] ?? [:]).values.filter { others.contains($0.location) && $0.at >= horizon }
            .sorted { $0.location.rawValue < $1.location.rawValue }
        let failing = fresh.filter { $0.failure != nil }
        let ownFailure = sample.failure == nil ? 0 : 1
        let verdict = quorum.verdict(
            failing: failing.count + ownFailure, good: fresh.count - failing.count + 1 - ownFailure)
        let isAgreed = verdict == (sample.failure == nil ? .up : .down)
        let haveLookedSince = fresh.count { $0.at >= sample.at - Self.skew }
        guard isAgreed || isLast || haveLookedSince == others.count else { return .open }
        switch verdict {
        case .undecided: return .undecided
        case .up: return up(sample, fresh.first { $0.failure == nil })
        case .down: return down(sample, failing, of: monitor, in: state)
        }
    }

    private func up(_ sample: Sample, _ vote: Vote?) -> Outcome {
        guard sample.failure != nil, let vote else { return .judged(sample, shown: sample) }
        let seen = Sample(
            at: sample.at, status: vote.status, phases: Phases(total: vote.total),
            certificateExpiresAt: sample.certificateExpiresAt)
        return .judged(seen, shown: seen)
    }

    /// It has been down since the last of those that are needed saw it fail, and not since everybody knew.
    private func down(_ sample: Sample, _ failing: [Vote], of monitor: Monitor, in state: MonitorState) -> Outcome {
        guard let failure = sample.failure ?? failing.first?.failure else { return .undecided }
        let shown = Sample(
            at: sample.at, failure: failure, status: sample.failure == nil ? failing.first?.status : sample.status,
            phases: sample.phases, certificateExpiresAt: sample.certificateExpiresAt)
        let since = (failing.map { $0.failingSince ?? $0.at } + [ownFailingSince[monitor.id]].compactMap(\.self)).sorted()
        guard state.condition != .down, state.failures == 0, since.count >= quorum.needed else {
            return .judged(shown, shown: shown)
        }
        let begun = max(min(since[quorum.needed - 1], sample.at), state.lastSampleAt ?? state.since)
        let told = Sample(
            at: begun, failure: failure, phases: Phases(total: max(.zero, sample.concludedAt - begun)))
        return .judged(told, shown: shown)
    }

    mutating func open(_ round: Round) {
        rounds[round.order.monitor] = round
    }

    /// The round of a monitor, which is over with that.
    mutating func close(_ monitor: Monitor.ID) -> Round? {
        rounds.removeValue(forKey: monitor)
    }

    /// Monitors whose round has waited for long enough.
    func overdue(at now: Instant) -> [Monitor.ID] {
        rounds.values.filter { now - $0.askedAt > $0.order.probe.timeout + Self.patience }.map(\.order.monitor)
    }

    /// What was said of a monitor no longer counts.
    mutating func forget(_ monitor: Monitor.ID) {
        ownFailingSince[monitor] = nil
        votes[monitor] = nil
    }
}
