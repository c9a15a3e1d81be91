import Database
import Logging
import Synchronization

/// The right to probe, of which there is one: an advisory lock that lives as long as the transaction in which it was
/// taken. It frees itself when the process dies, and it works through a proxy that pools transactions.
final class Leadership: Sendable {
    /// The lock's number among the console's: 161/2025, Monitor.
    private static let lock: Int64 = 161_202_530

    private let database: Database
    private let logger: Logger
    private let held = Atomic<Bool>(false)

    init(database: Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// Whether this process may begin to watch. A watch that has begun does not end when the lock is lost together with
    /// the database: it ends when somebody else has taken over.
    var isHeld: Bool { held.load(ordering: .acquiring) }

    /// Tries to get the lock and to keep it, until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                try await database.transaction { tx in
                    let isFree = try await tx.value("SELECT pg_try_advisory_xact_lock(\(Self.lock))", as: Bool.self)
                    guard isFree else { return }
                    held.store(true, ordering: .releasing)
                    while true {
                        try await Task.sleep(for: .seconds(3))
                        _ = try await tx.value("SELECT true", as: Bool.self)
                    }
                }
            } catch is CancellationError {
            } catch {
                logger.warning("probing: lock lost", metadata: ["error": "\(error)"])
            }
            held.store(false, ordering: .releasing)
            try? await Task.sleep(for: .seconds(2))
        }
    }
}
