import Civil
import Database
import Hummingbird
package import Organization
package import Web

/// `/heartbeats`: jobs that report in by themselves, and how they stand.
package struct HeartbeatPages: Sendable {
    let heartbeats: HeartbeatStore
    let monitors: MonitorStore
    let agencies: AgencyStore
    /// The address of the console as jobs reach it.
    let address: String

    package init(heartbeats: HeartbeatStore, monitors: MonitorStore, agencies: AgencyStore, address: String) {
        self.heartbeats = heartbeats
        self.monitors = monitors
        self.agencies = agencies
        self.address = address
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/heartbeats", .readMonitors, use: list)
        routes.get("/heartbeats/new", .keepMonitors) { _, context in try await form(context, nil) }
        routes.post("/heartbeats", .keepMonitors, use: add)
        routes.get("/heartbeats/keys", .keepMonitors) { _, context in try await keys(context) }
        routes.post("/heartbeats/keys", .keepMonitors, use: renewKey)
        routes.get("/heartbeats/:id", .readMonitors) { _, context in try await show(context) }
        routes.get("/heartbeats/:id/edit", .keepMonitors) { _, context in try await form(context, found(context)) }
        routes.post("/heartbeats/:id/edit", .keepMonitors, use: change)
        routes.post("/heartbeats/:id/pause", .keepMonitors, use: pause)
        routes.post("/heartbeats/:id/resumption", .keepMonitors, use: resume)
        routes.get("/heartbeats/:id/deletion", .keepMonitors, use: confirmDeletion)
        routes.post("/heartbeats/:id/deletion", .keepMonitors, use: delete)
    }

    @Sendable private func list(_ request: Request, _ context: SignedIn) async throws -> Response {
        var filter = HeartbeatFilter()
        filter.state = .init(rawValue: context.query("state"))
        filter.search = context.query("q")
        let paging = Paging(context.query("page"), size: 50)
        let counts = try await heartbeats.counts(filter, for: context.person, at: context.now)
        let rows = try await heartbeats.list(
            filter, for: context.person, at: context.now, offset: paging.offset, limit: paging.size)
        let days = try await monitors.days(
            of: rows.map(\.heartbeat.id), from: DayStrip.firstDay(endingAt: context.now), count: DayStrip.length, asOf: context.now)
        let query = [("state", filter.state?.rawValue ?? ""), ("q", filter.search)]
        let view = HeartbeatListView(
            filter: filter, counts: counts, mayKeep: context.person.may(.keepMonitors),
            rows: zip(rows, days).map { HeartbeatRowView(summary: $0, strip: DayStrip($1), now: context.now) },
            deafSince: try await heartbeats.deafSince(at: context.now),
            paging: paging.view(total: counts[filter.state], path: "/heartbeats", query: query, noun: "tín hiệu"))
        return context.page(view, title: "Tín hiệu tự báo")
    }

    private func show(_ context: SignedIn, problems: [Refusal.Problem] = []) async throws -> Response {
        guard let id = identifier(context),
            let detail = try await heartbeats.detail(id, for: context.person, at: context.now)
        else { throw HTTPError(.notFound) }
        let heartbeat = detail.summary.heartbeat
        let days = try await monitors.days(
            of: [id], from: DayStrip.firstDay(endingAt: context.now), count: DayStrip.length, asOf: context.now)
        let mayKeep = context.person.may(.keepMonitors)
        let view = HeartbeatDetailView(
            summary: detail.summary,
            address: mayKeep ? HeartbeatAddress(base: address, heartbeat: heartbeat, use: detail.use) : nil,
            strip: DayStrip(days[0]), history: try await monitors.history(of: id),
            pings: try await heartbeats.pings(of: id), showsBodies: mayKeep || context.person.may(.readAudit),
            problems: problems, now: context.now)
        return context.page(view, title: heartbeat.name, status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    private func form(
        _ context: SignedIn, _ heartbeat: Heartbeat?, _ typed: Form? = nil, version: Int? = nil,
        problems: [Refusal.Problem] = []
    ) async throws -> Response {
        var version = version
        if version == nil, let heartbeat { version = try await monitors.version(of: heartbeat.id) }
        let view = HeartbeatFormView(
            heartbeat: heartbeat, version: version, agencies: try await agencies.choices(for: context.person),
            form: typed ?? (heartbeat?.draft ?? .proposed).form, problems: problems)
        let title = heartbeat.map { "Sửa \($0.name)" } ?? "Thêm tín hiệu"
        return context.page(
            view, title: problems.isEmpty ? title : "Lỗi: \(title)",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func add(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            let draft = try HeartbeatDraft(typed)
            let id = try await heartbeats.add(draft, by: context.actor, form: typed.key, at: context.now)
            return context.redirect(to: "/heartbeats/\(id.rawValue)", flash: "Đã bắt đầu chờ tín hiệu của “\(draft.name)”.")
        } refused: { problems in
            try await form(context, nil, typed, problems: problems)
        }
    }

    @Sendable private func change(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        let heartbeat = try await found(context)
        // An edit that is refused keeps the version it began from; one that met another's edit goes on from there.
        let version = Int(typed["version"])
        do {
            return try await context.submit {
                let draft = try HeartbeatDraft(typed)
                try await heartbeats.change(
                    heartbeat, to: draft, version: version, by: context.actor, form: typed.key, at: context.now)
                return context.redirect(to: "/heartbeats/\(heartbeat.id.rawValue)", flash: "Đã lưu “\(draft.name)”.")
            } refused: { problems in
                try await form(context, heartbeat, typed, version: version, problems: problems)
            }
        } catch let changed as ChangedMeanwhile {
            return try await form(context, heartbeat, typed, version: changed.version, problems: changed.problems)
        }
    }

    @Sendable private func pause(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context, said: "Đã tạm dừng đo") { heartbeat, form in
            try await heartbeats.pause(heartbeat, by: context.actor, form: form, at: context.now)
        }
    }

    @Sendable private func resume(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context, said: "Đã đo tiếp") { heartbeat, form in
            try await heartbeats.resume(heartbeat, by: context.actor, form: form, at: context.now)
        }
    }

    /// Runs one command on the heartbeat that the path names, and shows it again.
    private func command(
        _ request: Request, _ context: SignedIn, said: String, _ body: (Heartbeat, FormKey?) async throws -> Void
    ) async throws -> Response {
        let form = try await Form(request)
        let heartbeat = try await found(context)
        return try await context.submit {
            try await body(heartbeat, form.key)
            return context.redirect(to: "/heartbeats/\(heartbeat.id.rawValue)", flash: "\(said) “\(heartbeat.name)”.")
        } refused: { problems in
            try await show(context, problems: problems)
        }
    }

    @Sendable private func confirmDeletion(_ request: Request, _ context: SignedIn) async throws -> Response {
        let heartbeat = try await found(context)
        return context.page(HeartbeatDeletionView(heartbeat: heartbeat), title: "Xóa \(heartbeat.name)")
    }

    @Sendable private func delete(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        let heartbeat: Heartbeat
        do {
            heartbeat = try await found(context)
        } catch {
            // The same form, sent twice, may have deleted it just now.
            guard let destination = try await monitors.destination(of: form.key) else { throw error }
            return context.redirect(to: destination)
        }
        return try await context.submit {
            try await heartbeats.delete(heartbeat, by: context.actor, form: form.key, at: context.now)
            return context.redirect(to: "/heartbeats", flash: "Đã xóa “\(heartbeat.name)”; lịch sử vẫn được giữ.")
        } refused: { _ in
            context.redirect(to: "/heartbeats", flash: "“\(heartbeat.name)” vừa được người khác xóa.")
        }
    }

    private func keys(
        _ context: SignedIn, _ typed: Form = Form(), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let view = PingKeyListView(
            keys: try await heartbeats.keys(), agencies: try await agencies.choices(for: context.person), form: typed,
            problems: problems)
        return context.page(
            view, title: problems.isEmpty ? "Khóa báo tín hiệu" : "Lỗi: Khóa báo tín hiệu",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func renewKey(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            let agency = Int64(typed["agency"]).map(Agency.ID.init(rawValue:))
            try await heartbeats.renewKey(of: agency, by: context.actor, form: typed.key, at: context.now)
            return context.redirect(to: "/heartbeats/keys", flash: "Đã tạo khóa mới; khóa cũ, nếu có, không dùng được nữa.")
        } refused: { problems in
            try await keys(context, typed, problems: problems)
        }
    }

    private func found(_ context: SignedIn) async throws -> Heartbeat {
        guard let id = identifier(context),
            let summary = try await heartbeats.summary(id, for: context.person, at: context.now)
        else { throw HTTPError(.notFound) }
        return summary.heartbeat
    }

    private func identifier(_ context: SignedIn) -> Monitor.ID? {
        Int64(context.parameters.get("id") ?? "").map(Monitor.ID.init(rawValue:))
    }
}
