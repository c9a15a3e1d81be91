import Civil
import Testing
import WorkingTime

@Suite struct WorkingCalendarTests {
    let office = WorkingCalendar.stateOffice

    @Test(arguments: [
        ("10/03/2026", true, "Tuesday"),
        ("14/03/2026", false, "Saturday"),
        ("15/03/2026", false, "Sunday"),
        ("01/01/2026", false, "New Year"),
        ("02/01/2026", false, "Friday given off for the Saturday after"),
        ("10/01/2026", true, "Saturday that pays for 2 January"),
        ("13/02/2026", true, "Friday before Tết"),
        ("16/02/2026", false, "the last day of the old lunar year"),
        ("20/02/2026", false, "fourth day of Tết"),
        ("23/02/2026", true, "Monday after Tết"),
        ("27/04/2026", false, "in lieu of Giỗ Tổ on a Sunday"),
        ("22/08/2026", true, "Saturday that pays for 31 August"),
        ("31/08/2026", false, "Monday given off"),
        ("03/09/2026", true, "Thursday after Quốc khánh"),
        ("24/11/2026", true, "Ngày Văn hóa is policy, not yet law"),
        ("10/02/2027", false, "in lieu of Tết on a Saturday"),
    ])
    func workingDays(date: String, works: Bool, why: String) throws {
        #expect(office.isWorkingDay(try day(date)) == works, "\(why)")
    }

    @Test func cultureDayCountsWhenItIsAdded() throws {
        #expect(!office.adding(Holiday.cultureDays).isWorkingDay(try day("24/11/2026")))
    }

    /// When a budget of working minutes is used up.
    @Test(arguments: [
        ("08:00 10/03/2026", 120, "10:00 10/03/2026", "plain morning"),
        ("11:30 10/03/2026", 30, "13:30 10/03/2026", "begins as lunch begins"),
        ("10:30 10/03/2026", 60, "11:30 10/03/2026", "ends exactly as lunch begins: then, not after lunch"),
        ("10:30 10/03/2026", 61, "13:01 10/03/2026", "one minute over the lunch break"),
        ("12:15 10/03/2026", 15, "13:15 10/03/2026", "begins during lunch"),
        ("07:30 10/03/2026", 480, "17:00 10/03/2026", "a whole day is due at closing time"),
        ("07:30 10/03/2026", 481, "07:31 11/03/2026", "and a minute more the next morning"),
        ("17:00 10/03/2026", 1, "07:31 11/03/2026", "begins at closing time"),
        ("16:00 10/03/2026", 120, "08:30 11/03/2026", "overnight"),
        ("05:00 10/03/2026", 30, "08:00 10/03/2026", "before the office opens"),
        ("23:59 10/03/2026", 1, "07:31 11/03/2026", "just before midnight in Vietnam"),
        ("16:00 13/03/2026", 120, "08:30 16/03/2026", "over a weekend"),
        ("16:00 13/02/2026", 240, "10:30 23/02/2026", "over Tết 2026: the 14th to the 22nd are off"),
        ("16:00 09/01/2026", 120, "08:30 10/01/2026", "into the Saturday that is worked"),
        ("16:00 28/08/2026", 120, "08:30 03/09/2026", "over Quốc khánh and the swapped Monday"),
        ("12:00 14/03/2026", 0, "12:00 14/03/2026", "nothing to wait for"),
        ("12:00 14/03/2026", -30, "12:00 14/03/2026", "less than nothing to wait for"),
    ])
    func dueTimes(start: String, minutes: Int, due: String, why: String) throws {
        #expect(try office.due(after: .seconds(minutes * 60), from: at(start)) == at(due), "\(why)")
    }

