import Civil
import Database
import Hummingbird
package import Organization
package import Web

/// `/monitors`: what is watched and how it stands.
package struct MonitorPages: Sendable {
    let monitors: MonitorStore
    let agencies: AgencyStore
    let prober: any Prober

    /// - Parameter prober: Looks at what somebody tries before keeping it.
    package init(monitors: MonitorStore, agencies: AgencyStore, prober: any Prober) {
        self.monitors = monitors
        self.agencies = agencies
        self.prober = prober
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/monitors", .readMonitors, use: list)
        routes.get("/monitors/new", .keepMonitors) { _, context in try await form(context, nil) }
        routes.post("/monitors", .keepMonitors, use: add)
        routes.post("/monitors/trial", .keepMonitors) { request, context in
            try await tryOut(Form(request), nil, context)
        }
        routes.get("/monitors/:id", .readMonitors) { _, context in try await show(context) }
        routes.get("/monitors/:id/edit", .keepMonitors) { _, context in try await form(context, found(context)) }
        routes.post("/monitors/:id/edit", .keepMonitors, use: change)
        routes.post("/monitors/:id/trial", .keepMonitors) { request, context in
            try await tryOut(Form(request), found(context), context)
        }
        routes.post("/monitors/:id/pause", .keepMonitors, use: pause)
        routes.post("/monitors/:id/resumption", .keepMonitors, use: resume)
        routes.get("/monitors/:id/deletion", .keepMonitors, use: confirmDeletion)
        routes.post("/monitors/:id/deletion", .keepMonitors, use: delete)
    }

    @Sendable private func list(_ request: Request, _ context: SignedIn) async throws -> Response {
        let filter = MonitorFilter(context)
        let paging = Paging(context.query("page"), size: 25)
        let page = try await monitors.page(
            filter, for: context.person, at: context.now, offset: paging.offset, limit: paging.size)
        let days = try await monitors.days(
            of: page.rows.map(\.monitor.id), from: DayStrip.firstDay(endingAt: context.now), count: DayStrip.length, asOf: context.now)
        let view = MonitorListView(
            filter: filter, counts: page.counts, groups: try await monitors.groups(for: context.person),
            mayKeep: context.person.may(.keepMonitors), showsAgencies: context.person.scope == nil,
            rows: context.fragment(zip(page.rows, days).map { MonitorRowView($0, DayStrip($1), at: context.now) }),
            paging: paging.view(
                total: page.counts[filter.state], path: "/monitors", query: filter.query, noun: "điểm giám sát"))
        return context.page(view, title: "Giám sát")
    }

    private func show(_ context: SignedIn, problems: [Refusal.Problem] = []) async throws -> Response {
        guard let id = identifier(context) else { throw HTTPError(.notFound) }
        guard let summary = try await monitors.summary(id, for: context.person, at: context.now) else {
            // Outages and incidents name a monitor without knowing of what kind it is.
            if try await monitors.isHeartbeat(id, for: context.person) { return context.redirect(to: "/heartbeats/\(id.rawValue)") }
            throw HTTPError(.notFound)
        }
        let days = try await monitors.days(
            of: [id], from: DayStrip.firstDay(endingAt: context.now), count: DayStrip.length, asOf: context.now)
        let window = LatencyWindow(context)
        let latency = try await monitors.latency(of: id, window, at: context.now)
        let view = MonitorDetailView(
            summary: summary, strip: DayStrip(days[0]),
            latency: LatencyView(window, from: latency.start, latency.readings), history: try await monitors.history(of: id),
            warnings: summary.certificateExpiresAt == nil ? [] : try await monitors.certificateWarnings(of: id),
            flappings: try await monitors.flappings(of: id),
            sight: try await LocationStore(database: monitors.database).sight(of: id),
            mayKeep: context.person.may(.keepMonitors), problems: problems, now: context.now)
        return context.page(view, title: summary.monitor.name, status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    private func form(
        _ context: SignedIn, _ monitor: Monitor?, _ typed: Form? = nil, version: Int? = nil,
        problems: [Refusal.Problem] = [], trial: Sample? = nil
    ) async throws -> Response {
        let kind = Target.Kind(rawValue: context.query("kind"))
        // Another kind for a monitor that is there: everything else of it stays.
        var draft = monitor?.draft ?? .proposed(kind ?? .http)
        if let kind, kind != draft.target.kind { draft.target = kind.type.proposed.target }
        var version = version
        if version == nil, let monitor { version = try await monitors.version(of: monitor.id) }
        let view = MonitorFormView(
            monitor: monitor, version: version, agencies: try await agencies.choices(for: context.person),
            groups: try await monitors.groups(for: context.person).map(\.name), form: typed ?? draft.form,
            problems: problems, trial: trial.map(TrialView.init))
        let title = monitor.map { "Sửa \($0.name)" } ?? "Thêm điểm giám sát"
        return context.page(
            view, title: problems.isEmpty ? title : "Lỗi: \(title)",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func add(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            let draft = try MonitorDraft(typed)
            let id = try await monitors.add(draft, by: context.actor, form: typed.key, at: context.now)
            return context.redirect(to: "/monitors/\(id.rawValue)", flash: "Đã bắt đầu giám sát “\(draft.name)”.")
        } refused: { problems in
            try await form(context, nil, typed, problems: problems)
        }
    }

    /// Looks once at what is typed and shows it above the form, in which everything stays as it was. Nothing is stored.
    private func tryOut(_ typed: Form, _ monitor: Monitor?, _ context: SignedIn) async throws -> Response {
        // The version that the editor began from stays, or trying would hide that somebody else has saved since.
        let version = Int(typed["version"])
        do {
            let draft = try MonitorDraft(typed).keepingSecrets(of: monitor)
            try draft.check()
            let sample = await prober.look(
                Probe(target: draft.target, family: draft.family, timeout: min(draft.timeout, .seconds(30))))
            return try await form(context, monitor, typed, version: version, trial: sample)
        } catch let refusal as Refusal {
            return try await form(context, monitor, typed, version: version, problems: refusal.problems)
        }
    }

    @Sendable private func change(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        let monitor = try await found(context)
        // An edit that is refused keeps the version it began from; one that met another's edit goes on from there.
        let version = Int(typed["version"])
        do {
            return try await context.submit {
                let draft = try MonitorDraft(typed).keepingSecrets(of: monitor)
                try await monitors.change(
                    monitor, to: draft, version: version, by: context.actor, form: typed.key, at: context.now)
                return context.redirect(to: "/monitors/\(monitor.id.rawValue)", flash: "Đã lưu “\(draft.name)”.")
            } refused: { problems in
                try await form(context, monitor, typed, version: version, problems: problems)
            }
        } catch let changed as ChangedMeanwhile {
            return try await form(context, monitor, typed, version: changed.version, problems: changed.problems)
        }
    }

    @Sendable private func pause(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context, said: "Đã tạm dừng đo") { monitor, form in
            try await monitors.pause(monitor, by: context.actor, form: form, at: context.now)
        }
    }

    @Sendable private func resume(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context, said: "Đã đo tiếp") { monitor, form in
            try await monitors.resume(monitor, by: context.actor, form: form, at: context.now)
        }
    }

    /// Runs one command on the monitor that the path names, and shows it again.
    private func command(
        _ request: Request, _ context: SignedIn, said: String, _ body: (Monitor, FormKey?) async throws -> Void
    ) async throws -> Response {
        let form = try await Form(request)
        let monitor = try await found(context)
        return try await context.submit {
            try await body(monitor, form.key)
            return context.redirect(to: "/monitors/\(monitor.id.rawValue)", flash: "\(said) “\(monitor.name)”.")
        } refused: { problems in
            try await show(context, problems: problems)
        }
    }

    @Sendable private func confirmDeletion(_ request: Request, _ context: SignedIn) async throws -> Response {
        let monitor = try await found(context)
        return context.page(MonitorDeletionView(monitor: monitor), title: "Xóa \(monitor.name)")
    }

    @Sendable private func delete(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        let monitor: Monitor
        do {
            monitor = try await found(context)
        } catch {
            // The same form, sent twice, may have deleted it just now.
            guard let destination = try await monitors.destination(of: form.key) else { throw error }
            return context.redirect(to: destination)
        }
        return try await context.submit {
            try await monitors.delete(monitor, by: context.actor, form: form.key, at: context.now)
            return context.redirect(to: "/monitors", flash: "Đã xóa “\(monitor.name)”; lịch sử đo vẫn được giữ.")
        } refused: { _ in
            context.redirect(to: "/monitors", flash: "“\(monitor.name)” vừa được người khác xóa.")
        }
    }

    private func found(_ context: SignedIn) async throws -> Monitor {
        guard let id = identifier(context), let monitor = try await monitors.find(id, for: context.person) else {
            throw HTTPError(.notFound)
        }
        return monitor
    }

    private func identifier(_ context: SignedIn) -> Monitor.ID? {
        Int64(context.parameters.get("id") ?? "").map(Monitor.ID.init(rawValue:))
    }
}
