import Civil
import Database

/// When probes are due and how many may be under way.
package enum Rhythm {
    /// Room for 10,000 monitors at 30 s that all hang until a timeout of 10 s.
    package static let ceiling = 4000

    /// The next moment of the monitor's own beat after `now`. Each monitor has a stable place within the interval, so
    /// that a thousand of them are spread evenly, before and after a restart.
    static func next(after now: Instant, every interval: Duration, for monitor: Monitor.ID) -> Instant {
        let period = max(interval.inMicroseconds, 1)
        let offset = Int64(scattered(monitor) % UInt64(period))
        let behind = (now.microseconds - offset) % period
        return Instant(microseconds: now.microseconds + period - (behind >= 0 ? behind : behind + period))
    }

    /// When a monitor is due again after a probe that began at `at`: on its beat while all is well, else after the
    /// retry interval.
    static func next(of monitor: Monitor, in state: MonitorState, after at: Instant) -> Instant {
        state.isSettled
            ? next(after: at, every: monitor.interval, for: monitor.id)
            : at + monitor.spacing(while: state)
    }

    /// How many probes may be under way: as many as there are when every target hangs until its timeout (Little's law:
    /// arrivals × time in the system), at least 16 and at most `ceiling`.
    static func bound(for monitors: some Sequence<Monitor>, atMost ceiling: Int = Rhythm.ceiling) -> Int {
        let hanging = monitors.reduce(0.0) { sum, monitor in
            let spacing = min(monitor.interval, monitor.retryInterval).inMicroseconds
            return sum + Double(monitor.timeout.inMicroseconds) / Double(max(spacing, 1))
        }
        return min(max(Int(hanging.rounded(.up)), 16), ceiling)
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): neighbours in number lie far apart in time.
    private static func scattered(_ monitor: Monitor.ID) -> UInt64 {
        var mixed = UInt64(bitPattern: monitor.rawValue) &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
