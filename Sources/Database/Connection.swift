import CPostgres
import Foundation
import Synchronization

/// One session with the server. Its calls block its own thread and are made one at a time, because the thread is the
/// actor's executor; rows are read there too, and only values leave.
package actor Connection: Queryable {
    /// Also for tasks that want to run where the actor runs.
    nonisolated let thread: ConnectionThread
    private let session: Session
    private nonisolated let running: RunningStatement
    private let counter: StatementCounter
    private let preparesStatements: Bool
    private var prepared = PreparedStatements(capacity: 256)

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// - Throws: `DatabaseError` that `isUnavailable` when the server cannot be reached or refuses the session.
    static func open(_ configuration: DatabaseConfiguration, counter: StatementCounter) async throws -> Connection {
        let thread = ConnectionThread(name: "postgres")
        do {
            let session = try await ThreadCall(thread).run { try Session(configuration) }
            return Connection(thread: thread, session: session, configuration: configuration, counter: counter)
        } catch {
            thread.stop()
            throw error
        }
    }

    private init(
        thread: ConnectionThread, session: Session, configuration: DatabaseConfiguration, counter: StatementCounter
    ) {
        self.thread = thread
        self.session = session
        self.counter = counter
        running = RunningStatement(session)
        preparesStatements = configuration.preparesStatements
    }

    deinit {
        thread.stop()
    }

    // MARK: Statements

    package func query<T: Sendable>(
        _ sql: SQL, read: @escaping @Sendable (inout RowReader) throws -> T
    ) async throws -> (rows: [T], affected: Int) {
        try await query(Statement(sql), after: [], read: read)
    }

    /// - Parameter earlier: What is sent with it, before it; its rows, if any, nobody reads.
    func query<T: Sendable>(
        _ statement: Statement, after earlier: [Statement], read: @escaping @Sendable (inout RowReader) throws -> T
    ) async throws -> (rows: [T], affected: Int) {
        try Task.checkCancellation()
        let number = running.begin()
        defer { running.end() }
        return try await withTaskCancellationHandler {
            try stopping { try execute(statement, after: earlier, read: read) }
        } onCancel: {
            running.cancel(number)
        }
    }

    /// What the server was asked to stop was cancelled.
    private func stopping<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as DatabaseError where error.isCancelled && Task.isCancelled {
            throw CancellationError()
        }
    }

    /// Runs a script of several statements: a migration. Nothing can be bound to it.
    func execute(script: String) throws {
        counter.add()
        let result = PQexec(session.pointer, script)
        defer { PQclear(result) }
        try check(result, statement: nil)
    }

    /// Commits a transaction, also when the task has been cancelled.
    ///
    /// - Parameter earlier: What is sent with it, before it.
    /// - Returns: The command tag.
    func commit(after earlier: [Statement]) throws -> String {
        guard !earlier.isEmpty else { return try control("COMMIT") }
        let result = try together(earlier + [.commit])
        defer { PQclear(result) }
        return String(cString: PQcmdStatus(result))
    }

    /// Begins, commits or ends a transaction. It runs also when the task has been cancelled.
    /// - Returns: The command tag: `COMMIT` of a transaction that had failed answers `ROLLBACK`.
    @discardableResult
    func control(_ command: StaticString) throws -> String {
        guard session.isOpen else { throw DatabaseError.unavailable("the session has ended") }
        let text = "\(command)"
        let result = try session.ask { PQsendQuery($0, text) }
        defer { PQclear(result) }
        try check(result, statement: text)
        return String(cString: PQcmdStatus(result))
    }

    /// - Parameter chunks: What `COPY … FROM STDIN` reads, in pieces of any size.
    func copy(_ statement: String, chunks: some Sequence<[UInt8]> & Sendable) async throws -> Int {
        guard session.isOpen else { throw DatabaseError.unavailable("the session has ended") }
        try Task.checkCancellation()
        counter.add()
        let number = running.begin()
        defer { running.end() }
        return try await withTaskCancellationHandler {
            try stopping {
                let result = try session.copy(statement, chunks)
                defer { PQclear(result) }
                try check(result, statement: statement)
                return affected(result)
            }
        } onCancel: {
            running.cancel(number)
        }
    }

    /// Ends the session at once.
    func close() {
        session.close()
    }

    /// Whether another user may have it: open, and in no transaction. May be asked from any thread while no statement runs.
    nonisolated var isIdle: Bool {
        session.isOpen && PQtransactionStatus(session.pointer) == PQTRANS_IDLE
    }

    /// An idle session has nothing to read; when there is something, the server has said goodbye.
    nonisolated var hasBeenLeft: Bool { session.hasSomethingToRead }

    // MARK: One statement, and several

    private func execute<T>(
        _ statement: Statement, after earlier: [Statement], read: (inout RowReader) throws -> T
    ) throws -> (rows: [T], affected: Int) {
        guard earlier.isEmpty else { return try rows(of: together(earlier + [statement]), read: read) }
        guard session.isOpen else { throw DatabaseError.unavailable("the session has ended") }
        if statement.isCounted { counter.add() }
        do {
            return try rows(of: alone(statement), read: read)
        } catch let error as DatabaseError where error.isOutdated && isIdle {
            return try rows(of: alone(statement), read: read)
        }
    }

    private func alone(_ statement: Statement) throws -> OpaquePointer? {
        let name = try prepare(statement)
        let result = try session.ask { Self.send(statement, name, $0) }
        do {
            try check(result, of: statement)
            return result
        } catch {
            PQclear(result)
            throw error
        }
    }

    /// Sends several statements before the first answer is there. When one fails, the server passes over all that follow.
    /// - Returns: The last one's result.
    private func together(_ statements: [Statement]) throws -> OpaquePointer? {
        guard session.isOpen else { throw DatabaseError.unavailable("the session has ended") }
        let names = try statements.map { statement in
            if statement.isCounted { counter.add() }
            return try prepare(statement)
        }
        var results = try session.ask(zip(statements, names).map { statement, name in { Self.send(statement, name, $0) } })
        defer { results.forEach { PQclear($0) } }
        for (place, statement) in statements.enumerated() {
            try check(place < results.count ? results[place] : nil, of: statement)
        }
        // The session broke when all was answered: whether it was committed, nobody knows.
        if results.count > statements.count { try check(results.last ?? nil, statement: nil) }
        return results.removeLast()
    }

    private static func send(_ statement: Statement, _ name: String?, _ pointer: OpaquePointer) -> Int32 {
        let types = statement.parameters.map(\.type.rawValue)
        return BoundValues(statement.parameters).withPointers { values, lengths, formats in
            if let name { return PQsendQueryPrepared(pointer, name, Int32(types.count), values, lengths, formats, 1) }
            return PQsendQueryParams(pointer, statement.text, Int32(types.count), types, values, lengths, formats, 1)
        }
    }

    private func rows<T>(
        of result: OpaquePointer?, read: (inout RowReader) throws -> T
    ) throws -> (rows: [T], affected: Int) {
        defer { PQclear(result) }
        guard let result, PQresultStatus(result) == PGRES_TUPLES_OK else { return ([], affected(result)) }
        let columns = PQnfields(result)
        let rows = try (0..<PQntuples(result)).map { number in
            var reader = RowReader(result: result, row: number, columns: columns)
            return try read(&reader)
        }
        return (rows, affected(result))
    }

    /// - Returns: The name under which the session knows the statement; nil where statements are not prepared.
    private func prepare(_ statement: Statement) throws -> String? {
        guard preparesStatements else { return nil }
        let text = statement.text
        if let name = prepared.name(of: text) { return name }
        if let oldest = prepared.evict() {
            PQclear(try session.ask { PQsendQuery($0, "DEALLOCATE \(oldest)") })
        }
        let name = prepared.nextName()
        let types = statement.parameters.map(\.type.rawValue)
        let result = try session.ask { PQsendPrepare($0, name, text, Int32(types.count), types) }
        defer { PQclear(result) }
        try check(result, statement: text)
        prepared.remember(text, as: name)
        return name
    }

    /// Forgets a statement whose plan is of no use any more; all of them where a proxy gave us another session.
    private func check(_ result: OpaquePointer?, of statement: Statement) throws {
        do {
            try check(result, statement: statement.text)
        } catch let error as DatabaseError {
            if error.isOutdated { prepared.forget(statement.text) }
            if error.isOfAnotherSession { prepared.forgetAll() }
            throw error
        }
    }

    private func check(_ result: OpaquePointer?, statement: String?) throws {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return
        default: throw DatabaseError(result: result, connection: session.pointer, statement: statement)
        }
    }

    private func affected(_ result: OpaquePointer?) -> Int {
        Int(String(cString: PQcmdTuples(result))) ?? 0
    }
}
