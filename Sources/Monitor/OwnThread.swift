import Foundation
import Synchronization

/// Runs blocking work on a thread that is made for it, so that neither Swift's few shared threads nor another probe wait
/// for a server that says nothing.
///
/// - Parameter cancelled: What a task has at once that is cancelled. Its thread goes on until its time is over, and nobody
///   hears of it any more.
func onOwnThread<Value: Sendable>(cancelled: Value, _ work: @Sendable @escaping () -> Value) async -> Value {
    let waiter = Waiter<Value>()
    return await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
            waiter.wait(with: continuation)
            // A cancellation that came before found nobody waiting.
            if Task.isCancelled { return waiter.tell(cancelled) }
            let thread = Thread { waiter.tell(work()) }
            thread.name = "probe"
            thread.stackSize = 512 << 10
            thread.start()
        }
    } onCancel: {
        waiter.tell(cancelled)
    }
}

/// Who waits for a thread, and hears one thing.
private final class Waiter<Value: Sendable>: Sendable {
    private let continuation = Mutex<CheckedContinuation<Value, Never>?>(nil)

    func wait(with waiting: CheckedContinuation<Value, Never>) {
        continuation.withLock { $0 = waiting }
    }

    func tell(_ value: Value) {
        continuation.withLock { $0.take() }?.resume(returning: value)
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