    @Test(arguments: [
        ("08:00 10/03/2026", "10:00 10/03/2026", 120, "plain morning"),
        ("11:00 10/03/2026", "13:30 10/03/2026", 60, "lunch does not count"),
        ("11:30 10/03/2026", "13:00 10/03/2026", 0, "lunch alone"),
        ("16:00 10/03/2026", "08:00 11/03/2026", 90, "overnight"),
        ("00:00 05/01/2026", "00:00 12/01/2026", 2880, "a week with a worked Saturday: six days"),
        ("00:00 14/02/2026", "00:00 23/02/2026", 0, "all of Tết"),
        ("10:00 10/03/2026", "08:00 10/03/2026", 0, "the wrong way round"),
    ])
    func workingTimes(start: String, end: String, minutes: Int, why: String) throws {
        #expect(try office.workingTime(from: at(start), to: at(end)) == .seconds(minutes * 60), "\(why)")
    }

    @Test func workingTimeUpToTheDueTimeIsTheBudget() throws {
        let start = try at("16:17 13/02/2026")
        for minutes in stride(from: 1, through: 6000, by: 37) {
            let budget = Duration.seconds(minutes * 60)
            let due = try #require(office.due(after: budget, from: start))
            #expect(office.workingTime(from: start, to: due) == budget)
        }
    }

    /// A notice of maintenance needs seven whole working days between its day and the day of the work.
    @Test(arguments: [
        ("09:00 02/03/2026", "08:00 16/03/2026", 9, "Monday for the Monday after next"),
        ("09:00 02/03/2026", "20:00 12/03/2026", 7, "just in time"),
        ("23:59 02/03/2026", "00:00 12/03/2026", 7, "the hour does not matter"),
        ("09:00 03/03/2026", "20:00 12/03/2026", 6, "a day too late"),
        ("09:00 05/03/2026", "08:00 06/03/2026", 0, "the next day"),
        ("09:00 05/03/2026", "20:00 05/03/2026", 0, "the same day"),
        ("09:00 05/03/2026", "09:00 01/03/2026", 0, "in the past"),
        ("09:00 11/02/2026", "08:00 25/02/2026", 4, "over Tết: Thursday, Friday, Monday, Tuesday"),
        ("09:00 07/01/2026", "08:00 12/01/2026", 3, "Thursday, Friday and the worked Saturday"),
    ])
    func noticePeriods(published: String, event: String, days: Int, why: String) throws {
        #expect(try office.wholeWorkingDays(from: at(published), to: at(event)) == days, "\(why)")
    }

    @Test(arguments: [
        ("10/03/2026", 0, "10/03/2026", "none"),
        ("14/03/2026", 0, "14/03/2026", "none, from a Saturday"),
        ("10/03/2026", 1, "11/03/2026", "tomorrow"),
        ("13/03/2026", 1, "16/03/2026", "over a weekend"),
        ("13/02/2026", 1, "23/02/2026", "over Tết"),
        ("09/01/2026", 2, "12/01/2026", "a worked Saturday counts"),
        ("02/03/2026", 7, "11/03/2026", "seven days"),
    ])
    func daysAhead(from: String, workingDays: Int, then: String, why: String) throws {
        #expect(try office.day(after: workingDays, day(from)) == day(then), "\(why)")
    }

    @Test func aCalendarThatNeverWorksHasNoDueTime() throws {
        let never = WorkingCalendar(week: Array(repeating: [], count: 7))
        #expect(try never.due(after: .seconds(1), from: at("08:00 10/03/2026")) == nil)
        #expect(try never.day(after: 1, day("10/03/2026")) == nil)
        #expect(try !never.isWorkingDay(day("10/03/2026")))
    }

    @Test func aHotlineMayWorkEveryDayAndThroughMidnight() throws {
        let allDay = WorkingCalendar(week: Array(repeating: [.init(0, 0, 24, 0)], count: 7))
        #expect(try allDay.due(after: .seconds(25 * 3600), from: at("23:30 14/03/2026")) == at("00:30 16/03/2026"))
        #expect(try allDay.due(after: .seconds(1800), from: at("23:30 14/03/2026")) == at("00:00 15/03/2026"))
    }

    @Test func aHolidayWinsOverASwappedSaturday() throws {
        let date = try day("14/03/2026")
        #expect(WorkingCalendar(swapWorkdays: [date]).isWorkingDay(date))
        #expect(!WorkingCalendar(holidays: [date], swapWorkdays: [date]).isWorkingDay(date))
    }
}
