import Civil
import Hummingbird
import Organization
import Web

/// `/`: what is down now, what is due, what is late.
struct HomePages: Sendable {
    let home: HomeStore

    func add(to routes: inout RouteTable) {
        routes.get("/", .readDashboard) { _, context in try await show(context) }
    }

    private func show(_ context: SignedIn) async throws -> Response {
        let (person, now) = (context.person, context.now)
        // At once, each in a session of its own: the page waits for the slowest, not for all four.
        async let counts = home.counts(for: person, at: now)
        async let down = home.down(for: person)
        async let incidents = home.incidents(for: person, at: now)
        let notices = try await home.notices(for: person, at: now)
        let view = HomeView(
            person: person, now: now, counts: try await counts, down: try await down, incidents: try await incidents,
            notices: notices)
        return context.page(view, title: "Tổng quan")
    }
}
