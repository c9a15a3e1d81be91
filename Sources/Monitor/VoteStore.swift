import Civil
import Database

/// What the places that look tell each other.
extension WatchStore {
    /// A vote, and when it came in by the database's clock.
    struct HeardVote: Sendable, PostgresRow {
        let vote: Vote
        let storedAt: Instant

        static var columns: String { "\(Vote.columns), v.stored_at" }

        init(row: inout RowReader) throws {
            vote = try Vote(row: &row)
            storedAt = try row.read()
        }
    }

    /// Transactions may become visible in another order than that of their moments.
    private static let overlap = Duration.seconds(5)

    /// What came in since a moment of the database's clock, or all that there is; some of it again.
    func votes(since: Instant?) async throws -> [HeardVote] {
        try await database.all(
            """
            SELECT \(columns: HeardVote.self) FROM location_votes v
            WHERE  v.stored_at > coalesce(\(since.map { $0 - Self.overlap }), '-infinity')
            """)
    }

    /// Stores what was seen last. What is older than what is there already changes nothing.
    func save(_ votes: [Vote]) async throws {
        let rows = votes.sorted { $0.monitor.rawValue < $1.monitor.rawValue }
        try await database.run(
            """
            INSERT INTO location_votes (monitor_id, location_id, at, failing_since, failure, detail, status, total_us)
            SELECT n.monitor_id, n.location_id, n.at, CASE WHEN n.failure IS NOT NULL THEN n.at END, n.failure, n.detail, n.status, n.total_us
            FROM   unnest(\(rows.map(\.monitor.rawValue)), \(rows.map(\.location.rawValue)), \(rows.map(\.at)),
                          \(rows.map(\.failure?.kind.rawValue)), \(rows.map(\.failure?.detail)), \(rows.map(\.status)),
                          \(rows.map(\.total.inMicroseconds))) AS n (monitor_id, location_id, at, failure, detail, status, total_us)
            ON     CONFLICT (monitor_id, location_id) DO UPDATE
            SET    at = excluded.at, failure = excluded.failure, detail = excluded.detail, status = excluded.status,
                   total_us = excluded.total_us, stored_at = excluded.stored_at,
                   failing_since = CASE WHEN excluded.failure IS NOT NULL
                                        THEN coalesce(location_votes.failing_since, excluded.at) END
            WHERE  location_votes.at < excluded.at
            """)
    }

    /// Asks the other places to look at once.
    func ask(_ monitors: Set<Monitor.ID>) async throws {
        let numbers = monitors.map(\.rawValue).sorted()
        // A notification holds fewer than 8,000 bytes.
        for part in stride(from: 0, to: numbers.count, by: 300) {
            let text = numbers[part..<min(part + 300, numbers.count)].map(String.init).joined(separator: " ")
            try await database.run("SELECT pg_notify('looks', \(text))")
        }
    }
}
