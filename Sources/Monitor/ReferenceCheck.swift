import Civil
import Transfer

/// Asks whether the prober itself can reach anything, by looking at one address that is known to be up (the setting
/// `monitor.reference_url`). While that address does not answer either, failures say nothing about their targets.
actor ReferenceCheck {
    private struct Look {
        let startedAt: Instant
        let isReached: Task<Bool, Never>
    }

    /// A look this old still answers for a failure: a round of failures asks once, not a thousand times.
    private static let freshness = Duration.seconds(1)
    /// After this long without a failed look, a new one begins a new time offline.
    private static let memory = Duration.seconds(120)

    private let prober: any Prober
    private let clock: WallClock
    private var url: String?
    private var latest: Look?
    private var offlineSince: Instant?
    private var lastMissedAt: Instant?

    init(prober: any Prober, clock: WallClock) {
        self.prober = prober
        self.clock = clock
    }

    /// - Parameter url: Empty when no reference is set; then failures always count.
    func use(_ url: String) {
        guard url != (self.url ?? "") else { return }
        self.url = url.isEmpty ? nil : url
        (latest, offlineSince, lastMissedAt) = (nil, nil, nil)
    }

    /// - Parameter concludedAt: When a probe failed.
    /// - Returns: Since when the prober has been cut off; nil when it is not, and the failure counts.
    func offlineSince(whenFailedAt concludedAt: Instant) async -> Instant? {
        guard let url else { return nil }
        let look = look(at: url, notBefore: concludedAt - Self.freshness)
        let isReached = await look.isReached.value
        if isReached {
            offlineSince = nil
            return nil
        }
        if let since = offlineSince, let last = lastMissedAt, look.startedAt - last < Self.memory {
            lastMissedAt = max(last, look.startedAt)
            return since
        }
        (offlineSince, lastMissedAt) = (look.startedAt, look.startedAt)
        return look.startedAt
    }

    private func look(at url: String, notBefore earliest: Instant) -> Look {
        if let latest, latest.startedAt >= earliest { return latest }
        var target = HTTPTarget(url: url)
        target.acceptedStatuses = .all
        target.verifiesTLS = false
        target.followsRedirects = false
        let probe = Probe(target: .http(target), timeout: .seconds(5))
        let look = Look(startedAt: clock.now, isReached: Task { [prober] in await prober.look(probe).failure == nil })
        latest = look
        return look
    }
}
