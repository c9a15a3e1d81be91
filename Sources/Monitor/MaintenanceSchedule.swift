package import Civil
package import Database
import Organization

/// When maintenance comes again and again, in Vietnam's time.
package struct MaintenanceRhythm: Hashable, Sendable {
    package enum Repetition: Hashable, Sendable {
        /// Every week on these days: 1 Monday … 7 Sunday.
        case weekly([Int])
        /// Every month on the first (1) to fourth (4) such weekday, or on the last one (5).
        case monthly(week: Int, weekday: Int)
    }

    package var repetition: Repetition
    /// Minutes since midnight.
    package var beginsAt: Int
    /// At most a day; it may reach into the next one.
    package var minutes: Int
    package var firstDay: CivilDate
    /// The last day on which it may begin; nil: until somebody ends it.
    package var lastDay: CivilDate?

    package init(
        _ repetition: Repetition, beginsAt: Int, minutes: Int, firstDay: CivilDate, lastDay: CivilDate? = nil
    ) {
        self.repetition = repetition
        self.beginsAt = beginsAt
        self.minutes = minutes
        self.firstDay = firstDay
        self.lastDay = lastDay
    }

    /// The windows that begin in `days` days from `first` on.
    package func windows(from first: CivilDate, days: Int) -> [TimeRange] {
        (0..<days).map { first.adding(days: $0) }.filter(falls).map { day in
            let begins = day.startInVietnam + .seconds(beginsAt * 60)
            return TimeRange(from: begins, to: begins + .seconds(minutes * 60))
        }
    }

    private func falls(on day: CivilDate) -> Bool {
        guard day >= firstDay, lastDay.map({ day <= $0 }) ?? true else { return false }
        switch repetition {
        case .weekly(let weekdays): return weekdays.contains(day.weekday)
        case .monthly(5, let weekday): return day.weekday == weekday && day.adding(days: 7).month != day.month
        case .monthly(let week, let weekday): return day.weekday == weekday && (day.day - 1) / 7 + 1 == week
        }
    }

    /// `Thứ Hai, Thứ Tư hằng tuần, 22:00, kéo dài 2 giờ`
    package var text: String {
        let when =
            switch repetition {
            case .weekly(let days): days.map { Self.name($0) }.joined(separator: ", ") + " hằng tuần"
            case .monthly(let week, let weekday): "\(Self.name(weekday)) \(Self.name(week: week)) hằng tháng"
            }
        let clock = VietnameseFormat.time(firstDay.startInVietnam + .seconds(beginsAt * 60))
        return "\(when), \(clock), kéo dài \(VietnameseFormat.duration(.seconds(minutes * 60)))"
    }

    package static func name(_ weekday: Int) -> String {
        ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"][(weekday - 1) % 7]
    }

    package static func name(week: Int) -> String {
        ["đầu tiên", "thứ hai", "thứ ba", "thứ tư", "cuối cùng"][(week - 1) % 5]
    }

    var problems: [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        if case .weekly(let days) = repetition, days.isEmpty {
            problems.append(.init(field: "weekdays", text: "Ngày trong tuần: cần chọn ít nhất một ngày."))
        }
        if !(1...1440).contains(minutes) {
            problems.append(.init(field: "minutes", text: "Kéo dài: cần từ 1 đến 1440 phút."))
        }
        if let lastDay, lastDay < firstDay {
            problems.append(.init(field: "last_day", text: "Ngày cuối không được trước ngày đầu."))
        }
        return problems
    }
}

/// Lịch bảo trì định kỳ: makes its windows ahead.
package struct MaintenanceSchedule: Hashable, Sendable {
    package typealias ID = RowID<MaintenanceSchedule>

    package let id: ID
    package let title: String
    /// As a table says it.
    package let scopeText: String
    package let rhythm: MaintenanceRhythm
}

extension MaintenanceSchedule: PostgresRow {
    /// For `maintenance_schedules s LEFT JOIN monitor_groups g`.
    package static var columns: String {
        """
        s.id, s.title, s.scope, g.name, s.component, cardinality(s.monitor_ids), s.repeats, s.weekdays, s.week,
        s.begins_minute, s.length_minutes, s.first_day, s.last_day
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        title = try row.read()
        scopeText = try MaintenanceWindow.scopeText(row: &row)
        let (repeats, weekdays) = (try row.read(String.self), try row.read([Int].self))
        let week = try row.read(Int?.self)
        rhythm = MaintenanceRhythm(
            repeats == "weekly" ? .weekly(weekdays) : .monthly(week: week ?? 1, weekday: weekdays.first ?? 1),
            beginsAt: try row.read(), minutes: try row.read(), firstDay: try row.read(), lastDay: try row.read())
    }
}
