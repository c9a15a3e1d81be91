import Hummingbird
import Organization
import Web

/// Who was told what.
extension IncidentPages {
    func addCommunications(to routes: inout RouteTable) {
        routes.post("/incidents/:code/communications", .keepIncidents, use: communicate)
    }

    @Sendable private func communicate(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await incidents.record(
                try CommunicationDraft(form), of: code, by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Đã ghi thông báo."
        }
    }
}
