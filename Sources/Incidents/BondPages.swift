import Hummingbird
import Organization
import Web

/// Attaching an agency's incident to the whole system's, and merging a double.
extension IncidentPages {
    func addBonds(to routes: inout RouteTable) {
        routes.post("/incidents/:code/attachment", .attachIncidents, use: attach)
        routes.post("/incidents/:code/detachment", .attachIncidents, use: detach)
        routes.post("/incidents/:code/merger", .keepIncidents, use: merge)
    }

    @Sendable private func attach(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await incidents.attach(
                code, to: form["parent"], by: context.person, address: context.address, form: form.key, at: context.now)
            return "Đã gắn vào \(form["parent"].uppercased())."
        }
    }

    @Sendable private func detach(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await incidents.detach(
                code, by: context.person, address: context.address, form: form.key, at: context.now)
            return "Đã gỡ ra."
        }
    }

    /// The old code leads to the one that survives.
    @Sendable private func merge(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await incidents.merge(
                code, into: form["survivor"], by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Đã gộp \(code) vào \(form["survivor"].uppercased())."
        }
    }
}
