import Database
import Organization
package import Transfer
import Web

/// An HTTP(S) request and what counts as a good answer to it.
package struct HTTPTarget: Hashable, Sendable {
    package enum Method: String, CaseIterable, Sendable, Codable, PostgresEncodable, PostgresDecodable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case options = "OPTIONS"
    }

    package struct Header: Hashable, Sendable, Codable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Text that must, or must not, stand in the body, as far as it is read.
    package struct Keyword: Hashable, Sendable, Codable {
        package let text: String
        package let isExpected: Bool

        package init(text: String, isExpected: Bool) {
            self.text = text
            self.isExpected = isExpected
        }
    }

    package var url: String
    package var method = Method.get
    package var headers: [Header] = []
    package var acceptedStatuses = StatusRanges.standard
    package var keyword: Keyword?
    package var followsRedirects = true
    package var verifiesTLS = true
    /// All of them must hold.
    package var jsonConditions: [JSONCondition] = []
    /// All of them must hold for the header of the last answer.
    package var headerConditions: [HeaderCondition] = []
    /// A body with more bytes is a failure; nil: its size says nothing, and only as much is read as a condition needs.
    package var sizeLimit: Int?

    package init(url: String) {
        self.url = url
    }
}

extension HTTPTarget: TargetKind {
    static let label = "HTTP(S)"
    static let about = "Gửi một yêu cầu tới địa chỉ web. Tốt khi mã trả lời và mọi điều kiện về nội dung đều đúng."
    static let proposed = HTTPTarget(url: "")

    static func fieldsets(_ form: Form) -> [TargetFieldset] {
        [
            TargetFieldset(
                legend: "Yêu cầu HTTP(S)", about: about,
                fields: [
                    TargetField(
                        name: "url", label: "Địa chỉ", help: "Bắt đầu bằng https:// hoặc http://, không kèm mật khẩu.",
                        isRequired: true),
                    TargetField(
                        name: "method", label: "Phương thức",
                        control: .choice(Method.allCases.map { ($0.rawValue, $0.rawValue) })),
                    TargetField(
                        name: "headers", label: "Tiêu đề gửi kèm",
                        help: "Mỗi dòng một tiêu đề, dạng “Tên: giá trị”. Giá trị không ghi vào nhật ký.",
                        control: .lines(3)),
                    TargetField(name: "follow_redirects", label: "Đi theo chuyển hướng", control: .tick),
                    .verifyTLS,
                ]),
            TargetFieldset(
                legend: "Trả lời được coi là tốt",
                fields: [
                    TargetField(name: "accepted_statuses", label: "Mã trả lời được coi là tốt", help: "Ví dụ 200-299, 401."),
                    TargetField(
                        name: "keyword_mode", label: "Nội dung trả lời",
                        control: .choice([("present", "Phải có từ khóa"), ("absent", "Không được có từ khóa")])),
                    TargetField(name: "keyword", label: "Từ khóa", help: "Để trống khi không xét."),
                    TargetField(
                        name: "json_conditions", label: "Điều kiện JSON", help: JSONCondition.help, control: .lines(3)),
                    TargetField(
                        name: "header_conditions", label: "Điều kiện tiêu đề trả lời", help: HeaderCondition.help,
                        control: .lines(2)),
                    TargetField(
                        name: "size_limit", label: "Nội dung tối đa (KB)",
                        help: "Lớn hơn là lỗi. Để trống khi không xét; tối đa 10240.", control: .number),
                ]),
        ]
    }

    var target: Target { .http(self) }
    var address: String { url }

