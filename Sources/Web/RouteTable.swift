import HTTPTypes
package import Hummingbird
package import Organization

/// The only way to mount a route. Each one says who may come in; without that it does not compile.
package struct RouteTable {
    /// Who may use a route.
    package enum Access: Hashable, Sendable {
        /// Anybody, signed in or not: the sign-in page, the public status page.
        case anyone
        /// Machines with credentials of their own or none: health checks, metrics. No cookie counts here, so no forged
        /// form can do anything here either.
        case machine
        /// Anybody who is signed in.
        case signedIn
        case permission(Permission)
        /// Machines with a token of the API, whose role has the permission.
        case token(Permission)
    }

    /// One mounted route, for the test that compares all of them with the table in the repository.
    package struct Declaration: Hashable, Sendable {
        package let method: HTTPRequest.Method
        package let path: String
        package let access: Access
    }

    package private(set) var declarations: [Declaration] = []
    private let router: Router<Visitor>
    private let house: House
    private let rate = APIRate()

    package init(router: Router<Visitor>, house: House) {
        self.router = router
        self.house = house
    }

    package mutating func get(
        _ path: String, _ permission: Permission,
        use handler: @escaping @Sendable (Request, SignedIn) async throws -> Response
    ) {
        mount(.get, path, .permission(permission), signedIn: handler)
    }

    package mutating func post(
        _ path: String, _ permission: Permission,
        use handler: @escaping @Sendable (Request, SignedIn) async throws -> Response
    ) {
        mount(.post, path, .permission(permission), signedIn: handler)
    }

    /// A command that everybody who is signed in may give, such as signing out.
    package mutating func postSignedIn(
        _ path: String, use handler: @escaping @Sendable (Request, SignedIn) async throws -> Response
    ) {
        mount(.post, path, .signedIn, signedIn: handler)
    }

    package mutating func getAnyone(
        _ path: String, use handler: @escaping @Sendable (Request, Visit) async throws -> Response
    ) {
        mount(.get, path, .anyone, open: handler)
    }

    package mutating func postAnyone(
        _ path: String, use handler: @escaping @Sendable (Request, Visit) async throws -> Response
    ) {
        mount(.post, path, .anyone, open: handler)
    }

    package mutating func machine(
        _ method: HTTPRequest.Method, _ path: String,
        use handler: @escaping @Sendable (Request, Visit) async throws -> Response
    ) {
        mount(method, path, .machine, open: handler)
    }

    /// A resource of the API, for machines that show a token (`Authorization: Bearer …`). What goes wrong is answered as
    /// RFC 9457 writes it.
    package mutating func api(
        _ method: HTTPRequest.Method, _ path: String, _ permission: Permission,
        use handler: @escaping @Sendable (APICall) async throws -> Response
    ) {
        declarations.append(Declaration(method: method, path: path, access: .token(permission)))
        router.on(RouterPath(path), method: method) { [house, rate] request, visitor in
            let visit = Visit(house: house, request: request, visitor: visitor)
            let shown = request.headers[.authorization] ?? ""
            guard let match = shown.wholeMatch(of: /(?i:Bearer) +(\S+)/) else { return Self.unknown }
            let token = Token(presented: String(match.1))
            guard let person = try await house.sessions.bearer(of: token, at: visit.now) else { return Self.unknown }
            if let seconds = rate.excess(of: token.hash, at: visit.now) {
                var response = JSONProblem.response(.tooManyRequests, title: "Mã này gửi quá \(APIRate.limit) yêu cầu một phút.")
                response.headers[.retryAfter] = String(seconds)
                return response
            }
            guard person.may(permission) else {
                return JSONProblem.response(.forbidden, title: "Vai trò của mã này không được làm việc đó.")
            }
            return try await handler(APICall(visit: visit, person: person))
        }
    }

    private static var unknown: Response {
        var response = JSONProblem.response(.unauthorized, title: "Cần một mã API còn hiệu lực (Authorization: Bearer …).")
        response.headers[.wwwAuthenticate] = "Bearer"
        return response
    }

    private mutating func mount(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access,
        signedIn handler: @escaping @Sendable (Request, SignedIn) async throws -> Response
    ) {
        declarations.append(Declaration(method: method, path: path, access: access))
        router.on(RouterPath(path), method: method) { [house] request, visitor in
            let visit = Visit(house: house, request: request, visitor: visitor)
            try CrossOriginGuard.check(request, baseURL: house.baseURL)
            guard let token = visit.sessionToken,
                let facts = try await house.sessions.facts(of: token, at: visit.now)
            else { return SignInPrompt.response(for: visit) }
            let context = SignedIn(visit: visit, person: facts.person, isDemo: facts.isDemo, token: token)
            do {
                if case .permission(let permission) = access, !context.person.may(permission) {
                    throw HTTPError(.forbidden)
                }
                return try await handler(request, context)
            } catch {
                return ErrorPages.response(to: error, visit: visit, signedIn: context)
            }
        }
    }

    private mutating func mount(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access,
        open handler: @escaping @Sendable (Request, Visit) async throws -> Response
    ) {
        declarations.append(Declaration(method: method, path: path, access: access))
        router.on(RouterPath(path), method: method) { [house] request, visitor in
            if access != .machine { try CrossOriginGuard.check(request, baseURL: house.baseURL) }
            return try await handler(request, Visit(house: house, request: request, visitor: visitor))
        }
    }
}
