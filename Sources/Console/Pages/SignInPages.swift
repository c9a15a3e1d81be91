import Hummingbird
import Organization
import Web

/// Signing in and out, and making the first administrator.
struct SignInPages: Sendable {
    let sessions: SessionStore
    let users: UserStore

    func add(to routes: inout RouteTable) {
        routes.getAnyone("/login", use: form)
        routes.postAnyone("/login", use: signIn)
        routes.postSignedIn("/logout") { _, context in try await context.signOut() }
        routes.getAnyone("/setup/:token", use: setupForm)
        routes.postAnyone("/setup/:token", use: setUp)
    }

    @Sendable private func form(_ request: Request, _ visit: Visit) -> Response {
        visit.page(LoginView(), title: "Đăng nhập")
    }

    @Sendable private func signIn(_ request: Request, _ visit: Visit) async throws -> Response {
        let form = try await Form(request)
        let outcome = try await sessions.login(
            username: form["username"], password: form["password"], address: visit.address,
            userAgent: visit.userAgent, replacing: visit.sessionToken, at: visit.now)
        switch outcome {
        case .signedIn(let token, _):
            return visit.signIn(token, to: Visit.safeLocation(visit.query("next")))
        case .refused:
            return visit.page(
                LoginView(
                    username: form["username"],
                    problem: "Tên đăng nhập hoặc mật khẩu không đúng, hoặc tài khoản đang tạm khóa. Sai 5 lần liên tiếp, tài khoản tạm khóa 15 phút."),
                title: "Đăng nhập", status: .unprocessableContent)
        case .wait(let duration):
            let seconds = max(1, duration.components.seconds)
            var response = visit.page(
                LoginView(username: form["username"], problem: "Quá nhiều lần sai từ địa chỉ này. Hãy thử lại sau \(seconds) giây."),
                title: "Đăng nhập", status: .tooManyRequests)
            response.headers[.retryAfter] = String(seconds)
            return response
        }
    }

    @Sendable private func setupForm(_ request: Request, _ visit: Visit) async throws -> Response {
        guard try await users.isSetupLinkValid(token(visit)) else { throw HTTPError(.notFound) }
        return visit.page(SetupView(), title: "Lập quản trị đầu tiên")
    }

    @Sendable private func setUp(_ request: Request, _ visit: Visit) async throws -> Response {
        let form = try await Form(request)
        var draft = UserDraft(
            username: form["username"].lowercased(), fullName: form["full_name"], role: .administrator,
            password: form["password"])
        draft.email = form["email"]
        do {
            guard form["password"] == form["password_again"] else {
                throw Refusal(field: "password_again", "Hai lần nhập mật khẩu không giống nhau.")
            }
            try await users.setUp(draft, link: token(visit), address: visit.address, at: visit.now)
        } catch let refusal as Refusal {
            return visit.page(
                SetupView(form: form, problems: refusal.problems), title: "Lập quản trị đầu tiên",
                status: .unprocessableContent)
        }
        return visit.redirect(to: "/login", flash: "Đã lập quản trị “\(draft.username)”. Hãy đăng nhập.")
    }

    private func token(_ visit: Visit) -> Token {
        Token(presented: visit.parameters.get("token") ?? "")
    }
}

struct LoginView: PageView {
    static let template = "sessions/login"

    var username = ""
    var problem: String?

    static let fields: [String: @Sendable (Self) -> Any?] = ["username": \.username, "problem": \.problem]
}

struct SetupView: PageView {
    static let template = "sessions/setup"
    static let parts: [any View.Type] = [ProblemView.self]

    var form = Form()
    var problems: [Refusal.Problem] = []

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "username": { $0.form["username"] },
        "usernameProblem": { $0.problems.text(for: "username") },
        "fullName": { $0.form["full_name"] },
        "fullNameProblem": { $0.problems.text(for: "full_name") },
        "passwordProblem": { $0.problems.text(for: "password") },
        "passwordAgainProblem": { $0.problems.text(for: "password_again") },
    ]
}
