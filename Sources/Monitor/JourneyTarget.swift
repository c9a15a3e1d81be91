import Foundation
import Database
import Organization
import Transfer
import Web

/// What somebody does on a site, step by step: sign in, list, download. Steps share their cookies; a value that one of
/// them finds can stand in the next ones as `{{name}}`. The first step that fails ends the journey and is named.
package struct JourneyTarget: Hashable, Sendable, Codable {
    /// A value out of an answer: `token = $.data.token` or `token = /name="csrf" value="([^"]+)"/`.
    package struct Extraction: Hashable, Sendable, Codable {
        enum Source: Hashable {
            case json(JSONPath)
            /// The first group of it, or all that matched.
            case pattern(String)
        }

        static let help =
            "Mỗi dòng “tên = $.đường.dẫn” hoặc “tên = /biểu thức chính quy/” (lấy nhóm đầu). Bước sau dùng bằng {{tên}}."

        /// As it was typed.
        package let text: String
        let name: String
        let source: Source

        package init?(_ text: String) {
            guard let match = text.wholeMatch(of: /([a-z][a-z0-9_]{0,29})\s*=\s*(\S.*)/) else { return nil }
            self.text = text
            name = String(match.1)
            if let path = JSONPath(match.2) {
                source = .json(path)
            } else if match.2.count > 2, match.2.hasPrefix("/"), match.2.hasSuffix("/") {
                let pattern = String(match.2.dropFirst().dropLast())
                guard (try? NSRegularExpression(pattern: pattern)) != nil else { return nil }
                source = .pattern(pattern)
            } else {
                return nil
            }
        }

        package init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            guard let extraction = Extraction(text) else {
                throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "unreadable: \(text)"))
            }
            self = extraction
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
    }

    package struct Step: Hashable, Sendable, Codable {
        package var name: String
        package var method: HTTPTarget.Method = .get
        package var url: String
        package var headers: [HTTPTarget.Header] = []
        /// Sent with POST; as a form when it reads like one, as JSON when it begins like it.
        package var body = ""
        /// As `StatusRanges` writes them.
        package var acceptedStatuses = StatusRanges.standard.text
        /// Text that must stand in the answer; empty when none.
        package var keyword = ""
        package var jsonConditions: [JSONCondition] = []
        package var extractions: [Extraction] = []

        package init(name: String, url: String) {
            (self.name, self.url) = (name, url)
        }

        /// What is not written is as it is in a new step.
        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            self.init(name: try values.decode(String.self, forKey: .name), url: try values.decode(String.self, forKey: .url))
            method = try values.decodeIfPresent(HTTPTarget.Method.self, forKey: .method) ?? method
            headers = try values.decodeIfPresent([HTTPTarget.Header].self, forKey: .headers) ?? headers
            body = try values.decodeIfPresent(String.self, forKey: .body) ?? body
            acceptedStatuses = try values.decodeIfPresent(String.self, forKey: .acceptedStatuses) ?? acceptedStatuses
            keyword = try values.decodeIfPresent(String.self, forKey: .keyword) ?? keyword
            jsonConditions = try values.decodeIfPresent([JSONCondition].self, forKey: .jsonConditions) ?? jsonConditions
            extractions = try values.decodeIfPresent([Extraction].self, forKey: .extractions) ?? extractions
        }

        /// The names that it uses.
        var placeholders: [String] {
            ([url, body, keyword] + headers.map(\.value)).flatMap { text in
                text.matches(of: /\{\{([^{}]*)\}\}/).map { String($0.1) }
            }
        }
    }

    static let limit = 10

    package var steps: [Step]
    package var verifiesTLS = true

    package init(steps: [Step]) {
        self.steps = steps
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        steps = try values.decode([Step].self, forKey: .steps)
        verifiesTLS = try values.decodeIfPresent(Bool.self, forKey: .verifiesTLS) ?? true
    }
}

