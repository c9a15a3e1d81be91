import CPostgres
import Foundation

/// libpq's handle of one session. It belongs to the thread of its `Connection`, which alone calls libpq with it; only the
/// two members marked so may be used from elsewhere.
final class Session: @unchecked Sendable {
    let pointer: OpaquePointer
    /// Asks the server to stop the running statement; thread-safe (libpq, PQcancel).
    let canceller: OpaquePointer?
    private let socket: Int32
    private var isClosed = false

    /// Blocks until the session stands.
    init(_ configuration: DatabaseConfiguration) throws {
        guard let pointer = Self.connect(configuration) else {
            throw DatabaseError.unavailable("libpq has no memory for a connection")
        }
        guard PQstatus(pointer) == CONNECTION_OK else {
            let message = String(cString: PQerrorMessage(pointer)).trimmed
            PQfinish(pointer)
            throw DatabaseError.unavailable(message)
        }
        self.pointer = pointer
        canceller = PQgetCancel(pointer)
        socket = PQsocket(pointer)
        // What the server says besides errors is for its own log.
        PQsetNoticeProcessor(pointer, { _, _ in }, nil)
        try set(configuration)
    }

    deinit {
        close()
        PQfreeCancel(canceller)
    }

    var isOpen: Bool { !isClosed && PQstatus(pointer) == CONNECTION_OK }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        PQfinish(pointer)
    }

    /// May be asked from any thread while no statement runs.
    var hasSomethingToRead: Bool {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) != 0
    }

    private static func connect(_ configuration: DatabaseConfiguration) -> OpaquePointer? {
        // What stands after the connection string overrides it, what stands before is its default (libpq, 34.1.1).
        let settings: [(String, String)] = [
            ("connect_timeout", "3"), ("keepalives_idle", "10"), ("tcp_user_timeout", "20000"),
            ("dbname", configuration.conninfo), ("application_name", configuration.applicationName),
            ("client_encoding", "UTF8"),
        ]
        let names = settings.map { strdup($0.0) }
        let values = settings.map { strdup($0.1) }
        defer { (names + values).forEach { free($0) } }
        return PQconnectdbParams(
            names.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1)
    }

    private func set(_ configuration: DatabaseConfiguration) throws {
        let milliseconds = configuration.statementTimeout.components.seconds * 1000
        let result = PQexec(
            pointer,
            """
            SET statement_timeout = \(milliseconds); SET lock_timeout = 10000;
            SET idle_in_transaction_session_timeout = 60000; SET TimeZone = 'UTC'
            """)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else {
            throw DatabaseError(result: result, connection: pointer, statement: nil)
        }
    }
}
