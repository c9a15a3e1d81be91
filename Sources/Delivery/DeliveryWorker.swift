package import Civil
package import Database
package import Logging
import Organization
import ServiceLifecycle
package import Transfer

/// Hands the outbox's letters to the mail server, and what goes over other channels to theirs.
///
/// It listens for news of letters and also looks by itself every few seconds, so nothing depends on being awake at the
/// right moment. Several processes may work at once; each letter is taken by one of them, for as long as its lease
/// lasts. A worker that dies between handing in and writing down leaves a lease that lapses: the letter goes out once
/// more, with the same Message-ID (a webhook with the same id), by which the other side knows that it is the same.
package struct DeliveryWorker: Service {
    /// Letters under way at once: what a small mail server takes without complaint. Each lane keeps its connection for the
    /// next letter.
    private static let mailLanes = 4
    /// Deliveries under way at once over other channels; each channel has one at a time.
    private static let channelLanes = 4
    private static let pause = Duration.seconds(5)

    private typealias Bell = (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)

    private let database: Database
    private let deliveries: DeliveryStore
    private let listener: Listener
    /// Nil: letters wait.
    private let server: MailServer?
    private let bounces: BounceAddress
    /// One for each lane: while libcurl waits for the word of a mail server that has a whole letter, its loop stands still.
    private let mailLoops: [TransferLoop]
    private let channelLoop: TransferLoop
    private let clock: WallClock
    private let logger: Logger

    /// - Parameter trust: A file of root certificates in PEM, of those who may vouch for mail servers and channels.
    package init(
        database: Database, listener: Listener, server: MailServer?, bounces: BounceAddress, clock: WallClock = .system,
        trust: String = TransferLoop.systemTrust, logger: Logger
    ) {
        self.database = database
        deliveries = DeliveryStore(database: database)
        self.listener = listener
        self.server = server
        self.bounces = bounces
        mailLoops = (0..<(server == nil ? 0 : Self.mailLanes)).map { _ in TransferLoop(trust: trust) }
        channelLoop = TransferLoop(trust: trust)
        self.clock = clock
        self.logger = logger
    }

    /// Works until the console stops; what is under way then is finished, and nothing new is begun. Each lane listens to
    /// a bell of its own, so that a letter that takes long holds up no other.
    package func run() async throws {
        let works: [@Sendable (Instant) async throws -> Bool] =
            mailLoops.map { loop in { @Sendable now in try await deliver(at: now, by: loop) } }
            + (0..<Self.channelLanes).map { _ in { @Sendable now in try await deliverToChannel(at: now) } }
        let bells = works.map { _ in AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1)) }
        let (mail, channels) = (bells.prefix(mailLoops.count), bells.dropFirst(mailLoops.count))
        let ring: @Sendable (ArraySlice<Bell>) -> Void = { for bell in $0 { bell.continuation.yield() } }
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask {
                    await cancelWhenGracefulShutdown {
                        for await news in listener.notifications(on: ["letters", "announcements"]) {
                            switch news {
                            case .said("letters", _): ring(mail)
                            case .said: ring(channels)
                            case .missed: ring(bells[...])
                            }
                        }
                    }
                }
                group.addTask {
                    await cancelWhenGracefulShutdown {
                        while !Task.isCancelled {
                            ring(bells[...])
                            try? await Task.sleep(for: Self.pause)
                        }
                    }
                }
                for (bell, work) in zip(bells, works) {
                    group.addTask {
                        for await _ in bell.stream { await workOff(work) }
                    }
                }
            }
            for loop in mailLoops + [channelLoop] { await loop.stop() }
        } onGracefulShutdown: {
            for bell in bells { bell.continuation.finish() }
        }
    }

    private func workOff(_ work: (Instant) async throws -> Bool) async {
        do {
            while !Task.isShuttingDownGracefully, try await work(clock.now) {}
        } catch is CancellationError {
        } catch {
            logger.warning("deliveries: will look again", metadata: ["error": "\(error)"])
        }
    }

    /// Takes the letter that has been due the longest, hands it in, and writes down what came of it.
    /// - Returns: False when none is due, or no more may be sent in this minute.
    package func deliver(at now: Instant) async throws -> Bool {
        guard let loop = mailLoops.first else { return false }
        return try await deliver(at: now, by: loop)
    }

    private func deliver(at now: Instant, by loop: TransferLoop) async throws -> Bool {
        let settings = try await database.settings()
        let pace = DeliveryPace(perMinute: settings.number(.deliveryPerMinute))
        guard let claimed = try await deliveries.claim(1, within: pace, at: now).first else { return false }
        let outcome = await send(claimed, settings, by: loop)
        try await finish(claimed, outcome, DeliveryOutcome(outcome), begun: now)
        return true
    }

    /// Hands a letter in, without writing anything down.
    func send(_ claimed: ClaimedDelivery, _ settings: Settings, by loop: TransferLoop) async -> Outcome {
        // Without a server nobody makes a loop.
        guard let server else { return Outcome() }
        let letter = claimed.delivery
        let sender = Mail.sender(setting: settings[.deliverySender], user: server.user)
        let mail = Mail(
            from: sender, toName: letter.recipientName, toAddress: letter.recipientAddress, subject: letter.subject,
            body: letter.body, thread: claimed.thread, calendar: claimed.calendar,
            unsubscribe: claimed.unsubscribe, key: letter.key, date: letter.createdAt)
        let domain = settings[.bounceDomain]
        return await loop.run(
            MailTransfer(
                server: server, from: domain.isEmpty ? sender : bounces.address(of: letter, at: domain),
                to: [letter.recipientAddress], message: mail.message))
    }

    /// The same for a delivery over another channel.
    package func deliverToChannel(at now: Instant) async throws -> Bool {
        guard let (claimed, channel) = try await deliveries.claimForChannel(at: now) else { return false }
        let outcome = try await send(claimed, to: channel, at: now)
        try await finish(claimed, outcome, channel.verdict(on: outcome), begun: now)
        return true
    }

    func send(_ claimed: ClaimedDelivery, to channel: Channel, at now: Instant) async throws -> Outcome {
        let allowed = IPNetwork.list(try await database.settings()[.deliveryNetworks]).networks
        return await channelLoop.run(channel.request(for: claimed.delivery, allowing: allowed, at: now))
    }

    private func finish(
        _ claimed: ClaimedDelivery, _ outcome: Outcome, _ verdict: DeliveryOutcome, begun now: Instant
    ) async throws {
        // Nobody knows how far it came; the next worker sends it once more when the lease has lapsed.
        if outcome.isCancelled { throw CancellationError() }
        let ended = now + outcome.total
        let next = DeliveryRules.next(
            after: verdict, attempt: claimed.delivery.attempts, jitter: .random(in: 0...1), at: ended)
        if try await !deliveries.finish(claimed, next, at: ended) {
            logger.notice("deliveries: \(claimed.delivery.key) was taken over by another worker")
        }
    }
}
