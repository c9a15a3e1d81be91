/// A clock that nobody sets, for reckoning how long ago something was. It also runs while the machine sleeps.
package struct Uptime: Sendable {
    private let read: @Sendable () -> Duration

    /// A clock that shows what `read` returns.
    package init(_ read: @escaping @Sendable () -> Duration) {
        self.read = read
    }

    /// The machine's.
    package static let system: Uptime = {
        let clock = ContinuousClock()
        let origin = clock.now
        return Uptime { clock.now - origin }
    }()

    /// Since some moment that stays the same.
    var now: Duration { read() }
}
