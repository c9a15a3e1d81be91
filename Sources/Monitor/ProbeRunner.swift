package import Civil
package import Database
package import Logging
import ServiceLifecycle

/// Keeps the watch: makes every probe when it is due, and stores what was seen. Several processes share the monitors by
/// leases (docs/decisions/0021).
///
/// A process holds nothing that matters. Killed at any instant, others go on from the database: outages that were open
/// stay open, and the time between the last beat and each monitor's next sample is not measured. While the database is
/// away, what was concluded waits; probing goes on only as long as the leases are certain.
package struct ProbeRunner: Service {
    private static let savePause = Duration.milliseconds(250)
    private static let listenPause = Duration.seconds(1)
    private static let renewPause = Duration.seconds(2)
    private static let sweepPause = Duration.seconds(30)
    private static let partitionPause = Duration.seconds(86_400)

    private let store: WatchStore
    private let listener: Listener
    private let prober: any Prober
    private let ceiling: Int
    private let clock: WallClock
    private let figures: ProbeFigures
    private let logger: Logger

    /// - Parameters:
    ///   - process: Names this process in the table of watches: host and process number.
    ///   - location: From where this process looks; nil: from where samples are judged.
    ///   - ceiling: How many probes may be under way at most: each is an open file.
    ///   - listener: Hears `monitors`; what it misses is found by a sweep.
    package init(
        database: Database, listener: Listener, prober: any Prober, process: String, location: String? = nil, ceiling: Int,
        clock: WallClock = .system, figures: ProbeFigures, logger: Logger
    ) {
        store = WatchStore(database: database, process: process, mark: .own, location: location)
        self.listener = listener
        self.prober = prober
        self.ceiling = ceiling
        self.clock = clock
        self.figures = figures
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await watch()
                } catch is CancellationError {
                } catch is Watch.Deposed {
                    logger.notice("probing: found late by another process, begun anew")
                } catch let place as Watch.Misplaced {
                    logger.error("probing: nobody has added this place on /settings/locations", metadata: ["place": "\(place.name)"])
                    try? await Task.sleep(for: .seconds(9))
                } catch let error as DatabaseError where error.isUnavailable {
                    logger.debug("probing: database away", metadata: ["error": "\(error)"])
                } catch {
                    // Whatever it was, beginning anew from the database is right: it is what happens after a crash.
                    logger.error("probing: begun anew", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func watch() async throws {
        let watch = try await Watch.begin(store, ceiling: ceiling, at: clock.now)
        let round = ProbeRound(watch: watch, prober: prober, clock: clock, figures: figures)
        let shards = await watch.keeping.count
        logger.info("probing: begun", metadata: ["shards": "\(shards)"])
        do {
            try await withThrowingTaskGroup { group in
                group.addTask { try await probe(round) }
                group.addTask { try await regularly(Self.savePause) { try await watch.save() } }
                group.addTask { try await regularly(Self.listenPause) { try await watch.listen() } }
                group.addTask { try await regularly(Self.renewPause) { try await watch.renew(at: clock.now) } }
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
        while true {
            await probeWhileLeased(round)
            try Task.checkCancellation()
            logger.warning("probing: stopped until the database answers")
            while await !round.watch.isLeased { try await Task.sleep(for: Self.savePause) }
            logger.notice("probing: resumed")
        }
    }

    /// Ends when the leases are no longer certain, or the task is cancelled; what is under way is broken off.
    private func probeWhileLeased(_ round: ProbeRound) async {
        await withDiscardingTaskGroup { group in
            while await round.watch.isLeased, !Task.isCancelled {
                for order in await round.watch.orders(at: clock.now) {
                    group.addTask { await round.look(order) }
                }
                // Looked at again at least four times a second: a command may have brought something sooner.
                let wait = await round.watch.nextDue.map { $0 - clock.now } ?? Self.savePause
                try? await Task.sleep(for: min(max(wait, .milliseconds(10)), Self.savePause))
            }
            group.cancelAll()
        }
    }

    private func listen(_ watch: Watch) async throws {
        for await news in listener.notifications(on: ["monitors", "looks"]) {
            if case .said("looks", let numbers) = news {
                await watch.hurry(numbers.split(separator: " ").compactMap { Int64($0).map(Monitor.ID.init(rawValue:)) })
            } else {
                try await unlessAway { try await watch.reload(at: clock.now) }
            }
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
                try await watch.leave(at: clock.now)
            } catch {
                logger.warning("probing: last results not stored", metadata: ["error": "\(error)"])
            }
        }.value
    }
}
