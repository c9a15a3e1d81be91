import Civil
import Database
import Hummingbird
import Organization
package import Web

/// `/monitors/maintenance`: when alarms keep quiet, and what of it availability is spared.
package struct MaintenancePages: Sendable {
    let maintenance: MaintenanceStore
    let monitors: MonitorStore

    package init(maintenance: MaintenanceStore, monitors: MonitorStore) {
        self.maintenance = maintenance
        self.monitors = monitors
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/monitors/maintenance", .readMonitors) { _, context in try await list(context) }
        routes.get("/monitors/maintenance/new", .keepMonitors) { _, context in
            try await form(MaintenanceDraft.proposed(for: context.query("monitor"), at: context.now), context)
        }
        routes.post("/monitors/maintenance", .keepMonitors, use: plan)
        routes.post("/monitors/maintenance/:id/start", .keepMonitors, use: start)
        routes.post("/monitors/maintenance/:id/end", .keepMonitors, use: end)
        routes.post("/monitors/maintenance/:id/cancellation", .keepMonitors, use: cancel)
        routes.post("/monitors/maintenance/schedules/:id/end", .keepMonitors, use: endSchedule)
    }

    private func list(_ context: SignedIn, problems: [Refusal.Problem] = []) async throws -> Response {
        let view = MaintenanceListView(
            windows: try await maintenance.windows(for: context.person, at: context.now),
            schedules: context.person.scope == nil ? try await maintenance.schedules() : [],
            mayKeep: context.person.may(.keepMonitors), now: context.now, problems: problems)
        return context.page(
            view, title: problems.isEmpty ? "Đợt bảo trì" : "Lỗi: Đợt bảo trì",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    private func form(
        _ form: Form, _ context: SignedIn, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let view = MaintenanceFormView(
            groups: try await monitors.groups(for: context.person).map(\.name), components: try await maintenance.components(),
            announcements: try await maintenance.announcements(at: context.now), form: form, problems: problems)
        return context.page(
            view, title: problems.isEmpty ? "Lên lịch bảo trì" : "Lỗi: Lên lịch bảo trì",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func plan(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            let draft = try MaintenanceDraft(typed)
            try await maintenance.plan(
                draft, by: context.person, address: context.address, form: typed.key, at: context.now)
            return context.redirect(to: "/monitors/maintenance", flash: "Đã lên lịch “\(draft.title)”.")
        } refused: { problems in
            try await form(typed, context, problems: problems)
        }
    }

    @Sendable private func start(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context, said: "Đã bắt đầu") { id, form in
            try await maintenance.start(id, by: context.person, address: context.address, form: form, at: context.now)
        }
    }

    @Sendable private func end(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context, said: "Đã kết thúc") { id, form in
            try await maintenance.end(id, by: context.person, address: context.address, form: form, at: context.now)
        }
    }

    @Sendable private func cancel(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context, said: "Đã hủy") { id, form in
            try await maintenance.cancel(id, by: context.person, address: context.address, form: form, at: context.now)
        }
    }

    /// Runs one command on the window that the path names, and shows the list again.
    private func command(
        _ request: Request, _ context: SignedIn, said: String,
        _ body: (MaintenanceWindow.ID, FormKey?) async throws -> Void
    ) async throws -> Response {
        let form = try await Form(request)
        let id = MaintenanceWindow.ID(rawValue: Int64(context.parameters.get("id") ?? "") ?? 0)
        guard let window = try await maintenance.find(id, for: context.person) else { throw HTTPError(.notFound) }
        return try await context.submit {
            try await body(id, form.key)
            return context.redirect(to: "/monitors/maintenance", flash: "\(said) “\(window.title)”.")
        } refused: { problems in
            try await list(context, problems: problems)
        }
    }

    @Sendable private func endSchedule(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        let id = MaintenanceSchedule.ID(rawValue: Int64(context.parameters.get("id") ?? "") ?? 0)
        return try await context.submit {
            try await maintenance.end(
                id, by: context.person, address: context.address, form: form.key, at: context.now)
            return context.redirect(
                to: "/monitors/maintenance", flash: "Đã kết thúc lịch; các đợt chưa bắt đầu của lịch đã hủy.")
        } refused: { problems in
            try await list(context, problems: problems)
        }
    }
}
