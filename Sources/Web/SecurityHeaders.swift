import HTTPTypes
package import Hummingbird

/// Outermost middleware: every answer, whatever its status, carries the same protection. It catches what handlers
/// throw itself, because Hummingbird makes the answer to a thrown error after all middleware is done.
package struct SecurityHeaders: RouterMiddleware {
    private let house: House

    package init(house: House) {
        self.house = house
    }

    package func handle(
        _ request: Request, context: Visitor, next: (Request, Visitor) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = ErrorPages.response(
                to: error, visit: Visit(house: house, request: request, visitor: context), signedIn: nil)
        }
        // What was thrown has a page; who asked only for the head must not get its body into the next answer.
        if request.method == .head { response = response.createHeadResponse() }
        for (name, value) in Self.headers where response.headers[name] == nil {
            response.headers[name] = value
        }
        if house.isSecure {
            response.headers[.strictTransportSecurity] = "max-age=31536000"
        }
        return response
    }

    private static let headers: [(HTTPField.Name, String)] = [
        (
            .contentSecurityPolicy,
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
        ),
        (.xContentTypeOptions, "nosniff"),
        (named("Referrer-Policy"), "same-origin"),
        (named("Permissions-Policy"), "camera=(), geolocation=(), microphone=()"),
        (named("Cross-Origin-Opener-Policy"), "same-origin"),
        (named("Cross-Origin-Resource-Policy"), "same-origin"),
    ]

    /// A literal in a header's alphabet always makes a name.
    private static func named(_ name: String) -> HTTPField.Name { HTTPField.Name(name)! }
}
