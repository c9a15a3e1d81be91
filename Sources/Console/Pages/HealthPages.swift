import Database
import Hummingbird
import Monitor
import Organization
import Web

/// What machines ask: is the process alive, can it work, what does it count.
struct HealthPages: Sendable {
    let database: Database
    let isMigrated: @Sendable () async throws -> Bool
    let metrics: PrometheusMetrics
    let gauges: GaugeStore
    let probing: ProbeFigures
    /// What `/metrics` wants to see as a bearer token.
    let metricsToken: String

    func add(to routes: inout RouteTable) {
        routes.machine(.get, "/healthz") { _, _ in .text("OK\n") }
        routes.machine(.get, "/readyz", use: ready)
        routes.machine(.get, "/metrics", use: exposition)
    }

    @Sendable private func ready(_ request: Request, _ visit: Visit) async throws -> Response {
        do {
            let isMigrated = try await isMigrated()
            return isMigrated ? .text("OK\n") : .text("migrations pending\n", status: .serviceUnavailable)
        } catch let error as DatabaseError where error.isUnavailable {
            return .text("database unavailable\n", status: .serviceUnavailable)
        }
    }

    @Sendable private func exposition(_ request: Request, _ visit: Visit) async throws -> Response {
        // Digests are compared, so that the time it takes tells nothing of the token.
        let presented = Token(presented: request.headers[.authorization] ?? "")
        guard presented.hash == Token(presented: "Bearer \(metricsToken)").hash else { throw HTTPError(.unauthorized) }
        for gauge in try await gauges.read(at: visit.now) { metrics.set(gauge) }
        metrics.set(probing.read())
        return .text(metrics.exposition(), type: "text/plain; version=0.0.4; charset=utf-8")
    }
}
