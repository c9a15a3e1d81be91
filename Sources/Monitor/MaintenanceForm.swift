import Civil
import Organization
import Web

extension MaintenanceDraft {
    /// - Throws: `Refusal` for what cannot be read; whether the rest is fit is for `check` to say.
    init(_ typed: Form) throws(Refusal) {
        var form = typed
        let title = form.required("title", "Nội dung", maximum: 200)
        let scope = form.choice("scope", "Phạm vi", MaintenanceScope.Kind.self).map { MaintenanceScope($0, form) }
        let timing: Timing? =
            switch form.choice("repeats", "Lặp lại", MaintenanceRepetition.self) {
            case .once: Self.once(&form)
            case .weekly:
                Self.repeated(&form, .weekly(form.all("weekdays").compactMap { Int($0) }.filter((1...7).contains).sorted()))
            case .monthly:
                Self.repeated(
                    &form,
                    .monthly(
                        week: form.integer("week", "Tuần thứ", 1...5) ?? 1,
                        weekday: form.integer("weekday", "Ngày trong tuần", 1...7) ?? 1))
            case nil: nil
            }
        try form.check()
        guard let scope, let timing else { throw Refusal(field: "repeats", "Lặp lại: cần chọn một mục trong danh sách.") }
        self.init(title: title, scope: scope, timing: timing, notice: form["notice"])
    }

    private static func once(_ form: inout Form) -> Timing? {
        let begins = form.instant("begins", "Bắt đầu", isRequired: true)
        let ends = form.instant("ends", "Kết thúc", isRequired: true)
        guard let begins, let ends else { return nil }
        return .once(begins: begins, ends: ends)
    }

    private static func repeated(_ form: inout Form, _ repetition: MaintenanceRhythm.Repetition) -> Timing? {
        let firstDay = form.date("first_day", "Từ ngày", isRequired: true)
        let lastDay = form.date("last_day", "Đến ngày")
        let minutes = form.integer("minutes", "Kéo dài", 1...1440)
        // A time of day is read as every other one: on some day.
        let someDay = CivilDate(dayNumber: 0)
        let at = Instant(vietnamLocal: "\(form["at"]) \(VietnameseFormat.date(someDay))")
        if at == nil { form.note("at", "Giờ bắt đầu: cần có dạng 22:00.") }
        guard let firstDay, let minutes, let at else { return nil }
        return .repeated(
            MaintenanceRhythm(
                repetition, beginsAt: Int((at - someDay.startInVietnam).inSeconds / 60), minutes: minutes,
                firstDay: firstDay, lastDay: lastDay))
    }

    /// What the form shows before anything is typed: an hour from the next full one on.
    ///
    /// - Parameter monitor: The name of a monitor that was chosen already; empty for none.
    static func proposed(for monitor: String, at now: Instant) -> Form {
        let begins = Instant(seconds: (now.seconds / 3600 + 1) * 3600)
        return Form([
            "scope": monitor.isEmpty ? "" : "monitors", "monitors": monitor, "repeats": "once",
            "begins": VietnameseFormat.local(begins), "ends": VietnameseFormat.local(begins + .seconds(3600)),
            "at": "22:00", "minutes": "120", "first_day": VietnameseFormat.localDate(CivilDate(inVietnam: now)),
            "week": "1", "weekday": "7",
        ])
    }
}

extension MaintenanceScope {
    fileprivate init(_ kind: Kind, _ form: Form) {
        switch kind {
        case .system: self = .system
        case .group: self = .group(form["group"])
        case .component: self = .component(form["component"])
        case .monitors:
            let names = form["monitors"].split(separator: "\n").map { FormText.normalized(String($0)) }
            self = .monitors(Array(Set(names.filter { !$0.isEmpty })).sorted())
        }
    }
}

/// How often, as the form asks it.
enum MaintenanceRepetition: String, CaseIterable {
    case once, weekly, monthly

    var label: String {
        switch self {
        case .once: "Một lần"
        case .weekly: "Hằng tuần"
        case .monthly: "Hằng tháng"
        }
    }
}
