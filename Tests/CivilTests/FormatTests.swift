import Civil
import Testing

@Suite struct FormatTests {
    /// 10:05:06 UTC on 14 June 2026 is 17:05:06 in Vietnam.
    let afternoon = Instant(seconds: 1_781_431_506)

    @Test func aMomentIsShownInVietnamsTime() {
        #expect(VietnameseFormat.time(afternoon) == "17:05")
        #expect(VietnameseFormat.moment(afternoon) == "17:05 14/06/2026")
        #expect(VietnameseFormat.momentWithSeconds(afternoon) == "17:05:06 14/06/2026")
        #expect(VietnameseFormat.local(afternoon) == "2026-06-14T17:05")
        #expect(VietnameseFormat.timestamp(afternoon) == "2026-06-14T17:05:06+07:00")
    }

    @Test(arguments: [
        // The last second of a day in Vietnam, and the first of the next: 17:00 UTC.
        (Int64(1_781_456_399), "23:59:59 14/06/2026"),
        (1_781_456_400, "00:00:00 15/06/2026"),
        (0, "07:00:00 01/01/1970"),
        (-25_201, "23:59:59 31/12/1969"),
    ])
    func theDayTurnsAtMidnightInVietnam(seconds: Int64, shown: String) {
        #expect(VietnameseFormat.momentWithSeconds(Instant(seconds: seconds)) == shown)
    }

    @Test func aFractionOfASecondIsDropped() {
        #expect(VietnameseFormat.momentWithSeconds(Instant(microseconds: 999_999)) == "07:00:00 01/01/1970")
        #expect(VietnameseFormat.momentWithSeconds(Instant(microseconds: -1)) == "06:59:59 01/01/1970")
    }

    @Test(arguments: [
        (2026, 11, 24, "24/11/2026", "2026-11-24", "ngày 24 tháng 11 năm 2026"),
        (2026, 1, 5, "05/01/2026", "2026-01-05", "ngày 05 tháng 01 năm 2026"),
        (2026, 2, 10, "10/02/2026", "2026-02-10", "ngày 10 tháng 02 năm 2026"),
        (2026, 3, 9, "09/03/2026", "2026-03-09", "ngày 09 tháng 3 năm 2026"),
        (987, 12, 31, "31/12/0987", "0987-12-31", "ngày 31 tháng 12 năm 987"),
    ])
    func aDay(year: Int, month: Int, day: Int, page: String, machine: String, document: String) throws {
        let date = try #require(CivilDate(year: year, month: month, day: day))
        #expect(VietnameseFormat.date(date) == page)
        #expect(VietnameseFormat.localDate(date) == machine)
        #expect(VietnameseFormat.documentDate(date) == document)
    }

    @Test(arguments: [
        (0, "0 giây"), (0.999, "0 giây"), (-5, "0 giây"), (45, "45 giây"), (60, "1 phút"), (90, "1 phút 30 giây"),
        (1200, "20 phút"), (4800, "1 giờ 20 phút"), (4859, "1 giờ 20 phút"), (3605, "1 giờ"),
        (276_600, "3 ngày 4 giờ"), (262_200, "3 ngày"),
    ] as [(Double, String)])
    func aDurationHasTwoUnits(seconds: Double, shown: String) {
        #expect(VietnameseFormat.duration(.seconds(seconds)) == shown)
    }

    @Test(arguments: [
        (Int64(0), "0:00:00"), (59, "0:00:59"), (93_789, "26:03:09"), (4_320_000, "1.200:00:00"), (-1, "0:00:00"),
    ])
    func aClockIsExact(seconds: Int64, shown: String) {
        #expect(VietnameseFormat.clock(seconds: seconds) == shown)
    }
}
