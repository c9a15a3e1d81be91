import Civil
import Database
import Delivery
import HTTPTypes
import Hummingbird
import NIOCore
package import Organization
package import Web

/// `/api/v1/alerts/…`, where other systems' alerting reports, and `/settings/alerts`, where it is told who may sign.
package struct AlertPages: Sendable {
    /// The name under which Alertmanager's alerts stand.
    static let alertmanager = "alertmanager"
    /// The largest message that is read, in bytes: a group of a thousand alerts.
    private static let bodyLimit = 1 << 20

    let alerts: AlertStore
    let sources: AlertSourceStore
    let agencies: AgencyStore
    /// The console's address, for the help on the page.
    let address: String

    package init(alerts: AlertStore, sources: AlertSourceStore, agencies: AgencyStore, address: String) {
        self.alerts = alerts
        self.sources = sources
        self.agencies = agencies
        self.address = address
    }

    package func add(to routes: inout RouteTable) {
        routes.api(.post, "/api/v1/alerts/alertmanager", .openIncidents, use: takeAlertmanager)
        routes.machine(.post, "/api/v1/alerts/signed/:source", use: takeSigned)
        routes.get("/settings/alerts", .keepSettings) { _, context in try await list(context) }
        routes.post("/settings/alerts", .keepSettings, use: add)
        routes.post("/settings/alerts/:id/revocation", .keepSettings, use: revoke)
    }

    // MARK: From outside

    @Sendable private func takeAlertmanager(_ call: APICall) async throws -> Response {
        let message = try AlertmanagerMessage(json: try await call.body(limit: Self.bodyLimit))
        let receipt = try await alerts.take(
            message.group, from: Self.alertmanager, by: call.person, address: call.visit.address, at: call.now)
        return .json(AlertReceiptJSON(receipt))
    }

    /// The body is read before anybody is known: only its length protects us until the signature has been seen.
    @Sendable private func takeSigned(_ request: Request, _ visit: Visit) async throws -> Response {
        let body: [UInt8]
        do {
            body = Array(buffer: try await request.body.collect(upTo: Self.bodyLimit))
        } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge)
        }
        let name = visit.parameters.get("source") ?? ""
        func header(_ name: String) -> String { HTTPField.Name(name).flatMap { request.headers[$0] } ?? "" }
        guard let signer = try await sources.signer(name),
            signer.secret.verifies(
                id: header("webhook-id"), timestamp: header("webhook-timestamp"), signatures: header("webhook-signature"),
                body: body, at: visit.now)
        else {
            return JSONProblem.response(
                .unauthorized,
                title: "Cần chữ ký đúng của một nguồn còn hiệu lực (webhook-id, webhook-timestamp, webhook-signature), ký cách đây không quá 5 phút.")
        }
        let message = try SignedAlert(json: body)
        try await sources.noteUse(of: name, at: visit.now)
        let receipt = try await alerts.take(
            message.group, from: name, by: signer.person, address: visit.address, at: visit.now)
        return .json(AlertReceiptJSON(receipt))
    }

    // MARK: Who may sign

    private func list(
        _ context: SignedIn, _ form: Form = Form(), problems: [Refusal.Problem] = [], made: (name: String, secret: WebhookSecret)? = nil
    ) async throws -> Response {
        let view = AlertSourcesView(
            sources: try await sources.list(), agencies: try await agencies.choices(for: context.person), address: address,
            form: form, problems: problems, made: made?.secret.text, madeName: made?.name)
        return context.page(
            view, title: problems.isEmpty ? "Nguồn cảnh báo" : "Lỗi: Nguồn cảnh báo",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func add(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            var form = typed
            let name = form.required("name", "Tên", maximum: 40)
            try form.check()
            let secret = try await sources.add(
                name: name, agency: Int64(form["agency"]).map(Agency.ID.init(rawValue:)), by: context.person,
                address: context.address, form: typed.key, at: context.now)
            // No redirect: this answer is the only place where the secret ever stands.
            return try await list(context, made: (name, secret))
        } refused: { problems in
            try await list(context, typed, problems: problems)
        }
    }

    @Sendable private func revoke(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        guard let number = Int64(context.parameters.get("id") ?? ""),
            let name = try await sources.revoke(
                AlertSource.ID(rawValue: number), by: context.person, address: context.address, form: form.key, at: context.now)
        else { throw HTTPError(.notFound) }
        return context.redirect(to: "/settings/alerts", flash: "Đã thu hồi nguồn “\(name)”.")
    }
}

/// What a sender is told: which incidents answer for its alerts.
private struct AlertReceiptJSON: Encodable {
    let opened: [String]
    let joined: [String]
    let resolved: [String]

    init(_ receipt: AlertReceipt) {
        (opened, joined, resolved) = (receipt.opened, receipt.joined, receipt.resolved)
    }
}
