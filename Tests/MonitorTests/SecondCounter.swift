@testable import Monitor

/// The reference for availability: one monitor's life, judged second by second, in the plainest way there is.
struct SecondCounter {
    let created: Int
    let deleted: Int?
    let outages: [Range<Int>]
    let gaps: [Range<Int>]
    let plannedForOne: [Range<Int>]
    let plannedForAll: [Range<Int>]

    init(random: inout SeededRandom, length: Int, plannedForAll: [Range<Int>]) {
        let bounds = -100..<(length + 100)
        created = Bool.random(using: &random) ? -200 : Int.random(in: 0..<length, using: &random)
        deleted = Int.random(in: 0..<4, using: &random) == 0 ? created + Int.random(in: 1..<length, using: &random) : nil
        outages = Self.apart(Self.randomRanges(count: Int.random(in: 0...8, using: &random), within: bounds, using: &random))
        gaps = Self.randomRanges(count: Int.random(in: 0...6, using: &random), within: bounds, using: &random)
        plannedForOne = Self.randomRanges(count: Int.random(in: 0...2, using: &random), within: bounds, using: &random)
        self.plannedForAll = plannedForAll
    }

    static func randomRanges(count: Int, within bounds: Range<Int>, using random: inout SeededRandom) -> [Range<Int>] {
        (0..<count).map { _ in
            let start = Int.random(in: bounds, using: &random)
            return start..<(start + Int.random(in: 1...(bounds.count / 10), using: &random))
        }
    }

    /// Outages of one monitor never overlap.
    private static func apart(_ ranges: [Range<Int>]) -> [Range<Int>] {
        ranges.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { kept, range in
            if range.lowerBound >= kept.last?.upperBound ?? Int.min { kept.append(range) }
        }
    }

    func exists(within window: Range<Int>) -> Bool {
        window.contains { isAlive($0) }
    }

    private func isAlive(_ second: Int) -> Bool { second >= created && second < deleted ?? Int.max }

    /// window, planned, not measured, down, outages, longest
    func figures(of window: Range<Int>) -> [Int] {
        var (planned, unmeasured) = (0, 0)
        var lost = [Int](repeating: 0, count: outages.count)
        for second in window {
            if isAlive(second), (plannedForOne + plannedForAll).contains(where: { $0.contains(second) }) {
                planned += 1
            } else if !isAlive(second) || gaps.contains(where: { $0.contains(second) }) {
                unmeasured += 1
            } else if let outage = outages.firstIndex(where: { $0.contains(second) }) {
                lost[outage] += 1
            }
        }
        return [window.count, planned, unmeasured, lost.reduce(0, +), lost.count { $0 > 0 }, lost.max() ?? 0]
    }
}
