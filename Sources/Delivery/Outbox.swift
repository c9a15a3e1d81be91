package import Civil
package import Database
package import Organization

extension Transaction {
    /// Puts letters into the outbox, in this transaction: nothing is said that was not sent, and nothing is sent for a
    /// change that did not happen. A letter whose key is there already is not written twice.
    package func enqueue(_ letters: [Letter], at now: Instant) {
        guard !letters.isEmpty else { return }
        later(
            """
            INSERT INTO deliveries (key, about, agency_id, recipient_name, recipient_address, subject, body, thread,
                                    calendar_method, calendar, unsubscribe, digest, created_at, run_at)
            SELECT key, about, agency_id, recipient_name, recipient_address, subject, body, thread,
                   calendar_method, calendar, unsubscribe, digest, \(now), \(now)
            FROM   unnest(\(letters.map(\.key)), \(letters.map(\.about)),
                          \(letters.map { $0.agency?.rawValue }), \(letters.map(\.recipientName)),
                          \(letters.map(\.recipientAddress)), \(letters.map(\.subject)), \(letters.map(\.body)),
                          \(letters.map(\.thread)), \(letters.map { $0.calendar?.method.rawValue }),
                          \(letters.map { $0.calendar?.text }), \(letters.map(\.unsubscribe)),
                          \(letters.map { Mail.digest(of: $0.key, date: now) }))
                   AS letter (key, about, agency_id, recipient_name, recipient_address, subject, body, thread,
                              calendar_method, calendar, unsubscribe, digest)
            ON CONFLICT (key) DO NOTHING
            """)
        later("SELECT pg_notify('letters', '')")
    }

    /// The same for thousands of letters that nobody can have written before: the server writes the first ones down while
    /// the last are still on their way to it.
    package func enqueueNew(_ letters: [Letter], at now: Instant) async throws {
        try await copyIn(
            "deliveries",
            columns: [
                "key", "about", "agency_id", "recipient_name", "recipient_address", "subject", "body", "thread",
                "calendar_method", "calendar", "unsubscribe", "digest", "created_at", "run_at",
            ], rows: LetterRows(letters: letters, at: now))
        later("SELECT pg_notify('letters', '')")
    }
}

/// Letters as rows of `deliveries`, each made when it is asked for.
private struct LetterRows: Sequence, Sendable {
    let letters: [Letter]
    let at: Instant

    func makeIterator() -> some IteratorProtocol<[any PostgresEncodable]> {
        letters.lazy.map { letter in
            [
                letter.key, letter.about, letter.agency, letter.recipientName, letter.recipientAddress, letter.subject,
                letter.body, letter.thread, letter.calendar?.method.rawValue, letter.calendar?.text, letter.unsubscribe,
                Mail.digest(of: letter.key, date: at), at, at,
            ]
        }.makeIterator()
    }
}

/// What was done with the letters of a record that is no longer so.
package struct Withdrawal: Hashable, Sendable {
    /// Agencies that nobody ever tried to write to about the record: nobody needs to tell them otherwise.
    package let untold: Set<Agency.ID>
    /// Keys of the letters that were stopped before anybody tried to send them, also of those that go to no agency.
    package let untoldKeys: Set<String>
}

extension Transaction {
    /// Stops the letters about a record that still wait; what is announced to channels is a fact and goes on. One that is under way cannot be stopped: when its attempt
    /// succeeds it counts as delivered, else it is not tried again. Its agency counts as told, and what is written about
    /// the record from now on, to the same agency or to the same address, waits until that attempt is over.
    ///
    /// - Parameter prefix: Stops only letters whose keys begin so; empty for all about the record.
    package func withdraw(about code: String, keys prefix: String = "", at now: Instant) async throws -> Withdrawal {
        // Each branch looks at the row as it is once it is held: a worker may take or finish it at this moment.
        let stopped: [Delivery] = try await all(
            """
            UPDATE deliveries
            SET    withdrawn_at = \(now), state = CASE state WHEN 'ready' THEN 'withdrawn' ELSE state END,
                   finished_at = CASE state WHEN 'ready' THEN \(now) ELSE finished_at END
            WHERE  about = \(code) AND state IN ('ready', 'running', 'failed') AND withdrawn_at IS NULL
            AND    channel_id IS NULL AND starts_with(key, \(prefix))
            RETURNING \(columns: Delivery.self)
            """)
        let untried = stopped.filter { $0.state == .withdrawn && $0.attempts == 0 }
        // Another letter may have told an agency before the one that was stopped.
        let told = try await values(
            """
            SELECT DISTINCT agency_id FROM deliveries
            WHERE  about = \(code) AND agency_id IS NOT NULL AND (state <> 'withdrawn' OR attempts > 0)
            """, as: Agency.ID.self)
        return Withdrawal(
            untold: Set(untried.compactMap(\.agency)).subtracting(told), untoldKeys: Set(untried.map(\.key)))
    }

    /// Puts a letter that could not be delivered into the outbox once more, to the address that its agency has now:
    /// mostly it failed because the old one was wrong.
    ///
    /// - Returns: The letter as it is sent now.
    /// - Throws: `Refusal` when the record has no such letter, when it has not failed, or when it was withdrawn: what it
    ///   says is no longer so.
    package func sendAgain(_ id: Delivery.ID, about code: String, at now: Instant) async throws -> Delivery {
        let letter: Delivery? = try await first(
            """
            UPDATE deliveries d
            SET    state = 'ready', run_at = \(now), attempts = 0, finished_at = NULL,
                   recipient_address = coalesce(
                       (SELECT nullif(a.contact_email, '') FROM agencies a WHERE a.id = d.agency_id), d.recipient_address)
            WHERE  d.id = \(id) AND d.about = \(code) AND d.state = 'failed' AND d.withdrawn_at IS NULL
            RETURNING \(columns: Delivery.self)
            """)
        guard let letter else {
            throw Refusal(
                field: "",
                "Thư này không gửi lại được: nó không ở trạng thái “\(Delivery.State.failed.label)”, hoặc điều nó báo đã bị hủy.")
        }
        later("SELECT pg_notify(CASE WHEN \(letter.channel)::bigint IS NULL THEN 'letters' ELSE 'announcements' END, '')")
        return letter
    }
}
