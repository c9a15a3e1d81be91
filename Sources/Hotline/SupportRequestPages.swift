import Civil
import Database
import Hummingbird
package import Organization
package import Web

/// `/requests`: the hotline's desk.
package struct SupportRequestPages: Sendable {
    let requests: SupportRequestStore
    let agencies: AgencyStore

    package init(requests: SupportRequestStore, agencies: AgencyStore) {
        self.requests = requests
        self.agencies = agencies
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/requests", .readRequests, use: list)
        routes.get("/requests/new", .keepRequests) { _, context in try await form(context) }
        routes.post("/requests", .keepRequests, use: log)
        routes.get("/requests/:code", .readRequests) { _, context in try await show(context) }
        routes.post("/requests/:code/assignment", .keepRequests, use: take)
        routes.post("/requests/:code/resolution", .keepRequests, use: resolve)
        routes.post("/requests/:code/incident", .keepRequests, use: link)
    }

    @Sendable private func list(_ request: Request, _ context: SignedIn) async throws -> Response {
        var filter = SupportRequestFilter()
        filter.state = .init(rawValue: context.query("state"))
        filter.kind = .init(rawValue: context.query("kind"))
        filter.search = context.query("q")
        let paging = Paging(context.query("page"), size: 25)
        let total = try await requests.count(filter, for: context.person)
        let rows = try await requests.list(filter, for: context.person, offset: paging.offset, limit: paging.size)
        let query = [("state", filter.state?.rawValue ?? ""), ("kind", filter.kind?.rawValue ?? ""), ("q", filter.search)]
        let view = SupportRequestListView(
            filter: filter, mayKeep: context.person.may(.keepRequests), requests: rows, now: context.now,
            paging: paging.view(total: total, path: "/requests", query: query, noun: "yêu cầu"))
        return context.page(view, title: "Đường dây nóng")
    }

    private func form(
        _ context: SignedIn, _ form: Form = Form(), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let view = SupportRequestFormView(
            agencies: try await agencies.choices(for: context.person), form: form, problems: problems, now: context.now)
        return context.page(view, title: "Ghi yêu cầu", status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func log(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            let draft = try SupportRequestDraft(typed, now: context.now)
            let code = try await requests.log(
                draft, by: context.person, address: context.address, form: typed.key, at: context.now)
            return context.redirect(to: "/requests/\(code)", flash: "Đã ghi \(code). Đọc mã này cho người gọi.")
        } refused: { problems in
            try await form(context, typed, problems: problems)
        }
    }

    private func show(
        _ context: SignedIn, _ form: Form = Form(), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        guard let found = try await requests.find(context.parameters.get("code") ?? "", for: context.person) else {
            throw HTTPError(.notFound)
        }
        let view = SupportRequestView(
            request: found, mayKeep: context.person.may(.keepRequests), form: form, problems: problems)
        return context.page(view, title: found.code, status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func take(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(Form(request), context) { code, form in
            try await requests.take(
                code, by: context.person, address: context.address, form: form.key, at: context.now)
            return "Bạn đang xử lý \(code)."
        }
    }

    @Sendable private func resolve(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(Form(request), context) { code, form in
            try await requests.resolve(
                code, form["resolution"], by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Đã ghi kết quả của \(code)."
        }
    }

    @Sendable private func link(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(Form(request), context) { code, form in
            try await requests.link(
                code, toIncident: form["incident"], by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Đã lưu liên kết của \(code)."
        }
    }

    /// Runs one command on the request that the path names, and shows it again.
    private func command(
        _ form: Form, _ context: SignedIn, _ body: (String, Form) async throws -> String
    ) async throws -> Response {
        let code = context.parameters.get("code") ?? ""
        guard try await requests.find(code, for: context.person) != nil else { throw HTTPError(.notFound) }
        return try await context.submit {
            context.redirect(to: "/requests/\(code)", flash: try await body(code, form))
        } refused: { problems in
            try await show(context, form, problems: problems)
        }
    }
}

extension SupportRequestDraft {
    fileprivate init(_ form: Form, now: Instant) throws(Refusal) {
        var form = form
        let kind = form.choice("kind", "Loại", SupportRequest.Kind.self)
        let channel = form.choice("channel", "Kênh", SupportRequest.Channel.self)
        let receivedAt = form.instant("received_at", "Tiếp nhận lúc")
        let name = form.required("caller_name", "Người gọi", maximum: 200)
        let phone = form.optional("caller_phone", "Điện thoại", maximum: 50)
        let text = form.required("text", "Nội dung")
        self.init(
            kind: kind ?? .other, channel: channel ?? .inPerson, callerName: name, callerPhone: phone ?? "",
            agency: Int64(form["agency"]).map(Agency.ID.init(rawValue:)), text: text, receivedAt: receivedAt ?? now)
        form.note(problems(at: now))
        try form.check()
    }
}
