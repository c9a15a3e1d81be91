import CPostgres
import Foundation

/// libpq's handle of one session. It belongs to the thread of its `Connection`, which alone calls libpq with it; only the
/// members marked so may be used from elsewhere.
final class Session: @unchecked Sendable {
    let pointer: OpaquePointer
    /// Asks the server to stop the running statement; thread-safe (libpq, PQcancel).
    let canceller: OpaquePointer?
    private let socket: Int32
    /// How long a silent server is waited for; nil for ever.
    private let patience: Duration?
    private var isClosed = false

    /// The server itself gives up a statement after `statementTimeout`; one that says nothing this much later hangs.
    private static let grace = Duration.seconds(2)

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
        patience = configuration.statementTimeout == .zero ? nil : configuration.statementTimeout + Self.grace
        // What the server says besides errors is for its own log.
        PQsetNoticeProcessor(pointer, { _, _ in }, nil)
        try set(configuration)
    }

    deinit {
        close()
        PQfreeCancel(canceller)
    }

    /// May be asked from any thread while no statement runs.
    var isOpen: Bool { !isClosed && PQstatus(pointer) == CONNECTION_OK }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        PQfinish(pointer)
    }

    /// Sends a statement and waits for its answer, as PQexec does, but not for ever: the process of a server that hangs is
    /// there, its connection stands, and nothing ever comes. Such a session is closed.
    ///
    /// - Parameter send: One of libpq's PQsend… functions.
    /// - Returns: The last of the results; nil when the session is broken, and libpq's message says how.
    /// - Throws: `DatabaseError` that `isUnavailable` when no answer came.
    func ask(_ send: (OpaquePointer) -> Int32) throws -> OpaquePointer? {
        guard send(pointer) == 1 else { return nil }
        return try lastResult()
    }

    /// Sends what `COPY … FROM STDIN` reads, and waits no longer than `ask` does, for each piece and for the answer. A session
    /// that breaks off in the middle is closed, so that nobody commits the pieces before.
    ///
    /// - Returns: The result of the whole; nil when the session is broken, and libpq's message says how.
    /// - Throws: `DatabaseError` that `isUnavailable` when the server does not take it, or does not answer.
    func copy(_ command: String, _ chunks: some Sequence<[UInt8]>) throws -> OpaquePointer? {
        guard PQsendQuery(pointer, command) == 1 else { return nil }
        let begun = try nextResult(until: deadline)
        guard PQresultStatus(begun) == PGRES_COPY_IN else { return try lastResult(after: begun) }
        PQclear(begun)
        // A send that blocks would know no deadline.
        PQsetnonblocking(pointer, 1)
        defer { if !isClosed { PQsetnonblocking(pointer, 0) } }
        for chunk in chunks {
            try put {
                chunk.withUnsafeBytes {
                    PQputCopyData(pointer, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count))
                }
            }
        }
        try put { PQputCopyEnd(pointer, nil) }
        return try lastResult()
    }

    /// - Parameter queue: One of libpq's PQput… functions.
    private func put(_ queue: () -> Int32) throws {
        guard queue() == 1 else { throw broken() }
        let deadline = deadline
        while true {
            switch PQflush(pointer) {
            case 0: return
            case 1:
                guard wait(for: POLLIN | POLLOUT, until: deadline) else { throw silent() }
                // A server that has something to say may not read before it is heard.
                PQconsumeInput(pointer)
            default: throw broken()
            }
        }
    }

    private func broken() -> DatabaseError {
        let message = String(cString: PQerrorMessage(pointer)).trimmed
        close()
        return .unavailable(message)
    }

    private func silent() -> DatabaseError {
        close()
        return .unavailable("the server did not answer")
    }

    private var deadline: ContinuousClock.Instant? { patience.map { ContinuousClock.now + $0 } }

    /// - Parameter first: A result that was taken already.
    private func lastResult(after first: OpaquePointer? = nil) throws -> OpaquePointer? {
        let deadline = deadline
        var last = first
        do {
            while let next = try nextResult(until: deadline) {
                PQclear(last)
                last = next
            }
            return last
        } catch {
            PQclear(last)
            throw error
        }
    }

    /// Sends several statements and then waits for all their answers: one round trip (libpq, pipeline mode). Whoever sends
    /// much may not ask for much with it, all but the last answer: the server stops reading while it cannot write.
    ///
    /// - Parameter sends: Each one of libpq's PQsend… functions, for one statement of the extended protocol.
    /// - Returns: A result for each; after one that failed the others are not run. When the session broke, fewer or more, and
    ///   the last is the error.
    /// - Throws: `DatabaseError` that `isUnavailable` when no answer came.
    func ask(_ sends: [(OpaquePointer) -> Int32]) throws -> [OpaquePointer?] {
        guard PQenterPipelineMode(pointer) == 1, sends.allSatisfy({ $0(pointer) == 1 }), PQpipelineSync(pointer) == 1 else {
            throw broken()
        }
        var results: [OpaquePointer?] = []
        do {
            while PQstatus(pointer) == CONNECTION_OK {
                // Between the results of two statements stands nil. Each has as long as it would have alone.
                guard let next = try nextResult(until: deadline) else { continue }
                if PQresultStatus(next) == PGRES_PIPELINE_SYNC {
                    PQclear(next)
                    PQexitPipelineMode(pointer)
                    break
                }
                results.append(next)
            }
            return results
        } catch {
            results.forEach { PQclear($0) }
            throw error
        }
    }

    /// - Returns: Nil after the last result of a statement.
    /// - Throws: `DatabaseError` that `isUnavailable` when the deadline has passed; then the session is closed.
    private func nextResult(until deadline: ContinuousClock.Instant?) throws -> OpaquePointer? {
        while PQisBusy(pointer) == 1 {
            guard wait(for: POLLIN, until: deadline) else { throw silent() }
            // A broken session is not busy any more, and its next result is the error.
            PQconsumeInput(pointer)
        }
        return PQgetResult(pointer)
    }

    /// - Returns: False when the deadline has passed.
    private func wait(for events: Int32, until deadline: ContinuousClock.Instant?) -> Bool {
        while true {
            let left = deadline.map { ContinuousClock.now.duration(to: $0).inMilliseconds } ?? -1
            if deadline != nil, left <= 0 { return false }
            var entry = pollfd(fd: socket, events: Int16(events), revents: 0)
            if poll(&entry, 1, left) > 0 { return true }
        }
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
        let result = try ask {
            PQsendQuery(
                $0,
                """
                SET statement_timeout = \(milliseconds); SET lock_timeout = 10000;
                SET idle_in_transaction_session_timeout = 60000; SET TimeZone = 'UTC'
                """)
        }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else {
            throw DatabaseError(result: result, connection: pointer, statement: nil)
        }
    }
}

extension Duration {
    /// For poll(2), rounded up, so that it does not spin in the last millisecond.
    fileprivate var inMilliseconds: Int32 {
        Int32(clamping: components.seconds * 1000 + (components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
