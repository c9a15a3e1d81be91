extension CivilDate {
    /// Reads `14/06/2026`, `14/6/2026` and `2026-06-14`.
    package init?(parsing text: String) {
        let isISO = text.contains("-")
        let parts = text.split(separator: isISO ? "-" : "/", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let numbers = parts.compactMap(Int.init(digits:))
        guard numbers.count == 3, (isISO ? parts[0] : parts[2]).count == 4 else { return nil }
        self.init(
            year: isISO ? numbers[0] : numbers[2], month: numbers[1], day: isISO ? numbers[2] : numbers[0])
    }
}

extension Instant {
    /// Reads a time of day in Vietnam: `2026-06-14T17:05`, with seconds or without, and `17:05 14/06/2026`.
    package init?(vietnamLocal text: String) {
        let isISO = text.contains("T")
        let parts = text.split(separator: isISO ? "T" : " ")
        guard parts.count == 2, let date = CivilDate(parsing: String(isISO ? parts[0] : parts[1])) else { return nil }
        let clock = (isISO ? parts[1] : parts[0]).split(separator: ":", omittingEmptySubsequences: false)
        let numbers = clock.compactMap(Int.init(digits:))
        guard numbers.count == clock.count, (2...3).contains(clock.count), numbers[0] < 24, numbers[1] < 60 else {
            return nil
        }
        let second = numbers.count == 3 ? numbers[2] : 0
        guard second < 60 else { return nil }
        self = date.startInVietnam + .seconds(numbers[0] * 3600 + numbers[1] * 60 + second)
    }
}

extension Int {
    /// Digits and nothing else: `Int("+5")` would read a sign.
    fileprivate init?(digits: Substring) {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        self.init(digits)
    }
}
