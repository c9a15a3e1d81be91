package import Civil
package import Database
package import Logging
import Organization
import ServiceLifecycle
package import Transfer

/// Hands the outbox's letters to the mail server.
///
/// It listens for news of letters and also looks by itself every few seconds, so nothing depends on being awake at the
/// right moment. Several processes may work at once; each letter is taken by one of them, for as long as its lease
/// lasts. A worker that dies between handing in and writing down leaves a lease that lapses: the letter goes out once
/// more, with the same Message-ID, by which mail programs know that it is the same.
package struct DeliveryWorker: Service {
    /// Letters under way at once: what a small mail server takes without complaint.
    private static let lanes = 4
    private static let pause = Duration.seconds(5)

    private let database: Database
    private let deliveries: DeliveryStore
    private let listener: Listener
    /// One for each lane: while libcurl waits for the word of a mail server that has a whole letter, its loop stands still.
    private let loops: [TransferLoop]
    private let server: MailServer
    private let clock: WallClock
    private let logger: Logger

    package init(
        database: Database, listener: Listener, server: MailServer, clock: WallClock = .system, logger: Logger
    ) {
        self.database = database
        deliveries = DeliveryStore(database: database)
        self.listener = listener
        loops = (0..<Self.lanes).map { _ in TransferLoop() }
        self.server = server
        self.clock = clock
        self.logger = logger
    }

    /// Works until the console stops; what is under way then is finished, and nothing new is begun. Each lane listens to
    /// a bell of its own, so that a letter that takes long holds up no other.
    package func run() async throws {
        let bells = loops.map { _ in AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1)) }
        let ring: @Sendable () -> Void = { for bell in bells { bell.continuation.yield() } }
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await cancelWhenGracefulShutdown {
                        for await _ in listener.notifications(on: ["deliveries"]) { ring() }
                    }
                }
                group.addTask {
                    await cancelWhenGracefulShutdown {
                        while !Task.isCancelled {
                            ring()
                            try? await Task.sleep(for: Self.pause)
                        }
                    }
                }
                for (bell, loop) in zip(bells, loops) {
                    group.addTask {
                        for await _ in bell.stream { await workOff(by: loop) }
                        await loop.stop()
                    }
                }
            }
        } onGracefulShutdown: {
            for bell in bells { bell.continuation.finish() }
        }
    }

    private func workOff(by loop: TransferLoop) async {
        do {
            while !Task.isShuttingDownGracefully, try await deliver(at: clock.now, by: loop) {}
        } catch is CancellationError {
        } catch {
            logger.warning("deliveries: will look again", metadata: ["error": "\(error)"])
        }
    }

    /// Takes the letter that has been due the longest, hands it in, and writes down what came of it.
    /// - Returns: False when none is due.
    package func deliver(at now: Instant) async throws -> Bool {
        try await deliver(at: now, by: loops[0])
    }

    private func deliver(at now: Instant, by loop: TransferLoop) async throws -> Bool {
        guard let claimed = try await deliveries.claim(1, at: now).first else { return false }
        let outcome = try await send(claimed, by: loop)
        // Nobody knows how far it came; the next worker sends it once more when the lease has lapsed.
        if outcome.isCancelled { throw CancellationError() }
        let ended = now + outcome.total
        let next = DeliveryRules.next(
            after: DeliveryOutcome(outcome), attempt: claimed.delivery.attempts, jitter: .random(in: 0...1), at: ended)
        if try await !deliveries.finish(claimed, next, at: ended) {
            logger.notice("deliveries: \(claimed.delivery.key) was taken over by another worker")
        }
        return true
    }

    /// Hands a letter in, without writing anything down.
    func send(_ claimed: ClaimedDelivery, by loop: TransferLoop) async throws -> Outcome {
        let letter = claimed.delivery
        let sender = Mail.sender(setting: try await database.settings()[.deliverySender], user: server.user)
        let mail = Mail(
            from: sender, toName: letter.recipientName, toAddress: letter.recipientAddress, subject: letter.subject,
            body: letter.body, html: claimed.html, thread: claimed.thread, calendar: claimed.calendar,
            unsubscribe: claimed.unsubscribe, key: letter.key, date: letter.createdAt)
        return await loop.run(
            MailTransfer(server: server, from: sender, to: [letter.recipientAddress], message: mail.message))
    }
}
