package import Civil

/// Decides what a monitor's samples mean. It is fed one sample after the other, by the runner, by tests and by
/// replay, and answers what is to be written down. It knows no clock and no database.
///
/// - An outage is confirmed by `confirmAfter` failures in a row and begins at the first of them; it ends at the first of
///   `recoverAfter` good probes in a row. Probes that retry are not downtime.
/// - A sample that comes much too late shows that nobody looked: the time since it was due is a gap.
/// - Before and after such a time are not "in a row": whether it failed between, nobody has seen.
/// - When the prober itself was cut off, or what the target hangs on did not answer, nothing is concluded from a failure,
///   and a gap waits for the next look.
/// - A target that answers slowly is degraded, by the same counting in a row: from the first slow answer to the first quick
///   one. An outage ends a degradation: what is down is not slow.
/// - Whoever is up and down in turns flaps, see `RecentResults`. What says nothing of the target is no result.
/// - Bounds are whole seconds: what begins is rounded down, what ends is rounded up.
package struct OutageRules: Hashable, Sendable {
    /// What is to be written down.
    package enum Action: Hashable, Sendable {
        case openOutage(from: Instant, confirmedAt: Instant, reason: String)
        case closeOutage(at: Instant)
        case openGap(from: Instant, MeasurementGap.Reason)
        /// Closes every open gap of the monitor.
        case closeGaps(at: Instant)
        case recordGap(from: Instant, to: Instant, MeasurementGap.Reason)
        case openDegradation(from: Instant)
        case closeDegradation(at: Instant)
        case openFlapping(from: Instant)
        case closeFlapping(at: Instant)
    }

    private let confirmAfter: Int
    private let recoverAfter: Int
    private let interval: Duration
    private let timeout: Duration
    private let slowness: Slowness
    package private(set) var state: MonitorState

    package init(monitor: Monitor, state: MonitorState) {
        self.init(
            confirmAfter: monitor.confirmAfter, recoverAfter: monitor.recoverAfter, interval: monitor.interval,
            timeout: monitor.timeout, slowness: monitor.slowness, state: state)
    }

    package init(
        confirmAfter: Int, recoverAfter: Int, interval: Duration, timeout: Duration, slowness: Slowness = Slowness(),
        state: MonitorState
    ) {
        self.confirmAfter = confirmAfter
        self.recoverAfter = recoverAfter
        self.interval = interval
        self.timeout = timeout
        self.slowness = slowness
        self.state = state
    }

    /// Takes one sample. Time never runs backwards here: after the clock was set back, samples count as simultaneous
    /// with the last one until the clock has caught up.
    package mutating func observe(_ sample: Sample) -> [Action] {
        let at = max(sample.at, state.lastSampleAt ?? sample.at)
        var actions = endOfGap(at)
        state.lastSampleAt = at
        if let failure = sample.failure {
            actions += failed(at, confirmedAt: max(at, sample.concludedAt), failure)
        } else {
            actions += succeeded(at)
            if state.condition == .up { actions += timed(at, isSlow: slowness.isSlow(sample)) }
        }
        return actions + counted(at, isGood: sample.failure == nil)
    }

    /// Takes a probe that says nothing about its target, because the way to it was gone.
    ///
    /// - Parameters:
    ///   - at: When the probe began.
    ///   - offlineSince: When the prober, or what the target hangs on, was first found to be cut off.
    package mutating func observeNothing(
        at: Instant, offlineSince: Instant, reason: MeasurementGap.Reason = .proberOffline
    ) -> [Action] {
        guard !state.isGapOpen else { return [] }
        state.isGapOpen = true
        var from = max(min(at, offlineSince), state.lastSampleAt ?? state.since)
        // A machine that wakes has no network yet: the hours in which it slept were not measured either.
        if let last = state.lastSampleAt, isSilence(since: last, until: at) { from = min(from, last + interval) }
        return [.openGap(from: from.flooredToSecond, reason)]
    }

    private mutating func endOfGap(_ at: Instant) -> [Action] {
        if let last = state.lastSampleAt, isSilence(since: last, until: at) {
            (state.failures, state.firstFailureAt, state.successes, state.firstSuccessAt) = (0, nil, 0, nil)
            (state.latencyStreak, state.latencyStreakAt) = (0, nil)
        }
        if state.isGapOpen {
            state.isGapOpen = false
            return [.closeGaps(at: at.ceiledToSecond)]
        }
        guard let last = state.lastSampleAt, isSilence(since: last, until: at) else { return [] }
        return [.recordGap(from: (last + interval).flooredToSecond, to: at.ceiledToSecond, .processDown)]
    }

    /// Whether a probe that should have come between has not.
    private func isSilence(since last: Instant, until at: Instant) -> Bool { at - last > interval * 2 + timeout }

    private mutating func failed(_ at: Instant, confirmedAt: Instant, _ failure: Failure) -> [Action] {
        (state.successes, state.firstSuccessAt) = (0, nil)
        (state.latencyStreak, state.latencyStreakAt) = (0, nil)
        guard state.condition != .down else { return [] }
        let first = state.firstFailureAt ?? at
        (state.failures, state.firstFailureAt) = (state.failures + 1, first)
        guard state.failures >= confirmAfter else { return [] }
        // Within the second in which the last outage ended, the new one begins where that one ends.
        let from = max(first.flooredToSecond, state.since)
        (state.condition, state.since, state.failures, state.firstFailureAt) = (.down, from, 0, nil)
        let outage = Action.openOutage(from: from, confirmedAt: max(from, confirmedAt), reason: failure.text)
        guard let slow = state.degradedSince else { return [outage] }
        state.degradedSince = nil
        return [.closeDegradation(at: max(from, slow + .seconds(1))), outage]
    }

    private mutating func succeeded(_ at: Instant) -> [Action] {
        (state.failures, state.firstFailureAt) = (0, nil)
        switch state.condition {
        case .up: return []
        case .unknown:
            (state.condition, state.since) = (.up, max(at.ceiledToSecond, state.since))
            return []
        case .down:
            let first = state.firstSuccessAt ?? at
            (state.successes, state.firstSuccessAt) = (state.successes + 1, first)
            guard state.successes >= recoverAfter else { return [] }
            let end = max(first.ceiledToSecond, state.since + .seconds(1))
            (state.condition, state.since, state.successes, state.firstSuccessAt) = (.up, end, 0, nil)
            return [.closeOutage(at: end)]
        }
    }

    /// Takes a result that says something of the target.
    private mutating func counted(_ at: Instant, isGood: Bool) -> [Action] {
        state.results.add(isGood: isGood)
        let isFlapping = state.results.isFlapping(already: state.flappingSince != nil)
        guard isFlapping != (state.flappingSince != nil) else { return [] }
        if let since = state.flappingSince {
            state.flappingSince = nil
            return [.closeFlapping(at: max(at.ceiledToSecond, since + .seconds(1)))]
        }
        state.flappingSince = at.flooredToSecond
        return [.openFlapping(from: at.flooredToSecond)]
    }

    /// Takes how long a good answer took.
    private mutating func timed(_ at: Instant, isSlow: Bool) -> [Action] {
        guard isSlow != (state.degradedSince != nil) else {
            (state.latencyStreak, state.latencyStreakAt) = (0, nil)
            return []
        }
        let first = state.latencyStreakAt ?? at
        (state.latencyStreak, state.latencyStreakAt) = (state.latencyStreak + 1, first)
        guard state.latencyStreak >= slowness.after else { return [] }
        (state.latencyStreak, state.latencyStreakAt) = (0, nil)
        if let since = state.degradedSince {
            state.degradedSince = nil
            return [.closeDegradation(at: max(first.ceiledToSecond, since + .seconds(1)))]
        }
        let from = max(first.flooredToSecond, state.since)
        state.degradedSince = from
        return [.openDegradation(from: from)]
    }
}
