/// Of how many places that look how many must say that a target is down before it is.
package struct Quorum: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        case down, up
        /// Too few say anything: it could still be either.
        case undecided
    }

    /// At least 1, at most all of them.
    package let needed: Int
    package let locations: Int

    /// - Parameters:
    ///   - wanted: What the setting says; there may be fewer places.
    ///   - locations: How many places look, whether or not they live.
    package init(wanted: Int, of locations: Int) {
        self.locations = max(locations, 1)
        needed = min(max(wanted, 1), self.locations)
    }

    /// - Parameters:
    ///   - failing: How many places saw it fail.
    ///   - good: How many saw it answer; the rest say nothing.
    package func verdict(failing: Int, good: Int) -> Verdict {
        if failing >= needed { return .down }
        // Even if all who are silent saw it fail, they would be too few.
        return good > locations - needed ? .up : .undecided
    }
}
