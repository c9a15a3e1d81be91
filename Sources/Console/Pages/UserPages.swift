import Civil
import Database
import Hummingbird
import Organization
import Web

/// Who may sign in to the console.
struct UserPages: Sendable {
    let users: UserStore
    let agencies: AgencyStore

    func add(to routes: inout RouteTable) {
        routes.get("/users", .keepUsers, use: list)
        routes.get("/users/new", .keepUsers) { _, context in try await form(context) }
        routes.post("/users", .keepUsers, use: add)
        routes.post("/users/:id/suspension", .keepUsers, use: disable)
    }

    @Sendable private func list(_ request: Request, _ context: SignedIn) async throws -> Response {
        let rows = try await users.list().map { UserRowView(user: $0, now: context.now, isSelf: $0.id == context.person.id) }
        return context.page(UserListView(users: rows), title: "Người dùng")
    }

    private func form(
        _ context: SignedIn, _ form: Form = Form(), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let view = UserFormView(
            agencies: try await agencies.choices(for: context.person), form: form, problems: problems)
        return context.page(view, title: "Thêm người dùng", status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func add(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            let draft = try UserDraft(typed)
            try await users.add(draft, by: context.actor, form: typed.key, at: context.now)
            return context.redirect(to: "/users", flash: "Đã thêm “\(draft.username)”.")
        } refused: { problems in
            try await form(context, typed, problems: problems)
        }
    }

    @Sendable private func disable(_ request: Request, _ context: SignedIn) async throws -> Response {
        guard let number = Int64(context.parameters.get("id") ?? ""),
            let user = try await users.find(User.ID(rawValue: number))
        else { throw HTTPError(.notFound) }
        try await users.disable(
            user.id, by: context.person, address: context.address, at: context.now)
        return context.redirect(to: "/users", flash: "Đã ngừng quyền đăng nhập và kết thúc mọi phiên.")
    }
}

extension UserDraft {
    fileprivate init(_ form: Form) throws(Refusal) {
        var form = form
        let role = form.choice("role", "Vai trò", Role.self)
        if form["password"] != form["password_again"] {
            form.note("password_again", "Hai lần nhập mật khẩu không giống nhau.")
        }
        try form.check()
        self.init(
            username: form["username"].lowercased(), fullName: form["full_name"], email: form["email"],
            phone: form["phone"], role: role ?? .auditor, agency: Int64(form["agency"]).map(Agency.ID.init(rawValue:)),
            password: form["password"])
    }
}

struct UserListView: PageView {
    static let template = "users/list"
    static let parts: [any View.Type] = [UserRowView.self]

    let users: [UserRowView]

    static let fields: [String: @Sendable (Self) -> Any?] = ["users": \.users]
}

struct UserRowView: View {
    let user: User
    let now: Instant
    let isSelf: Bool

    private var isLocked: Bool { user.lockedUntil.map { $0 > now } ?? false }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "username": \.user.username, "fullName": \.user.fullName, "email": \.user.email, "phone": \.user.phone,
        "role": \.user.role.label, "agency": \.user.agencyName,
        "disabled": { $0.user.disabledAt.map(VietnameseFormat.moment) },
        "locked": { $0.isLocked },
        "suspensionHref": {
            $0.isSelf || $0.user.disabledAt != nil ? nil : "/users/\($0.user.id.rawValue)/suspension"
        },
    ]
}

struct UserFormView: PageView {
    static let template = "users/form"
    static let parts: [any View.Type] = [OptionView.self, ProblemView.self]

    let agencies: [Agency]
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "username": { $0.form["username"] }, "usernameProblem": { $0.problems.text(for: "username") },
        "fullName": { $0.form["full_name"] }, "fullNameProblem": { $0.problems.text(for: "full_name") },
        "email": { $0.form["email"] }, "phone": { $0.form["phone"] },
        "roleProblem": { $0.problems.text(for: "role") },
        "roles": { view in
            Role.allCases.map { OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["role"]) }
        },
        "agencyProblem": { $0.problems.text(for: "agency") },
        "agencies": { view in
            view.agencies.map {
                OptionView(String($0.id.rawValue), $0.name, selected: String($0.id.rawValue) == view.form["agency"])
            }
        },
        "passwordProblem": { $0.problems.text(for: "password") },
        "passwordAgainProblem": { $0.problems.text(for: "password_again") },
    ]
}
