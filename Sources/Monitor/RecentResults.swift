/// The newest results of a monitor, and how unsteady they are. As Nagios and Icinga define it: of 21 results there are 20
/// steps, a step from good to bad or back is a change, and a newer change weighs more, from 0.8 for the oldest step to 1.2
/// for the newest; the share of changes is their weight among the weight of all 20 steps.
package struct RecentResults: Hashable, Sendable {
    private static let kept = 21
    /// Weights as whole numbers: 76 … 114 are 0.8 … 1.2 in ninety-fifths; together 1,900.
    private static let wholeWeight = 1900

    /// One bit each, newest lowest, 1 for good, under a leading 1 that marks where they begin: as the table keeps them.
    package private(set) var bits: Int64

    package init() { bits = 1 }

    init(bits: Int64) { self.bits = max(bits, 1) }

    private var count: Int { Int64.bitWidth - 1 - bits.leadingZeroBitCount }

    package mutating func add(isGood: Bool) {
        bits = bits << 1 | (isGood ? 1 : 0)
        if count > Self.kept {
            let mask = (Int64(1) << Self.kept) - 1
            bits = bits & mask | (mask + 1)
        }
    }

    /// In thousandths, rounded down. Steps that were not seen yet are no changes.
    package var unsteadiness: Int {
        let steps = max(count - 1, 0)
        let weight = (0..<steps).reduce(0) { sum, step in
            let isChange = (bits >> step) & 1 != (bits >> (step + 1)) & 1
            return isChange ? sum + 114 - 2 * step : sum
        }
        return weight * 1000 / Self.wholeWeight
    }

    /// Whether it is chập chờn now: from 30 % on, and then until it is below 25 %.
    package func isFlapping(already: Bool) -> Bool { unsteadiness >= (already ? 250 : 300) }
}
