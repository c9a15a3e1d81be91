package import Logging

/// A PostgreSQL database, through a bounded pool of sessions.
///
/// A statement that is asked of it directly runs in a session of its own choosing. Whatever needs more than one
/// statement to be true is a `transaction`.
package final class Database: Queryable {
    package let configuration: DatabaseConfiguration
    private let pool: Pool

    /// Opens nothing yet: the first statement does.
    package init(_ configuration: DatabaseConfiguration, logger: Logger) {
        self.configuration = configuration
        pool = Pool(configuration, logger: logger)
    }

    /// How many statements were sent since the beginning, those that control transactions not counted.
    package var statementCount: Int { pool.counter.value }

    package func query<T: Sendable>(
        _ sql: SQL, read: @escaping @Sendable (inout RowReader) throws -> T
    ) async throws -> (rows: [T], affected: Int) {
        try await withConnection { try await $0.query(sql, read: read) }
    }

    /// Lends a session for as long as `body` runs.
    /// - Throws: What `body` throws; `DatabaseError` that `isUnavailable` when no session can be had.
    package func withConnection<T: Sendable>(
        _ body: @Sendable (Connection) async throws -> T
    ) async throws -> T {
        let connection = try await pool.lease()
        do {
            let result = try await body(connection)
            await pool.giveBack(connection)
            return result
        } catch {
            await pool.giveBack(connection)
            throw error
        }
    }

    /// Everything that `body` changes happens, or nothing does. Isolation is READ COMMITTED: a command that decides by
    /// what it read locks it (`FOR UPDATE`) or leaves the decision to a constraint.
    ///
    /// A conflict with another transaction (SQLSTATE 40001, 40P01) begins it anew, up to three times, and so does a plan that is
    /// out of date: `body` has no effect outside the database.
    package func transaction<T: Sendable>(
        _ body: @Sendable (Transaction) async throws -> T
    ) async throws -> T {
        var attempt = 1
        while true {
            do {
                return try await withConnection { try await Transaction.run(on: $0, body) }
            } catch let error as DatabaseError where (error.isConflict || error.isOutdated) && attempt < 4 {
                try await Task.sleep(for: .milliseconds(Int.random(in: 5...20) * attempt))
                attempt += 1
            }
        }
    }

    /// Ends every session. What is lent out ends when it comes back.
    package func close() async {
        await pool.close()
    }
}
