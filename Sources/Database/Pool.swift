import Logging
import Synchronization

/// The sessions of a database: at most `connections` of them, handed out first come, first served.
final class Pool: Sendable {
    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<Connection?, any Error>
    }

    private struct State {
        var idle: [Connection] = []
        /// Open or being opened.
        var count = 0
        var waiters: [Waiter] = []
        var lastWaiter: UInt64 = 0
        var isClosed = false
    }

    private enum Place {
        case reuse(Connection)
        case open
        case wait
        case closed
    }

    private static let closed = DatabaseError.unavailable("the database was closed")

    let counter = StatementCounter()
    private let configuration: DatabaseConfiguration
    private let logger: Logger
    private let state = Mutex(State())

    init(_ configuration: DatabaseConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// - Throws: `DatabaseError` that `isUnavailable` when none can be had within the wait limit.
    func lease() async throws -> Connection {
        while true {
            // Nil: there is a place, but no session in it yet.
            guard let connection = try await idleOrPlace() else { return try await open() }
            // After the server restarted, every session that was kept here is dead.
            if !connection.hasBeenLeft { return connection }
            await connection.close()
            giveUpPlace()
        }
    }

    func giveBack(_ connection: Connection) async {
        guard connection.isIdle else {
            await connection.close()
            return giveUpPlace()
        }
        let next = state.withLock { state -> Waiter? in
            if state.isClosed { return nil }
            if !state.waiters.isEmpty { return state.waiters.removeFirst() }
            state.idle.append(connection)
            return nil
        }
        if let next { return next.continuation.resume(returning: connection) }
        if state.withLock({ $0.isClosed }) { await connection.close() }
    }

    func close() async {
        let (idle, waiters) = state.withLock { state in
            defer { (state.idle, state.waiters, state.isClosed) = ([], [], true) }
            return (state.idle, state.waiters)
        }
        for waiter in waiters { waiter.continuation.resume(throwing: Self.closed) }
        for connection in idle { await connection.close() }
    }

    private func idleOrPlace() async throws -> Connection? {
        switch state.withLock({ place(in: &$0) }) {
        case .reuse(let connection): connection
        case .open: nil
        case .closed: throw Self.closed
        case .wait: try await wait()
        }
    }

    private func place(in state: inout State) -> Place {
        if state.isClosed { return .closed }
        if let connection = state.idle.popLast() { return .reuse(connection) }
        guard state.count < configuration.connections else { return .wait }
        state.count += 1
        return .open
    }

    private func open() async throws -> Connection {
        do {
            return try await Connection.open(configuration, counter: counter)
        } catch {
            giveUpPlace()
            throw error
        }
    }

    /// A session has ended: whoever waits longest may open another in its place.
    private func giveUpPlace() {
        let next = state.withLock { state -> Waiter? in
            if !state.waiters.isEmpty { return state.waiters.removeFirst() }
            state.count -= 1
            return nil
        }
        next?.continuation.resume(returning: nil)
    }

    private func wait() async throws -> Connection? {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let limit = configuration.waitLimit
        let alarm = Task {
            try await Task.sleep(for: limit)
            leave(number, DatabaseError.unavailable("no connection became free within \(limit)"))
        }
        defer { alarm.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<Connection?, any Error>? = state.withLock { state in
                    // The handler below may already have run and found nobody.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    // A place may have become free since it was asked for.
                    switch place(in: &state) {
                    case .reuse(let connection): return .success(connection)
                    case .open: return .success(nil)
                    case .closed: return .failure(Self.closed)
                    case .wait:
                        state.waiters.append(Waiter(number: number, continuation: continuation))
                        return nil
                    }
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            leave(number, CancellationError())
        }
    }

    private func leave(_ number: UInt64, _ reason: any Error) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume(throwing: reason)
    }
}
