import Civil
import Database
package import Documents
import Hummingbird
package import Organization
package import Web

/// `/notices`: announcing maintenance and upgrades, and seeing whom it has reached.
package struct NoticePages: Sendable {
    let notices: NoticeStore
    let settings: SettingStore
    let press: DocumentPress
    /// Whether the console knows a mail server; without one letters wait, and the page says so.
    let sendsMail: Bool

    package init(notices: NoticeStore, settings: SettingStore, press: DocumentPress, sendsMail: Bool) {
        self.notices = notices
        self.settings = settings
        self.press = press
        self.sendsMail = sendsMail
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/notices", .readNotices, use: list)
        routes.get("/notices/new", .writeNotices) { _, context in try await form(nil, Form(), context) }
        routes.post("/notices", .writeNotices, use: add)
        routes.get("/notices/:code", .readNotices) { _, context in try await show(context) }
        routes.get("/notices/:code/edit", .writeNotices, use: edit)
        routes.post("/notices/:code", .writeNotices, use: change)
        addSteps(to: &routes)
        addTests(to: &routes)
        addRevisions(to: &routes)
        addDocuments(to: &routes)
        addAcknowledgements(to: &routes)
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
                lead: try await lead(), problems: problems),
            title: notice.map { "Sửa \($0.code)" } ?? "Lập thông báo",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    private func lead() async throws -> Int { try await settings.read().number(.noticeLeadDays) }

    /// A notice's own page, after a refused command with what was typed.
    func show(
        _ context: SignedIn, _ form: Form = Form(), numberVersion: Int? = nil, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let notice = try await find(context)
        let isPublished = notice.publishedAt != nil
        let view = NoticeView(
            notice: notice, test: notice.kind == .upgrade ? try await notices.test(of: notice) : nil,
            revisions: notice.revision > 1 ? try await notices.revisions(of: notice) : [],
            numberVersion: numberVersion,
            people: isPublished ? [] : try await notices.people(of: notice),
            reach: isPublished ? try await reach(of: notice, context) : nil,
            leadDays: notice.leadDays ?? notices.leadDays(from: context.now, to: notice.begins),
            settings: try await settings.read(), sendsMail: sendsMail, person: context.person, now: context.now,
            form: form, problems: problems)
        return context.page(view, title: notice.code, status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    /// One page of the recipients that the address asks for.
    private func reach(of notice: Notice, _ context: SignedIn) async throws -> NoticeReachView {
        let filter = RecipientFilter(rawValue: context.query("show")) ?? .all
        let (search, paging) = (context.query("q"), Paging(context.query("page"), size: 50))
        let rows = try await notices.recipients(
            of: notice, for: context.person, filter: filter, search: search, offset: paging.offset, limit: paging.size)
        // Who is bound to an agency sees its own row and no sums.
        let counts = context.person.scope == nil ? try await notices.counts(of: notice, for: context.person) : nil
        let total =
            if filter == .all && search.isEmpty {
                counts?.all ?? rows.count
            } else {
                try await notices.countRecipients(of: notice, for: context.person, filter: filter, search: search)
            }
        return NoticeReachView(
            notice: notice, rows: rows, counts: counts, filter: filter, search: search, person: context.person,
            paging: total > paging.size || paging.number > 1
                ? paging.view(
                    total: total, path: "/notices/\(notice.code)", query: [("show", filter.rawValue), ("q", search)],
                    noun: "nơi nhận") : nil,
            now: context.now)
    }

    @Sendable private func edit(_ request: Request, _ context: SignedIn) async throws -> Response {
        let notice = try await find(context)
        return try await context.submit {
            try NoticeStep.change.check(notice, in: notice.state(at: context.now))
            return try await form(notice, Form(notice.draft), context)
        } refused: { problems in
            try await show(context, problems: problems)
        }
    }

    @Sendable private func change(_ request: Request, _ context: SignedIn) async throws -> Response {
        let notice = try await find(context)
        let form = try await Form(request)
        return try await edited(form, context) { version in
            let isTakenBack = try await notices.change(
                notice.code, to: NoticeDraft(form, at: context.now), version: version, by: context.person,
                address: context.address, form: form.key, at: context.now)
            return saved(notice, isTakenBack, context)
        } again: { version, problems in
            try await self.form(notice, form, context, version: version, problems: problems)
        }
    }

    /// Runs a command that names the version it began from. An edit that is refused keeps that version; one that met
    /// another's edit goes on from there.
    func edited(
        _ form: Form, _ context: SignedIn, versionField: String = "version", _ command: (Int) async throws -> Response,
        again: (Int, [Refusal.Problem]) async throws -> Response
    ) async throws -> Response {
        let version = Int(form[versionField]) ?? 0
        do {
            return try await context.submit {
                try await command(version)
            } refused: { problems in
                try await again(version, problems)
            }
        } catch let changed as ChangedMeanwhile {
            return try await again(changed.version, changed.problems)
        }
    }

    func saved(_ notice: Notice, _ isTakenBack: Bool, _ context: SignedIn) -> Response {
        context.redirect(
            to: "/notices/\(notice.code)",
            flash: isTakenBack
                ? "Đã lưu \(notice.code). Nội dung đã đổi nên thông báo trở lại dự thảo, cần trình duyệt lại."
                : "Đã lưu \(notice.code).")
    }

    /// Runs one command on the notice that the path names, and shows it again.
    func command(
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

    func find(_ context: SignedIn) async throws -> Notice {
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
        let reason = form.optional("short_lead_reason", "Lý do báo gấp", maximum: 1000)
        guard let begins, let ends else { throw Refusal(form.problems) }
        self.init(
            kind: kind ?? .maintenance, title: title, impact: impact, begins: begins, ends: ends,
            components: scope == .components ? Array(Set(form.all("component"))).sorted() : nil, shortLeadReason: reason)
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
                "short_lead_reason": draft.shortLeadReason ?? "",
            ], ticked: ["component": draft.components ?? []])
    }
}
