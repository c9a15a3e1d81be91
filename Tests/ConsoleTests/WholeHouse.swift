import Civil
import Database
import Delivery
import Monitor
import Notices
import Organization
import Reports
import Synchronization
import TestKit
import Transfer
import Web

@testable import Console

/// The whole console before the browser: every room, as `App` mounts them.
enum WholeHouse {
    static let resources = Resources(root: repositoryRoot)

    static func with<T: Sendable>(
        _ body: @escaping @Sendable (Town, [RouteTable.Declaration]) async throws -> T
    ) async throws -> T {
        let declared = Declared()
        return try await Town.with { routes, database in
            let hasher = try PasswordHasher(cost: Password.Cost(rounds: 16, parallelism: 1))
            let health = HealthPages(
                database: database, isMigrated: { true }, metrics: PrometheusMetrics(),
                gauges: GaugeStore(database: database), probing: ProbeFigures(), metricsToken: "token of the test")
            Rooms(
                prober: TargetProber(loop: TransferLoop()), database: database, users: UserStore(database: database, hasher: hasher),
                sessions: SessionStore(database: database, hasher: hasher), health: health,
                press: try await ReportPress(resources, database: database),
                assets: try Assets(directory: resources.assets), api: try APIDocument(resources), address: "http://127.0.0.1",
                bounces: BounceAddress(secret: "secret of the test"),
                links: NoticeLinks(address: "http://127.0.0.1", secret: "secret of the test")
            ).add(to: &routes)
            declared.list.withLock { [declarations = routes.declarations] in $0 = declarations }
        } _: { town in
            try await body(town, declared.list.withLock { $0 })
        }
    }

    private final class Declared: Sendable {
        let list = Mutex<[RouteTable.Declaration]>([])
    }
}
