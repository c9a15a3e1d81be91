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
        let target: Target? =
            switch kind {
            case .http: HTTPTarget(&form).map(Target.http)
            case .tcp: form.integer("port", "Cổng", 1...65535).map { .tcp(host: typed["host"], port: $0) }
            case nil: nil
            }
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
        var http = HTTPTarget(url: "")
        switch target {
        case .http(let target): http = target
        case .tcp(let host, let port): (fields["host"], fields["port"]) = (host, "\(port)")
        }
        fields["url"] = http.url
        fields["method"] = http.method.rawValue
        fields["headers"] = http.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        fields["accepted_statuses"] = http.acceptedStatuses.text
        fields["keyword"] = http.keyword?.text ?? ""
        fields["keyword_mode"] = http.keyword?.isExpected == false ? "absent" : "present"
        fields["follow_redirects"] = http.followsRedirects ? "yes" : ""
        fields["verify_tls"] = http.verifiesTLS ? "yes" : ""
        return Form(fields)
    }

    /// A monitor as it is proposed to who makes a new one.
    static let proposed = MonitorDraft(name: "", target: .http(HTTPTarget(url: "")))
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

extension HTTPTarget {
    /// Notes in `form` what cannot be read.
    fileprivate init?(_ form: inout Form) {
        self.init(url: form.required("url", "Địa chỉ", maximum: 2000))
        let method = form.choice("method", "Phương thức", Method.self)
        let statuses = StatusRanges(form["accepted_statuses"])
        if statuses == nil { form.note("accepted_statuses", "Mã trả lời: cần viết dạng 200-399 hoặc 200, 204, 401.") }
        guard let method, let statuses else { return nil }
        (self.method, acceptedStatuses) = (method, statuses)
        for line in form["headers"].split(separator: "\n") {
            let sides = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = sides.count == 2 ? String(sides[1]).trimmingPrefix(while: \.isWhitespace) : ""
            headers.append(Header(name: String(sides[0]), value: String(value)))
        }
        if !form["keyword"].isEmpty {
            keyword = Keyword(text: form["keyword"], isExpected: form["keyword_mode"] != "absent")
        }
        followsRedirects = !form["follow_redirects"].isEmpty
        verifiesTLS = !form["verify_tls"].isEmpty
    }
}
