import CPostgres
import Foundation
import Synchronization

/// Which statement of a session is under way, so that a cancellation that comes late stops nobody else's.
final class RunningStatement: Sendable {
    private struct State {
        var number: UInt64 = 0
        var isRunning = false
    }

    private let session: Session
    private let state = Mutex(State())

    init(_ session: Session) {
        self.session = session
    }

    func begin() -> UInt64 {
        state.withLock {
            $0.number += 1
            $0.isRunning = true
            return $0.number
        }
    }

    func end() {
        state.withLock { $0.isRunning = false }
    }

    /// Asks the server to stop statement `number`. PQcancel opens a connection of its own and waits for the server, so
    /// it gets a thread of its own; while it waits, `end` waits too, and the next statement cannot begin.
    func cancel(_ number: UInt64) {
        DispatchQueue.global().async { [self] in
            state.withLock {
                guard $0.isRunning, $0.number == number else { return }
                var message = [CChar](repeating: 0, count: 256)
                PQcancel(session.canceller, &message, Int32(message.count))
            }
        }
    }
}
