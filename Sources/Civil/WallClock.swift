import Foundation

/// Where the time of day comes from. Rules and stores are handed an `Instant`; only the outermost shell asks this
/// clock, so that a test can be at any moment it likes.
package struct WallClock: Sendable {
    private let read: @Sendable () -> Instant

    /// A clock that shows what `read` returns.
    package init(_ read: @escaping @Sendable () -> Instant) {
        self.read = read
    }

    /// The machine's clock.
    package static let system = WallClock {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Instant(microseconds: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000)
    }

    /// A clock that stands still.
    package static func standing(at instant: Instant) -> WallClock {
        WallClock { instant }
    }

    /// What the clock shows.
    package var now: Instant { read() }
}
