import Civil
import Database
import Hummingbird
package import Organization
package import Web

/// `/incidents`: sự cố kỹ thuật, Điều 20.
package struct IncidentPages: Sendable {
    let incidents: IncidentStore
    let agencies: AgencyStore
    let settings: SettingStore
    /// Whether the console knows a mail server; without one letters wait, and the pages say so.
    let sendsMail: Bool

    package init(
        incidents: IncidentStore, agencies: AgencyStore, settings: SettingStore, sendsMail: Bool = false
    ) {
        self.incidents = incidents
        self.agencies = agencies
        self.settings = settings
        self.sendsMail = sendsMail
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/incidents", .readIncidents, use: list)
        routes.get("/incidents/new", .openIncidents) { _, context in try await form(context) }
        routes.post("/incidents", .openIncidents, use: open)
        routes.get("/incidents/:code", .readIncidents) { _, context in try await show(context) }
        routes.get("/incidents/:code/edit", .keepIncidents) { _, context in try await editor(context) }
        routes.post("/incidents/:code", .keepIncidents, use: edit)
        routes.post("/incidents/:code/acknowledgement", .keepIncidents, use: acknowledge)
        addBonds(to: &routes)
        addDowntimes(to: &routes)
        addCommunications(to: &routes)
        addTimeline(to: &routes)
        addClosing(to: &routes)
        addMessages(to: &routes)
        addReviews(to: &routes)
        addProvider(to: &routes)
    }

    // MARK: List

    @Sendable private func list(_ request: Request, _ context: SignedIn) async throws -> Response {
        var filter = IncidentFilter()
        filter.state = .init(rawValue: context.query("state"))
        filter.kind = .init(rawValue: context.query("kind"))
        filter.outage = Int64(context.query("outage"))
        filter.search = context.query("q")
        let paging = Paging(context.query("page"), size: 25)
        let page = try await incidents.page(filter, for: context.person, paging, at: context.now)
        let query = [("state", filter.state?.rawValue ?? ""), ("kind", filter.kind?.rawValue ?? ""), ("q", filter.search)]
        let limits = IncidentLimits(try await settings.read())
        let view = IncidentListView(
            filter: filter, mayOpen: context.person.may(.openIncidents),
            rows: context.fragment(page.rows.map { IncidentRowView($0, limits, at: context.now) }),
            paging: paging.view(total: page.total, most: paging.horizon, path: "/incidents", query: query, noun: "sự cố"))
        return context.page(view, title: "Sự cố")
    }

    // MARK: Open and edit

    private func form(
        _ context: SignedIn, _ form: Form? = nil, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let typed = form ?? Form([
            "began_at": VietnameseFormat.local(context.now), "detected_at": VietnameseFormat.local(context.now),
        ])
        let view = IncidentFormView(
            code: nil, version: nil, isSplit: false, agencies: try await choices(context), form: typed, problems: problems)
        return context.page(view, title: title("Mở sự cố", problems), status: status(problems))
    }

    @Sendable private func open(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            let code = try await incidents.open(
                try IncidentDraft(typed), by: context.person, address: context.address, form: typed.key,
                at: context.now)
            return context.redirect(to: "/incidents/\(code)", flash: "Đã mở \(code). Thông báo ngay cho những người liên quan.")
        } refused: { problems in
            try await form(context, typed, problems: problems)
        }
    }

    private func editor(
        _ context: SignedIn, _ form: Form? = nil, version: Int? = nil, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let incident = try await kept(context)
        if problems.isEmpty, let moved = incident.redirection(context, "/edit") { return moved }
        let view = IncidentFormView(
            code: incident.code, version: version ?? incident.version,
            isSplit: try await incidents.downtimes(of: incident.id, at: context.now).isSplit, agencies: [], form: form ?? Form(incident.draft),
            problems: problems)
        return context.page(view, title: title("Sửa \(incident.code)", problems), status: status(problems))
    }

    @Sendable private func edit(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        let code = try await kept(context).code
        // An edit that is refused keeps the version it began from; one that met another's edit goes on from there.
        let version = Int(typed["version"]) ?? 0
        do {
            return try await context.submit {
                try await incidents.edit(
                    code, to: try IncidentDraft(typed), version: version, by: context.person, address: context.address,
                    form: typed.key, at: context.now)
                return context.redirect(to: "/incidents/\(code)", flash: "Đã lưu \(code).")
            } refused: { problems in
                try await editor(context, typed, version: version, problems: problems)
            }
        } catch let changed as IncidentChanged {
            return try await editor(context, typed, version: changed.version, problems: changed.problems)
        }
    }

    private func choices(_ context: SignedIn) async throws -> [Agency] {
        context.person.scope == nil ? try await agencies.choices(for: context.person) : []
    }

    // MARK: One incident

    func show(
        _ context: SignedIn, _ form: Form = Form(), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        var incident = try await found(context)
        if let survivor = incident.survivor {
            if problems.isEmpty, let moved = incident.redirection(context) { return moved }
            // What was typed for it is not lost: it stands on the page of the one that survives.
            incident = try await found(survivor, context)
        }
        let record = try await record(of: incident, context, form, problems: problems)
        return context.page(
            IncidentView(record: record), title: title("\(incident.code) \(incident.title)", problems), status: status(problems))
    }

    @Sendable private func acknowledge(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await incidents.acknowledge(
                code, note: form["acknowledgement_note"], by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Bạn đã tiếp nhận \(code)."
        }
    }

    /// Runs one command on the incident that the path names, and shows it again.
    func command(
        _ request: Request, _ context: SignedIn, _ body: (String, Form) async throws -> String
    ) async throws -> Response {
        let form = try await Form(request)
        let code = try await kept(context).code
        return try await context.submit {
            context.redirect(to: "/incidents/\(code)", flash: try await body(code, form))
        } refused: { problems in
            try await show(context, form, problems: problems)
        }
    }

    private func record(
        of incident: Incident, _ context: SignedIn, _ form: Form, problems: [Refusal.Problem]
    ) async throws -> IncidentRecord {
        let communications = try await incidents.communications(of: incident.id)
        return IncidentRecord(
            incident: incident, communications: communications, entries: try await incidents.entries(of: incident.id),
            files: try await incidents.files(of: incident.id),
            downtimes: try await incidents.downtimes(of: incident.id, at: context.now),
            bonds: try await incidents.bonds(of: incident, for: context.person), alerts: try await incidents.alerts(of: incident.id),
            settings: try await settings.read(), mayKeep: incident.isKept(by: context.person),
            acknowledgement: try await incidents.acknowledgement(of: incident.id),
            letters: try await incidents.letters(about: incident.code, for: context.person),
            messages: try await incidents.messages(of: incident.id),
            messageLetters: try await incidents.messageLetters(of: incident, for: context.person),
            handover: try await incidents.handover(of: incident.id),
            lacksDesk: try await incidents.lacksDesk(incident, communications), person: context.person, now: context.now,
            form: form, problems: problems)
    }

    func found(_ context: SignedIn) async throws -> Incident {
        try await found(context.parameters.get("code") ?? "", context)
    }

    func found(_ code: String, _ context: SignedIn) async throws -> Incident {
        guard let incident = try await incidents.find(code, for: context.person) else { throw HTTPError(.notFound) }
        return incident
    }

    /// The incident that the path names, for who may write of it.
    func kept(_ context: SignedIn) async throws -> Incident {
        let incident = try await found(context)
        guard incident.isKept(by: context.person) else { throw HTTPError(.forbidden) }
        return incident
    }

    func title(_ text: String, _ problems: [Refusal.Problem]) -> String {
        problems.isEmpty ? text : "Lỗi: \(text)"
    }

    func status(_ problems: [Refusal.Problem]) -> HTTPResponse.Status {
        problems.isEmpty ? .ok : .unprocessableContent
    }
}

extension Incident {
    /// Where somebody goes on who asked for what was merged into another.
    func redirection(_ context: SignedIn, _ path: String = "") -> Response? {
        survivor.map { context.redirect(to: "/incidents/\($0)\(path)") }
    }
}
