package import Civil
package import Database
package import Logging
import ServiceLifecycle

/// Says that this console hears pings, and finds the deadlines that have passed: each second it looks at an index for
/// them. Several consoles may do so at once; whoever locks a heartbeat first judges it.
package struct HeartbeatWatch: Service {
    private static let pause = Duration.seconds(1)

    private let store: HeartbeatStore
    private let clock: WallClock
    private let logger: Logger

    package init(database: Database, clock: WallClock = .system, logger: Logger) {
        store = HeartbeatStore(database: database)
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await store.sweep(at: clock.now)
                } catch is CancellationError {
                } catch {
                    // While the database is away no ping can be stored either: that is silence, and noted when it is back.
                    logger.warning("heartbeats: will look again", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}
