/// A half-open stretch of time, `[lower, upper)`, as PostgreSQL's `tstzrange` holds it. A missing bound is open:
/// an outage that goes on has no `upper`.
package struct TimeRange: Hashable, Sendable {
    /// The first moment within; nil when it reaches back without end.
    package let lower: Instant?
    /// The first moment after it; nil when it goes on.
    package let upper: Instant?

    /// - Parameters: the first moment within and the first after; nil leaves that side open.
    package init(from lower: Instant?, to upper: Instant?) {
        self.lower = lower
        self.upper = upper
    }

    /// Whether the moment lies within; the upper bound itself does not.
    package func contains(_ instant: Instant) -> Bool {
        (lower.map { $0 <= instant } ?? true) && (upper.map { instant < $0 } ?? true)
    }

    /// The time between the bounds, or nil where one of them is open.
    package var duration: Duration? {
        guard let lower, let upper else { return nil }
        return upper - lower
    }
}
