package import Civil
package import Database
package import Foundation
package import Organization

/// A letter that a worker has taken, with all that it carries, and the token that proves it still may finish it.
package struct ClaimedDelivery: Sendable, PostgresRow {
    package let delivery: Delivery
    let thread: String?
    let calendar: CalendarPart?
    let unsubscribe: String?
    package let lease: UUID

    package static var columns: String {
        "\(Delivery.columns), thread, calendar_method, calendar, unsubscribe, lease_token"
    }

    package init(row: inout RowReader) throws {
        delivery = try Delivery(row: &row)
        thread = try row.read()
        let (method, text) = (try row.read(CalendarPart.Method?.self), try row.read(String?.self))
        calendar = method.map { CalendarPart(method: $0, text: text ?? "") }
        unsubscribe = try row.read()
        lease = try row.read()
    }
}

/// The outbox as the worker and the pages see it.
package struct DeliveryStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// What was written about a record to those whom the person may see, oldest first.
    package func list(about code: String, for person: Person) async throws -> [Delivery] {
        try await database.all(
            """
            SELECT \(columns: Delivery.self) FROM deliveries
            WHERE about = \(code) AND (\(person.scope)::bigint IS NULL OR agency_id = \(person.scope)) ORDER BY id
            """)
    }

    /// Newest first, across all records or about one.
    package func list(_ filter: DeliveryFilter, about code: String, offset: Int, limit: Int) async throws -> [Delivery] {
        try await database.all(
            """
            SELECT \(columns: Delivery.self) FROM deliveries
            WHERE  \(sql: filter.condition) AND (\(code) = '' OR about IN (\(code), upper(\(code)))) ORDER BY id DESC OFFSET \(offset) LIMIT \(limit)
            """)
    }

    package func count(_ filter: DeliveryFilter, about code: String) async throws -> Int {
        try await database.value(
            "SELECT count(*) FROM deliveries WHERE \(sql: filter.condition) AND (\(code) = '' OR about IN (\(code), upper(\(code))))")
    }

    /// - Returns: Nil when there is no such delivery.
    /// - Throws: `Refusal` as `Transaction.sendAgain`, and for a letter of a notice.
    func sendAgain(
        _ id: Delivery.ID, by actor: Actor, form: FormKey? = nil, at now: Instant
    ) async throws -> Delivery? {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/deliveries")
            let stored: Delivery? = try await tx.first("SELECT \(columns: Delivery.self) FROM deliveries WHERE id = \(id)")
            guard let stored else { return nil }
            guard !stored.isNoticeLetter else {
                throw Refusal(field: "", "Thư của thông báo \(stored.about) được gửi lại ở trang của thông báo đó.")
            }
            let sent = try await tx.sendAgain(id, about: stored.about, at: now)
            tx.record(
                "delivery.sent_again", stored.about, by: actor,
                after: ["recipient": sent.recipientName, "address": sent.recipientAddress], at: now)
            return sent
        }
    }

    /// Takes up to `limit` letters that are due, or whose worker has died. Several workers never take the same one. A
    /// letter that was withdrawn before its worker died ends here.
    ///
    /// - Parameter pace: How many may be tried in a minute; where that is limited, one is taken at a time.
    package func claim(_ limit: Int, within pace: DeliveryPace = .free, at now: Instant) async throws -> [ClaimedDelivery] {
        guard pace != .free else { return try await database.all(Self.taking(limit, from: "channel_id IS NULL", at: now)) }
        return try await database.transaction { tx in
            try await tx.isFree(.mail, at: now) ? tx.take(from: "channel_id IS NULL", .mail, pace, at: now) : []
        }
    }

    /// Takes one delivery that is due to a channel which nobody is using at this moment: whoever is slow holds up only
    /// their own, and gets them one after the other.
    package func claimForChannel(at now: Instant) async throws -> (ClaimedDelivery, Channel)? {
        try await database.transaction { tx in
            let channel: Channel? = try await tx.first(
                """
                SELECT \(columns: Channel.self) FROM delivery_paces p JOIN channels c ON c.id = p.channel_id
                WHERE  c.suspended_at IS NULL AND c.removed_at IS NULL
                AND    (c.per_minute = 0 OR p.next_at <= \(now + DeliveryPace.burst))
                -- With OFFSET it is asked of each channel, by its index, and not of all that was ever delivered.
                AND    EXISTS (SELECT FROM deliveries d WHERE d.channel_id = c.id AND \(sql: Self.isDue(at: now)) OFFSET 0)
                AND    \(sql: Self.isIdle("c.id", at: now))
                ORDER  BY p.next_at, c.id LIMIT 1 FOR UPDATE OF p SKIP LOCKED
                """)
            guard let channel else { return nil }
            // Looked at once more: somebody may have taken one between the look above and its lock.
            let taken = try await tx.take(
                from: "channel_id = \(channel.id) AND \(sql: Self.isIdle("\(channel.id)", at: now))", .channel(channel.id),
                DeliveryPace(perMinute: channel.perMinute), at: now)
            return taken.first.map { ($0, channel) }
        }
    }

    fileprivate static func taking(_ limit: Int, from way: SQL, at now: Instant) -> SQL {
        """
        WITH ended AS (
            UPDATE deliveries
            SET    state = 'withdrawn', finished_at = \(now), leased_until = NULL, lease_token = NULL
            WHERE  state = 'running' AND leased_until <= \(now) AND withdrawn_at IS NOT NULL),
        due AS MATERIALIZED (\(sql: Self.due(limit, from: way, at: now)))
        UPDATE deliveries
        SET    state = 'running', attempts = attempts + 1, leased_until = \(now + DeliveryRules.lease),
               lease_token = gen_random_uuid()
        FROM   due WHERE id = due_id
        RETURNING \(columns: ClaimedDelivery.self)
        """
    }

    /// What says that something is off does not overtake what says that it is on.
    static func due(_ limit: Int, from way: SQL = "channel_id IS NULL", at now: Instant) -> SQL {
        """
        -- Looked up once, and mostly nothing: not again for each letter that waits.
        WITH stopped AS MATERIALIZED (
            SELECT w.about, w.agency_id, w.recipient_address FROM deliveries w
            WHERE  w.state = 'running' AND w.leased_until > \(now) AND w.withdrawn_at IS NOT NULL)
        SELECT id AS due_id FROM deliveries d
        WHERE  \(sql: isDue(at: now)) AND \(sql: way)
        AND    NOT EXISTS (
                   SELECT FROM stopped w
                   WHERE  w.about = d.about AND (w.agency_id = d.agency_id OR w.recipient_address = d.recipient_address))
        ORDER  BY run_at, id LIMIT \(limit) FOR UPDATE OF d SKIP LOCKED
        """
    }

    /// Whether `deliveries d` wants to be tried now.
    private static func isDue(at now: Instant) -> SQL {
        """
        ((d.state = 'ready' AND d.run_at <= \(now)) OR (d.state = 'running' AND d.leased_until <= \(now)))
        AND d.withdrawn_at IS NULL
        """
    }

    private static func isIdle(_ channel: SQL, at now: Instant) -> SQL {
        """
        NOT EXISTS (SELECT FROM deliveries r WHERE r.channel_id = \(sql: channel) AND r.state = 'running'
                    AND r.leased_until > \(now) OFFSET 0)
        """
    }

    /// Writes down what came of an attempt. A letter that was withdrawn meanwhile is not tried again.
    /// - Returns: False when the lease was lost meanwhile: then nothing is changed.
    @discardableResult
    package func finish(_ claimed: ClaimedDelivery, _ next: DeliveryRules.Next, at now: Instant) async throws -> Bool {
        switch next {
        case .delivered(let answer):
            return try await settle(claimed, state: .delivered, answer: answer, finishedAt: now, runAt: now)
        case .failed(let answer):
            return try await settle(claimed, state: .failed, answer: answer, finishedAt: now, runAt: now)
        case .again(let runAt, let answer):
            return try await putBack(claimed, answer: answer, runAt: runAt, at: now)
        }
    }

    private func putBack(
        _ claimed: ClaimedDelivery, answer: String, runAt: Instant, at now: Instant
    ) async throws -> Bool {
        try await database.run(
            """
            UPDATE deliveries
            SET    state = CASE WHEN withdrawn_at IS NULL THEN 'ready' ELSE 'withdrawn' END, answer = \(answer),
                   finished_at = CASE WHEN withdrawn_at IS NOT NULL THEN \(now)::timestamptz END, run_at = \(runAt),
                   leased_until = NULL, lease_token = NULL
            WHERE  id = \(claimed.delivery.id) AND lease_token = \(claimed.lease)
            """) == 1
    }

    private func settle(
        _ claimed: ClaimedDelivery, state: Delivery.State, answer: String, finishedAt: Instant, runAt: Instant
    ) async throws -> Bool {
        try await database.run(
            """
            UPDATE deliveries
            SET    state = \(state), answer = \(answer), finished_at = \(finishedAt), run_at = \(runAt),
                   leased_until = NULL, lease_token = NULL
            WHERE  id = \(claimed.delivery.id) AND lease_token = \(claimed.lease)
            """) == 1
    }
}

