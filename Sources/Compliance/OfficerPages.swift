import Civil
import Database
import Hummingbird
package import Organization
package import Web

/// `/officers`: who is in charge of information security (Điều 19.1) and of the software (Điều 23.1 đ) at each agency.
package struct OfficerPages: Sendable {
    let officers: OfficerStore
    let agencies: AgencyStore

    package init(officers: OfficerStore, agencies: AgencyStore) {
        self.officers = officers
        self.agencies = agencies
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/officers", .readOfficers, use: list)
        routes.get("/officers/new", .keepOfficers) { _, context in
            try await form(context, Form(["agency": context.query("agency"), "duty": context.query("duty")]))
        }
        routes.post("/officers", .keepOfficers, use: assign)
        routes.get("/officers/agencies/:agency", .readOfficers, use: history)
        routes.get("/officers/:id/conclusion", .keepOfficers) { _, context in
            try await conclusion(context, Form(["last_day": VietnameseFormat.localDate(CivilDate(inVietnam: context.now))]))
        }
        routes.post("/officers/:id/conclusion", .keepOfficers, use: conclude)
    }

    @Sendable private func list(_ request: Request, _ context: SignedIn) async throws -> Response {
        var filter = OfficerFilter()
        filter.missing = .init(rawValue: context.query("missing"))
        filter.search = context.query("q")
        let today = CivilDate(inVietnam: context.now)
        let paging = Paging(context.query("page"), size: 50)
        let counts = try await officers.counts(filter, for: context.person, on: today)
        let rows = try await officers.list(
            filter, for: context.person, on: today, offset: paging.offset, limit: paging.size)
        let query = [("missing", filter.missing?.rawValue ?? ""), ("q", filter.search)]
        let view = OfficerListView(
            filter: filter, today: today, counts: counts, rows: rows, mayKeep: context.person.may(.keepOfficers),
            paging: paging.view(total: counts.shown, path: "/officers", query: query, noun: "cơ quan"))
        return context.page(view, title: "Người phụ trách")
    }

    private func form(
        _ context: SignedIn, _ form: Form, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let view = OfficerFormView(
            agencies: try await agencies.choices(for: context.person), form: form, problems: problems)
        return context.page(
            view, title: problems.isEmpty ? "Ghi phân công" : "Lỗi: Ghi phân công",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func assign(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        // Somebody else's agency is not a mistake in the form: to this person there is none.
        if let number = Int64(typed["agency"]),
            try await agencies.find(Agency.ID(rawValue: number), for: context.person) == nil
        {
            throw HTTPError(.notFound)
        }
        return try await context.submit {
            let draft = try OfficerDraft(typed)
            let predecessor = try await officers.assign(
                draft, by: context.person, address: context.address, form: typed.key, at: context.now)
            let handover = predecessor.map {
                " Phân công của \($0.fullName) kết thúc ngày \(VietnameseFormat.date(draft.begins.adding(days: -1)))."
            }
            return context.redirect(
                to: "/officers/agencies/\(draft.agency.rawValue)",
                flash: "Đã phân công \(draft.fullName).\(handover ?? "")")
        } refused: { problems in
            try await form(context, typed, problems: problems)
        }
    }

    @Sendable private func history(_ request: Request, _ context: SignedIn) async throws -> Response {
        guard let number = Int64(context.parameters.get("agency") ?? ""),
            let agency = try await agencies.find(Agency.ID(rawValue: number), for: context.person)
        else { throw HTTPError(.notFound) }
        let view = OfficerHistoryView(
            agency: agency, officers: try await officers.history(of: agency.id, for: context.person),
            today: CivilDate(inVietnam: context.now), mayKeep: context.person.may(.keepOfficers))
        return context.page(view, title: "Người phụ trách: \(agency.name)")
    }

    private func conclusion(
        _ context: SignedIn, _ form: Form, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let view = OfficerConclusionView(officer: try await find(context), form: form, problems: problems)
        return context.page(
            view, title: problems.isEmpty ? "Kết thúc phân công" : "Lỗi: Kết thúc phân công",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func conclude(_ request: Request, _ context: SignedIn) async throws -> Response {
        let officer = try await find(context)
        let typed = try await Form(request)
        return try await context.submit {
            var form = typed
            let lastDay = form.date("last_day", "Ngày cuối cùng", isRequired: true)
            try form.check()
            guard let lastDay else { throw Refusal(form.problems) }
            try await officers.conclude(
                officer.id, lastDay: lastDay, by: context.person, address: context.address, form: typed.key,
                at: context.now)
            return context.redirect(
                to: "/officers/agencies/\(officer.agency.rawValue)",
                flash: "Phân công của \(officer.fullName) kết thúc ngày \(VietnameseFormat.date(lastDay)).")
        } refused: { problems in
            try await conclusion(context, typed, problems: problems)
        }
    }

    private func find(_ context: SignedIn) async throws -> Officer {
        guard let number = Int64(context.parameters.get("id") ?? ""),
            let officer = try await officers.find(Officer.ID(rawValue: number), for: context.person)
        else { throw HTTPError(.notFound) }
        return officer
    }
}

extension OfficerDraft {
    fileprivate init(_ form: Form) throws(Refusal) {
        var form = form
        let agency = Int64(form["agency"]).map(Agency.ID.init(rawValue:))
        if agency == nil { form.note("agency", "Cơ quan: cần chọn một mục trong danh sách.") }
        let duty = form.choice("duty", "Nhiệm vụ", Officer.Duty.self)
        let fullName = form.required("full_name", "Họ và tên", maximum: 200)
        let position = form.optional("position", "Chức vụ", maximum: 200)
        let phone = form.optional("phone", "Điện thoại", maximum: 50)
        let email = form.optional("email", "Thư điện tử", maximum: 200)
        let decisionNumber = form.required("decision_number", "Số quyết định", maximum: 100)
        let begins = form.date("begins", "Từ ngày", isRequired: true)
        let ends = form.date("ends", "Đến hết ngày")
        try form.check()
        guard let agency, let duty, let begins else { throw Refusal(form.problems) }
        self.init(
            agency: agency, duty: duty, fullName: fullName, position: position ?? "", phone: phone ?? "",
            email: email ?? "", begins: begins, ends: ends, decisionNumber: decisionNumber)
    }
}