extension JourneyTarget: TargetKind {
    static let label = "Hành trình (nhiều bước HTTP)"
    static let about =
        "Làm lần lượt từng bước, giữ cookie, mang giá trị từ bước trước sang bước sau. Bước trống được bỏ qua; muốn thêm bước, điền bước trống rồi bấm “Thử ngay”."
    static let proposed = JourneyTarget(steps: [])

    /// As many steps as were typed, and an empty one.
    static func fieldsets(_ form: Form) -> [TargetFieldset] {
        let typed = (1...limit).last { !isEmpty(form, step: $0) } ?? 0
        let steps = (1...min(limit, max(2, typed + 1))).map { number in
            TargetFieldset(legend: "Bước \(number)", fields: fields(ofStep: number))
        }
        return [TargetFieldset(legend: "Hành trình", about: about, fields: [.verifyTLS])] + steps
    }

    private static func fields(ofStep number: Int) -> [TargetField] {
        let prefix = "step\(number)_"
        return [
            TargetField(name: prefix + "name", label: "Tên bước", help: "Ví dụ “Đăng nhập”."),
            TargetField(
                name: prefix + "method", label: "Phương thức",
                control: .choice(HTTPTarget.Method.allCases.map { ($0.rawValue, $0.rawValue) })),
            TargetField(name: prefix + "url", label: "Địa chỉ", help: "Tên máy phải viết rõ; sau đó có thể dùng {{tên}}."),
            TargetField(
                name: prefix + "headers", label: "Tiêu đề gửi kèm", help: "Mỗi dòng một tiêu đề, dạng “Tên: giá trị”.",
                control: .lines(2)),
            TargetField(
                name: prefix + "body", label: "Nội dung gửi (POST)",
                help: "Dạng a=1&b={{tên}} hoặc JSON. Không ghi vào nhật ký.", control: .lines(2)),
            TargetField(name: prefix + "accepted_statuses", label: "Mã trả lời được coi là tốt", help: "Trống: 200-399."),
            TargetField(name: prefix + "keyword", label: "Từ khóa phải có", help: "Để trống khi không xét."),
            TargetField(name: prefix + "json_conditions", label: "Điều kiện JSON", help: JSONCondition.help, control: .lines(2)),
            TargetField(name: prefix + "extractions", label: "Lấy giá trị", help: Extraction.help, control: .lines(2)),
        ]
    }

    private static func isEmpty(_ form: Form, step number: Int) -> Bool {
        ["name", "url", "body", "headers", "keyword", "json_conditions", "extractions"].allSatisfy {
            form["step\(number)_\($0)"].isEmpty
        }
    }

    var target: Target { .journey(self) }
    var address: String { (steps.first?.url ?? "") + (steps.count > 1 ? " (\(steps.count) bước)" : "") }

