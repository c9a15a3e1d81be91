extension CivilDate {
    /// Reads `14/06/2026`, `14/6/2026` and `2026-06-14`.
    ///
    /// - Returns: nil for anything else and for a day that the calendar does not have.
    package init?(parsing text: String) {
        let isISO = text.contains("-")
        let parts = text.split(separator: isISO ? "-" : "/", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        guard let year = Int(digits: isISO ? parts[0] : parts[2], count: 4...4), year > 0,
            let month = Int(digits: parts[1], count: isISO ? 2...2 : 1...2),
            let day = Int(digits: isISO ? parts[2] : parts[0], count: isISO ? 2...2 : 1...2)
        else { return nil }
        self.init(year: year, month: month, day: day)
    }
}

extension Instant {
    /// Reads a time of day in Vietnam: `2026-06-14T17:05`, with seconds or without, and `17:05 14/06/2026`.
    ///
    /// - Returns: nil for anything else.
    package init?(vietnamLocal text: String) {
        let isISO = text.contains("T")
        let parts = text.split(separator: isISO ? "T" : " ")
        guard parts.count == 2, let date = CivilDate(parsing: String(isISO ? parts[0] : parts[1])),
            let second = Self.secondOfDay(isISO ? parts[1] : parts[0])
        else { return nil }
        self = date.startInVietnam + .seconds(second)
    }

    /// `17:05` and `17:05:06` in seconds since midnight.
    private static func secondOfDay(_ clock: Substring) -> Int? {
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count),
            let hour = Int(digits: parts[0], count: 1...2), hour < 24,
            let minute = Int(digits: parts[1], count: 2...2), minute < 60,
            let second = parts.count == 3 ? Int(digits: parts[2], count: 2...2) : 0, second < 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }
}

extension Int {
    /// ASCII digits and nothing else: `Int("+5")` would read a sign.
    fileprivate init?(digits: Substring, count: ClosedRange<Int>) {
        guard count.contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        self.init(digits)
    }
}
