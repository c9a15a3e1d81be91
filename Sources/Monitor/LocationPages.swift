import Civil
import Database
import Hummingbird
package import Organization
package import Web

/// `/settings/locations`: the places that look, of which so many must say that a target is down.
package struct LocationPages: Sendable {
    let locations: LocationStore
    let settings: SettingStore

    package init(locations: LocationStore, settings: SettingStore) {
        self.locations = locations
        self.settings = settings
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/settings/locations", .keepSettings) { _, context in try await show(context) }
        routes.post("/settings/locations", .keepSettings, use: addLocation)
        routes.post("/settings/locations/:id/removal", .keepSettings, use: retire)
    }

    private func show(
        _ context: SignedIn, _ form: Form = Form([:]), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let all = try await locations.all()
        let view = LocationListView(
            locations: all, quorum: Quorum(wanted: try await settings.read().number(.quorum), of: all.count), form: form,
            problems: problems)
        return context.page(
            view, title: problems.isEmpty ? "Nơi đo" : "Lỗi: Nơi đo",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func addLocation(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            var form = typed
            let name = form.required("name", "Tên nơi đo", maximum: 60)
            try form.check()
            try await locations.add(name, by: context.actor, form: typed.key, at: context.now)
            return context.redirect(to: "/settings/locations", flash: "Đã thêm nơi đo.")
        } refused: { problems in
            try await show(context, typed, problems: problems)
        }
    }

    @Sendable private func retire(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        let id = Location.ID(rawValue: Int64(context.parameters.get("id") ?? "") ?? 0)
        return try await context.submit {
            try await locations.retire(id, by: context.actor, form: form.key, at: context.now)
            return context.redirect(to: "/settings/locations", flash: "Đã thôi dùng nơi đo.")
        } refused: { problems in
            try await show(context, problems: problems)
        }
    }
}

struct LocationListView: PageView {
    static let template = "settings/locations"
    static let parts: [any View.Type] = [LocationRowView.self, ProblemView.self]

    let locations: [Location]
    let quorum: Quorum
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "locations": { $0.locations.map(LocationRowView.init) },
        "isOne": { $0.quorum.locations == 1 }, "count": { String($0.quorum.locations) },
        "needed": { String($0.quorum.needed) },
        "name": { $0.form["name"] }, "nameProblem": { $0.problems.text(for: "name") },
    ]
}

struct LocationRowView: View {
    let location: Location

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "place": \.location.name, "processes": { $0.location.processes == 0 ? nil : String($0.location.processes) },
        "lastVote": { $0.location.lastVoteAt.map(VietnameseFormat.momentWithSeconds) },
        "removalHref": { view in
            view.location.id == Location.home ? nil : "/settings/locations/\(view.location.id.rawValue)/removal"
        },
    ]
}

/// What one place saw, on the page of a monitor.
struct PlaceView: View {
    let seen: LocationView

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "place": \.seen.name, "looked": { $0.seen.at.map(VietnameseFormat.momentWithSeconds) },
        "answered": { view in view.seen.failure == nil ? view.seen.total.map(MonitorText.latency) : nil },
        "placeTrouble": { $0.seen.failure?.text },
        "failingSince": { $0.seen.failingSince.map(VietnameseFormat.momentWithSeconds) },
    ]
}
