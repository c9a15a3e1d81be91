import Civil
import Database
import Hummingbird
import Organization
import Web

/// `/settings/tokens`: the machines that may use the API.
struct TokenPages: Sendable {
    let tokens: APITokenStore
    let agencies: AgencyStore

    func add(to routes: inout RouteTable) {
        routes.get("/settings/tokens", .keepSettings) { _, context in try await list(context) }
        routes.post("/settings/tokens", .keepSettings, use: add)
        routes.post("/settings/tokens/:id/revocation", .keepSettings, use: revoke)
    }

    private func list(
        _ context: SignedIn, _ form: Form = Form(["days": "365"]), problems: [Refusal.Problem] = [], made: Token? = nil
    ) async throws -> Response {
        let view = TokensView(
            tokens: try await tokens.list(at: context.now), agencies: try await agencies.choices(for: context.person), form: form,
            problems: problems, made: made, now: context.now)
        return context.page(
            view, title: problems.isEmpty ? "Mã API" : "Lỗi: Mã API", status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func add(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            let draft = try APITokenDraft(typed)
            let token = try await tokens.add(
                draft, by: context.person, address: context.address, form: typed.key, at: context.now)
            // No redirect: this answer is the only place where the token ever stands.
            return try await list(context, made: token)
        } refused: { problems in
            try await list(context, typed, problems: problems)
        }
    }

    @Sendable private func revoke(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        guard let number = Int64(context.parameters.get("id") ?? ""),
            let name = try await tokens.revoke(
                APIToken.ID(rawValue: number), by: context.person, address: context.address, form: form.key,
                at: context.now)
        else { throw HTTPError(.notFound) }
        return context.redirect(to: "/settings/tokens", flash: "Đã thu hồi mã “\(name)”.")
    }
}

extension APITokenDraft {
    fileprivate init(_ typed: Form) throws(Refusal) {
        var form = typed
        let name = form.required("name", "Tên", maximum: 100)
        let role = form.choice("role", "Vai trò", Role.self)
        let days = form.integer("days", "Số ngày hiệu lực", 1...366)
        try form.check()
        guard let role, let days else { throw Refusal(field: "role", "Vai trò: cần chọn một mục trong danh sách.") }
        self.init(name: name, role: role, agency: Int64(form["agency"]).map(Agency.ID.init(rawValue:)), days: days)
    }
}

struct TokensView: PageView {
    static let template = "settings/tokens"
    static let parts: [any View.Type] = [TokenRowView.self, BadgeView.self, OptionView.self, ProblemView.self]

    let tokens: [APIToken]
    let agencies: [Agency]
    let form: Form
    let problems: [Refusal.Problem]
    let made: Token?
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "made": { $0.made?.text },
        "tokens": { view in view.tokens.map { TokenRowView(token: $0, now: view.now) } },
        "name": { $0.form["name"] }, "days": { $0.form["days"] },
        "nameProblem": { $0.problems.text(for: "name") }, "roleProblem": { $0.problems.text(for: "role") },
        "agencyProblem": { $0.problems.text(for: "agency") }, "daysProblem": { $0.problems.text(for: "days") },
        "roles": { view in
            APIToken.roles.map { OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["role"]) }
        },
        "agencies": { view in
            view.agencies.map {
                OptionView(String($0.id.rawValue), $0.name, selected: String($0.id.rawValue) == view.form["agency"])
            }
        },
    ]
}

struct TokenRowView: View {
    let token: APIToken
    let now: Instant

    private var state: BadgeView {
        if token.revokedAt != nil { return BadgeView(kind: "closed", label: "Đã thu hồi") }
        if token.expiresAt <= now { return BadgeView(kind: "closed", label: "Hết hạn") }
        return token.isBacked
            ? BadgeView(kind: "up", label: "Được dùng") : BadgeView(kind: "closed", label: "Người lập thôi quản trị")
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "tokenName": \.token.name, "roleLabel": \.token.role.label, "agency": \.token.agencyName,
        "maker": \.token.maker, "state": \.state,
        "expires": { VietnameseFormat.moment($0.token.expiresAt) },
        "lastUsed": { $0.token.lastUsedAt.map(VietnameseFormat.moment) },
        "revocationHref": { view in
            view.token.revokedAt == nil && view.token.expiresAt > view.now
                ? "/settings/tokens/\(view.token.id.rawValue)/revocation" : nil
        },
    ]
}
