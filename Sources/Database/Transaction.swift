/// A transaction under way. It is good only inside the closure that was given it.
package final class Transaction: Queryable {
    private let connection: Connection

    private init(connection: Connection) {
        self.connection = connection
    }

    static func run<T: Sendable>(
        on connection: Connection, _ body: @Sendable (Transaction) async throws -> T
    ) async throws -> T {
        try await connection.control("BEGIN")
        do {
            let result = try await body(Transaction(connection: connection))
            // The server answers COMMIT of a transaction in which something failed with ROLLBACK.
            guard try await connection.control("COMMIT") == "COMMIT" else { throw DatabaseError.rolledBack }
            return result
        } catch {
            // Where this fails too, the session is broken or still in the transaction, and the pool closes it.
            _ = try? await connection.control("ROLLBACK")
            throw error
        }
    }

    package func query<T: Sendable>(
        _ sql: SQL, read: @escaping @Sendable (inout RowReader) throws -> T
    ) async throws -> (rows: [T], affected: Int) {
        try await connection.query(sql, read: read)
    }

    /// A part that may fail without failing the whole: a SAVEPOINT.
    package func nested<T: Sendable>(
        _ body: @Sendable (Transaction) async throws -> T
    ) async throws -> T {
        try await connection.control("SAVEPOINT part")
        do {
            let result = try await body(Transaction(connection: connection))
            try await connection.control("RELEASE SAVEPOINT part")
            return result
        } catch {
            _ = try? await connection.control("ROLLBACK TO SAVEPOINT part")
            _ = try? await connection.control("RELEASE SAVEPOINT part")
            throw error
        }
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
        return try await connection.copy(
            "COPY \(table) (\(names)) FROM STDIN (FORMAT binary)", chunks: CopyChunks(rows))
    }
}
