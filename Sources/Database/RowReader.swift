import CPostgres

/// A value that is read from one row, column by column.
///
/// `columns` and `init(row:)` stand side by side in the source, in the same order.
package protocol PostgresRow: Sendable {
    /// The column list for SELECT and RETURNING.
    static var columns: String { get }

    /// - Throws: `DatabaseError` that names the column which is not what was asked for.
    init(row: inout RowReader) throws
}

/// Reads one row from left to right. It cannot be copied or kept, so nothing outlives the result it points into.
package struct RowReader: ~Copyable {
    private let result: OpaquePointer
    private let row: Int32
    private let columns: Int32
    private var next: Int32 = 0

    init(result: OpaquePointer, row: Int32, columns: Int32) {
        self.result = result
        self.row = row
        self.columns = columns
    }

    /// The next column.
    /// - Throws: `DatabaseError` when there is none, or when it is NULL or of another type.
    package mutating func read<T: PostgresDecodable>(_ type: T.Type = T.self) throws -> T {
        guard next < columns else {
            throw DatabaseError.undecodable("\(T.self): the row has only \(columns) columns")
        }
        defer { next += 1 }
        do {
            return try T(cell: cell)
        } catch let error as CellError {
            let name = PQfname(result, next).map { String(cString: $0) } ?? "?"
            throw DatabaseError.undecodable("column \(next + 1) “\(name)” is \(error)")
        }
    }

    /// - Throws: `DatabaseError` when a column was not read: the list and its reader have drifted apart.
    func finish() throws {
        guard next == columns else {
            throw DatabaseError.undecodable("\(columns - next) columns of \(columns) were not read")
        }
    }

    private var cell: Cell {
        let type = OID(rawValue: PQftype(result, next))
        if PQgetisnull(result, row, next) == 1 { return Cell(type: type, bytes: nil) }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, next), count: Int(PQgetlength(result, row, next)))
        return Cell(type: type, bytes: bytes[...])
    }
}
