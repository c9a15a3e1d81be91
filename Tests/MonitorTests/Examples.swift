import Civil
import Database
import Organization

@testable import Monitor

/// SplitMix64: the same seed gives the same story on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension Monitor {
    static func example(
        id: Int, target: Target = .http(HTTPTarget(url: "https://qlvb.example.vn/")), timeout: Duration = .seconds(10),
        interval: Duration = .seconds(60), retry: Duration = .seconds(20)
    ) -> Monitor {
        Monitor(
            id: ID(rawValue: Int64(id)), name: "Điểm \(id)", target: target, family: .any, timeout: timeout,
            interval: interval, retryInterval: retry, confirmAfter: 3, recoverAfter: 2, component: "", agency: nil,
            createdAt: Instant(seconds: 0), pausedAt: nil, place: MonitorPlace(), parent: nil, slowness: Slowness())
    }
}
