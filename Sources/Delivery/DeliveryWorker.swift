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
    private let loop: TransferLoop
    private let server: MailServer
    private let clock: WallClock
    private let logger: Logger

    package init(
        database: Database, listener: Listener, loop: TransferLoop, server: MailServer, clock: WallClock = .system,
        logger: Logger
    ) {
        self.database = database
        deliveries = DeliveryStore(database: database)
        self.listener = listener
        self.loop = loop
        self.server = server
        self.clock = clock
        self.logger = logger
    }

    /// Works until the console stops; what is under way then is finished, and nothing new is begun.
    package func run() async throws {
        let (looks, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await cancelWhenGracefulShutdown {
                        for await _ in listener.notifications(on: ["deliveries"]) { bell.yield() }
                    }
                }
                group.addTask {
                    await cancelWhenGracefulShutdown {
                        while !Task.isCancelled {
                            bell.yield()
                            try? await Task.sleep(for: Self.pause)
                        }
                    }
                }
                for await _ in looks { await look() }
            }
        } onGracefulShutdown: {
            bell.finish()
        }
    }

    private func look() async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<Self.lanes { group.addTask { await workOff() } }
        }
    }

    private func workOff() async {
        do {
            while !Task.isShuttingDownGracefully, try await deliver(at: clock.now) {}
        } catch is CancellationError {
        } catch {
            logger.warning("deliveries: will look again", metadata: ["error": "\(error)"])
        }
    }

    /// Takes the letter that has been due the longest, hands it in, and writes down what came of it.
    /// - Returns: False when none is due.
    package func deliver(at now: Instant) async throws -> Bool {
        guard let claimed = try await deliveries.claim(1, at: now).first else { return false }
        let outcome = try await send(claimed)
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
    func send(_ claimed: ClaimedDelivery) async throws -> Outcome {
        let letter = claimed.delivery
        let sender = Mail.sender(setting: try await database.settings()[.deliverySender], user: server.user)
        let mail = Mail(
            from: sender, toName: letter.recipientName, toAddress: letter.recipientAddress, subject: letter.subject,
            body: letter.body, key: letter.key, date: letter.createdAt)
        return await loop.run(
            MailTransfer(server: server, from: sender, to: [letter.recipientAddress], message: mail.message))
    }
}
