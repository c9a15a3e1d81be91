import Civil
import Database
import Hummingbird
import Organization
import Web

/// `/incidents/:code/review` and `/incidents/actions`: what is learned from an incident, and what is done about it.
extension IncidentPages {
    func addReviews(to routes: inout RouteTable) {
        routes.get("/incidents/actions", .readIncidents) { _, context in try await actions(context) }
        routes.get("/incidents/:code/review", .readIncidents) { _, context in try await review(context) }
        routes.post("/incidents/:code/review", .keepIncidents, use: write)
        routes.post("/incidents/:code/actions", .keepIncidents, use: undertake)
        routes.post("/incidents/:code/actions/:id/completion", .keepIncidents, use: finish)
    }

    private func actions(_ context: SignedIn) async throws -> Response {
        let owner = context.query("owner")
        let paging = Paging(context.query("page"), size: 25)
        let total = try await incidents.countOpenActions(owner: owner, for: context.person)
        let rows = try await incidents.openActions(
            owner: owner, for: context.person, offset: paging.offset, limit: paging.size)
        let view = ActionListView(
            owner: owner, rows: rows, today: CivilDate(inVietnam: context.now),
            paging: paging.view(total: total, path: "/incidents/actions", query: [("owner", owner)], noun: "việc"))
        return context.page(view, title: "Việc sau sự cố")
    }

    private func review(
        _ context: SignedIn, _ form: Form? = nil, version: Int? = nil, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let incident = try await found(context)
        let review = try await incidents.review(of: incident.id)
        let fields = review?.draft ?? ReviewDraft(causes: incident.cause, wentWell: "", toMend: "")
        let stored = Form(Dictionary(uniqueKeysWithValues: fields.fields.map { ($0.name, $0.value) }))
        // The page has several forms; what was typed into one of them leaves the others as they are stored.
        let isReviewTyped = form.map { !$0["version"].isEmpty } ?? false
        let view = ReviewView(
            incident: incident, review: review, actions: try await incidents.actions(of: incident.id),
            mayKeep: incident.isKept(by: context.person), version: version ?? review?.version ?? 0,
            reviewForm: isReviewTyped ? form ?? stored : stored, form: form ?? Form(),
            today: CivilDate(inVietnam: context.now), problems: problems)
        let title = "Rút kinh nghiệm \(incident.code)"
        return context.page(
            view, title: problems.isEmpty ? title : "Lỗi: \(title)", status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func write(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        let code = try await kept(context).code
        // An edit that is refused keeps the version it began from; one that met another's edit goes on from there.
        let version = Int(typed["version"]) ?? 0
        do {
            return try await context.submit {
                let draft = ReviewDraft(
                    causes: typed["causes"], wentWell: typed["went_well"], toMend: typed["to_mend"])
                try await incidents.write(
                    draft, of: code, version: version, by: context.person, address: context.address, form: typed.key,
                    at: context.now)
                return context.redirect(to: "/incidents/\(code)/review", flash: "Đã lưu rút kinh nghiệm của \(code).")
            } refused: { problems in
                try await review(context, typed, version: version, problems: problems)
            }
        } catch let changed as ChangedMeanwhile {
            return try await review(context, typed, version: changed.version, problems: changed.problems)
        }
    }

    @Sendable private func undertake(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await reviewCommand(request, context) { code, typed in
            var form = typed
            let due = form.date("action_due", "Hạn", isRequired: true)
            let text = form.required("action_text", "Việc cần làm", maximum: 1000)
            let owner = form.required("action_owner", "Người làm", maximum: 200)
            guard let due else { throw Refusal(form.problems) }
            try form.check()
            try await incidents.undertake(
                ActionDraft(text: text, owner: owner, dueOn: due), after: code, by: context.person,
                address: context.address, form: typed.key, at: context.now)
            return "Đã ghi việc cần làm."
        }
    }

    @Sendable private func finish(_ request: Request, _ context: SignedIn) async throws -> Response {
        guard let action = Int64(context.parameters.get("id") ?? "") else { throw HTTPError(.notFound) }
        return try await reviewCommand(request, context) { code, typed in
            try await incidents.finish(
                ReviewAction.ID(rawValue: action), of: code, note: typed["done_note"], by: context.person,
                address: context.address, form: typed.key, at: context.now)
            return "Đã ghi việc đã xong."
        }
    }

    /// Runs one command and shows the review's page again.
    private func reviewCommand(
        _ request: Request, _ context: SignedIn, _ body: (String, Form) async throws -> String
    ) async throws -> Response {
        let typed = try await Form(request)
        let code = try await kept(context).code
        return try await context.submit {
            context.redirect(to: "/incidents/\(code)/review", flash: try await body(code, typed))
        } refused: { problems in
            try await review(context, typed, problems: problems)
        }
    }
}
