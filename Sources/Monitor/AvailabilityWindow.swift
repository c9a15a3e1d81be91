package import Civil
package import Organization
package import WorkingTime

/// The days over which availability is asked.
package struct AvailabilityWindow: Hashable, Sendable {
    package let firstDay: CivilDate
    /// The last day that counts.
    package let lastDay: CivilDate

    /// More than this is refused: nobody reads ten years as one percentage.
    package static let longestDays = 3660

    package init(_ period: ReportingPeriod) {
        firstDay = period.firstDay
        lastDay = period.lastDay
    }

    /// - Throws: `Refusal` on the fields `from` and `to`.
    package init(from firstDay: CivilDate, to lastDay: CivilDate) throws(Refusal) {
        guard firstDay <= lastDay else {
            throw Refusal(field: "to", "Đến hết ngày: không được trước ngày bắt đầu.")
        }
        guard lastDay.dayNumber - firstDay.dayNumber < Self.longestDays else {
            throw Refusal(field: "to", "Khoảng xét dài nhất là \(Self.longestDays / 366) năm.")
        }
        self.firstDay = firstDay
        self.lastDay = lastDay
    }

    /// The reporting period of which these are the days, if they are.
    package var period: ReportingPeriod? {
        let period = ReportingPeriod(containing: firstDay)
        return period.firstDay == firstDay && period.lastDay == lastDay ? period : nil
    }

    /// Half-open, cut at midnight in Vietnam.
    package var range: TimeRange {
        TimeRange(from: firstDay.startInVietnam, to: lastDay.adding(days: 1).startInVietnam)
    }
}
