import Synchronization

/// A transaction under way. It is good only inside the closure that was given it.
///
/// A round trip to the server costs more than most statements do, and a lock is held through every one that follows it. So
/// what nobody waits for is put by (`later`) and travels with the next statement, at the latest with the COMMIT.
package final class Transaction: Queryable {
    private let connection: Connection
    private let state = Mutex(State())

    private struct State {
        /// What is not sent yet, in order; at first the BEGIN.
        var waiting: [Statement] = [.begin]
        var hasBegun = false
        /// Something in it has failed: whatever was waiting with it is gone, and nothing of it may be committed.
        var hasFailed = false
    }

    private init(connection: Connection) {
        self.connection = connection
    }

    /// Runs `body`, and what it awaits, on the connection's own thread, which nobody else uses meanwhile: from one statement to
    /// the next no thread needs to be woken.
    static func run<T: Sendable>(
        on connection: Connection, _ body: @Sendable (Transaction) async throws -> T
    ) async throws -> T {
        try await withTaskExecutorPreference(connection.thread) {
            let transaction = Transaction(connection: connection)
            do {
                let result = try await body(transaction)
                try await transaction.commit()
                return result
            } catch {
                await transaction.rollBack()
                throw error
            }
        }
    }

    package func query<T: Sendable>(
        _ sql: SQL, read: @escaping @Sendable (inout RowReader) throws -> T
    ) async throws -> (rows: [T], affected: Int) {
        try await whole { try await connection.query(Statement(sql), after: $0, read: read) }
    }

    /// Runs a statement whose rows, if any, nobody reads, together with the next one.
    ///
    /// What it breaks is thrown by whatever is awaited next, or by the transaction as a whole.
    package func later(_ sql: SQL) {
        let statement = Statement(sql)
        state.withLock { $0.waiting.append(statement) }
    }

    /// Writes many rows by COPY, the fastest way in.
    ///
    /// - Parameter rows: One array a row, its values in the order of `columns`. The binary form knows no conversions: an
    ///   `Int` needs a `bigint` column.
    /// - Returns: How many rows were written.
    @discardableResult
    package func copyIn(
        _ table: StaticString, columns: [StaticString],
        rows: some Sequence<[any PostgresEncodable]> & Sendable
    ) async throws -> Int {
        let names = columns.map { "\($0)" }.joined(separator: ", ")
        return try await whole { waiting in
            if let last = waiting.last { _ = try await connection.query(last, after: waiting.dropLast()) { _ in } }
            return try await connection.copy(
                "COPY \(table) (\(names)) FROM STDIN (FORMAT binary)", chunks: CopyChunks(rows))
        }
    }

    /// Sends what waits with something else. Where that fails, on either side of the wire, the transaction has failed, also for
    /// whoever swallows the error and goes on.
    private func whole<T: Sendable>(_ send: ([Statement]) async throws -> T) async throws -> T {
        let waiting = try state.withLock { state in
            if state.hasFailed { throw DatabaseError.rolledBack }
            defer { (state.waiting, state.hasBegun) = ([], true) }
            return state.waiting
        }
        do {
            return try await send(waiting)
        } catch {
            state.withLock { $0.hasFailed = true }
            throw error
        }
    }

    private func commit() async throws {
        // Of what was never begun there is nothing to commit.
        let isEmpty = state.withLock { !$0.hasBegun && $0.waiting.count == 1 }
        if isEmpty { return }
        // The server answers COMMIT of a transaction in which something failed with ROLLBACK.
        guard try await whole({ try await connection.commit(after: $0) }) == "COMMIT" else { throw DatabaseError.rolledBack }
    }

    private func rollBack() async {
        guard state.withLock({ $0.hasBegun }) else { return }
        // Where this fails too, the session is broken or still in the transaction, and the pool closes it.
        _ = try? await connection.control("ROLLBACK")
    }
}
