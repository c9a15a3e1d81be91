package import Civil
package import Database
package import Foundation
package import Organization

/// A letter that a worker has taken, with all that it carries, and the token that proves it still may finish it.
package struct ClaimedDelivery: Sendable, PostgresRow {
    package let delivery: Delivery
    let html: String?
    let thread: String?
    let calendar: CalendarPart?
    let unsubscribe: String?
    package let lease: UUID

    package static var columns: String {
        "\(Delivery.columns), html, thread, calendar_method, calendar, unsubscribe, lease_token"
    }

    package init(row: inout RowReader) throws {
        delivery = try Delivery(row: &row)
        html = try row.read()
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

    /// Takes up to `limit` letters that are due, or whose worker has died. Several workers never take the same one. A
    /// letter that was withdrawn before its worker died ends here.
    package func claim(_ limit: Int, at now: Instant) async throws -> [ClaimedDelivery] {
        try await database.all(
            """
            WITH ended AS (
                UPDATE deliveries
                SET    state = 'withdrawn', finished_at = \(now), leased_until = NULL, lease_token = NULL
                WHERE  state = 'running' AND leased_until <= \(now) AND withdrawn_at IS NOT NULL),
            due AS MATERIALIZED (\(sql: Self.due(limit, at: now)))
            UPDATE deliveries
            SET    state = 'running', attempts = attempts + 1, leased_until = \(now + DeliveryRules.lease),
                   lease_token = gen_random_uuid()
            FROM   due WHERE id = due_id
            RETURNING \(columns: ClaimedDelivery.self)
            """)
    }

    /// What says that something is off does not overtake what says that it is on.
    static func due(_ limit: Int, at now: Instant) -> SQL {
        """
        SELECT id AS due_id FROM deliveries d
        WHERE  ((state = 'ready' AND run_at <= \(now)) OR (state = 'running' AND leased_until <= \(now)))
        AND    withdrawn_at IS NULL
        AND    NOT EXISTS (
                   SELECT FROM deliveries w
                   WHERE  w.state = 'running' AND w.leased_until > \(now) AND w.withdrawn_at IS NOT NULL
                   AND    w.about = d.about
                   AND    (w.agency_id = d.agency_id OR w.recipient_address = d.recipient_address))
        ORDER  BY run_at, id LIMIT \(limit) FOR UPDATE SKIP LOCKED
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
