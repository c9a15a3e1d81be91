import Civil
import Synchronization

/// What `/metrics` tells of the probing of this process.
package final class ProbeFigures: Sendable {
    /// A reading of the counters.
    package struct Reading: Hashable, Sendable {
        package var probes: Int64 = 0
        package var failures: Int64 = 0
        /// The latest start of a probe after its due time, since the reading before.
        package var worstLag: Duration = .zero
    }

    private let counted = Mutex(Reading())

    package init() {}

    func count(_ sample: Sample, due: Instant) {
        counted.withLock {
            $0.probes += 1
            if sample.failure != nil { $0.failures += 1 }
            $0.worstLag = max($0.worstLag, sample.at - due)
        }
    }

    /// - Returns: Totals since the process began, and the worst lag since the reading before.
    package func read() -> Reading {
        counted.withLock {
            let reading = $0
            $0.worstLag = .zero
            return reading
        }
    }
}
