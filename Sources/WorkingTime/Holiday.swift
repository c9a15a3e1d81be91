package import Civil

/// A day on which the State's offices do not keep the hours of an ordinary week.
package struct Holiday: Hashable, Sendable {
    /// What sets the day apart; the raw values are the words of the calendar table.
    package enum Kind: String, Sendable {
        /// Bộ luật Lao động 2019, Điều 112.
        case holiday
        /// Off in lieu of a holiday that fell on a weekend, or to bridge one that is paid for with a Saturday.
        case compensatory = "compensatory_off"
        /// A Saturday that is worked to pay for a bridged day.
        case swapWorkday = "swap_workday"
    }

    /// How sure the row is. The Prime Minister settles each year's days; only what was published is certain.
    package enum Trust: Sendable {
        /// Fixed by the Labour Code, or read in the schedule that was published for the year.
        case published
        /// Heard of, but the document itself was not read.
        case reported
        /// Computed: lunar dates from astronomy, days in lieu by Điều 111.3 (the next working day).
        case computed
        /// Announced as policy; whether the Labour Code has it yet was not found.
        case policy
    }

    /// The day.
    package let date: CivilDate
    /// Why it is not an ordinary one.
    package let kind: Kind
    /// What the day is called on a page.
    package let name: String
    /// How sure that is.
    package let trust: Trust
}

extension Holiday {
    /// The days of 2025–2030 that are known, by date.
    package static let known: [Holiday] = rows.flatMap(\.holidays)

    /// 24 November, Ngày Văn hóa Việt Nam: Nghị quyết 80-NQ/TW of 7 January 2026 wants it paid and off, which takes an
    /// amendment of Điều 112. No calendar counts it by itself; `WorkingCalendar.adding` does when it has become law.
    package static let cultureDays: [Holiday] = (2026...2030)
        .map { HolidayRow($0, 11, 24, .holiday, "Ngày Văn hóa Việt Nam", .policy) }.flatMap(\.holidays)
}
