package import Civil
package import Organization
package import WorkingTime

/// What a report is about: half a year of Nghị định 09/2019/NĐ-CP, or any days that somebody asks for (an ad hoc report,
/// Điều 21.10).
package struct ReportWindow: Hashable, Sendable {
    package let firstDay: CivilDate
    package let lastDay: CivilDate
    /// Nil for days of its own.
    package let period: ReportingPeriod?

    package init(_ period: ReportingPeriod) {
        self.period = period
        firstDay = period.firstDay
        lastDay = period.lastDay
    }

    /// The days of which there may be a report. Nothing is older, and nobody plans further.
    private static let days = CivilDate(dayNumber: 10_957)...CivilDate(dayNumber: 47_481)
    private static let longestInYears = 10

    /// - Parameters: both days are included.
    /// - Throws: `Refusal` for the fields `from` and `to`: when the last day is before the first, when the window is longer
    ///   than ten years, or when a day lies outside the years 2000…2099.
    package init(from first: CivilDate, to last: CivilDate) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        for (field, label, day) in [("from", "Từ ngày", first), ("to", "Đến ngày", last)] where !Self.days.contains(day) {
            let (oldest, newest) = (VietnameseFormat.date(Self.days.lowerBound), VietnameseFormat.date(Self.days.upperBound))
            problems.append(.init(field: field, text: "\(label): cần một ngày từ \(oldest) đến \(newest)."))
        }
        if problems.isEmpty, last < first {
            problems.append(.init(field: "to", text: "Đến ngày phải không sớm hơn từ ngày."))
        }
        if problems.isEmpty, (last.year - Self.longestInYears, last.month, last.day) >= (first.year, first.month, first.day) {
            problems.append(.init(field: "to", text: "Báo cáo không quá \(Self.longestInYears) năm; hãy chia thành nhiều báo cáo."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
        self.init(days: first, last)
    }

    private init(days first: CivilDate, _ last: CivilDate) {
        firstDay = first
        lastDay = last
        period = [ReportingPeriod(containing: first)].first { $0.firstDay == first && $0.lastDay == last }
    }

    /// Half-open, in Vietnam's time.
    package var range: TimeRange {
        TimeRange(from: firstDay.startInVietnam, to: lastDay.adding(days: 1).startInVietnam)
    }

    /// The last day of it that is over, for what is judged day by day; before the first one while none is.
    package func lastWholeDay(asOf now: Instant) -> CivilDate {
        min(lastDay, CivilDate(inVietnam: now).adding(days: -1))
    }

    /// `6 tháng đầu năm 2026`, or `từ ngày 01/3/2026 đến ngày 31/3/2026`.
    package var title: String {
        period?.title ?? "từ ngày \(VietnameseFormat.date(firstDay)) đến ngày \(VietnameseFormat.date(lastDay))"
    }

    /// The same length of time just before.
    package var previous: ReportWindow {
        if let period { return ReportWindow(period.previous) }
        let days = lastDay.dayNumber - firstDay.dayNumber + 1
        return ReportWindow(days: firstDay.adding(days: -days), firstDay.adding(days: -1))
    }

    /// The stem of its files' names (Điều 8.4): `BC6T2026KY1`, `BC20260301DEN20260331`.
    package var fileStem: String {
        if let period { return "BC6T\(period.year)KY\(period.half.rawValue)" }
        let days = [firstDay, lastDay].map { VietnameseFormat.localDate($0).replacing("-", with: "") }
        return "BC\(days[0])DEN\(days[1])"
    }
}
