import Civil

/// The five fields of a crontab line, read as cron on Debian reads them (crontab(5)).
struct CronExpression: Hashable, Sendable {
    /// As it was typed.
    let text: String
    private let minutes: Set<Int>
    private let hours: Set<Int>
    private let days: Set<Int>
    private let months: Set<Int>
    /// 0 Sunday … 6 Saturday
    private let weekdays: Set<Int>
    /// Where one of the two begins with `*`, both must fit; otherwise either is enough.
    private let needsBothDays: Bool
    /// A line with `*` in minute or hour goes by what the clock shows; any other runs once a day whatever the clock does.
    private let goesByTheClock: Bool

    /// Leap days that also must be a certain weekday may be 40 years apart.
    private static let horizon = 366 * 41
    private static let macros = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]
    private static let monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    private static let weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// - Returns: nil for anything that cron would refuse, and for `@reboot`, which has no time.
    init?(_ text: String) {
        self.text = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let fields = (Self.macros[text.lowercased()] ?? self.text).split(separator: " ").map(String.init)
        guard fields.count == 5,
            let minutes = Self.values(fields[0], 0...59), let hours = Self.values(fields[1], 0...23),
            let days = Self.values(fields[2], 1...31), let months = Self.values(fields[3], 1...12, Self.monthNames, from: 1),
            let weekdays = Self.values(fields[4], 0...7, Self.weekdayNames, from: 0)
        else { return nil }
        (self.minutes, self.hours, self.days, self.months) = (minutes, hours, days, months)
        self.weekdays = Set(weekdays.map { $0 % 7 })
        needsBothDays = fields[2].hasPrefix("*") || fields[4].hasPrefix("*")
        goesByTheClock = fields[0].hasPrefix("*") || fields[1].hasPrefix("*")
    }

    private static func values(
        _ field: String, _ range: ClosedRange<Int>, _ names: [String] = [], from first: Int = 0
    ) -> Set<Int>? {
        func number(_ text: Substring) -> Int? {
            if let index = names.firstIndex(of: text.lowercased()) { return index + first }
            return text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text).flatMap { range.contains($0) ? $0 : nil } : nil
        }
        var all: Set<Int> = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let step = sides.count == 2 ? Int(sides[1]) : 1, step > 0 else { return nil }
            let bounds = sides[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            if sides[0] == "*" {
                all.formUnion(stride(from: range.lowerBound, through: range.upperBound, by: step))
            } else if bounds.count == 2 {
                guard let low = number(bounds[0]), let high = number(bounds[1]), low <= high else { return nil }
                all.formUnion(stride(from: low, through: high, by: step))
            } else if let value = number(sides[0]) {
                all.formUnion(stride(from: value, through: sides.count == 2 ? range.upperBound : value, by: step))
            } else {
                return nil
            }
        }
        return all
    }

    /// The next moment after this one at which cron would start the job; nil when there is none.
    ///
    /// A job at a fixed time runs once a day: where the clock is put forward over its time, at that moment; where it is
    /// put back, the first time only.
    func next(after instant: Instant, in clock: ZoneClock) -> Instant? {
        if goesByTheClock {
            return clock.next(
                after: instant, horizon: Self.horizon, repeats: true, day: fits, hour: hours.contains,
                minute: minutes.contains, second: { $0 == 0 })
        }
        var day = clock.reading(at: instant).day
        for _ in 0...Self.horizon {
            if fits(day) {
                let seconds = hours.flatMap { hour in minutes.map { hour * 3600 + $0 * 60 } }
                let times = seconds.map { clock.firstInstant(of: .init(day: day, second: $0)) }
                if let next = times.filter({ $0 > instant }).min() { return next }
            }
            day = day.adding(days: 1)
        }
        return nil
    }

    private func fits(_ date: CivilDate) -> Bool {
        guard months.contains(date.month) else { return false }
        let (isDay, isWeekday) = (days.contains(date.day), weekdays.contains(date.weekday % 7))
        return needsBothDays ? isDay && isWeekday : isDay || isWeekday
    }
}
