package import Civil
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

    /// - Parameters: both days are included.
    /// - Returns: nil when the last day is before the first.
    package init?(from first: CivilDate, to last: CivilDate) {
        guard first <= last else { return nil }
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
        // As long as this one, so its last day is not before its first.
        return ReportWindow(from: firstDay.adding(days: -days), to: firstDay.adding(days: -1))!
    }

    /// The stem of its files' names (Điều 8.4): `BC6T2026KY1`, `BC20260301DEN20260331`.
    package var fileStem: String {
        if let period { return "BC6T\(period.year)KY\(period.half.rawValue)" }
        let days = [firstDay, lastDay].map { VietnameseFormat.localDate($0).replacing("-", with: "") }
        return "BC\(days[0])DEN\(days[1])"
    }
}
