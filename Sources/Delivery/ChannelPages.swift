import Civil
import Database
import Hummingbird
import Organization
import Transfer
package import Web

/// `/settings/channels`: which other systems are told of events, and which gateways send texts to telephones.
package struct ChannelPages: Sendable {
    let channels: ChannelStore

    package init(channels: ChannelStore) {
        self.channels = channels
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/settings/channels", .keepSettings) { _, context in try await list(context) }
        routes.post("/settings/channels", .keepSettings, use: add)
        routes.get("/settings/channels/new", .keepSettings) { _, context in
            let kind = Channel.Kind(rawValue: context.query("kind")) ?? .webhook
            return try await form(nil, kind, Form(proposing: kind), context)
        }
        routes.get("/settings/channels/:id", .keepSettings) { _, context in try await show(find(context), context) }
        routes.get("/settings/channels/:id/edit", .keepSettings) { _, context in
            let channel = try await find(context)
            return try await form(channel, channel.kind, Form(ChannelDraft(channel)), context, version: channel.version)
        }
        routes.post("/settings/channels/:id", .keepSettings, use: change)
        routes.post("/settings/channels/:id/secret", .keepSettings, use: renewSecret)
        routes.post("/settings/channels/:id/trials", .keepSettings) { request, context in
            try await command(request, context) { id, form in
                try await channels.tryOut(id, by: context.actor, form: form.key, at: context.now)
                return "Đang gửi thử; kết quả hiện ở cuối trang này."
            }
        }
        routes.post("/settings/channels/:id/suspension", .keepSettings) { request, context in
            try await command(request, context) { id, form in
                try await channels.suspend(id, by: context.actor, form: form.key, at: context.now)
                return "Đã tắt kênh."
            }
        }
        routes.post("/settings/channels/:id/resumption", .keepSettings) { request, context in
            try await command(request, context) { id, form in
                try await channels.resume(id, by: context.actor, form: form.key, at: context.now)
                return "Đã bật kênh."
            }
        }
        routes.post("/settings/channels/:id/removal", .keepSettings, use: remove)
    }

    private func list(_ context: SignedIn) async throws -> Response {
        context.page(ChannelListView(channels: try await channels.list()), title: "Kênh gửi tin")
    }

    @Sendable private func add(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        let kind = Channel.Kind(rawValue: typed["kind"]) ?? .webhook
        return try await context.submit {
            let made = try await channels.add(
                ChannelDraft(kind, typed), by: context.actor, form: typed.key, at: context.now)
            guard let secret = made.secret else {
                return context.redirect(to: "/settings/channels/\(made.id.rawValue)", flash: "Đã thêm kênh.")
            }
            // No redirect: this answer is the only place where the secret ever stands.
            return try await show(channels.find(made.id), context, made: secret)
        } refused: { problems in
            try await form(nil, kind, typed, context, problems: problems)
        }
    }

    @Sendable private func change(_ request: Request, _ context: SignedIn) async throws -> Response {
        let channel = try await find(context)
        let typed = try await Form(request)
        let version = Int(typed["version"]) ?? 0
        do {
            return try await context.submit {
                try await channels.change(
                    channel.id, to: ChannelDraft(channel.kind, typed), version: version, by: context.person,
                    address: context.address, form: typed.key, at: context.now)
                return context.redirect(to: "/settings/channels/\(channel.id.rawValue)", flash: "Đã lưu kênh.")
            } refused: { problems in
                try await form(channel, channel.kind, typed, context, version: version, problems: problems)
            }
        } catch let changed as ChangedMeanwhile {
            return try await form(
                channel, channel.kind, typed, context, version: changed.version, problems: changed.problems)
        }
    }

    private func form(
        _ channel: Channel?, _ kind: Channel.Kind, _ form: Form, _ context: SignedIn, version: Int? = nil,
        problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let title = channel == nil ? "Thêm kênh" : "Sửa kênh"
        return context.page(
            ChannelFormView(channel: channel, kind: kind, version: version, form: form, problems: problems),
            title: problems.isEmpty ? title : "Lỗi: \(title)", status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    private func show(
        _ channel: Channel?, _ context: SignedIn, made: WebhookSecret? = nil, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        guard let channel else { throw HTTPError(.notFound) }
        let view = ChannelView(
            channel: channel, deliveries: try await channels.deliveries(over: channel.id), made: made,
            person: context.person, problems: problems)
        return context.page(view, title: channel.name, status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func renewSecret(_ request: Request, _ context: SignedIn) async throws -> Response {
        let channel = try await find(context)
        let form = try await Form(request)
        return try await context.submit {
            let secret = try await channels.renewSecret(
                channel.id, by: context.actor, form: form.key, at: context.now)
            return try await show(channel, context, made: secret)
        } refused: { problems in
            try await show(channel, context, problems: problems)
        }
    }

    @Sendable private func remove(_ request: Request, _ context: SignedIn) async throws -> Response {
        let channel = try await find(context)
        let form = try await Form(request)
        return try await context.submit {
            try await channels.remove(channel.id, by: context.actor, form: form.key, at: context.now)
            return context.redirect(to: "/settings/channels", flash: "Đã bỏ kênh “\(channel.name)”.")
        } refused: { problems in
            try await show(channel, context, problems: problems)
        }
    }

    /// Runs one command on the channel that the path names, and shows it again.
    private func command(
        _ request: Request, _ context: SignedIn, _ body: (Channel.ID, Form) async throws -> String
    ) async throws -> Response {
        let channel = try await find(context)
        let form = try await Form(request)
        return try await context.submit {
            context.redirect(
                to: "/settings/channels/\(channel.id.rawValue)", flash: try await body(channel.id, form))
        } refused: { problems in
            try await show(channel, context, problems: problems)
        }
    }

    private func find(_ context: SignedIn) async throws -> Channel {
        guard let number = Int64(context.parameters.get("id") ?? ""),
            let channel = try await channels.find(Channel.ID(rawValue: number))
        else { throw HTTPError(.notFound) }
        return channel
    }
}

extension ChannelDraft {
    /// - Throws: `Refusal` with everything that is wrong with what was typed.
    init(_ kind: Channel.Kind, _ typed: Form) throws(Refusal) {
        var form = typed
        let name = form.required("name", "Tên", maximum: 100)
        let url = form.required("url", "Địa chỉ", maximum: 2000)
        let perMinute = form.integer("per_minute", "Tối đa mỗi phút", 0...6000)
        self.init(
            name: name, url: url, events: form.all("event").compactMap(Announcement.Event.init(rawValue:)),
            perMinute: perMinute ?? 0, gateway: kind == .http ? Gateway(&form) : nil)
        form.note(problems)
        try form.check()
    }
}

extension Gateway {
    fileprivate init(_ form: inout Form) {
        let method = form.choice("method", "Phương thức", Method.self) ?? .post
        let contentType = form.choice("content_type", "Kiểu nội dung", ContentType.self) ?? .json
        let statuses = StatusRanges(form["accepted_statuses"])
        if statuses == nil { form.note("accepted_statuses", "Mã trả lời là đã nhận: cần viết dạng 200-299 hoặc 200, 202.") }
        self.init(
            method: method, headers: Self.lines(form.optional("headers", "Tiêu đề gửi kèm", maximum: 4000)),
            contentType: contentType, template: form.optional("template", "Nội dung gửi", maximum: 10_000) ?? "",
            acceptedStatuses: statuses ?? .good,
            acceptedText: form.optional("accepted_text", "Phải có trong trả lời", maximum: 200),
            recipients: Self.lines(form.optional("recipients", "Nơi nhận", maximum: 10_000)))
    }

    private static func lines(_ text: String?) -> [String] {
        (text ?? "").split(separator: "\n").map { FormText.normalized(String($0)) }.filter { !$0.isEmpty }
    }
}

extension Form {
    /// What an empty form shows.
    fileprivate init(proposing kind: Channel.Kind) {
        self.init(
            [
                "kind": kind.rawValue, "per_minute": "0", "method": Gateway.Method.post.rawValue,
                "content_type": Gateway.ContentType.json.rawValue,
                "template": #"{"to": "{{to}}", "text": "{{text}}", "ref": "{{code}}"}"#,
                "accepted_statuses": StatusRanges.good.text,
            ], ticked: ["event": Announcement.Event.allCases.map(\.rawValue)])
    }

    fileprivate init(_ draft: ChannelDraft) {
        self.init(
            [
                "name": draft.name, "url": draft.url, "per_minute": String(draft.perMinute),
                "method": draft.gateway?.method.rawValue ?? "", "headers": draft.gateway?.headers.joined(separator: "\n") ?? "",
                "content_type": draft.gateway?.contentType.rawValue ?? "", "template": draft.gateway?.template ?? "",
                "accepted_statuses": draft.gateway?.acceptedStatuses.text ?? "",
                "accepted_text": draft.gateway?.acceptedText ?? "",
                "recipients": draft.gateway?.recipients.joined(separator: "\n") ?? "",
            ], ticked: ["event": draft.events.map(\.rawValue)])
    }
}
