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
        let view = HomeView(
            person: person, now: now, counts: try await home.counts(for: person, at: now),
            down: try await home.down(for: person), incidents: try await home.incidents(for: person, at: now),
            notices: try await home.notices(for: person, at: now))
        return context.page(view, title: "Tổng quan")
    }
}
