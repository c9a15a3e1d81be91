import Civil
import Database
package import Delivery
import Hummingbird
package import Organization
package import Web

/// `/notices`: announcing maintenance and upgrades, and seeing whom it has reached.
package struct NoticePages: Sendable {
    let notices: NoticeStore
    let deliveries: DeliveryStore
    let settings: SettingStore
    /// Whether the console knows a mail server; without one letters wait, and the page says so.
    let sendsMail: Bool

    package init(notices: NoticeStore, deliveries: DeliveryStore, settings: SettingStore, sendsMail: Bool) {
        self.notices = notices
        self.deliveries = deliveries
        self.settings = settings
        self.sendsMail = sendsMail
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/notices", .readNotices, use: list)
        routes.get("/notices/new", .writeNotices) { _, context in try await form(nil, Form(), context) }
        routes.post("/notices", .writeNotices, use: add)
        routes.get("/notices/:code", .readNotices) { _, context in try await show(context) }
        routes.get("/notices/:code/edit", .writeNotices, use: edit)
        routes.post("/notices/:code", .writeNotices, use: change)
        routes.post("/notices/:code/publication", .writeNotices, use: publish)
        routes.post("/notices/:code/cancellation", .writeNotices, use: cancel)
        routes.post("/notices/:code/acknowledgement", .acknowledgeNotices, use: acknowledge)
        routes.post("/notices/:code/deliveries/:id/attempts", .writeNotices, use: sendAgain)
    }

    @Sendable private func list(_ request: Request, _ context: SignedIn) async throws -> Response {
        let search = context.query("q")
        let paging = Paging(context.query("page"), size: 25)
        let total = try await notices.count(for: context.person, search: search)
        let rows = try await notices.list(
            for: context.person, search: search, offset: paging.offset, limit: paging.size)
        let view = NoticeListView(
            search: search, person: context.person, notices: rows, now: context.now,
            paging: paging.view(total: total, path: "/notices", query: [("q", search)], noun: "thông báo"))
        return context.page(view, title: "Thông báo bảo trì")
    }

    @Sendable private func add(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        return try await context.submit {
            let code = try await notices.add(
                NoticeDraft(form, at: context.now), by: context.person, address: context.address, form: form.key,
                at: context.now)
            return context.redirect(to: "/notices/\(code)", flash: "Đã lập dự thảo \(code).")
        } refused: { problems in
            try await self.form(nil, form, context, problems: problems)
        }
    }

    /// The form of a notice, empty, filled or refused.
    private func form(
        _ notice: Notice?, _ form: Form, _ context: SignedIn, version: Int? = nil, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let components = try await notices.components(with: form.all("component"))
        return context.page(
            NoticeFormView(
                notice: notice, version: version ?? notice?.version, form: form, components: components,
                problems: problems),
            title: notice.map { "Sửa \($0.code)" } ?? "Lập thông báo",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    private func show(
        _ context: SignedIn, _ form: Form = Form(), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let notice = try await find(context)
        let isPublished = notice.publishedAt != nil
        let view = NoticeView(
            notice: notice,
            recipients: isPublished ? try await notices.recipients(of: notice, for: context.person) : [],
            letters: isPublished ? try await deliveries.list(about: notice.code, for: context.person) : [],
            leadDays: notice.leadDays ?? notices.leadDays(from: context.now, to: notice.begins),
            wantedLeadDays: try await settings.read().number(.noticeLeadDays), sendsMail: sendsMail,
            person: context.person, now: context.now, form: form, problems: problems)
        return context.page(view, title: notice.code, status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func edit(_ request: Request, _ context: SignedIn) async throws -> Response {
        let notice = try await find(context)
        return try await context.submit {
            try notice.checkChanging()
            return try await form(notice, Form(notice.draft), context)
        } refused: { problems in
            try await show(context, problems: problems)
        }
    }

    @Sendable private func change(_ request: Request, _ context: SignedIn) async throws -> Response {
        let notice = try await find(context)
        let form = try await Form(request)
        // An edit that is refused keeps the version it began from; one that met another's edit goes on from there.
        let version = Int(form["version"]) ?? 0
        do {
            return try await context.submit {
                try await notices.change(
                    notice.code, to: NoticeDraft(form, at: context.now), version: version, by: context.person,
                    address: context.address, form: form.key, at: context.now)
                return context.redirect(to: "/notices/\(notice.code)", flash: "Đã lưu \(notice.code).")
            } refused: { problems in
                try await self.form(notice, form, context, version: version, problems: problems)
            }
        } catch let changed as ChangedMeanwhile {
            return try await self.form(notice, form, context, version: changed.version, problems: changed.problems)
        }
    }

    @Sendable private func publish(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await notices.publish(
                code, by: context.person, address: context.address, form: form.key, at: context.now)
            return sendsMail
                ? "Đã đăng \(code). Thư đang được gửi tới các cơ quan."
                : "Đã đăng \(code). Thư chờ tới khi có máy chủ thư."
        }
    }

    @Sendable private func cancel(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await notices.cancel(
                code, reason: form["reason"], by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Đã hủy \(code)."
        }
    }

    @Sendable private func acknowledge(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await notices.acknowledge(
                code, by: context.person, address: context.address, form: form.key, at: context.now)
            return "Đã xác nhận \(code)."
        }
    }

    @Sendable private func sendAgain(_ request: Request, _ context: SignedIn) async throws -> Response {
        guard let letter = Int64(context.parameters.get("id") ?? "").map(Delivery.ID.init(rawValue:)) else {
            throw HTTPError(.notFound)
        }
        return try await command(request, context) { code, form in
            try await notices.sendAgain(
                letter, of: code, by: context.person, address: context.address, form: form.key, at: context.now)
            return "Thư được gửi lại."
        }
    }

    /// Runs one command on the notice that the path names, and shows it again.
    private func command(
        _ request: Request, _ context: SignedIn, _ body: (String, Form) async throws -> String
    ) async throws -> Response {
        let notice = try await find(context)
        let form = try await Form(request)
        return try await context.submit {
            context.redirect(to: "/notices/\(notice.code)", flash: try await body(notice.code, form))
        } refused: { problems in
            try await show(context, form, problems: problems)
        }
    }

    private func find(_ context: SignedIn) async throws -> Notice {
        guard let notice = try await notices.find(context.parameters.get("code") ?? "", for: context.person) else {
            throw HTTPError(.notFound)
        }
        return notice
    }
}

extension NoticeDraft {
    fileprivate init(_ form: Form, at now: Instant) throws(Refusal) {
        var form = form
        let kind = form.choice("kind", "Loại", Notice.Kind.self)
        let begins = form.instant("begins", "Bắt đầu", isRequired: true)
        let ends = form.instant("ends", "Dự kiến sử dụng lại", isRequired: true)
        let scope = form.choice("scope", "Phạm vi", NoticeScope.self)
        let title = form.required("title", "Trích yếu", maximum: 300)
        let impact = form.required("impact", "Ảnh hưởng")
        let testRecord = form.optional("test_record", "Kết quả thử nghiệm")
        let reason = form.optional("short_lead_reason", "Lý do báo gấp")
        guard let begins, let ends else { throw Refusal(form.problems) }
        self.init(
            kind: kind ?? .maintenance, title: title, impact: impact, begins: begins, ends: ends,
            components: scope == .components ? Array(Set(form.all("component"))).sorted() : nil, testRecord: testRecord,
            shortLeadReason: reason)
        form.note(problems(at: now))
        try form.check()
    }
}

extension Form {
    fileprivate init(_ draft: NoticeDraft) {
        self.init(
            [
                "kind": draft.kind.rawValue, "title": draft.title, "impact": draft.impact,
                "begins": VietnameseFormat.local(draft.begins), "ends": VietnameseFormat.local(draft.ends),
                "scope": (draft.components == nil ? NoticeScope.system : .components).rawValue,
                "test_record": draft.testRecord ?? "", "short_lead_reason": draft.shortLeadReason ?? "",
            ], ticked: ["component": draft.components ?? []])
    }
}
