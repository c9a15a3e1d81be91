import Civil
import Testing
import WorkingTime

@Suite struct ReportingPeriodTests {
    @Test(arguments: [
        ("2026-H1", "6 tháng đầu năm 2026", "15/12/2025", "14/06/2026", "20/06/2026"),
        ("2026-H2", "6 tháng cuối năm 2026", "15/06/2026", "14/12/2026", "20/12/2026"),
        ("2027-H1", "6 tháng đầu năm 2027", "15/12/2026", "14/06/2027", "20/06/2027"),
    ])
    func windows(code: String, title: String, first: String, last: String, sendBy: String) throws {
        let period = try #require(ReportingPeriod(code))
        #expect(period.code == code)
        #expect(period.title == title)
        #expect(period.firstDay == (try day(first)))
        #expect(period.lastDay == (try day(last)))
        #expect(period.sendBy == (try day(sendBy)))
        #expect(period.window.lower == (try at("00:00 \(first)")))
        #expect(period.window.contains(try at("23:59:59 \(last)")))
        #expect(!period.window.contains(try day(last).adding(days: 1).startInVietnam))
    }

    @Test(arguments: [
        ("14/12/2025", "2025-H2"), ("15/12/2025", "2026-H1"), ("31/12/2025", "2026-H1"), ("01/01/2026", "2026-H1"),
        ("14/06/2026", "2026-H1"), ("15/06/2026", "2026-H2"), ("30/06/2026", "2026-H2"), ("24/11/2026", "2026-H2"),
        ("14/12/2026", "2026-H2"), ("15/12/2026", "2027-H1"),
    ])
    func aDayLiesIn(date: String, code: String) throws {
        #expect(ReportingPeriod(containing: try day(date)).code == code)
    }

    @Test func periodsFollowEachOtherWithoutAGap() throws {
        var period = try #require(ReportingPeriod("2024-H2"))
        for _ in 0..<12 {
            #expect(period.next.window.lower == period.window.upper)
            #expect(period.next.previous == period)
            #expect(period < period.next)
            period = period.next
        }
        #expect(period.code == "2030-H2")
    }

    @Test(arguments: ["", "2026", "2026-H3", "2026-H0", "26-H1", "2026H1", "2026-H1-x", "+026-H1", "2026-Q1"])
    func whatIsNoPeriod(code: String) {
        #expect(ReportingPeriod(code) == nil)
    }
}
