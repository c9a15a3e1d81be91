import Civil
import Incidents
import Logging
import Monitor
import Organization
import ServiceLifecycle

/// Sweeps out what nobody can use any more, sums up answers and closes months, every ten minutes.
struct Housekeeping: Service {
    let sessions: SessionStore
    let monitors: MonitorStore
    let incidents: IncidentStore
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await sessions.sweep(at: WallClock.system.now)
                } catch {
                    logger.warning("sweep failed", metadata: ["error": "\(error)"])
                }
                do {
                    try await incidents.sweepUploads(at: WallClock.system.now)
                } catch {
                    logger.warning("uploads stay", metadata: ["error": "\(error)"])
                }
                do {
                    try await monitors.rollUp(at: WallClock.system.now)
                } catch is CancellationError {
                } catch {
                    logger.warning("rollups wait", metadata: ["error": "\(error)"])
                }
                do {
                    try await monitors.freezeMonths(at: WallClock.system.now)
                } catch is CancellationError {
                } catch {
                    logger.warning("months stay open", metadata: ["error": "\(error)"])
                }
                do {
                    try await monitors.dropOldestSamples(at: WallClock.system.now)
                } catch {
                    logger.warning("old samples stay", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(600))
            }
        }
    }
}
