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
        var problems: [Refusal.Problem] = []
        func note(_ field: String, _ text: String) { problems.append(.init(field: field, text: text)) }

        if name.isEmpty { note("name", "Tên: cần nhập.") }
        if name.unicodeScalars.count > 200 { note("name", "Tên: tối đa 200 ký tự.") }
        switch target {
        case .http(let http): problems += http.problems
        case .tcp(let host, let port):
            if !isHostName(host) { note("host", "Máy: cần một tên miền hoặc địa chỉ IP, ví dụ qlvb.ninhbinh.gov.vn.") }
            if !(1...65535).contains(port) { note("port", "Cổng: cần một số nguyên từ 1 đến 65535.") }
        }
        for (field, label, value, range) in spans where !range.contains(Int(value.inSeconds)) {
            note(field, "\(label): cần từ \(range.lowerBound) đến \(range.upperBound) giây.")
        }
        if timeout > interval { note("timeout", "Thời gian chờ không được dài hơn khoảng cách giữa hai lần đo.") }
        if !(1...20).contains(confirmAfter) { note("confirm_after", "Số lần lỗi: cần từ 1 đến 20.") }
        if !(1...20).contains(recoverAfter) { note("recover_after", "Số lần tốt: cần từ 1 đến 20.") }
        problems += place.problems + slowness.problems(timeout: timeout)
        if !problems.isEmpty { throw Refusal(problems) }
    }

    private var spans: [(field: String, label: String, value: Duration, range: ClosedRange<Int>)] {
        [
            ("timeout", "Thời gian chờ", timeout, 1...120),
            ("interval", "Khoảng cách giữa hai lần đo", interval, 5...86_400),
            ("retry_interval", "Khoảng cách khi lỗi", retryInterval, 5...86_400),
        ]
    }
}

extension HTTPTarget {
    fileprivate var problems: [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        if url.wholeMatch(of: /https?:\/\/[^\s\/?#@]+([\/?#]\S*)?/.ignoresCase()) == nil || url.count > 2000 {
            problems.append(
                .init(field: "url", text: "Địa chỉ: cần bắt đầu bằng http:// hoặc https://, không kèm mật khẩu."))
        }
        for header in headers where header.name.wholeMatch(of: /[!#$%&'*+.^_`|~0-9A-Za-z\-]+/) == nil {
            problems.append(.init(field: "headers", text: "Tiêu đề “\(header.name)”: cần viết dạng Tên: giá trị."))
        }
        if let keyword, keyword.text.count > 500 {
            problems.append(.init(field: "keyword", text: "Từ khóa: tối đa 500 ký tự."))
        }
        return problems
    }
}

/// A name or an address as DNS (RFC 1123) and IPv4/IPv6 write them; whether it exists is for the probe to find out.
private func isHostName(_ text: String) -> Bool {
    text.count <= 253
        && (text.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9_.\-]*[A-Za-z0-9])?/) != nil
            || text.wholeMatch(of: /[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/) != nil)
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
        guard case .http(let http) = target else { return fields }
        fields["method"] = http.method.rawValue
        fields["headers"] = http.headers.map { "\($0.name): \(redacted)" }.joined(separator: "\n")
        fields["accepted_statuses"] = http.acceptedStatuses.text
        fields["keyword"] = http.keyword.map { ($0.isExpected ? "+" : "-") + $0.text }
        fields["follow_redirects"] = "\(http.followsRedirects)"
        fields["verify_tls"] = "\(http.verifiesTLS)"
        return fields
    }
}
