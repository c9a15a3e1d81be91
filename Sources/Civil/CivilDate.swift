/// A day of the calendar, without a time zone: what an official writes as 24/11/2026.
package struct CivilDate: Hashable, Comparable, Sendable {
    /// 1…9999 for what people write; earlier and later years can be counted with.
    package let year: Int
    /// 1…12
    package let month: Int
    /// 1…31
    package let day: Int

    /// - Returns: nil for a day that the Gregorian calendar does not have.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= Self.daysIn(month: month, year: year) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// - Parameter dayNumber: Days since 1970-01-01 (proleptic Gregorian calendar).
    package init(dayNumber: Int) {
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": civil_from_days.
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    package var dayNumber: Int {
        // Howard Hinnant, days_from_civil.
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// 1 = Monday … 7 = Sunday (ISO 8601).
    package var weekday: Int { (dayNumber % 7 + 7 + 3) % 7 + 1 }

    /// The day so many days later; earlier for a negative number.
    package func adding(days: Int) -> CivilDate { CivilDate(dayNumber: dayNumber + days) }

    package static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension CivilDate {
    /// The day that `instant` falls on in Vietnam (Asia/Ho_Chi_Minh: UTC+7, no summer time since 1975).
    package init(inVietnam instant: Instant) {
        let local = instant.seconds + Instant.vietnamOffsetSeconds
        self.init(dayNumber: Int(local >= 0 ? local / 86_400 : -((-local + 86_399) / 86_400)))
    }

    /// The first moment of this day in Vietnam.
    package var startInVietnam: Instant {
        Instant(seconds: Int64(dayNumber) * 86_400 - Instant.vietnamOffsetSeconds)
    }
}

extension Instant {
    /// Asia/Ho_Chi_Minh is UTC+7 the whole year.
    package static let vietnamOffsetSeconds: Int64 = 7 * 3600
}
