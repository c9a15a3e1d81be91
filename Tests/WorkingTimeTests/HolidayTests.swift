import Civil
import Testing
import WorkingTime

@Suite struct HolidayTests {
    /// Điều 112: eleven days a year.
    @Test(arguments: 2025...2030)
    func aYearHasElevenHolidays(year: Int) {
        #expect(Holiday.known.count { $0.date.year == year && $0.kind == .holiday } == 11)
    }

    @Test func everyDayStandsOnceAndInOrder() {
        let dates = Holiday.known.map(\.date)
        #expect(dates == Set(dates).sorted())
    }

    @Test func onlySaturdaysAreSwappedIn() {
        #expect(Holiday.known.filter { $0.kind == .swapWorkday }.allSatisfy { $0.date.weekday == 6 })
    }

    /// A day in lieu on a weekend would give nothing.
    @Test func daysInLieuAreWeekdays() {
        #expect(Holiday.known.filter { $0.kind == .compensatory }.allSatisfy { $0.date.weekday < 6 })
    }

    /// Điều 111.3: a holiday on a weekend is made up for; a bridged weekday is paid for with a Saturday.
    @Test(arguments: 2025...2030)
    func daysInLieuBalance(year: Int) {
        let days = Holiday.known.filter { $0.date.year == year }
        let onWeekends = days.count { $0.kind == .holiday && $0.date.weekday > 5 }
        let swapped = days.count { $0.kind == .swapWorkday }
        #expect(days.count { $0.kind == .compensatory } == onWeekends + swapped)
    }

    /// The lunar new year's first day, from astronomy, lies within the days off.
    @Test(arguments: ["29/01/2025", "17/02/2026", "06/02/2027", "26/01/2028", "13/02/2029", "02/02/2030"])
    func tetCoversTheFirstOfTheYear(date: String) throws {
        let first = try day(date)
        #expect(Holiday.known.contains { $0.date == first && $0.name.hasPrefix("Tết Nguyên đán") })
        #expect(Holiday.known.contains { $0.date == first.adding(days: -1) && $0.name.hasPrefix("Tết Nguyên đán") })
    }

    @Test func whatWasComputedSaysSo() throws {
        let tet = try day("06/02/2027")
        #expect(Holiday.known.first { $0.date == tet }?.trust == .computed)
        #expect(Holiday.cultureDays.allSatisfy { $0.trust == .policy && $0.date.month == 11 && $0.date.day == 24 })
    }
}
