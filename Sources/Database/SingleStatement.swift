import CPostgres
import Civil

/// One question to a server that is not the console's own: whether it lets somebody in and answers. The session may
/// only read, runs one query, and is closed.
package struct SingleStatement: Sendable {
    private let conninfo: String
    private let statement: String
    private let timeout: Duration

    /// - Parameters:
    ///   - settings: libpq's: host, port, dbname, user, password, sslmode.
    ///   - statement: A query that a cursor can be declared for: SELECT, VALUES, TABLE, WITH.
    ///   - addresses: How many are tried one after the other; they share the time.
    ///   - timeout: For the connection and for each statement. libpq counts whole seconds, at least two for an address.
    package init(settings: [String: String], statement: String, addresses: Int = 1, timeout: Duration) {
        var settings = settings
        settings["connect_timeout"] = "\(max(2, timeout.components.seconds / Int64(addresses)))"
        conninfo = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.quoted($0.value))" }.joined(separator: " ")
        self.statement = statement
        self.timeout = timeout
    }

    private static func quoted(_ value: String) -> String {
        "'\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
    }

    /// The session that stands, and may be asked once.
    package final class Opened {
        private let session: Session
        private let statement: String

        fileprivate init(_ session: Session, _ statement: String) {
            (self.session, self.statement) = (session, statement)
        }

        /// Blocks until the server has answered.
        /// - Returns: The first column of the first row, as text; nil for no row or NULL.
        /// - Throws: `DatabaseError`.
        package func firstValue() throws -> String? {
            defer { session.close() }
            PQclear(try ask("BEGIN READ ONLY", wanted: PGRES_COMMAND_OK))
            // Through the extended protocol, which takes one statement: what follows a semicolon is refused. A cursor
            // brings one row, however many there are.
            PQclear(try ask("DECLARE look NO SCROLL CURSOR FOR \(statement)", wanted: PGRES_COMMAND_OK))
            let result = try ask("FETCH 1 FROM look", wanted: PGRES_TUPLES_OK)
            defer { PQclear(result) }
            guard PQntuples(result) > 0, PQnfields(result) > 0, PQgetisnull(result, 0, 0) == 0 else { return nil }
            return String(cString: PQgetvalue(result, 0, 0))
        }

        private func ask(_ text: String, wanted: ExecStatusType) throws -> OpaquePointer? {
            let result = try session.ask { PQsendQueryParams($0, text, 0, nil, nil, nil, nil, 0) }
            guard PQresultStatus(result) == wanted else {
                defer { PQclear(result) }
                throw DatabaseError(result: result, connection: session.pointer, statement: nil)
            }
            return result
        }
    }

    /// Blocks until the session stands.
    /// - Throws: `DatabaseError` in libpq's words, which hold no password.
    package func open() throws -> Opened {
        let whole = Duration.seconds(max(1, timeout.components.seconds))
        return Opened(
            try Session(DatabaseConfiguration(conninfo: conninfo, applicationName: "trucban-probe", statementTimeout: whole)),
            statement)
    }
}
