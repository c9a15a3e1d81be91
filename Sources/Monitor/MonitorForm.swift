import Civil
import Database
import Organization
import Web

/// Between what was typed of a monitor and its draft, both ways.
extension MonitorDraft {
    /// - Throws: `Refusal` for what cannot be read; whether the rest is fit is for `check` to say.
    init(_ typed: Form) throws(Refusal) {
        var form = typed
        let kind = form.choice("kind", "Loại", Target.Kind.self)
        let name = form.required("name", "Tên", maximum: 200)
        let target = kind.flatMap { $0.type.read(&form) }
        let family = form.choice("family", "Họ địa chỉ", AddressFamily.self)
        let timeout = form.integer("timeout", "Thời gian chờ", 1...120)
        let interval = form.integer("interval", "Khoảng cách giữa hai lần đo", 5...86_400)
        let retryInterval = form.integer("retry_interval", "Khoảng cách khi lỗi", 5...86_400)
        let confirmAfter = form.integer("confirm_after", "Số lần lỗi", 1...20)
        let recoverAfter = form.integer("recover_after", "Số lần tốt", 1...20)
        let component = form.optional("component", "Thành phần", maximum: 100)
        let place = MonitorPlace(
            group: form["group"], tags: MonitorPlace.tags(typed: form["tags"]), parent: form["parent"])
        let slowness = Slowness(&form)
        try form.check()
        guard let target, let family, let timeout, let interval, let retryInterval, let confirmAfter, let recoverAfter
        else { throw Refusal(field: "kind", "Loại: cần chọn một mục trong danh sách.") }
        self.init(name: name, target: target)
        (self.family, self.timeout, self.interval) = (family, .seconds(timeout), .seconds(interval))
        self.retryInterval = .seconds(retryInterval)
        (self.confirmAfter, self.recoverAfter) = (confirmAfter, recoverAfter)
        (self.component, agency) = (component ?? "", Int64(form["agency"]).map(Agency.ID.init(rawValue:)))
        (self.place, self.slowness) = (place, slowness)
    }

    /// What the form shows before anything is typed.
    var form: Form {
        var fields = [
            "name": name, "kind": target.kind.rawValue, "family": family.rawValue, "timeout": "\(timeout.inSeconds)",
            "interval": "\(interval.inSeconds)", "retry_interval": "\(retryInterval.inSeconds)",
            "confirm_after": "\(confirmAfter)", "recover_after": "\(recoverAfter)", "component": component,
            "agency": agency.map { "\($0.rawValue)" } ?? "",
            "group": place.group, "tags": place.tags.joined(separator: ", "), "parent": place.parent,
            "degraded_ms": slowness.threshold.map { "\($0.inMicroseconds / 1000)" } ?? "",
            "degraded_after": "\(slowness.after)",
        ]
        fields.merge(target.particulars.typed) { $1 }
        return Form(fields)
    }

    /// A monitor as it is proposed to who makes a new one.
    static func proposed(_ kind: Target.Kind) -> MonitorDraft {
        MonitorDraft(name: "", target: kind.type.proposed.target)
    }
}

extension Slowness {
    /// Notes in `form` what cannot be read. Both fields may be empty.
    fileprivate init(_ form: inout Form) {
        self.init()
        if !form["degraded_ms"].isEmpty {
            threshold = form.integer("degraded_ms", "Ngưỡng chậm", 1...120_000).map { .milliseconds($0) }
        }
        if !form["degraded_after"].isEmpty {
            after = form.integer("degraded_after", "Số lần chậm", 1...20) ?? after
        }
    }
}

extension TargetKind {
    /// Notes in `form` what cannot be read.
    fileprivate static func read(_ form: inout Form) -> Target? { Self(&form)?.target }
}