    var problems: [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        if url.wholeMatch(of: /https?:\/\/[^\s\/?#@]+([\/?#]\S*)?/.ignoresCase()) == nil || url.unicodeScalars.count > 2000 {
            problems.append(
                .init(field: "url", text: "Địa chỉ: cần bắt đầu bằng http:// hoặc https://, không kèm mật khẩu."))
        }
        for header in headers where header.name.wholeMatch(of: /[!#$%&'*+.^_`|~0-9A-Za-z\-]+/) == nil {
            problems.append(.init(field: "headers", text: "Tiêu đề “\(header.name)”: cần viết dạng Tên: giá trị."))
        }
        if let keyword, keyword.text.unicodeScalars.count > 500 {
            problems.append(.init(field: "keyword", text: "Từ khóa: tối đa 500 ký tự."))
        }
        if method == .head, keyword != nil || !jsonConditions.isEmpty || sizeLimit != nil {
            problems.append(.init(field: "method", text: "Phương thức HEAD không có nội dung để xét điều kiện."))
        }
        return problems
    }

    init?(_ form: inout Form) {
        self.init(url: form.required("url", "Địa chỉ", maximum: 2000))
        let method = form.choice("method", "Phương thức", Method.self)
        let statuses = StatusRanges(form["accepted_statuses"])
        if statuses == nil { form.note("accepted_statuses", "Mã trả lời: cần viết dạng 200-399 hoặc 200, 204, 401.") }
        let json = JSONCondition.list(&form, "json_conditions")
        let conditions = HeaderCondition.list(&form, "header_conditions")
        if !form["size_limit"].isEmpty {
            sizeLimit = form.integer("size_limit", "Nội dung tối đa", 1...10_240).map { $0 * 1024 }
        }
        guard let method, let statuses, let json, let conditions else { return nil }
        (self.method, acceptedStatuses, jsonConditions, headerConditions) = (method, statuses, json, conditions)
        headers = Self.headers(typed: form["headers"])
        if !form["keyword"].isEmpty {
            keyword = Keyword(text: form["keyword"], isExpected: form["keyword_mode"] != "absent")
        }
        followsRedirects = !form["follow_redirects"].isEmpty
        verifiesTLS = !form["verify_tls"].isEmpty
    }

    /// One header a line.
    static func headers(typed text: String) -> [Header] {
        text.split(separator: "\n").map { line in
            let sides = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = sides.count == 2 ? String(sides[1]).trimmingPrefix(while: \.isWhitespace) : ""
            return Header(name: String(sides[0]), value: String(value))
        }
    }

    var typed: [String: String] {
        [
            "url": url, "method": method.rawValue,
            "headers": headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n"),
            "accepted_statuses": acceptedStatuses.text, "keyword": keyword?.text ?? "",
            "keyword_mode": keyword?.isExpected == false ? "absent" : "present",
            "follow_redirects": followsRedirects ? "yes" : "", "verify_tls": verifiesTLS ? "yes" : "",
            "json_conditions": jsonConditions.map(\.text).joined(separator: "\n"),
            "header_conditions": headerConditions.map(\.text).joined(separator: "\n"),
            "size_limit": sizeLimit.map { "\($0 / 1024)" } ?? "",
        ]
    }

    /// Header values may be credentials, so only their names are told.
    var audited: [String: String?] {
        [
            "method": method.rawValue, "headers": headers.map { "\($0.name): \(redacted)" }.joined(separator: "\n"),
            "accepted_statuses": acceptedStatuses.text,
            "keyword": keyword.map { ($0.isExpected ? "+" : "-") + $0.text },
            "follow_redirects": "\(followsRedirects)", "verify_tls": "\(verifiesTLS)",
            "json_conditions": jsonConditions.isEmpty ? nil : jsonConditions.map(\.text).joined(separator: "\n"),
            "header_conditions": headerConditions.isEmpty ? nil : headerConditions.map(\.text).joined(separator: "\n"),
            "size_limit": sizeLimit.map { "\($0)" },
        ]
    }

    private struct Spec: Codable {
        var json: [JSONCondition]?
        var header: [HeaderCondition]?
        var sizeLimit: Int?
    }

    init(stored: StoredTarget) throws {
        let spec = try stored.spec.decode(Spec.self)
        self.init(url: stored.url ?? "")
        (method, headers, acceptedStatuses) = (stored.method, stored.headers, stored.acceptedStatuses)
        (keyword, followsRedirects, verifiesTLS) = (stored.keyword, stored.followsRedirects, stored.verifiesTLS)
        (jsonConditions, headerConditions, sizeLimit) = (spec.json ?? [], spec.header ?? [], spec.sizeLimit)
    }

    func stored() throws -> StoredTarget {
        var stored = try StoredTarget(
            Spec(
                json: jsonConditions.isEmpty ? nil : jsonConditions,
                header: headerConditions.isEmpty ? nil : headerConditions, sizeLimit: sizeLimit))
        (stored.url, stored.method, stored.headers) = (url, method, headers)
        (stored.acceptedStatuses, stored.keyword) = (acceptedStatuses, keyword)
        (stored.followsRedirects, stored.verifiesTLS) = (followsRedirects, verifiesTLS)
        return stored
    }
}
