package import Civil

/// When an office works: the hours of a week, the days off, and the Saturdays that were swapped into working days.
///
/// Intervals are half-open. A budget that ends exactly at closing time is due at that closing time.
package struct WorkingCalendar: Hashable, Sendable {
    /// A stretch of working time within a day, in seconds since its midnight.
    package struct Shift: Hashable, Sendable {
        package let start: Int
        package let end: Int

        /// - Parameters: hours and minutes; the end is not included.
        package init(_ startHour: Int, _ startMinute: Int, _ endHour: Int, _ endMinute: Int) {
            start = startHour * 3600 + startMinute * 60
            end = endHour * 3600 + endMinute * 60
        }
    }

    /// Monday first; the shifts of a day in order.
    private let week: [[Shift]]
    private let daysOff: Set<CivilDate>
    private let swapWorkdays: Set<CivilDate>

    /// - Parameters:
    ///   - week: Seven days, Monday first.
    ///   - daysOff: Holidays and the days off in lieu of them.
    ///   - swapWorkdays: Days of the weekend that are worked with Monday's hours. A day off on the same date wins.
    package init(week: [[Shift]], daysOff: Set<CivilDate> = [], swapWorkdays: Set<CivilDate> = []) {
        self.week = week
        self.daysOff = daysOff
        self.swapWorkdays = swapWorkdays
    }

    /// State offices: Monday to Friday, 7:30–11:30 and 13:00–17:00, with the holidays of `Holidays`. The hours are the
    /// province's to set; these are the usual ones.
    package static let stateOffice = WorkingCalendar(
        week: Array(repeating: [Shift(7, 30, 11, 30), Shift(13, 0, 17, 0)], count: 5) + [[], []],
        daysOff: Set(Holidays.all.filter { $0.kind != .swapWorkday }.map(\.date)),
        swapWorkdays: Set(Holidays.all.filter { $0.kind == .swapWorkday }.map(\.date)))

    package func isWorkingDay(_ date: CivilDate) -> Bool { !shifts(on: date).isEmpty }

    /// Whole working days between two moments: those after the day of the first and before the day of the second. A notice
    /// on Monday for the Monday after next has left nine.
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
    /// - Returns: nil when ten years do not have that much working time.
    package func due(after budget: Duration, from start: Instant) -> Instant? {
        guard budget > .zero else { return start }
        var left = budget
        let today = CivilDate(inVietnam: start)
        for day in 0..<3660 {
            for span in spans(on: today.adding(days: day)) where span.end > start {
                let from = max(span.start, start)
                if left <= span.end - from { return from + left }
                left -= span.end - from
            }
        }
        return nil
    }

    private func spans(on date: CivilDate) -> [(start: Instant, end: Instant)] {
        let midnight = date.startInVietnam
        return shifts(on: date).map { (midnight + .seconds($0.start), midnight + .seconds($0.end)) }
    }

    private func shifts(on date: CivilDate) -> [Shift] {
        if daysOff.contains(date) { return [] }
        return swapWorkdays.contains(date) ? week[0] : week[date.weekday - 1]
    }
}
