import Civil
import Testing
import WorkingTime

@testable import Reports

/// What a report is about, and what its file is called.
struct WindowTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let window: ReportWindow?
        let days: String?
        let title: String
        let previous: String
        let file: String
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "6 tháng đầu năm bắt đầu từ 15/12 năm trước",
            window: ReportWindow(ReportingPeriod(year: 2026, half: .first)), days: "15/12/2025–14/06/2026",
            title: "6 tháng đầu năm 2026", previous: "15/06/2025–14/12/2025", file: "BC6T2026KY1"),
        Case(
            name: "6 tháng cuối năm", window: ReportWindow(ReportingPeriod(year: 2026, half: .second)),
            days: "15/06/2026–14/12/2026", title: "6 tháng cuối năm 2026", previous: "15/12/2025–14/06/2026",
            file: "BC6T2026KY2"),
        Case(
            name: "đúng ngày của một kỳ thì là kỳ đó", window: try? ReportWindow(from: .day(15, month: 6), to: .day(14, month: 12)),
            days: "15/06/2026–14/12/2026", title: "6 tháng cuối năm 2026", previous: "15/12/2025–14/06/2026",
            file: "BC6T2026KY2"),
        Case(
            name: "nửa năm dương lịch không phải là kỳ", window: try? ReportWindow(from: .day(1, month: 1), to: .day(30, month: 6)),
            days: "01/01/2026–30/06/2026", title: "từ ngày 01/01/2026 đến ngày 30/06/2026", previous: "04/07/2025–31/12/2025",
            file: "BC20260101DEN20260630"),
        Case(
            name: "một ngày", window: try? ReportWindow(from: .day(20), to: .day(20)), days: "20/11/2026–20/11/2026",
            title: "từ ngày 20/11/2026 đến ngày 20/11/2026", previous: "19/11/2026–19/11/2026", file: "BC20261120DEN20261120"),
        Case(
            name: "đúng mười năm", window: try? ReportWindow(from: .day(1, month: 1, year: 2016), to: .day(31, month: 12, year: 2025)),
            days: "01/01/2016–31/12/2025", title: "từ ngày 01/01/2016 đến ngày 31/12/2025", previous: "31/12/2005–31/12/2015",
            file: "BC20160101DEN20251231"),
        Case(
            name: "mười năm và một ngày", window: try? ReportWindow(from: .day(1, month: 1, year: 2016), to: .day(1, month: 1, year: 2026)),
            days: nil, title: "", previous: "", file: ""),
        Case(
            name: "trước năm 2000", window: try? ReportWindow(from: .day(31, month: 12, year: 1999), to: .day(1, month: 1, year: 2000)),
            days: nil, title: "", previous: "", file: ""),
        Case(
            name: "sau năm 2099", window: try? ReportWindow(from: .day(31, month: 12, year: 2099), to: .day(1, month: 1, year: 2100)),
            days: nil, title: "", previous: "", file: ""),
        Case(
            name: "ngày cuối trước ngày đầu", window: try? ReportWindow(from: .day(20), to: .day(19)), days: nil, title: "",
            previous: "", file: ""),
    ]

    @Test(arguments: cases)
    func itsDaysTitleAndFile(_ example: Case) throws {
        func days(_ window: ReportWindow) -> String {
            "\(VietnameseFormat.date(window.firstDay))–\(VietnameseFormat.date(window.lastDay))"
        }
        guard let expected = example.days else {
            #expect(example.window == nil)
            return
        }
        let window = try #require(example.window)
        #expect(days(window) == expected && window.title == example.title)
        #expect(days(window.previous) == example.previous)
        #expect(window.previous.range.upper == window.range.lower)
        #expect(window.fileStem == example.file)
        for format in ReportFormat.allCases {
            #expect(ElectronicFileName.fault(in: "\(window.fileStem).\(format.rawValue)") == nil)
        }
    }

    @Test func itLastsFromMidnightToMidnightInVietnam() throws {
        let window = ReportWindow(ReportingPeriod(year: 2026, half: .first))
        // 15/12/2025 00:00 in Vietnam is 17:00 of the day before in Greenwich.
        #expect(window.range.lower == Instant(seconds: 1_765_731_600))
        #expect(window.range.duration == .seconds(182 * 86_400))
        #expect(window.range.contains(Instant(seconds: 1_765_731_600)))
        #expect(!window.range.contains(CivilDate.day(15, month: 6).startInVietnam))
    }
}
