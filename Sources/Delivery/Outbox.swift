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
