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
        // Read for every monitor on every page and in every round: by its bytes, not by a regular expression.
        var ranges: [ClosedRange<Int>] = []
        for part in text.replacing("–", with: "-").split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(Self.status)
            guard let first = ends[0], let last = ends[ends.count - 1], first <= last else { return nil }
            ranges.append(first...last)
        }
        self.init(ranges: ranges)
    }

    private static func status(_ text: Substring) -> Int? {
        let digits = text.drop(while: \.isWhitespace).prefix { $0.isASCII && $0.isNumber }
        guard digits.utf8.count == 3, text[digits.endIndex...].allSatisfy(\.isWhitespace), let status = Int(digits),
            100...599 ~= status
        else { return nil }
        return status
    }

    package func contains(_ status: Int) -> Bool {
        ranges.contains { $0.contains(status) }
    }

    /// As it is stored and shown.
    package var text: String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ", ")
    }
}
