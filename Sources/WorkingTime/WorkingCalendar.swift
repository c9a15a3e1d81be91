package import Civil

/// When an office works: the hours of a week, the days off, and the Saturdays that were swapped into working days.
///
/// Intervals are half-open. A budget that ends exactly at closing time is due at that closing time.
package struct WorkingCalendar: Hashable, Sendable {
    /// A stretch of working time within a day, in seconds since its midnight.
    package struct Shift: Hashable, Sendable {
        /// The first second that is worked.
        package let start: Int
        /// The first second that is not.
        package let end: Int

        /// Hours and minutes; the end is not included, and 24:00 is the end of the day.
        package init(_ startHour: Int, _ startMinute: Int, _ endHour: Int, _ endMinute: Int) {
            start = startHour * 3600 + startMinute * 60
            end = endHour * 3600 + endMinute * 60
        }
    }

    /// State offices: Monday to Friday, 7:30–11:30 and 13:00–17:00. The hours are the province's to set; these are the
    /// usual ones.
    package static let officeWeek: [[Shift]] =
        Array(repeating: [Shift(7, 30, 11, 30), Shift(13, 0, 17, 0)], count: 5) + [[], []]

    /// The usual office week with the days off that are known (`Holiday.known`).
    package static let stateOffice = WorkingCalendar().adding(Holiday.known)

    /// Seven days, Monday first; the shifts of a day in order, without overlap.
    package let week: [[Shift]]
    /// Holidays and the days off in lieu of them.
    package let holidays: Set<CivilDate>
    /// Days of the weekend that are worked, with Monday's hours. A holiday on the same date wins.
    package let swapWorkdays: Set<CivilDate>

    /// The usual office week without any day off, unless others are given.
    package init(
        week: [[Shift]] = officeWeek, holidays: Set<CivilDate> = [], swapWorkdays: Set<CivilDate> = []
    ) {
        precondition(week.count == 7, "a week has seven days")
        self.week = week
        self.holidays = holidays
        self.swapWorkdays = swapWorkdays
    }

    /// The same hours with more days off and swapped days.
    package func adding(_ days: [Holiday]) -> WorkingCalendar {
        WorkingCalendar(
            week: week,
            holidays: holidays.union(days.lazy.filter { $0.kind != .swapWorkday }.map(\.date)),
            swapWorkdays: swapWorkdays.union(days.lazy.filter { $0.kind == .swapWorkday }.map(\.date)))
    }

    /// Whether anything is worked on that day.
    package func isWorkingDay(_ date: CivilDate) -> Bool { !shifts(on: date).isEmpty }

    /// The day on which so many working days after `date` have come. `date` itself does not count; it is the answer for
    /// none.
    ///
    /// - Parameter workingDays: Not negative.
    /// - Returns: nil when ten years, and a week for each, do not have that many.
    package func day(after workingDays: Int, _ date: CivilDate) -> CivilDate? {
        var (left, day) = (workingDays, date)
        let end = date.adding(days: workingDays * 7 + Self.patience)
        while left > 0 {
            guard day < end else { return nil }
            day = day.adding(days: 1)
            if isWorkingDay(day) { left -= 1 }
        }
        return day
    }

    /// Whole working days between two moments: those after the day of the first and before the day of the second. A
    /// notice on a Monday for the Monday after next leaves nine.
    package func wholeWorkingDays(from start: Instant, to end: Instant) -> Int {
        let first = CivilDate(inVietnam: start).adding(days: 1)
        let last = CivilDate(inVietnam: end)
        guard first < last else { return 0 }
        return (first.dayNumber..<last.dayNumber).count { isWorkingDay(CivilDate(dayNumber: $0)) }
    }

    /// The working time between two moments; zero when the second is not later.
    package func workingTime(from start: Instant, to end: Instant) -> Duration {
        guard start < end else { return .zero }
        let days = CivilDate(inVietnam: start).dayNumber...CivilDate(inVietnam: end).dayNumber
        return days.reduce(.zero) { sum, number in
            spans(on: CivilDate(dayNumber: number)).reduce(sum) { sum, span in
                sum + max(.zero, min(span.end, end) - max(span.start, start))
            }
        }
    }

    /// When a budget of working time that begins at `start` is used up.
    ///
    /// A budget that is not positive is due at `start` itself.
    ///
    /// - Returns: nil when the ten years from `start` do not have that much working time.
    package func due(after budget: Duration, from start: Instant) -> Instant? {
        guard budget > .zero else { return start }
        var left = budget
        let today = CivilDate(inVietnam: start)
        for day in 0..<Self.patience {
            for span in spans(on: today.adding(days: day)) where span.end > start {
                let from = max(span.start, start)
                if left <= span.end - from { return from + left }
                left -= span.end - from
            }
        }
        return nil
    }

    /// Ten years in days: a calendar without working time must not be searched for ever.
    private static let patience = 3660

    private func spans(on date: CivilDate) -> [(start: Instant, end: Instant)] {
        let midnight = date.startInVietnam
        return shifts(on: date).map { (midnight + .seconds($0.start), midnight + .seconds($0.end)) }
    }

    private func shifts(on date: CivilDate) -> [Shift] {
        if holidays.contains(date) { return [] }
        return swapWorkdays.contains(date) ? week[0] : week[date.weekday - 1]
    }
}
