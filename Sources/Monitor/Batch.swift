import Civil

/// What was seen and concluded since the last time that it could be stored. However long the database is away, it
/// holds at most one state a monitor and the few intervals that began or ended; only raw samples, which no figure rests
/// on, are given up beyond a bound.
struct Batch: Sendable {
    struct StoredSample: Sendable {
        let monitor: Monitor.ID
        let sample: Sample
    }

    /// Where a monitor stands after its last sample in this batch.
    struct Standing: Sendable {
        let revision: Int64
        let state: MonitorState
        let sample: Sample?
        let due: Instant
    }

    struct OutageRow: Sendable {
        let monitor: Monitor.ID
        let from: Instant
        var to: Instant?
        let confirmedAt: Instant
        let reason: String
    }

    struct GapRow: Sendable {
        let monitor: Monitor.ID
        let from: Instant
        var to: Instant?
        let reason: MeasurementGap.Reason
    }

    private static let sampleBound = 50_000

    private(set) var samples: [StoredSample] = []
    private(set) var standings: [Monitor.ID: Standing] = [:]
    /// The end of an outage that was open before this batch.
    private(set) var outageEnds: [Monitor.ID: Instant] = [:]
    /// Outages that began in this batch, and perhaps ended in it.
    private(set) var outages: [OutageRow] = []
    /// The end of the gaps that were open before this batch.
    private(set) var gapEnds: [Monitor.ID: Instant] = [:]
    private(set) var gaps: [GapRow] = []
    private(set) var degradations = Stretches()
    private(set) var flappings = Stretches()

    var isEmpty: Bool { standings.isEmpty }

    mutating func add(
        _ monitor: Monitor.ID, revision: Int64, sample: Sample?, state: MonitorState, due: Instant,
        actions: [OutageRules.Action]
    ) {
        if let sample, samples.count < Self.sampleBound {
            samples.append(StoredSample(monitor: monitor, sample: sample))
        }
        let lastSample = sample ?? standings[monitor]?.sample
        standings[monitor] = Standing(revision: revision, state: state, sample: lastSample, due: due)
        for action in actions { add(action, of: monitor) }
    }

    private mutating func add(_ action: OutageRules.Action, of monitor: Monitor.ID) {
        switch action {
        case .openOutage(let from, let confirmedAt, let reason):
            outages.append(
                OutageRow(monitor: monitor, from: from, to: nil, confirmedAt: confirmedAt, reason: reason))
        case .closeOutage(let at):
            if let open = outages.lastIndex(where: { $0.monitor == monitor && $0.to == nil }) {
                outages[open].to = at
            } else {
                outageEnds[monitor] = at
            }
        case .openGap(let from, let reason):
            gaps.append(GapRow(monitor: monitor, from: from, to: nil, reason: reason))
        case .closeGaps(let at):
            if let open = gaps.lastIndex(where: { $0.monitor == monitor && $0.to == nil }) {
                gaps[open].to = max(at, gaps[open].from + .seconds(1))
            } else {
                gapEnds[monitor] = at
            }
        case .recordGap(let from, let to, let reason):
            gaps.append(GapRow(monitor: monitor, from: from, to: to, reason: reason))
        case .openDegradation(let from): degradations.open(monitor, from: from)
        case .closeDegradation(let at): degradations.close(monitor, at: at)
        case .openFlapping(let from): flappings.open(monitor, from: from)
        case .closeFlapping(let at): flappings.close(monitor, at: at)
        }
    }

    /// This batch, which could not be stored, together with what came after it.
    func followed(by later: Batch) -> Batch {
        var whole = self
        whole.samples += later.samples.prefix(max(0, Self.sampleBound - samples.count))
        for (monitor, standing) in later.standings {
            let sample = standing.sample ?? standings[monitor]?.sample
            whole.standings[monitor] = Standing(
                revision: standing.revision, state: standing.state, sample: sample, due: standing.due)
        }
        for (monitor, end) in later.outageEnds { whole.add(.closeOutage(at: end), of: monitor) }
        for (monitor, end) in later.gapEnds { whole.add(.closeGaps(at: end), of: monitor) }
        whole.degradations.follow(with: later.degradations)
        whole.flappings.follow(with: later.flappings)
        whole.outages += later.outages
        whole.gaps += later.gaps
        return whole
    }

    /// Forgets what was concluded of a monitor by an older revision: a command has decided otherwise since.
    mutating func forget(_ monitor: Monitor.ID) {
        samples.removeAll { $0.monitor == monitor }
        standings[monitor] = nil
        outageEnds[monitor] = nil
        outages.removeAll { $0.monitor == monitor }
        gapEnds[monitor] = nil
        gaps.removeAll { $0.monitor == monitor }
        degradations.keep { $0 != monitor }
        flappings.keep { $0 != monitor }
    }
}
