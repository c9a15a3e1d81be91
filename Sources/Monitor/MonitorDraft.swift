import Civil
import Database
package import Organization

/// What somebody typed of a monitor.
package struct MonitorDraft: Hashable, Sendable {
    package var name: String
    package var target: Target
    package var family = AddressFamily.any
    package var timeout = Duration.seconds(10)
    package var interval = Duration.seconds(60)
    package var retryInterval = Duration.seconds(20)
    package var confirmAfter = 3
    package var recoverAfter = 2
    package var component = ""
    package var agency: Agency.ID?
    package var place = MonitorPlace()
    package var slowness = Slowness()

    package init(name: String, target: Target) {
        self.name = name
        self.target = target
    }

    /// - Throws: `Refusal` with everything that is not fit, named after the fields of the form.
    package func check() throws(Refusal) {
        let problems = problems
        if !problems.isEmpty { throw Refusal(problems) }
    }

    var problems: [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        func note(_ field: String, _ text: String) { problems.append(.init(field: field, text: text)) }

        if name.isEmpty { note("name", "Tên: cần nhập.") }
        if name.unicodeScalars.count > 200 { note("name", "Tên: tối đa 200 ký tự.") }
        problems += target.particulars.problems
        for (field, label, value, range) in spans where !range.contains(Int(value.inSeconds)) {
            note(field, "\(label): cần từ \(range.lowerBound) đến \(range.upperBound) giây.")
        }
        if timeout > interval { note("timeout", "Thời gian chờ không được dài hơn khoảng cách giữa hai lần đo.") }
        if !(1...20).contains(confirmAfter) { note("confirm_after", "Số lần lỗi: cần từ 1 đến 20.") }
        if !(1...20).contains(recoverAfter) { note("recover_after", "Số lần tốt: cần từ 1 đến 20.") }
        return problems + place.problems + slowness.problems(timeout: timeout)
    }

    private var spans: [(field: String, label: String, value: Duration, range: ClosedRange<Int>)] {
        [
            ("timeout", "Thời gian chờ", timeout, 1...120),
            ("interval", "Khoảng cách giữa hai lần đo", interval, 5...86_400),
            ("retry_interval", "Khoảng cách khi lỗi", retryInterval, 5...86_400),
        ]
    }
}

extension MonitorDraft {
    /// With the secrets that the form did not show, and that were left as they were.
    func keepingSecrets(of monitor: Monitor?) -> MonitorDraft {
        guard let monitor else { return self }
        var draft = self
        draft.target = target.particulars.keepingSecrets(of: monitor.target).target
        return draft
    }
}

extension Monitor {
    /// The monitor as a form shows it.
    package var draft: MonitorDraft {
        var draft = MonitorDraft(name: name, target: target)
        (draft.family, draft.timeout, draft.interval) = (family, timeout, interval)
        (draft.retryInterval, draft.confirmAfter, draft.recoverAfter) = (retryInterval, confirmAfter, recoverAfter)
        (draft.component, draft.agency) = (component, agency)
        (draft.place, draft.slowness) = (place, slowness)
        return draft
    }
}

extension MonitorDraft {
    /// What the audit trail keeps. Header values may be credentials, so only their names are told.
    var audited: [String: String?] {
        var fields: [String: String?] = [
            "name": name, "kind": target.kind.rawValue, "address": target.address, "family": family.rawValue,
            "timeout": "\(timeout.inSeconds)", "interval": "\(interval.inSeconds)",
            "retry_interval": "\(retryInterval.inSeconds)", "confirm_after": "\(confirmAfter)",
            "recover_after": "\(recoverAfter)", "component": component,
            "agency": agency.map { String($0.rawValue) },
        ]
        fields.merge(place.audited) { $1 }
        fields.merge(slowness.audited) { $1 }
        fields.merge(target.particulars.audited) { $1 }
        return fields
    }
}
