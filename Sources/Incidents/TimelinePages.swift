import Hummingbird
import Organization
import Web

/// The story of an incident.
extension IncidentPages {
    func addTimeline(to routes: inout RouteTable) {
        routes.post("/incidents/:code/entries", .keepIncidents, use: note)
    }

    @Sendable private func note(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            var form = form
            let kind = form.choice("entry_kind", "Loại diễn biến", TimelineEntry.Kind.self)
            let happenedAt = form.instant("happened_at", "Diễn ra lúc")
            try form.check()
            try await incidents.add(
                kind ?? .observation, form["text"], happenedAt: happenedAt ?? context.now, to: code,
                by: context.person, address: context.address, form: form.key, at: context.now)
            return "Đã ghi diễn biến."
        }
    }
}