    var problems: [Refusal.Problem] {
        if steps.isEmpty { return [.init(field: "step1_url", text: "Hành trình: cần ít nhất một bước.")] }
        if steps.count > Self.limit { return [.init(field: "step1_url", text: "Hành trình: tối đa \(Self.limit) bước.")] }
        var problems: [Refusal.Problem] = []
        var known: Set<String> = []
        for (index, step) in steps.enumerated() {
            let prefix = "step\(index + 1)_"
            if step.name.isEmpty || step.name.unicodeScalars.count > 100 {
                problems.append(.init(field: prefix + "name", text: "Bước \(index + 1), tên: cần nhập, tối đa 100 ký tự."))
            }
            // No name before the path: what a site answers must not choose which site is asked next.
            if step.url.wholeMatch(of: /https?:\/\/[^\s\/?#@{}]+([\/?#]\S*)?/.ignoresCase()) == nil || step.url.unicodeScalars.count > 2000 {
                problems.append(
                    .init(
                        field: prefix + "url",
                        text: "Bước \(index + 1), địa chỉ: cần bắt đầu bằng http:// hoặc https:// và tên máy viết rõ."))
            }
            for header in step.headers where header.name.wholeMatch(of: /[!#$%&'*+.^_`|~0-9A-Za-z\-]+/) == nil {
                problems.append(
                    .init(field: prefix + "headers", text: "Bước \(index + 1), tiêu đề “\(header.name)”: cần dạng Tên: giá trị."))
            }
            if StatusRanges(step.acceptedStatuses) == nil {
                problems.append(
                    .init(field: prefix + "accepted_statuses", text: "Bước \(index + 1), mã trả lời: cần dạng 200-399 hoặc 200, 401."))
            }
            if !step.body.isEmpty, step.method != .post {
                problems.append(.init(field: prefix + "method", text: "Bước \(index + 1): chỉ POST mới gửi nội dung."))
            }
            problems += [
                Refusal.tooLong(prefix + "body", "Bước \(index + 1), nội dung gửi", step.body, maximum: 10_000),
                Refusal.tooLong(prefix + "keyword", "Bước \(index + 1), từ khóa", step.keyword, maximum: 500),
            ].compactMap { $0 }
            for name in step.placeholders where !known.contains(name) {
                problems.append(
                    .init(field: prefix + "url", text: "Bước \(index + 1): chưa bước nào trước đó lấy giá trị “\(name)”."))
            }
            known.formUnion(step.extractions.map(\.name))
        }
        return problems
    }

    init?(_ form: inout Form) {
        var steps: [Step] = []
        for number in 1...Self.limit where !Self.isEmpty(form, step: number) {
            guard let step = Step(&form, prefix: "step\(number)_") else { return nil }
            steps.append(step)
        }
        self.init(steps: steps)
        verifiesTLS = !form["verify_tls"].isEmpty
    }

    var typed: [String: String] {
        var fields = ["verify_tls": verifiesTLS ? "yes" : ""]
        for (index, step) in steps.enumerated() {
            let prefix = "step\(index + 1)_"
            fields[prefix + "name"] = step.name
            fields[prefix + "method"] = step.method.rawValue
            fields[prefix + "url"] = step.url
            fields[prefix + "headers"] = step.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
            fields[prefix + "body"] = step.body
            fields[prefix + "accepted_statuses"] = step.acceptedStatuses
            fields[prefix + "keyword"] = step.keyword
            fields[prefix + "json_conditions"] = step.jsonConditions.map(\.text).joined(separator: "\n")
            fields[prefix + "extractions"] = step.extractions.map(\.text).joined(separator: "\n")
        }
        return fields
    }

    /// What is sent may be a password, so only where it goes is told.
    var audited: [String: String?] {
        [
            "steps": steps.map { step in
                "\(step.name): \(step.method.rawValue) \(step.url)" + (step.body.isEmpty ? "" : " \(redacted)")
            }.joined(separator: "\n"),
            "verify_tls": "\(verifiesTLS)",
        ]
    }

    init(stored: StoredTarget) throws {
        self = try stored.spec.decode()
    }

    func stored() throws -> StoredTarget {
        var stored = try StoredTarget(self)
        stored.url = steps.first?.url
        return stored
    }
}

extension JourneyTarget.Step {
    fileprivate init?(_ form: inout Form, prefix: String) {
        let name = form.required(prefix + "name", "Tên bước", maximum: 100)
        self.init(name: name, url: form.required(prefix + "url", "Địa chỉ", maximum: 2000))
        method = HTTPTarget.Method(rawValue: form[prefix + "method"]) ?? .get
        headers = HTTPTarget.headers(typed: form[prefix + "headers"])
        (body, keyword) = (form[prefix + "body"], form[prefix + "keyword"])
        let statuses = form[prefix + "accepted_statuses"].isEmpty ? StatusRanges.standard : StatusRanges(form[prefix + "accepted_statuses"])
        if statuses == nil { form.note(prefix + "accepted_statuses", "Mã trả lời: cần viết dạng 200-399 hoặc 200, 204, 401.") }
        let json = JSONCondition.list(&form, prefix + "json_conditions")
        let found = lines(&form, prefix + "extractions", "Lấy giá trị", JourneyTarget.Extraction.init)
        guard let statuses, let json, let found else { return nil }
        (acceptedStatuses, jsonConditions, extractions) = (statuses.text, json, found)
    }
}
