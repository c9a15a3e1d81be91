package import Civil
package import Hummingbird
package import Logging
package import Organization

/// One request by somebody who is signed in. A handler that needs a person takes this, so it cannot be mounted where
/// there is none.
package struct SignedIn: Sendable {
    package let visit: Visit
    package let person: Person
    /// Whether the database holds demo data; every page then says so.
    package let isDemo: Bool
    let token: Token

    package var parameters: Parameters { visit.parameters }
    package var now: Instant { visit.now }
    package var address: String { visit.address }
    package var logger: Logger { visit.logger }
    package var actor: Actor { .person(person, address: address) }

    package func query(_ name: String) -> String { visit.query(name) }

    package func page(_ view: some PageView, title: String, status: HTTPResponse.Status = .ok) -> Response {
        Layout.response(view, title: title, status: status, visit: visit, signedIn: self)
    }

    /// Parts of the page, whose HTML is kept.
    package func fragment(_ views: [some FragmentView]) -> Fragment { visit.house.templates.fragment(views) }

    package func redirect(to location: String, flash: String? = nil) -> Response {
        visit.redirect(to: location, flash: flash)
    }

    /// Runs a command. When a rule refuses it, `refused` shows the form again, with everything that was typed and what
    /// is wrong beside it.
    package func submit(
        _ command: () async throws -> Response, refused: ([Refusal.Problem]) async throws -> Response
    ) async throws -> Response {
        do {
            return try await command()
        } catch let refusal as Refusal {
            return try await refused(refusal.problems)
        }
    }

    /// Ends the session in the browser and in the database.
    package func signOut() async throws -> Response {
        try await visit.house.sessions.logout(token, by: person, address: address, at: now)
        var response = redirect(to: "/login", flash: "Đã đăng xuất.")
        response.headers.append(visit.sessionCookie("", maxAge: 0))
        return response
    }
}
