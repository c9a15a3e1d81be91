@testable import Monitor

/// The reference for availability: one monitor's life, judged second by second, in the plainest way there is.
struct SecondCounter {
    let created: Int
    let deleted: Int?
    let outages: [Range<Int>]
    let gaps: [Range<Int>]
    let plannedForOne: [Range<Int>]
    let plannedForAll: [Range<Int>]
    /// Outages, by their number, that somebody found to be false alarms.
    var falseAlarms: Set<Int> = []
    /// Outages, by their number, that somebody found to be the work of a notice, and when that notice's time was.
    var announced: [Int: Range<Int>] = [:]
    /// The weekly hours, in minutes from Monday, and from which second on they hold; nil: always.
    var hours: (open: [Range<Int>], from: Int)?
    /// How many seconds of the week in Vietnam had passed at second 0.
    var weekSecond = 0

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

    /// Minutes of a week: open but for some stretches of the next half hour and a bit.
    static func randomHours(around minute: Int, using random: inout SeededRandom) -> [Range<Int>] {
        var open: [Range<Int>] = []
        var next = 0
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let end = max(next, minute) + Int.random(in: 1...10, using: &random)
            open.append(next..<end)
            next = end + Int.random(in: 1...6, using: &random)
        }
        return open + [next..<10_080]
    }

    /// Finds some of the outages to have been something else.
    mutating func judge(using random: inout SeededRandom) {
        for (number, outage) in outages.enumerated() {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: falseAlarms.insert(number)
            case 1:
                let from = Int.random(in: outage.lowerBound - 30...outage.upperBound - 1, using: &random)
                announced[number] = from..<from + Int.random(in: 1...100, using: &random)
            default: break
            }
        }
    }

    func exists(within window: Range<Int>) -> Bool {
        window.contains { isAlive($0) }
    }

    private func isAlive(_ second: Int) -> Bool { second >= created && second < deleted ?? Int.max }

    private func isOutside(_ second: Int) -> Bool {
        guard let hours, second >= hours.from else { return false }
        let minute = (weekSecond + second) / 60 % 10_080
        return !hours.open.contains { $0.contains(minute) }
    }

    /// window, planned, not measured, down, outages, longest, outside, reclassified
    func figures(of window: Range<Int>) -> [Int] {
        var (outside, planned, unmeasured, reclassified) = (0, 0, 0, 0)
        var lost = [Int](repeating: 0, count: outages.count)
        for second in window {
            let outage = outages.firstIndex { $0.contains(second) }
            let isPlanned = isAlive(second) && (plannedForOne + plannedForAll).contains { $0.contains(second) }
            let isDark = !isAlive(second) || gaps.contains { $0.contains(second) }
            let isJudgedPlanned = isAlive(second) && outage.map { announced[$0]?.contains(second) ?? false } ?? false
            let isJudgedDark = outage.map { falseAlarms.contains($0) } ?? false
            if isOutside(second) {
                outside += 1
                continue
            }
            if !isPlanned && !isDark && (isJudgedPlanned || isJudgedDark) { reclassified += 1 }
            if isPlanned || isJudgedPlanned {
                planned += 1
            } else if isDark || isJudgedDark {
                unmeasured += 1
            } else if let outage {
                lost[outage] += 1
            }
        }
        return [
            window.count - outside, planned, unmeasured, lost.reduce(0, +), lost.count { $0 > 0 }, lost.max() ?? 0, outside,
            reclassified,
        ]
    }
}
