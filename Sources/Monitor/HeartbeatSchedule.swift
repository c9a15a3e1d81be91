package import Civil

/// When a job is expected to report.
package struct HeartbeatSchedule: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// So long after the last report.
        case period
        /// As a crontab line says.
        case cron
        /// As a systemd timer's OnCalendar says.
        case calendar

        package var label: String {
            switch self {
            case .period: "Chu kỳ"
            case .cron: "Biểu thức cron"
            case .calendar: "OnCalendar (systemd)"
            }
        }
    }

    private enum Rhythm: Hashable, Sendable {
        case period(Duration)
        case cron(CronExpression)
        case calendar(CalendarExpression)
    }

    private let rhythm: Rhythm
    private let clock: ZoneClock

    package static let standardZone = "Asia/Ho_Chi_Minh"

    /// Every so often, whatever the clock on the wall says.
    package init(every period: Duration) {
        rhythm = .period(period)
        // The one zone that is always there.
        clock = ZoneClock("UTC")!
    }

    /// - Returns: nil for an expression that its kind does not know, or an unknown time zone.
    package init?(_ kind: Kind, _ expression: String, zone: String) {
        guard let clock = ZoneClock(zone) else { return nil }
        self.clock = clock
        switch kind {
        case .period: return nil
        case .cron:
            guard let cron = CronExpression(expression) else { return nil }
            rhythm = .cron(cron)
        case .calendar:
            guard let calendar = CalendarExpression(expression) else { return nil }
            rhythm = .calendar(calendar)
        }
    }

    package var kind: Kind {
        switch rhythm {
        case .period: .period
        case .cron: .cron
        case .calendar: .calendar
        }
    }

    /// Nil for the two that go by the clock on the wall.
    package var period: Duration? {
        if case .period(let period) = rhythm { period } else { nil }
    }

    /// As it was typed; nil for a period.
    package var expression: String? {
        switch rhythm {
        case .period: nil
        case .cron(let cron): cron.text
        case .calendar(let calendar): calendar.text
        }
    }

    package var zone: String { clock.name }

    /// When the next report is expected after one at `instant`; nil when none ever is.
    package func next(after instant: Instant) -> Instant? {
        switch rhythm {
        case .period(let period): instant + period
        case .cron(let cron): cron.next(after: instant, in: clock)
        case .calendar(let calendar): calendar.next(after: instant, in: clock)
        }
    }

    /// `mỗi 1 ngày`, `30 2 * * * (Asia/Ho_Chi_Minh)`.
    package var text: String {
        switch rhythm {
        case .period(let period): "mỗi \(VietnameseFormat.duration(period))"
        case .cron(let cron): "cron “\(cron.text)”, giờ \(clock.name)"
        case .calendar(let calendar): "OnCalendar “\(calendar.text)”, giờ \(clock.name)"
        }
    }
}
