import Database
import Hummingbird
import Organization
import Web

/// The agencies that use the system (Điều 2.1).
struct AgencyPages: Sendable {
    let agencies: AgencyStore

    func add(to routes: inout RouteTable) {
        routes.get("/agencies", .readAgencies, use: list)
        routes.get("/agencies/new", .keepAgencies) { _, context in
            context.page(AgencyFormView(), title: "Thêm cơ quan")
        }
        routes.post("/agencies", .keepAgencies, use: add)
        routes.get("/agencies/:id/edit", .keepAgencies, use: edit)
        routes.post("/agencies/:id", .keepAgencies, use: change)
    }

    @Sendable private func list(_ request: Request, _ context: SignedIn) async throws -> Response {
        let search = context.query("q")
        let paging = Paging(context.query("page"), size: 50)
        let total = try await agencies.count(for: context.person, search: search)
        let rows = try await agencies.list(
            for: context.person, search: search, offset: paging.offset, limit: paging.size)
        let view = AgencyListView(
            search: search, mayKeep: context.person.may(.keepAgencies), agencies: rows,
            paging: paging.view(total: total, path: "/agencies", query: [("q", search)], noun: "cơ quan"))
        return context.page(view, title: "Cơ quan")
    }

    @Sendable private func add(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        return try await context.submit {
            let draft = try AgencyDraft(form)
            try await agencies.add(draft, by: context.actor, form: form.key, at: context.now)
            return context.redirect(to: "/agencies", flash: "Đã thêm \(draft.name).")
        } refused: { problems in
            context.page(
                AgencyFormView(form: form, problems: problems), title: "Thêm cơ quan", status: .unprocessableContent)
        }
    }

    @Sendable private func edit(_ request: Request, _ context: SignedIn) async throws -> Response {
        let agency = try await find(context)
        return context.page(AgencyFormView(agency: agency, form: Form(agency)), title: agency.name)
    }

    @Sendable private func change(_ request: Request, _ context: SignedIn) async throws -> Response {
        let agency = try await find(context)
        let form = try await Form(request)
        // An edit that is refused keeps the version it began from; one that met another's edit goes on from there.
        let version = Int(form["version"]) ?? 0
        do {
            return try await context.submit {
                let draft = try AgencyDraft(form)
                try await agencies.change(
                    agency.id, to: draft, version: version, by: context.person, address: context.address,
                    form: form.key, at: context.now)
                return context.redirect(to: "/agencies", flash: "Đã lưu \(draft.name).")
            } refused: { problems in
                editor(agency, version, form, problems, context)
            }
        } catch let changed as ChangedMeanwhile {
            return editor(agency, changed.version, form, changed.problems, context)
        }
    }

    private func editor(
        _ agency: Agency, _ version: Int, _ form: Form, _ problems: [Refusal.Problem], _ context: SignedIn
    ) -> Response {
        context.page(
            AgencyFormView(agency: agency, version: version, form: form, problems: problems), title: agency.name,
            status: .unprocessableContent)
    }

    private func find(_ context: SignedIn) async throws -> Agency {
        guard let number = Int64(context.parameters.get("id") ?? ""),
            let agency = try await agencies.find(Agency.ID(rawValue: number), for: context.person)
        else { throw HTTPError(.notFound) }
        return agency
    }
}

extension AgencyDraft {
    fileprivate init(_ form: Form) throws(Refusal) {
        var form = form
        let kind = form.choice("kind", "Loại", Agency.Kind.self)
        try form.check()
        self.init(
            code: form["code"].lowercased(), identifier: form["identifier"].isEmpty ? nil : form["identifier"],
            name: form["name"], kind: kind ?? .other, contactName: form["contact_name"],
            contactEmail: form["contact_email"], contactPhone: form["contact_phone"])
    }
}

extension Form {
    fileprivate init(_ agency: Agency) {
        self.init([
            "code": agency.code, "identifier": agency.identifier ?? "", "name": agency.name,
            "kind": agency.kind.rawValue, "contact_name": agency.contactName, "contact_email": agency.contactEmail,
            "contact_phone": agency.contactPhone,
        ])
    }
}
