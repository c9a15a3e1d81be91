import Civil
import Testing

@Suite struct ReadingTests {
    @Test(arguments: [
        ("14/06/2026", 2026, 6, 14), ("14/6/2026", 2026, 6, 14), ("4/6/2026", 2026, 6, 4),
        ("2026-06-14", 2026, 6, 14), ("29/02/2028", 2028, 2, 29),
    ])
    func days(text: String, year: Int, month: Int, day: Int) {
        #expect(CivilDate(parsing: text) == CivilDate(year: year, month: month, day: day))
    }

    @Test(arguments: [
        "", "14/06", "14/06/26", "14-06-2026", "2026-6-14", "2026/06/14", "29/02/2026", "31/4/2026", "0/6/2026",
        "14/13/2026", "+4/06/2026", "14/06/+026", "014/6/2026", "14/06/2026 ", "14//2026", "14/06/2026/1", "01/01/0000",
        "１４/06/2026", "mai",
    ])
    func whatIsNoDay(text: String) {
        #expect(CivilDate(parsing: text) == nil)
    }

    /// Seconds since 2026-11-24T00:00 in Vietnam.
    @Test(arguments: [
        ("2026-11-24T09:41", 34_860), ("2026-11-24T09:41:07", 34_867), ("09:41 24/11/2026", 34_860),
        ("9:41 24/11/2026", 34_860), ("00:00 24/11/2026", 0), ("2026-11-24T23:59:59", 86_399),
    ])
    func moments(text: String, seconds: Int) throws {
        let midnight = try #require(CivilDate(year: 2026, month: 11, day: 24)).startInVietnam
        #expect(Instant(vietnamLocal: text) == midnight + .seconds(seconds))
    }

    @Test(arguments: [
        "", "2026-11-24", "09:41", "2026-11-24T24:00", "2026-11-24T09:60", "2026-11-24T09:41:60",
        "2026-11-24T09:41:07.5", "2026-11-24T09", "2026-11-24T9:4", "2026-11-24T-1:41", "2026-11-24T09:41Z",
        "2026-02-30T09:41", "24/11/2026 09:41", "009:41 24/11/2026",
    ])
    func whatIsNoMoment(text: String) {
        #expect(Instant(vietnamLocal: text) == nil)
    }

    @Test func whatAPageShowsIsReadAgain() throws {
        let instant = try #require(Instant(vietnamLocal: "2026-11-24T09:41"))
        #expect(Instant(vietnamLocal: VietnameseFormat.local(instant)) == instant)
        #expect(Instant(vietnamLocal: VietnameseFormat.moment(instant)) == instant)
        #expect(Instant(vietnamLocal: VietnameseFormat.momentWithSeconds(instant)) == instant)
        let date = CivilDate(inVietnam: instant)
        #expect(CivilDate(parsing: VietnameseFormat.date(date)) == date)
        #expect(CivilDate(parsing: VietnameseFormat.localDate(date)) == date)
    }
}
