import Foundation

/// Runs blocking work on a thread that is made for it, so that neither Swift's few shared threads nor another probe wait
/// for a server that says nothing.
func onOwnThread<Value: Sendable>(_ work: @Sendable @escaping () -> Value) async -> Value {
    await withCheckedContinuation { waiter in
        let thread = Thread { waiter.resume(returning: work()) }
        thread.name = "probe"
        thread.stackSize = 512 << 10
        thread.start()
    }
}

/// How long a probe on a thread of its own may still take, and how long its phases took.
struct Course {
    private let begun = ContinuousClock.now
    private var reached = ContinuousClock.now
    let end: ContinuousClock.Instant
    var phases = Phases()

    init(timeout: Duration) {
        end = ContinuousClock.now + timeout
    }

    var left: Duration { max(.zero, ContinuousClock.now.duration(to: end)) }

    /// Since the last lap.
    mutating func lap() -> Duration {
        let now = ContinuousClock.now
        defer { reached = now }
        return reached.duration(to: now)
    }

    mutating func finish() {
        phases.total = begun.duration(to: .now)
    }
}

extension Duration {
    /// For poll(2), rounded up, so that it does not spin in the last millisecond.
    var inPollMilliseconds: Int32 {
        Int32(clamping: components.seconds * 1000 + (components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
