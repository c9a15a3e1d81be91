import Civil
import Database
import Organization
import Synchronization

@testable import Monitor

/// Answers as it was told, at the time it was told: no network and no waiting.
final class ScriptedProber: Prober {
    private struct Script {
        var now: Instant
        var failing: [String: Failure] = [:]
        var asked: [String] = []
    }

    private let script: Mutex<Script>

    init(now: Instant) {
        script = Mutex(Script(now: now))
    }

    var clock: WallClock { WallClock { [self] in script.withLock(\.now) } }

    /// Addresses in the order in which they were asked.
    var asked: [String] { script.withLock(\.asked) }

    func set(now: Instant) { script.withLock { $0.now = now } }

    /// From now on, `address` fails.
    func fail(_ address: String, _ failure: Failure = Failure(.connect, "Connection refused")) {
        script.withLock { $0.failing[address] = failure }
    }

    func answer(_ address: String) { script.withLock { $0.failing[address] = nil } }

    func look(_ probe: Probe) async -> Sample {
        script.withLock {
            $0.asked.append(probe.target.address)
            return Sample(
                at: $0.now, failure: $0.failing[probe.target.address], status: 200,
                phases: Phases(total: .milliseconds(20)))
        }
    }
}

extension MonitorPages {
    /// The pages over a test's database; what is tried from them is good.
    init(over database: Database) {
        self.init(
            monitors: MonitorStore(database: database), agencies: AgencyStore(database: database),
            prober: ScriptedProber(now: Instant(seconds: 1_795_485_600)))
    }
}
