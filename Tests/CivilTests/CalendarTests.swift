import Civil
import Testing

@Suite struct CalendarTests {
    /// ISO weekdays: 1 is Monday.
    @Test(arguments: [
        (1970, 1, 1, 0, 4), (2026, 2, 17, 20_501, 2), (2026, 11, 24, 20_781, 2), (2028, 2, 29, 21_243, 2),
        (1969, 12, 28, -4, 7), (2000, 3, 1, 11_017, 3),
    ])
    func aDayHasANumberAndAWeekday(year: Int, month: Int, day: Int, number: Int, weekday: Int) throws {
        let date = try #require(CivilDate(year: year, month: month, day: day))
        #expect(date.dayNumber == number)
        #expect(date.weekday == weekday)
        #expect(CivilDate(dayNumber: number) == date)
    }

    @Test func theDaysOfFourCenturiesFollowEachOther() {
        var date = CivilDate(dayNumber: 0)
        for number in 1...146_097 {
            let next = CivilDate(dayNumber: number)
            #expect(date < next && next.dayNumber == number && next.weekday == date.weekday % 7 + 1)
            date = next
        }
    }

    @Test(arguments: [(2026, 2, 29), (1900, 2, 29), (2026, 4, 31), (2026, 13, 1), (2026, 0, 1), (2026, 1, 0)])
    func whatTheCalendarDoesNotHave(year: Int, month: Int, day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test(arguments: [(Int64(61_199), 1), (61_200, 2), (-25_200, 1), (-25_201, 31)])
    func aDayBeginsAtSeventeenUTC(seconds: Int64, day: Int) {
        #expect(CivilDate(inVietnam: Instant(seconds: seconds)).day == day)
    }

    @Test func secondsRoundTowardsThePast() {
        #expect(Instant(microseconds: -1).seconds == -1)
        #expect(Instant(microseconds: 1_999_999).flooredToSecond == Instant(seconds: 1))
        #expect(Instant(microseconds: 1_000_001).ceiledToSecond == Instant(seconds: 2))
        #expect(Instant(seconds: 2).ceiledToSecond == Instant(seconds: 2))
    }

    @Test func aRangeIsHalfOpen() {
        let range = TimeRange(from: Instant(seconds: 10), to: Instant(seconds: 20))
        #expect(range.contains(Instant(seconds: 10)))
        #expect(!range.contains(Instant(seconds: 20)))
        #expect(range.duration == .seconds(10))
        #expect(TimeRange(from: nil, to: Instant(seconds: 20)).contains(Instant(seconds: -1000)))
        #expect(TimeRange(from: Instant(seconds: 10), to: nil).duration == nil)
    }
}
