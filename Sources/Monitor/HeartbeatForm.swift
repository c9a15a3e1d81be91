import Civil
import Database
import Organization
import Web

/// In what a span of time is typed.
enum SpanUnit: String, CaseIterable {
    case seconds, minutes, hours, days

    var label: String {
        switch self {
        case .seconds: "giây"
        case .minutes: "phút"
        case .hours: "giờ"
        case .days: "ngày"
        }
    }

    var seconds: Int64 {
        switch self {
        case .seconds: 1
        case .minutes: 60
        case .hours: 3600
        case .days: 86_400
        }
    }

    /// The largest unit in which the span is a whole number.
    init(of span: Duration) {
        self = SpanUnit.allCases.last { span.inSeconds % $0.seconds == 0 } ?? .seconds
    }
}

/// Between what was typed of a heartbeat and its draft, both ways.
extension HeartbeatDraft {
    /// - Throws: `Refusal` for what cannot be read; whether the rest is fit is for `check` to say.
    init(_ typed: Form) throws(Refusal) {
        var form = typed
        let name = form.required("name", "Tên", maximum: 200)
        let slug = form.optional("slug", "Tên ngắn", maximum: 100)
        let component = form.optional("component", "Thành phần", maximum: 100)
        let grace = form.span("grace", "Thời gian ân hạn")
        let schedule = form.schedule()
        try form.check()
        guard let schedule, let grace else { throw Refusal(form.problems) }
        self.init(name: name, schedule: schedule, grace: grace)
        (self.slug, self.component) = (slug, component ?? "")
        agency = Int64(form["agency"]).map(Agency.ID.init(rawValue:))
        isDailyBackup = !form["is_daily_backup"].isEmpty
    }

    /// What the form shows before anything is typed.
    var form: Form {
        let (period, graceUnit) = (schedule.period ?? .seconds(86_400), SpanUnit(of: grace))
        let periodUnit = SpanUnit(of: period)
        return Form([
            "name": name, "slug": slug ?? "", "component": component, "agency": agency.map { "\($0.rawValue)" } ?? "",
            "schedule": schedule.kind.rawValue, "period": "\(period.inSeconds / periodUnit.seconds)",
            "period_unit": periodUnit.rawValue, "expression": schedule.expression ?? "",
            "zone": schedule.kind == .period ? HeartbeatSchedule.standardZone : schedule.zone,
            "grace": "\(grace.inSeconds / graceUnit.seconds)", "grace_unit": graceUnit.rawValue,
            "is_daily_backup": isDailyBackup ? "yes" : "",
        ])
    }

    /// A heartbeat as it is proposed to who makes a new one.
    static let proposed = HeartbeatDraft(name: "", schedule: HeartbeatSchedule(every: .seconds(86_400)), grace: .seconds(3600))
}

extension Form {
    fileprivate mutating func span(_ name: String, _ label: String) -> Duration? {
        let number = integer(name, label, 1...31_622_400)
        let unit = choice("\(name)_unit", "\(label), đơn vị", SpanUnit.self)
        guard let number, let unit else { return nil }
        return .seconds(Int64(number) * unit.seconds)
    }

    fileprivate mutating func schedule() -> HeartbeatSchedule? {
        switch choice("schedule", "Lịch hẹn", HeartbeatSchedule.Kind.self) {
        case nil: return nil
        case .period: return span("period", "Chu kỳ").map { HeartbeatSchedule(every: $0) }
        case let kind?:
            if ZoneClock(self["zone"]) == nil { note("zone", "Múi giờ: cần tên trong danh mục IANA, ví dụ Asia/Ho_Chi_Minh.") }
            if HeartbeatSchedule(kind, self["expression"], zone: "UTC") == nil {
                note(
                    "expression",
                    kind == .cron
                        ? "Biểu thức cron: cần năm phần như trong crontab, ví dụ 5 1 * * * (01:05 hằng ngày)."
                        : "OnCalendar: cần dạng như trong bộ hẹn giờ systemd, ví dụ Mon..Fri 08:30 hoặc *-*-01 02:00.")
            }
            return HeartbeatSchedule(kind, self["expression"], zone: self["zone"])
        }
    }
}
