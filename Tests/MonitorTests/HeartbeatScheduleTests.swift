import Civil
import Testing

@testable import Monitor

/// When a job is expected. The expected moments were asked of other programs: cron's of the Python package `cronsim`,
/// which follows Debian's cron, OnCalendar's of `systemd-analyze calendar` (systemd 252).
struct HeartbeatScheduleTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        let expression: String
        var zone = "UTC"
        let after: String
        /// The occurrences that follow, in UTC.
        let expected: [String]

        var testDescription: String { name }
    }

    private static func occurrences(_ kind: HeartbeatSchedule.Kind, _ row: Row) throws -> [String] {
        let schedule = try #require(HeartbeatSchedule(kind, row.expression, zone: row.zone))
        var found: [String] = []
        var last = utc(row.after)
        for _ in row.expected.indices {
            guard let next = schedule.next(after: last) else { break }
            found.append(written(next))
            last = next
        }
        return found
    }

    @Test(arguments: [
        Row(name: "two in the morning in Vietnam", expression: "0 2 * * *", zone: "Asia/Ho_Chi_Minh", after: "2026-11-24 02:00:00",
            expected: ["2026-11-24 19:00:00", "2026-11-25 19:00:00"]),
        Row(name: "every quarter of an hour", expression: "*/15 * * * *", zone: "Asia/Ho_Chi_Minh", after: "2026-11-24 02:07:30",
            expected: ["2026-11-24 02:15:00", "2026-11-24 02:30:00", "2026-11-24 02:45:00", "2026-11-24 03:00:00"]),
        Row(name: "the 1st, the 15th or any Friday: either is enough", expression: "0 0 1,15 * 5", after: "2026-11-24 02:00:00",
            expected: ["2026-11-27 00:00:00", "2026-12-01 00:00:00", "2026-12-04 00:00:00", "2026-12-11 00:00:00"]),
        Row(name: "a star in the day of the month: odd days that are Mondays", expression: "0 0 */2 * 1", after: "2026-11-24 02:00:00",
            expected: ["2026-12-07 00:00:00", "2026-12-21 00:00:00", "2027-01-11 00:00:00"]),
        Row(name: "a star in the weekday: both must fit", expression: "0 0 13 * */2", after: "2026-11-24 02:00:00",
            expected: ["2026-12-13 00:00:00", "2027-02-13 00:00:00", "2027-03-13 00:00:00"]),
        Row(name: "working days by number", expression: "0 8 * * 1-5", zone: "Asia/Ho_Chi_Minh", after: "2026-11-27 02:00:00",
            expected: ["2026-11-30 01:00:00", "2026-12-01 01:00:00"]),
        Row(name: "working days by name", expression: "0 8 * * MON-FRI", zone: "Asia/Ho_Chi_Minh", after: "2026-11-27 02:00:00",
            expected: ["2026-11-30 01:00:00", "2026-12-01 01:00:00"]),
        Row(name: "7 is Sunday too", expression: "0 8 * * 7", after: "2026-11-24 02:00:00", expected: ["2026-11-29 08:00:00"]),
        Row(name: "Friday to Sunday", expression: "0 8 * * 5-7", after: "2026-11-24 02:00:00",
            expected: ["2026-11-27 08:00:00", "2026-11-28 08:00:00", "2026-11-29 08:00:00", "2026-12-04 08:00:00"]),
        Row(name: "months by name in any case", expression: "0 8 * JAN,jul 0", after: "2026-11-24 02:00:00",
            expected: ["2027-01-03 08:00:00", "2027-01-10 08:00:00"]),
        Row(name: "from 0 in steps without a star", expression: "0/10 8 * * *", after: "2026-11-24 02:00:00",
            expected: ["2026-11-24 08:00:00", "2026-11-24 08:10:00", "2026-11-24 08:20:00"]),
        Row(name: "a range in steps", expression: "10-20/5 8 * * *", after: "2026-11-24 02:00:00",
            expected: ["2026-11-24 08:10:00", "2026-11-24 08:15:00", "2026-11-24 08:20:00", "2026-11-25 08:10:00"]),
        Row(name: "leap days", expression: "0 0 29 2 *", after: "2026-11-24 02:00:00",
            expected: ["2028-02-29 00:00:00", "2032-02-29 00:00:00"]),
        Row(name: "30 February never comes", expression: "0 0 30 2 *", after: "2026-11-24 02:00:00", expected: []),
        Row(name: "a macro", expression: "@daily", after: "2026-11-24 02:00:00", expected: ["2026-11-25 00:00:00"]),
        Row(name: "a time that summer time skips: at the moment of the change", expression: "30 2 * * *", zone: "Europe/Berlin",
            after: "2025-03-29 00:00:00", expected: ["2025-03-29 01:30:00", "2025-03-30 01:00:00", "2025-03-31 00:30:00"]),
        Row(name: "two skipped times of one day fall together", expression: "15,45 2 * * *", zone: "Europe/Berlin",
            after: "2025-03-29 12:00:00", expected: ["2025-03-30 01:00:00", "2025-03-31 00:15:00", "2025-03-31 00:45:00"]),
        Row(name: "a time that comes twice: the first time only", expression: "30 2 * * *", zone: "Europe/Berlin",
            after: "2025-10-25 12:00:00", expected: ["2025-10-26 00:30:00", "2025-10-27 01:30:00"]),
        Row(name: "with a star, every time that the clock shows it", expression: "*/30 2 * * *", zone: "Europe/Berlin",
            after: "2025-10-25 12:00:00",
            expected: ["2025-10-26 00:00:00", "2025-10-26 00:30:00", "2025-10-26 01:00:00", "2025-10-26 01:30:00"]),
        Row(name: "with a star, a skipped hour does not happen", expression: "*/30 2 * * *", zone: "Europe/Berlin",
            after: "2025-03-29 12:00:00", expected: ["2025-03-31 00:00:00", "2025-03-31 00:30:00"]),
        Row(name: "a change of half an hour, back", expression: "30 1 * * *", zone: "Australia/Lord_Howe",
            after: "2026-04-04 00:00:00", expected: ["2026-04-04 14:30:00", "2026-04-05 15:00:00"]),
        Row(name: "a change of half an hour, forward", expression: "15 2 * * *", zone: "Australia/Lord_Howe",
            after: "2026-10-02 18:00:00", expected: ["2026-10-03 15:30:00", "2026-10-04 15:15:00"]),
        Row(name: "a midnight that does not exist", expression: "0 0 * * *", zone: "America/Santiago",
            after: "2026-09-05 00:00:00", expected: ["2026-09-05 04:00:00", "2026-09-06 04:00:00", "2026-09-07 03:00:00"]),
    ])
    func cron(row: Row) throws {
        #expect(try Self.occurrences(.cron, row) == row.expected)
    }

    @Test(arguments: [
        "", "0 8 * *", "0 8 * * * *", "60 8 * * *", "0 24 * * *", "0 8 0 * *", "0 8 * 13 *", "0 8 * * 8", "0 8 * * 5-1", "*/0 8 * * *",
        "a 8 * * *", "0 8 * * mo", "1,,2 8 * * *", "1- 8 * * *", "@reboot", "-1 8 * * *", "0 8 * * 1/", "٣ 8 * * *",
    ])
    func cronRefuses(expression: String) {
        #expect(HeartbeatSchedule(.cron, expression, zone: "UTC") == nil)
    }

    @Test(arguments: [
        Row(name: "daily", expression: "daily", zone: "Asia/Ho_Chi_Minh", after: "2026-11-24 02:00:00",
            expected: ["2026-11-24 17:00:00", "2026-11-25 17:00:00"]),
        Row(name: "hourly", expression: "hourly", after: "2026-11-24 02:00:00", expected: ["2026-11-24 03:00:00"]),
        Row(name: "minutely", expression: "minutely", after: "2026-11-24 02:00:30", expected: ["2026-11-24 02:01:00"]),
        Row(name: "weekly, the zone in the expression goes first", expression: "weekly Asia/Ho_Chi_Minh", zone: "Europe/Berlin",
            after: "2026-11-24 02:00:00", expected: ["2026-11-29 17:00:00"]),
        Row(name: "monthly", expression: "monthly", after: "2026-11-24 02:00:00", expected: ["2026-12-01 00:00:00"]),
        Row(name: "quarterly", expression: "quarterly", after: "2026-11-24 02:00:00",
            expected: ["2027-01-01 00:00:00", "2027-04-01 00:00:00"]),
        Row(name: "semiannually", expression: "semiannually", after: "2026-11-24 02:00:00",
            expected: ["2027-01-01 00:00:00", "2027-07-01 00:00:00"]),
        Row(name: "working days at half past eight", expression: "Mon..Fri 08:30", after: "2026-11-27 09:00:00",
            expected: ["2026-11-30 08:30:00", "2026-12-01 08:30:00"]),
        Row(name: "the older way to write a range of days", expression: "Mon-Fri 08:30", after: "2026-11-24 02:00:00",
            expected: ["2026-11-24 08:30:00", "2026-11-25 08:30:00"]),
        Row(name: "a weekday written out", expression: "monday 8:30", after: "2026-11-24 02:00:00", expected: ["2026-11-30 08:30:00"]),
        Row(name: "a weekday alone is its midnight", expression: "Mon", after: "2026-11-24 02:00:00", expected: ["2026-11-30 00:00:00"]),
        Row(name: "the first of the month at two", expression: "*-*-01 02:00", after: "2026-11-24 02:00:00",
            expected: ["2026-12-01 02:00:00", "2027-01-01 02:00:00"]),
        Row(name: "every quarter of an hour", expression: "*:0/15", after: "2026-11-24 02:00:00",
            expected: ["2026-11-24 02:15:00", "2026-11-24 02:30:00", "2026-11-24 02:45:00", "2026-11-24 03:00:00"]),
        Row(name: "every twenty seconds", expression: "*-*-* *:*:0/20", after: "2026-11-24 02:00:00",
            expected: ["2026-11-24 02:00:20", "2026-11-24 02:00:40", "2026-11-24 02:01:00"]),
        Row(name: "the last day of the month", expression: "*-*~01 02:00", after: "2026-11-24 02:00:00",
            expected: ["2026-11-30 02:00:00", "2026-12-31 02:00:00", "2027-01-31 02:00:00"]),
        Row(name: "the third last day of February", expression: "*-02~03", after: "2026-11-24 02:00:00",
            expected: ["2027-02-26 00:00:00", "2028-02-27 00:00:00"]),
        Row(name: "the last Monday of May", expression: "Mon *-05~07/1", after: "2026-11-24 02:00:00",
            expected: ["2027-05-31 00:00:00", "2028-05-29 00:00:00", "2029-05-28 00:00:00"]),
        Row(name: "a range of days in steps", expression: "*-*-1..7/3 10:00", after: "2026-11-24 02:00:00",
            expected: ["2026-12-01 10:00:00", "2026-12-04 10:00:00", "2026-12-07 10:00:00"]),
        Row(name: "every third month from January", expression: "*-01/3-01", after: "2026-11-24 02:00:00",
            expected: ["2027-01-01 00:00:00", "2027-04-01 00:00:00", "2027-07-01 00:00:00"]),
        Row(name: "a date without a year", expression: "12-24", after: "2026-11-24 02:00:00",
            expected: ["2026-12-24 00:00:00", "2027-12-24 00:00:00"]),
        Row(name: "years in steps", expression: "2027..2030/2-1-1", after: "2026-11-24 02:00:00",
            expected: ["2027-01-01 00:00:00", "2029-01-01 00:00:00"]),
        Row(name: "30 February never comes", expression: "2026-02-30", after: "2026-11-24 02:00:00", expected: []),
        Row(name: "a time that summer time skips does not happen", expression: "*-*-* 02:30 Europe/Berlin",
            after: "2025-03-29 00:00:00", expected: ["2025-03-29 01:30:00", "2025-03-31 00:30:00", "2025-04-01 00:30:00"]),
        Row(name: "a time that comes twice happens once", expression: "*-*-* 02:30 Europe/Berlin", after: "2025-10-25 12:00:00",
            expected: ["2025-10-26 00:30:00", "2025-10-27 01:30:00"]),
        Row(name: "the repeated hour is left out", expression: "*-*-* *:0/30 Europe/Berlin", after: "2025-10-26 00:20:00",
            expected: ["2025-10-26 00:30:00", "2025-10-26 02:00:00", "2025-10-26 02:30:00"]),
    ])
    func onCalendar(row: Row) throws {
        #expect(try Self.occurrences(.calendar, row) == row.expected)
    }

    @Test(arguments: [
        "", "*/15", "*:*/15", "Fri..Mon 08:30", "24:00", "12", "foo", "5..2:00", "Mon, Tue 8:30", "2026-11-24T05:00", "*-*-32", "*-13-01",
        "08:60", "08:30 Mon", "*:0/0", "1.5:00", "Mon..", "08:30 Mars/Olympus",
    ])
    func onCalendarRefuses(expression: String) {
        #expect(HeartbeatSchedule(.calendar, expression, zone: "UTC") == nil)
    }

    @Test func aPeriodCountsFromTheLastReport() {
        let at = utc("2026-11-24 02:00:07")
        #expect(HeartbeatSchedule(every: .seconds(86_400)).next(after: at) == at + .seconds(86_400))
    }

    @Test(arguments: ["", "Asia/Nowhere", "Saigon", "+07:00"])
    func anUnknownZoneIsRefused(zone: String) {
        #expect(HeartbeatSchedule(.cron, "0 2 * * *", zone: zone) == nil)
    }
}

/// `2026-11-24 02:00:00`, in UTC.
func utc(_ text: String) -> Instant {
    let parts = text.split { "- :".contains($0) }.compactMap { Int($0) }
    let day = CivilDate(year: parts[0], month: parts[1], day: parts[2])?.dayNumber ?? 0
    return Instant(seconds: Int64(day * 86_400 + parts[3] * 3600 + parts[4] * 60 + parts[5]))
}

private func written(_ instant: Instant) -> String {
    let day = CivilDate(dayNumber: Int(instant.seconds / 86_400))
    let second = Int(instant.seconds % 86_400)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(day.year)-\(two(day.month))-\(two(day.day)) \(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
}
