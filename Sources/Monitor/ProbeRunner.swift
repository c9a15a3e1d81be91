package import Civil
package import Database
package import Logging
import ServiceLifecycle

/// Keeps the watch: makes every probe when it is due, and stores what was seen. One process of many does it at a time;
/// the others stand by.
///
/// A process holds nothing that matters. Killed at any instant, the next one goes on from the database: outages that
/// were open stay open, and the time between the last beat and each monitor's next sample is not measured. While the
/// database is away, probing goes on and what was concluded waits.
package struct ProbeRunner: Service {
    private static let savePause = Duration.milliseconds(250)
    private static let beatPause = Duration.seconds(5)
    private static let sweepPause = Duration.seconds(30)
    private static let partitionPause = Duration.seconds(86_400)

    private let store: WatchStore
    private let leadership: Leadership
    private let listener: Listener
    private let prober: any Prober
    private let clock: WallClock
    private let figures: ProbeFigures
    private let logger: Logger

    /// - Parameters:
    ///   - process: Names this process in the table of watches: host and process number.
    ///   - listener: Hears `monitors`; what it misses is found by a sweep.
    package init(
        database: Database, listener: Listener, prober: any Prober, process: String, clock: WallClock = .system,
        figures: ProbeFigures, logger: Logger
    ) {
        store = WatchStore(database: database, process: process)
        leadership = Leadership(database: database, logger: logger)
        self.listener = listener
        self.prober = prober
        self.clock = clock
        self.figures = figures
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await leadership.run() }
                group.addTask { await standBy() }
            }
        }
    }

    private func standBy() async {
        while !Task.isCancelled {
            if leadership.isHeld {
                do {
                    try await watch()
                } catch is CancellationError {
                } catch is Watch.Deposed {
                    logger.notice("probing: another process has taken over")
                } catch {
                    // Whatever it was, beginning anew from the database is right: it is what happens after a crash.
                    logger.error("probing: begun anew", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(2))
                }
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    private func watch() async throws {
        let watch = try await Watch.begin(store, at: clock.now)
        let round = ProbeRound(watch: watch, prober: prober, clock: clock, figures: figures)
        logger.info("probing: begun")
        do {
            try await withThrowingTaskGroup { group in
                group.addTask { try await probe(round) }
                group.addTask { try await regularly(Self.savePause) { try await watch.save() } }
                group.addTask { try await regularly(Self.beatPause) { try await watch.beat(at: clock.now) } }
                group.addTask { try await regularly(Self.sweepPause) { try await watch.reload(at: clock.now) } }
                group.addTask { try await regularly(Self.sweepPause) { try await store.warnOfCertificates(at: clock.now) } }
                group.addTask { try await regularly(Self.partitionPause) { try await store.makePartitions(at: clock.now) } }
                group.addTask { try await listen(watch) }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch is CancellationError {
            await finish(watch)
            throw CancellationError()
        }
    }

    private func probe(_ round: ProbeRound) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            while true {
                for order in await round.watch.orders(at: clock.now) {
                    group.addTask { await round.look(order) }
                }
                // Looked at again at least four times a second: a command may have brought something sooner.
                let wait = await round.watch.nextDue.map { $0 - clock.now } ?? Self.savePause
                try await Task.sleep(for: min(max(wait, .milliseconds(10)), Self.savePause))
            }
        }
    }

    private func listen(_ watch: Watch) async throws {
        for await _ in listener.notifications(on: ["monitors"]) {
            try await unlessAway { try await watch.reload(at: clock.now) }
        }
        try Task.checkCancellation()
        // The listener has stopped although nobody has told this process to; the sweep goes on without it.
        try await Task.sleep(for: .seconds(86_400))
    }

    private func regularly(_ pause: Duration, _ duty: () async throws -> Void) async throws {
        while true {
            try await unlessAway(duty)
            try await Task.sleep(for: pause)
        }
    }

    /// A database that is away is waited for: what was concluded is kept until it is back.
    private func unlessAway(_ duty: () async throws -> Void) async throws {
        do {
            try await duty()
        } catch let error as DatabaseError where error.isUnavailable {
            logger.debug("probing: database away", metadata: ["error": "\(error)"])
        }
    }

    /// Stores the last of it. The task that asks for this is already cancelled, so the work is done in one that is not.
    private func finish(_ watch: Watch) async {
        await Task {
            do {
                try await watch.save()
                try await watch.beat(at: clock.now)
            } catch {
                logger.warning("probing: last results not stored", metadata: ["error": "\(error)"])
            }
        }.value
    }
}
