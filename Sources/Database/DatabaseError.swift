import CPostgres

/// What went wrong between the console and PostgreSQL. Its description never shows bound values.
package struct DatabaseError: Error, Hashable, Sendable, CustomStringConvertible {
    private enum Kind: Hashable, Sendable {
        case refused, unavailable, undecodable, noRow
    }

    private let kind: Kind
    /// Five characters (PostgreSQL, appendix A); empty when the error is not the server's.
    package let sqlState: String
    /// The constraint that a change would break.
    package let constraint: String?
    package let table: String?
    /// In the server's or libpq's words.
    package let message: String
    /// The text of the statement, without its values.
    package let statement: String?

    private init(
        _ kind: Kind, sqlState: String = "", constraint: String? = nil, table: String? = nil, message: String,
        statement: String? = nil
    ) {
        self.kind = kind
        self.sqlState = sqlState
        self.constraint = constraint
        self.table = table
        self.message = message
        self.statement = statement
    }

    /// A query that must find a row found none.
    package static let noRow = DatabaseError(.noRow, message: "no row")

    /// A statement in it failed, and whoever sent it went on as if nothing had happened.
    static let rolledBack = DatabaseError(.refused, sqlState: "25P02", message: "the transaction was rolled back")

    static func unavailable(_ message: String) -> DatabaseError {
        DatabaseError(.unavailable, sqlState: "08006", message: message)
    }

    static func undecodable(_ message: String) -> DatabaseError {
        DatabaseError(.undecodable, message: message)
    }

    /// - Parameter result: An answer of libpq that is not a success; nil when there is none at all.
    init(result: OpaquePointer?, connection: OpaquePointer, statement: String?) {
        func field(_ code: Int32) -> String? {
            guard let result, let text = PQresultErrorField(result, code) else { return nil }
            return String(cString: text)
        }
        // PG_DIAG_… are character constants that Swift does not import.
        let sqlState = field(Int32(UInt8(ascii: "C"))) ?? ""
        let words = field(Int32(UInt8(ascii: "M"))) ?? String(cString: PQerrorMessage(connection))
        let isGone = PQstatus(connection) != CONNECTION_OK || Self.unavailableStates.contains(sqlState)
        self.init(
            isGone ? .unavailable : .refused, sqlState: sqlState, constraint: field(Int32(UInt8(ascii: "n"))),
            table: field(Int32(UInt8(ascii: "t"))), message: words.trimmed, statement: statement)
    }

    /// The server is shutting down, starting, or has no connection left.
    private static let unavailableStates: Set<String> = ["57P01", "57P02", "57P03", "53300", "08006", "08001", "25006"]

    /// No connection could be had, or it broke: the same request may succeed later.
    package var isUnavailable: Bool { kind == .unavailable }

    /// Two transactions were in each other's way; run again, this one may succeed.
    var isConflict: Bool { sqlState == "40001" || sqlState == "40P01" }

    /// "prepared statement does not exist": a proxy gave us another session.
    var isOfAnotherSession: Bool { sqlState == "26000" }

    /// Also "cached plan must not change result type": a migration has changed what a plan was made for. Prepared anew, the
    /// statement may succeed.
    var isOutdated: Bool { isOfAnotherSession || (sqlState == "0A000" && message.contains("cached plan")) }

    package var isNoRow: Bool { kind == .noRow }

    /// The statement was cancelled: by `statement_timeout`, or because its task was.
    var isCancelled: Bool { sqlState == "57014" }

    /// - Parameter constraint: A unique or exclusion constraint, by its name in the migration.
    package func isUniqueViolation(of constraint: String) -> Bool {
        (sqlState == "23505" || sqlState == "23P01") && self.constraint == constraint
    }

    package var description: String {
        var text = sqlState.isEmpty ? message : "\(message) (SQLSTATE \(sqlState))"
        if let constraint { text += ", constraint \(constraint)" }
        if let statement { text += ", in: \(statement)" }
        return text
    }
}

extension String {
    /// libpq ends its messages with a newline.
    var trimmed: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
