import Civil
import Database
import HTTPTypes
import Hummingbird
import Organization
package import Web

/// `/outages/…`: one outage as it was seen, and what people found it to have been.
package struct OutagePages: Sendable {
    let monitors: MonitorStore

    package init(monitors: MonitorStore) {
        self.monitors = monitors
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/outages/:id", .readMonitors) { _, context in try await show(context) }
        routes.post("/outages/:id/revisions", .keepMonitors, use: revise)
    }

    private func show(
        _ context: SignedIn, _ form: Form = Form(), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let (outage, monitor) = try await found(context)
        let view = OutageDetailView(
            outage: outage, monitor: monitor, revisions: try await monitors.revisions(of: outage.id),
            mayKeep: context.person.may(.keepMonitors), form: form, problems: problems, now: context.now)
        let title = "Gián đoạn của \(monitor)"
        return context.page(
            view, title: problems.isEmpty ? title : "Lỗi: \(title)",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func revise(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        let (outage, _) = try await found(context)
        return try await context.submit {
            let draft = try OutageRevisionDraft(typed)
            try await monitors.revise(
                outage.id, to: draft, by: context.person, address: context.address, form: typed.key, at: context.now)
            return context.redirect(
                to: "/outages/\(outage.id.rawValue)", flash: "Đã ghi: \(draft.classification.label.lowercased()).")
        } refused: { problems in
            try await show(context, typed, problems: problems)
        }
    }

    private func found(_ context: SignedIn) async throws -> (outage: Outage, monitor: String) {
        guard let id = Int64(context.parameters.get("id") ?? "").map(Outage.ID.init(rawValue:)),
            let found = try await monitors.outage(id, for: context.person)
        else { throw HTTPError(.notFound) }
        return found
    }
}

extension OutageRevisionDraft {
    fileprivate init(_ form: Form) throws(Refusal) {
        var form = form
        let classification = form.choice("classification", "Phân loại", OutageRevision.Classification.self)
        let notice = form.optional("notice", "Mã thông báo", maximum: 20)
        let cause = form.optional("cause", "Nguyên nhân", maximum: 2000)
        let reason = form.required("reason", "Lý do", maximum: 2000)
        try form.check()
        self.init(
            classification: classification ?? .unplanned, notice: notice ?? "", cause: cause ?? "", reason: reason)
    }
}
