package import Civil
package import WorkingTime

/// Within how many working days after leaving an account should be locked. Điều 23.1 c gives no number: it is our own
/// target, a setting.
package struct LockLimit: Hashable, Sendable {
    package let workingDays: Int
    private let calendar: WorkingCalendar

    package init(workingDays: Int, calendar: WorkingCalendar) {
        self.workingDays = workingDays
        self.calendar = calendar
    }

    /// The last day on which the lock is in time.
    package func lastDay(_ leftOn: CivilDate) -> CivilDate {
        calendar.day(after: workingDays, leftOn) ?? leftOn
    }

    package func isOverdue(_ leftOn: CivilDate, on today: CivilDate) -> Bool {
        lastDay(leftOn) < today
    }

    /// The newest day of leaving whose limit is over: everybody who left then or earlier is overdue. The database counts
    /// with it, because it knows no working days.
    package func newestOverdue(on today: CivilDate) -> CivilDate {
        var day = today.adding(days: -1)
        while !isOverdue(day, on: today) { day = day.adding(days: -1) }
        return day
    }
}
