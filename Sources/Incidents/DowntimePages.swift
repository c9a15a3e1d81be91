import Civil
import Database
import Hummingbird
import Organization
import Web

/// The downtimes of an incident: added on its page, corrected and ended on a page of their own.
extension IncidentPages {
    func addDowntimes(to routes: inout RouteTable) {
        routes.post("/incidents/:code/downtimes", .keepIncidents, use: addDowntime)
        routes.get("/incidents/:code/downtimes/:id", .keepIncidents) { _, context in try await downtime(context) }
        routes.post("/incidents/:code/downtimes/:id", .keepIncidents, use: changeDowntime)
        routes.post("/incidents/:code/downtimes/:id/removal", .keepIncidents, use: removeDowntime)
    }

    @Sendable private func addDowntime(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await incidents.add(
                try DowntimeDraft(form), to: code, by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Đã ghi khoảng tạm dừng."
        }
    }

    private func downtime(
        _ context: SignedIn, _ form: Form? = nil, version: Int? = nil, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let incident = try await kept(context)
        let all = try await incidents.downtimes(of: incident.id, at: context.now)
        guard let downtime = all.first(where: { $0.id == id(context) }) else { throw HTTPError(.notFound) }
        let view = DowntimeView(
            code: incident.code, downtime: downtime, version: version ?? downtime.version,
            form: form ?? Form(downtime.draft), problems: problems)
        return context.page(view, title: title("Khoảng tạm dừng của \(incident.code)", problems), status: status(problems))
    }

    @Sendable private func changeDowntime(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await write(request, context) { code, form, version in
            try await incidents.change(
                id(context), to: try DowntimeDraft(form), version: version, of: code, by: context.person,
                address: context.address, form: form.key, at: context.now)
            return "Đã lưu khoảng tạm dừng."
        }
    }

    @Sendable private func removeDowntime(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await write(request, context) { code, form, version in
            try await incidents.remove(
                id(context), version: version, of: code, by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Đã bỏ khoảng tạm dừng."
        }
    }

    /// A command on the downtime that the path names. One that met another's edit goes on from there.
    private func write(
        _ request: Request, _ context: SignedIn, _ body: (String, Form, Int) async throws -> String
    ) async throws -> Response {
        let form = try await Form(request)
        let code = try await kept(context).code
        let version = Int(form["version"]) ?? 0
        // Who takes one back has typed nothing of it.
        let typed = form["downtime_from"].isEmpty ? nil : form
        do {
            return try await context.submit {
                context.redirect(to: "/incidents/\(code)#downtimes-title", flash: try await body(code, form, version))
            } refused: { problems in
                try await downtime(context, typed, version: version, problems: problems)
            }
        } catch let changed as ChangedMeanwhile {
            return try await downtime(context, typed, version: changed.version, problems: changed.problems)
        }
    }

    private func id(_ context: SignedIn) -> Downtime.ID {
        Downtime.ID(rawValue: Int64(context.parameters.get("id") ?? "") ?? 0)
    }
}

extension DowntimeDraft {
    /// - Throws: `Refusal` naming every field that cannot be read.
    init(_ form: Form) throws(Refusal) {
        var form = form
        let component = form.optional("downtime_component", "Thành phần", maximum: 200)
        let from = form.instant("downtime_from", "Từ", isRequired: true)
        let to = form.instant("downtime_to", "Đến")
        try form.check()
        guard let from else { throw Refusal(form.problems) }
        self.init(component: component ?? "", beganAt: from, endedAt: to)
    }
}

extension Form {
    /// The form of a downtime before anybody has typed: with what is stored.
    fileprivate init(_ draft: DowntimeDraft) {
        func local(_ time: Instant) -> String { String(VietnameseFormat.timestamp(time).prefix(19)) }
        self.init([
            "downtime_component": draft.component, "downtime_from": local(draft.beganAt),
            "downtime_to": draft.endedAt.map(local) ?? "",
        ])
    }
}
