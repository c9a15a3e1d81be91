/// A moment on the world's clock, in whole microseconds since 1970-01-01T00:00:00Z: exactly what PostgreSQL's
/// `timestamptz` can hold, so that a moment that was stored comes back equal to itself.
package struct Instant: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
    package let microseconds: Int64

    /// - Parameter microseconds: Since 1970-01-01T00:00:00Z.
    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// - Parameter seconds: Whole seconds since 1970-01-01T00:00:00Z.
    package init(seconds: Int64) {
        self.init(microseconds: seconds * 1_000_000)
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded towards the past.
    package var seconds: Int64 {
        microseconds >= 0 ? microseconds / 1_000_000 : -((-microseconds + 999_999) / 1_000_000)
    }

    /// The same moment without its fraction of a second.
    package var flooredToSecond: Instant { Instant(seconds: seconds) }

    /// The first whole second that is not before this moment.
    package var ceiledToSecond: Instant {
        let floored = flooredToSecond
        return floored == self ? self : Instant(seconds: floored.seconds + 1)
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }

    /// The moment that much later, to the microsecond.
    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds + duration.inMicroseconds)
    }

    /// The moment that much earlier, to the microsecond.
    package static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds - duration.inMicroseconds)
    }

    /// The time from `right` to `left`; negative when `right` is later.
    package static func - (left: Instant, right: Instant) -> Duration {
        .microseconds(left.microseconds - right.microseconds)
    }

    /// Whole days of 24 hours from `earlier` to here, rounded down: negative as soon as it lies before `earlier`.
    package func wholeDays(from earlier: Instant) -> Int {
        let day = Int64(86_400_000_000)
        let (days, rest) = (microseconds - earlier.microseconds).quotientAndRemainder(dividingBy: day)
        return Int(rest < 0 ? days - 1 : days)
    }
}

extension Duration {
    /// Whole microseconds; what is finer is dropped.
    package var inMicroseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }

    /// Whole seconds; what is finer is dropped.
    package var inSeconds: Int64 { components.seconds }
}
