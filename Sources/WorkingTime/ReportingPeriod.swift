package import Civil

/// Half a year of a periodic report as Nghị định 09/2019/NĐ-CP, Điều 12.3 cuts it: from 15 December to 14 June, and
/// from 15 June to 14 December. These are not the halves of the calendar.
package struct ReportingPeriod: Hashable, Comparable, Sendable {
    /// Which half of the year of the report.
    package enum Half: Int, Sendable {
        case first = 1
        case second = 2
    }

    /// The year of the report.
    package let year: Int
    /// The half of that year.
    package let half: Half

    package init(year: Int, half: Half) {
        self.year = year
        self.half = half
    }

    /// Reads `2026-H1`, of the years 2000…2099.
    package init?(_ code: String) {
        let parts = code.split(separator: "-")
        guard parts.count == 2, parts[0].count == 4, let year = Int(parts[0]), (2000...2099).contains(year),
            let half = parts[1].uppercased() == "H1" ? Half.first : parts[1].uppercased() == "H2" ? .second : nil
        else { return nil }
        self.init(year: year, half: half)
    }

    /// The period in which a day lies.
    package init(containing date: CivilDate) {
        let startOfSecond = (date.month, date.day) >= (6, 15)
        let startOfNext = (date.month, date.day) >= (12, 15)
        self.init(
            year: startOfNext ? date.year + 1 : date.year,
            half: startOfSecond && !startOfNext ? .second : .first)
    }

    /// `2026-H1`
    package var code: String { "\(year)-H\(half.rawValue)" }

    /// `6 tháng đầu năm 2026`
    package var title: String { "6 tháng \(half == .first ? "đầu" : "cuối") năm \(year)" }

    /// 15 December of the year before, or 15 June.
    package var firstDay: CivilDate { half == .first ? day(year - 1, 12, 15) : day(year, 6, 15) }

    /// The last day that counts: 14 June or 14 December.
    package var lastDay: CivilDate { half == .first ? day(year, 6, 14) : day(year, 12, 14) }

    /// Half-open, in Vietnam's time.
    package var window: TimeRange {
        TimeRange(from: firstDay.startInVietnam, to: lastDay.adding(days: 1).startInVietnam)
    }

    /// By when it is sent: the 20th. The regulation gives no day; this is a target of the Department's own, which
    /// leaves more than the one working day of Nghị định 09/2019/NĐ-CP, Điều 8.5.
    package var sendBy: CivilDate { half == .first ? day(year, 6, 20) : day(year, 12, 20) }

    /// The half year before.
    package var previous: ReportingPeriod {
        half == .first ? ReportingPeriod(year: year - 1, half: .second) : ReportingPeriod(year: year, half: .first)
    }

    /// The half year after.
    package var next: ReportingPeriod {
        half == .first ? ReportingPeriod(year: year, half: .second) : ReportingPeriod(year: year + 1, half: .first)
    }

    package static func < (left: ReportingPeriod, right: ReportingPeriod) -> Bool {
        (left.year, left.half.rawValue) < (right.year, right.half.rawValue)
    }

    private func day(_ year: Int, _ month: Int, _ day: Int) -> CivilDate {
        // 14, 15 and 20 are days of every month.
        CivilDate(year: year, month: month, day: day)!
    }
}
