package import Civil
package import Database
package import Organization

/// Letters that a mail server took and that came back.
package struct BounceStore: Sendable {
    let database: Database
    let addresses: BounceAddress

    package init(database: Database, addresses: BounceAddress) {
        self.database = database
        self.addresses = addresses
    }

    package enum Result: String, Sendable {
        /// The letter counts as not delivered from now on, or did so before.
        case failed
        /// It is on its way still; the letter's page says so.
        case delayed
        /// It is about no letter of this console that has been delivered.
        case unknown
    }

    /// Believes a report about a letter that counts as delivered. What it says of another one changes nothing.
    package func take(
        _ report: BounceReport, by actor: Actor, at now: Instant
    ) async throws -> (result: Result, letter: Delivery?) {
        try await database.transaction { tx in
            guard let letter = try await letter(of: report, in: tx) else { return (.unknown, nil) }
            switch (letter.state, report.action) {
            case (.delivered, .failed):
                try await tx.run(
                    """
                    UPDATE deliveries SET state = 'failed', finished_at = \(now), answer = \("Bị trả lại: \(report.diagnostic)")
                    WHERE id = \(letter.id)
                    """)
            case (.delivered, .delayed):
                try await tx.run(
                    "UPDATE deliveries SET answer = \("Đang bị chậm: \(report.diagnostic)") WHERE id = \(letter.id)")
            case (.failed, .failed): return (.failed, letter)
            default: return (.unknown, nil)
            }
            tx.record(
                report.action == .failed ? "delivery.bounced" : "delivery.delayed", letter.about, by: actor,
                after: [
                    "recipient": letter.recipientName, "address": letter.recipientAddress, "answer": report.diagnostic,
                ], at: now)
            return (report.action == .failed ? .failed : .delayed, letter)
        }
    }

    /// The letter whose own address for reports it was sent to; else the letter whose Message-ID came back, if it went to
    /// whom the report names. Message-IDs are no secret, so they alone prove nothing.
    private func letter(of report: BounceReport, in tx: Transaction) async throws -> Delivery? {
        let marks = report.addressees.compactMap(BounceAddress.Mark.init)
        if let mark = marks.first {
            let letter: Delivery? = try await tx.first(
                """
                SELECT \(columns: Delivery.self) FROM deliveries
                WHERE id = \(mark.delivery) AND channel_id IS NULL FOR UPDATE
                """)
            return letter.flatMap { addresses.isSigned(mark, for: $0) ? $0 : nil }
        }
        // Where letters have addresses of their own for reports nothing else is proof: Message-IDs can be computed.
        guard try await tx.settings()[.bounceDomain].isEmpty, let digest = report.digest else { return nil }
        return try await tx.first(
            """
            SELECT \(columns: Delivery.self) FROM deliveries
            WHERE digest = \(digest) AND lower(recipient_address) = ANY (\(report.recipients)) FOR UPDATE
            """)
    }
}