extension Transaction {
    /// Waits for whoever takes something for the same way at this moment, and holds it until the transaction ends.
    fileprivate func isFree(_ way: DeliveryPace.Way, at now: Instant) async throws -> Bool {
        try await !values(
            """
            SELECT channel_id FROM delivery_paces
            WHERE channel_id = \(way.number) AND next_at <= \(now + DeliveryPace.burst) FOR UPDATE
            """, as: Int64.self
        ).isEmpty
    }

    /// Takes one, and puts off the next.
    fileprivate func take(
        from rows: SQL, _ way: DeliveryPace.Way, _ pace: DeliveryPace, at now: Instant
    ) async throws -> [ClaimedDelivery] {
        let taken: [ClaimedDelivery] = try await all(DeliveryStore.taking(1, from: rows, at: now))
        if !taken.isEmpty {
            try await run(
                """
                UPDATE delivery_paces
                SET    next_at = greatest(next_at, \(now)) + \(pace.interval.inMicroseconds) * interval '1 microsecond'
                WHERE  channel_id = \(way.number)
                """)
        }
        return taken
    }
}

extension DeliveryFilter {
    /// What failed and was withdrawn is not missed by anybody.
    fileprivate var condition: SQL {
        switch self {
        case .failed: "state = 'failed' AND withdrawn_at IS NULL"
        case .waiting: "state IN ('ready', 'running')"
        case .all: "true"
        }
    }
}
