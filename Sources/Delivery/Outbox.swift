package import Civil
package import Database
package import Organization

/// A letter to be written into the outbox.
package struct Letter: Hashable, Sendable {
    /// What makes it the same letter however often it is asked for.
    package let key: String
    /// Code of the record on whose page the result stands: `TB-2026-0003`.
    package let about: String
    package let agency: Agency.ID?
    package let recipientName: String
    package let recipientAddress: String
    package let subject: String
    package let body: String

    package init(
        key: String, about: String, agency: Agency.ID?, recipientName: String, recipientAddress: String,
        subject: String, body: String
    ) {
        self.key = key
        self.about = about
        self.agency = agency
        self.recipientName = recipientName
        self.recipientAddress = recipientAddress
        self.subject = subject
        self.body = body
    }
}

extension Transaction {
    /// Puts letters into the outbox, in this transaction: nothing is said that was not sent, and nothing is sent for a
    /// change that did not happen. A letter whose key is there already is not written twice.
    package func enqueue(_ letters: [Letter], at now: Instant) async throws {
        guard !letters.isEmpty else { return }
        try await run(
            """
            INSERT INTO deliveries (key, about, agency_id, recipient_name, recipient_address, subject, body, created_at,
                                    run_at)
            SELECT key, about, agency_id, recipient_name, recipient_address, subject, body, \(now), \(now)
            FROM   unnest(\(letters.map(\.key)), \(letters.map(\.about)),
                          \(letters.map { $0.agency?.rawValue }), \(letters.map(\.recipientName)),
                          \(letters.map(\.recipientAddress)), \(letters.map(\.subject)), \(letters.map(\.body)))
                   AS letter (key, about, agency_id, recipient_name, recipient_address, subject, body)
            ON CONFLICT (key) DO NOTHING
            """)
        try await run("SELECT pg_notify('deliveries', '')")
    }
}

/// What was done with the letters of a record that is no longer so.
package struct Withdrawal: Hashable, Sendable {
    /// Agencies that were never written to: nobody needs to tell them otherwise.
    package let untold: Set<Agency.ID>
}

extension Transaction {
    /// Stops the letters about a record that still wait. A letter that is under way is not stopped.
    package func withdraw(about code: String, at now: Instant) async throws -> Withdrawal {
        let stopped: [Delivery] = try await all(
            """
            UPDATE deliveries SET state = 'withdrawn', finished_at = \(now) WHERE about = \(code) AND state = 'ready'
            RETURNING \(columns: Delivery.self)
            """)
        return Withdrawal(untold: Set(stopped.filter { $0.attempts == 0 }.compactMap(\.agency)))
    }

    /// Puts a letter that could not be delivered into the outbox once more, to the address that its agency has now:
    /// mostly it failed because the old one was wrong.
    ///
    /// - Returns: The letter as it is sent now.
    /// - Throws: `Refusal` when the record has no such letter, or it has not failed.
    package func sendAgain(_ id: Delivery.ID, about code: String, at now: Instant) async throws -> Delivery {
        let letter: Delivery? = try await first(
            """
            UPDATE deliveries d
            SET    state = 'ready', run_at = \(now), attempts = 0, finished_at = NULL,
                   recipient_address = coalesce(
                       (SELECT nullif(a.contact_email, '') FROM agencies a WHERE a.id = d.agency_id), d.recipient_address)
            WHERE  d.id = \(id) AND d.about = \(code) AND d.state = 'failed'
            RETURNING \(columns: Delivery.self)
            """)
        guard let letter else { throw Refusal(field: "", "Thư này không ở trạng thái “\(Delivery.State.failed.label)”.") }
        try await run("SELECT pg_notify('deliveries', '')")
        return letter
    }
}
