import Database
import ServiceLifecycle

/// Keeps the embedded PostgreSQL running for as long as the console runs. It is the first of the services, so it is the
/// last to end: the others store their last results while it still looks.
struct ClusterKeeper: Service {
    let cluster: EmbeddedCluster

    func run() async throws {
        await cancelWhenGracefulShutdown { await cluster.keepRunning() }
    }
}
