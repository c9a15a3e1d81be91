import Foundation
package import Organization
import Transfer

/// What somebody typed of a channel.
package struct ChannelDraft: Hashable, Sendable {
    package var name: String
    package var url: String
    package var events: [Announcement.Event]
    /// Deliveries a minute; 0: as many as there are.
    package var perMinute: Int
    /// Nil for a webhook.
    package var gateway: Gateway?

    package init(name: String, url: String, events: [Announcement.Event], perMinute: Int = 0, gateway: Gateway? = nil) {
        self.name = name
        self.url = url
        self.events = events
        self.perMinute = perMinute
        self.gateway = gateway
    }

    init(_ channel: Channel) {
        self.init(
            name: channel.name, url: channel.url, events: channel.events, perMinute: channel.perMinute,
            gateway: channel.gateway)
    }

    /// Everything that is not fit, named after the fields of the form.
    package var problems: [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        func note(_ field: String, _ text: String) { problems.append(.init(field: field, text: text)) }
        if name.isEmpty { note("name", "Tên: cần nhập.") }
        let origin = url.prefixMatch(of: /https?:\/\/[^\s\/?#@{}]+/.ignoresCase())
        if origin == nil || url.contains(where: \.isWhitespace) || url.contains("@") && URL(string: url)?.user != nil {
            note("url", "Địa chỉ: cần bắt đầu bằng http:// hoặc https://, không kèm tên và mật khẩu.")
        }
        if !(0...6000).contains(perMinute) { note("per_minute", "Tối đa mỗi phút: cần một số nguyên từ 0 đến 6000.") }
        if gateway == nil, url.contains("{{") { note("url", "Địa chỉ của webhook không có chỗ điền {{…}}.") }
        return problems + (gateway.map { $0.problems(url: url) } ?? [])
    }

    /// What the audit trail keeps. Values of headers may be credentials, and so may paths and bodies:
    /// `…/bot<token>/sendMessage`, `{"ApiKey": …}`.
    var audited: [String: String?] {
        [
            "name": name, "url": url.prefixMatch(of: /(?i:https?):\/\/[^\/?#]+/).map { "\($0.output)/\(redacted)" } ?? redacted,
            "events": events.map(\.rawValue).joined(separator: ", "), "per_minute": String(perMinute),
            "method": gateway?.method.rawValue,
            "headers": gateway?.headers.map { "\($0.prefix { $0 != ":" }): \(redacted)" }.joined(separator: "\n"),
            "content_type": gateway?.contentType.rawValue, "template": gateway.map { $0.template.isEmpty ? "" : redacted },
            "accepted_statuses": gateway?.acceptedStatuses.text, "accepted_text": gateway?.acceptedText,
            "recipients": gateway?.recipients.joined(separator: ", "),
        ]
    }

    /// For whoever meets another's edit.
    var fields: [TypedField] {
        [
            TypedField("name", "Tên", name), TypedField("url", "Địa chỉ", url),
            TypedField("event", "Sự kiện", events.map(\.label).joined(separator: ", ")),
            TypedField("per_minute", "Tối đa mỗi phút", String(perMinute)),
            TypedField("method", "Phương thức", gateway?.method.rawValue ?? ""),
            TypedField("headers", "Tiêu đề gửi kèm", gateway?.headers.joined(separator: "\n") ?? ""),
            TypedField("content_type", "Kiểu nội dung", gateway?.contentType.rawValue ?? ""),
            TypedField("template", "Nội dung gửi", gateway?.template ?? ""),
            TypedField("accepted_statuses", "Mã trả lời là đã nhận", gateway?.acceptedStatuses.text ?? ""),
            TypedField("accepted_text", "Phải có trong trả lời", gateway?.acceptedText ?? ""),
            TypedField("recipients", "Nơi nhận", gateway?.recipients.joined(separator: "\n") ?? ""),
        ]
    }
}

extension Gateway {
    fileprivate func problems(url: String) -> [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        func note(_ field: String, _ text: String) { problems.append(.init(field: field, text: text)) }
        for header in headers where header.wholeMatch(of: /[!#$%&'*+.^_`|~0-9A-Za-z\-]+:[^\p{Cc}]*/) == nil {
            note("headers", "Tiêu đề “\(header.prefix(40))”: cần viết dạng Tên: giá trị.")
        }
        for (field, label, text) in [("url", "Địa chỉ", url), ("template", "Nội dung gửi", template)] {
            for name in MessageTemplate.unknown(in: text) {
                note(field, "\(label): không có chỗ điền {{\(name)}}; chỉ có {{to}}, {{text}} và {{code}}.")
            }
        }
        let places = url + (method == .get ? "" : template)
        if !places.contains("{{text}}") {
            note(method == .get ? "url" : "template", "Cần có {{text}}: nếu không thì không ai đọc được gì.")
        }
        if method != .get, contentType == .json, !isJSON {
            note("template", "Nội dung gửi: chưa thành JSON; các chỗ điền phải nằm trong dấu nháy kép.")
        }
        if recipients.isEmpty { note("recipients", "Nơi nhận: cần ít nhất một dòng.") }
        if recipients.count > 50 { note("recipients", "Nơi nhận: tối đa 50 dòng.") }
        if recipients.contains(where: { $0.unicodeScalars.count > 200 }) {
            note("recipients", "Nơi nhận: mỗi dòng tối đa 200 ký tự.")
        }
        return problems
    }

    /// Whether what is sent is JSON whatever stands in the text.
    private var isJSON: Bool {
        let hard = Dictionary(uniqueKeysWithValues: MessageTemplate.names.map { ($0, "\"\\\n{}") })
        let body = MessageTemplate.filled(template, hard, as: .json)
        return (try? JSONSerialization.jsonObject(with: Data(body.utf8))) != nil
    }
}
