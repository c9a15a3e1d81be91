/// A half-open stretch of time, `[lower, upper)`, as PostgreSQL's `tstzrange` holds it. A missing bound is open:
/// an outage that goes on has no `upper`.
package struct TimeRange: Hashable, Sendable {
    package let lower: Instant?
    package let upper: Instant?

    package init(from lower: Instant?, to upper: Instant?) {
        self.lower = lower
        self.upper = upper
    }

    package func contains(_ instant: Instant) -> Bool {
        (lower.map { $0 <= instant } ?? true) && (upper.map { instant < $0 } ?? true)
    }

    /// The time between the bounds, or nil where one of them is open.
    package var duration: Duration? {
        guard let lower, let upper else { return nil }
        return upper - lower
    }
}
