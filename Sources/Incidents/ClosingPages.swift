import Hummingbird
import Organization
import Web

/// Closing an incident and opening it again.
extension IncidentPages {
    func addClosing(to routes: inout RouteTable) {
        routes.post("/incidents/:code/closure", .keepIncidents, use: close)
        routes.post("/incidents/:code/reopening", .keepIncidents, use: reopen)
        routes.get("/api/v1/incidents/:code/checklist", .readIncidents, use: checklist)
    }

    @Sendable private func close(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await incidents.close(
                code, note: form["note"], by: context.person, address: context.address, form: form.key, at: context.now)
            return "Đã đóng \(code)."
        }
    }

    @Sendable private func reopen(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await incidents.reopen(
                code, reason: form["reason"], by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Đã mở lại \(code)."
        }
    }

    /// The same checklist that the page shows, for programs.
    @Sendable private func checklist(_ request: Request, _ context: SignedIn) async throws -> Response {
        let incident = try await found(context)
        return .json(ChecklistBody(incident, try await incidents.communications(of: incident.id)))
    }
}

/// `GET /api/v1/incidents/:code/checklist`
private struct ChecklistBody: Encodable {
    struct Item: Encodable {
        let text: String
        let article: String
        let isMet: Bool
    }

    let code: String
    let state: String
    let canBeClosed: Bool
    let requirements: [Item]

    init(_ incident: Incident, _ communications: [Communication]) {
        code = incident.code
        state = incident.state.rawValue
        requirements = incident.closingRequirements(communications).map {
            Item(text: $0.text, article: $0.article, isMet: $0.isMet)
        }
        canBeClosed = incident.state != .closed && requirements.allSatisfy(\.isMet)
    }
}
