/// Whatever takes statements: the database (a connection for each), a connection, a transaction.
package protocol Queryable: Sendable {
    /// Runs one statement and reads every row of its answer.
    ///
    /// - Returns: What was read, and how many rows the statement returned or changed.
    /// - Throws: `DatabaseError`; `CancellationError` when the task was cancelled, and then the statement as well.
    func query<T: Sendable>(
        _ sql: SQL, read: @escaping @Sendable (inout RowReader) throws -> T
    ) async throws -> (rows: [T], affected: Int)
}

extension Queryable {
    package func all<Row: PostgresRow>(_ sql: SQL, as: Row.Type = Row.self) async throws -> [Row] {
        try await query(sql) { row in
            let value = try Row(row: &row)
            try row.finish()
            return value
        }.rows
    }

    /// The first row, or nil.
    package func first<Row: PostgresRow>(_ sql: SQL, as: Row.Type = Row.self) async throws -> Row? {
        try await all(sql, as: Row.self).first
    }

    /// - Throws: `DatabaseError.noRow` when there is none.
    package func one<Row: PostgresRow>(_ sql: SQL, as: Row.Type = Row.self) async throws -> Row {
        guard let row = try await first(sql, as: Row.self) else { throw DatabaseError.noRow }
        return row
    }

    /// The only column of every row.
    package func values<T: PostgresDecodable>(_ sql: SQL, as: T.Type = T.self) async throws -> [T] {
        try await query(sql) { row in
            let value = try row.read(T.self)
            try row.finish()
            return value
        }.rows
    }

    /// The only column of the first row.
    /// - Throws: `DatabaseError.noRow` when there is none.
    package func value<T: PostgresDecodable>(_ sql: SQL, as: T.Type = T.self) async throws -> T {
        guard let value = try await values(sql, as: T.self).first else { throw DatabaseError.noRow }
        return value
    }

    /// Runs a statement whose rows, if any, nobody reads.
    /// - Returns: How many rows it returned or changed.
    @discardableResult
    package func run(_ sql: SQL) async throws -> Int {
        try await query(sql) { _ in }.affected
    }

    /// How PostgreSQL would run the statement with these values, a line a step: tests ask whether an index is used.
    package func plan(of sql: SQL) async throws -> String {
        try await values("EXPLAIN (COSTS OFF) \(sql: sql)", as: String.self).joined(separator: "\n")
    }
}
