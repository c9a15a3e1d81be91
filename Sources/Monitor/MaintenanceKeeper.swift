package import Civil
package import Database
package import Logging
import ServiceLifecycle

/// Makes the windows of recurring maintenance ahead, every ten minutes. Windows are made two weeks ahead, so a console
/// that did not run for a night has them all the same; several processes may do it at once.
package struct MaintenanceKeeper: Service {
    private let store: MaintenanceStore
    private let clock: WallClock
    private let logger: Logger

    package init(database: Database, clock: WallClock = .system, logger: Logger) {
        store = MaintenanceStore(database: database)
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await store.extend(at: clock.now)
                } catch is CancellationError {
                } catch {
                    logger.warning("maintenance: will make windows later", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(600))
            }
        }
    }
}
