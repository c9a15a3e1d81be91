import Civil

/// A systemd calendar event: `Mon..Fri *-*-* 08:30:00 Asia/Ho_Chi_Minh` (systemd.time(7), OnCalendar). Fractions of a
/// second are not read: pings are told apart by whole seconds.
struct CalendarExpression: Hashable, Sendable {
    /// As it was typed.
    let text: String
    /// 1 Monday … 7 Sunday; nil for every day.
    private var weekdays: Set<Int>?
    private var years = CalendarField.any
    private var months = CalendarField.any
    private var days = CalendarField.any
    /// Whether days are counted from the end of the month: `~01` is the last one.
    private var countsFromTheEnd = false
    private var hours = CalendarField(0)
    private var minutes = CalendarField(0)
    private var seconds = CalendarField(0)
    /// A zone that the expression itself names; it goes before any other.
    private var ownClock: ZoneClock?

    /// A date that fits a weekday comes again within 28 years, around a century within 40.
    private static let horizon = 366 * 41
    private static let shorthands = [
        "minutely": "*-*-* *:*:00", "hourly": "*-*-* *:00:00", "daily": "*-*-* 00:00:00", "monthly": "*-*-01 00:00:00",
        "weekly": "Mon *-*-* 00:00:00", "yearly": "*-01-01 00:00:00", "annually": "*-01-01 00:00:00",
        "quarterly": "*-01,04,07,10-01 00:00:00", "semiannually": "*-01,07-01 00:00:00",
    ]
    private static let weekdayNames = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    /// - Returns: nil for anything that `systemd-analyze calendar` would refuse.
    init?(_ text: String) {
        var words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        self.text = words.joined(separator: " ")
        if words.count > 1, let last = words.last, let clock = ZoneClock(last) {
            ownClock = clock
            words.removeLast()
        }
        if words.count == 1, let meant = Self.shorthands[words[0].lowercased()] {
            words = meant.split(separator: " ").map(String.init)
        }
        guard !words.isEmpty else { return nil }
        if let first = words.first, first.first?.isLetter == true {
            guard let named = Self.weekdays(first) else { return nil }
            weekdays = named
            words.removeFirst()
        }
        if let first = words.first, !first.contains(":") {
            guard readDate(first) else { return nil }
            words.removeFirst()
        }
        if let first = words.first {
            guard readTime(first) else { return nil }
            words.removeFirst()
        }
        guard words.isEmpty else { return nil }
    }

    private static func weekdays(_ list: String) -> Set<Int>? {
        func number(_ name: Substring) -> Int? {
            let name = name.lowercased()
            return weekdayNames.firstIndex { $0 == name || $0.prefix(3) == name }.map { $0 + 1 }
        }
        var all: Set<Int> = []
        for part in list.replacing("..", with: "-").split(separator: ",", omittingEmptySubsequences: false) {
            let bounds = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let low = number(bounds[0]), let high = bounds.count == 2 ? number(bounds[1]) : low, low <= high else {
                return nil
            }
            all.formUnion(low...high)
        }
        return all
    }

    /// `*-*-01`, `12-24`, `*-02~03`.
    private mutating func readDate(_ text: String) -> Bool {
        var head = Substring(text)
        var day: Substring
        if let tilde = head.lastIndex(of: "~") {
            (head, day) = (head[..<tilde], head[head.index(after: tilde)...])
            countsFromTheEnd = true
        } else {
            guard let dash = head.lastIndex(of: "-") else { return false }
            (head, day) = (head[..<dash], head[head.index(after: dash)...])
        }
        let parts = head.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let months = CalendarField(parts[parts.count - 1], 1...12),
            let days = CalendarField(day, 1...31, downwards: countsFromTheEnd)
        else { return false }
        (self.months, self.days) = (months, days)
        if parts.count == 2 {
            guard let years = CalendarField(parts[0], 1970...2199) else { return false }
            self.years = years
        }
        return true
    }

    /// `08:30`, `*:0/15`, `*:*:00`.
    private mutating func readTime(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let hours = CalendarField(parts[0], 0...23),
            let minutes = CalendarField(parts[1], 0...59),
            let seconds = parts.count == 3 ? CalendarField(parts[2], 0...59) : CalendarField(0)
        else { return false }
        (self.hours, self.minutes, self.seconds) = (hours, minutes, seconds)
        return true
    }

    /// The next moment after this one; nil when there is none. What the clock skips does not happen, what it shows twice
    /// happens the first time, as with systemd.
    func next(after instant: Instant, in clock: ZoneClock) -> Instant? {
        (ownClock ?? clock).next(
            after: instant, horizon: Self.horizon, repeats: false, day: fits, hour: hours.contains,
            minute: minutes.contains, second: seconds.contains)
    }

    private func fits(_ date: CivilDate) -> Bool {
        guard years.contains(date.year), months.contains(date.month), weekdays?.contains(date.weekday) ?? true else {
            return false
        }
        guard countsFromTheEnd else { return days.contains(date.day) }
        let first = date.adding(days: 1 - date.day)
        let length = first.adding(days: 31).adding(days: 1 - first.adding(days: 31).day).dayNumber - first.dayNumber
        return days.contains(length - date.day + 1)
    }
}

/// One part of a calendar event: a list of values, ranges and repetitions; nil stands for every value.
struct CalendarField: Hashable, Sendable {
    static let any = CalendarField(values: nil)

    private let values: Set<Int>?

    private init(values: Set<Int>?) {
        self.values = values
    }

    init(_ value: Int) {
        values = [value]
    }

    /// - Parameter downwards: Whether a repetition counts down, as days do that are counted from the end of the month.
    init?(_ text: Substring, _ range: ClosedRange<Int>, downwards: Bool = false) {
        if text == "*" {
            values = nil
            return
        }
        func number(_ text: Substring) -> Int? {
            guard (1...4).contains(text.count), text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
            return Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
        var all: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let step = sides.count == 2 ? Int(sides[1]) : 1, step > 0 else { return nil }
            let bounds = sides[0].replacing("..", with: "…").split(separator: "…", omittingEmptySubsequences: false)
            guard bounds.count <= 2, let low = number(bounds[0]) else { return nil }
            if bounds.count == 2 {
                guard let high = number(bounds[1]), low <= high else { return nil }
                all.formUnion(stride(from: low, through: high, by: step))
            } else if sides.count == 2 {
                all.formUnion(
                    stride(from: low, through: downwards ? range.lowerBound : range.upperBound, by: downwards ? -step : step))
            } else {
                all.insert(low)
            }
        }
        values = all
    }

    func contains(_ value: Int) -> Bool { values?.contains(value) ?? true }
}
