import Civil
import Database

/// What a watch does where several places look: elsewhere it votes, at home it also judges.
extension Watch {
    func vote(_ order: Order, _ sample: Sample) {
        ballots[order.monitor] = Vote(
            monitor: order.monitor, location: station.location, at: sample.at,
            failingSince: sample.failure == nil ? nil : sample.at, failure: sample.failure, status: sample.status,
            total: sample.phases.total)
        if isHome {
            consider(Jury.Round(order: order, sample: sample, askedAt: lastNow))
        } else {
            abstain(order, at: sample.at, isFailing: sample.failure != nil)
        }
    }

    /// Goes on to the next probe of a place that judges nothing.
    func abstain(_ order: Order, at: Instant, isFailing: Bool = false) {
        flights[order.shard, default: 1] -= 1
        let isHurried = hurried.remove(order.monitor) != nil
        guard let monitor = posts[order.monitor]?.monitor else { return schedule.finish(order.monitor) }
        if isHurried { return schedule.wait(monitor.id, until: lastNow) }
        let after = min(at, lastNow)
        let regular = Rhythm.next(after: after, every: monitor.interval, for: monitor.id)
        schedule.wait(monitor.id, until: isFailing ? min(regular, after + monitor.retryInterval) : regular)
    }

    private func consider(_ round: Jury.Round, isLast: Bool = false) {
        let (order, sample) = (round.order, round.sample)
        // What no longer counts is put right there.
        guard let post = posts[order.monitor], post.revision == order.revision else {
            return weigh(order, sample, shown: sample)
        }
        switch jury.consider(sample, of: post.monitor, in: post.rules.state, isLast: isLast) {
        case .judged(let told, let shown): weigh(order, told, shown: shown)
        case .undecided: conclude(order, at: sample.at, nothingSince: sample.at, .noQuorum)
        case .open:
            schedule.finish(order.monitor)
            questions.insert(order.monitor)
            jury.open(round)
        }
    }

    /// Judges with what there is where nobody can be waited for any longer.
    func closeRounds() {
        for monitor in jury.overdue(at: lastNow) {
            if let round = jury.close(monitor) { consider(round, isLast: true) }
        }
    }

    /// Takes in what the other places saw. When one of them says something else than before, it is looked at from here too.
    package func listen() async throws {
        guard isHome, !jury.isAlone else { return }
        let heard = try await store.votes(since: heardUntil)
        heardUntil = heard.map(\.storedAt).max() ?? heardUntil
        for monitor in jury.hear(heard.map(\.vote)).sorted(by: { $0.rawValue < $1.rawValue }) {
            if let round = jury.close(monitor) {
                consider(round)
            } else if posts[monitor] != nil, !isBusy(monitor) {
                schedule.wait(monitor, until: lastNow)
            }
        }
    }

    /// Looks at once at what the judge asks about; where a probe is under way, which began before the question, after it.
    package func hurry(_ monitors: [Monitor.ID]) {
        guard !isHome else { return }
        for monitor in monitors where posts[monitor] != nil {
            if isBusy(monitor) { hurried.insert(monitor) } else { schedule.wait(monitor, until: lastNow) }
        }
    }

    func saveVotes() async throws {
        let (saving, asking) = (ballots, questions)
        (ballots, questions) = ([:], [])
        do {
            if !saving.isEmpty { try await store.save(Array(saving.values)) }
            if !asking.isEmpty { try await store.ask(asking) }
        } catch {
            ballots.merge(saving) { later, _ in later }
            questions.formUnion(asking)
            throw error
        }
    }
}
