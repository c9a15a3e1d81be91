/// HTTP statuses that count as a good answer, written as people write them: `200-299, 401`.
package struct StatusRanges: Hashable, Sendable {
    private let ranges: [ClosedRange<Int>]

    /// What any well-behaved page answers.
    package static let standard = StatusRanges(ranges: [200...399])

    /// Any answer at all.
    package static let all = StatusRanges(ranges: [100...599])

    private init(ranges: [ClosedRange<Int>]) {
        self.ranges = ranges
    }

    /// - Returns: nil unless `text` is a list of statuses (100…599) and ranges of them.
    package init?(_ text: String) {
        var ranges: [ClosedRange<Int>] = []
        for part in text.replacing("–", with: "-").split(separator: ",", omittingEmptySubsequences: false) {
            guard let match = part.wholeMatch(of: /\s*([1-5]\d\d)\s*(?:-\s*([1-5]\d\d)\s*)?/),
                let first = Int(match.1), let last = match.2.map({ Int($0) }) ?? first, first <= last
            else { return nil }
            ranges.append(first...last)
        }
        self.init(ranges: ranges)
    }

    package func contains(_ status: Int) -> Bool {
        ranges.contains { $0.contains(status) }
    }

    /// As it is stored and shown.
    package var text: String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ", ")
    }
}
