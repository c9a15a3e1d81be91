import CCurl
import Foundation
import Synchronization

/// A transfer that was asked for, and who waits for its outcome.
struct Order: Sendable {
    enum Work: Sendable {
        case web(Transfer)
        case mail(MailTransfer)
        case greeting(MailGreeting)

        var keepsCookies: Bool {
            if case .web(let transfer) = self { transfer.cookies != nil } else { false }
        }
    }

    let number: UInt64
    let work: Work
    let waiter: CheckedContinuation<Outcome, Never>
}

/// What other threads tell the loop's thread. A bell that epoll can hear says that something lies in it.
final class Mailbox: Sendable {
    enum Message: Sendable {
        case start(Order)
        case cancel(UInt64)
        case stop(CheckedContinuation<Void, Never>?)
    }

    private struct State {
        var messages: [Message] = []
        var isClosed = false
    }

    let bell: Int32
    private let state = Mutex(State())

    init() {
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        // Loops are made when a program starts: one that gets no descriptor then is of no use.
        precondition(bell >= 0, "eventfd: \(String(cString: strerror(errno)))")
    }

    deinit {
        close(bell)
    }

    /// - Returns: False when nobody will read it any more.
    @discardableResult
    func post(_ message: Message) -> Bool {
        let isFirst = state.withLock { state -> Bool? in
            guard !state.isClosed else { return nil }
            state.messages.append(message)
            return state.messages.count == 1
        }
        guard let isFirst else { return false }
        if isFirst { eventfd_write(bell, 1) }
        return true
    }

    func takeAll() -> [Message] {
        state.withLock { state in
            defer { state.messages = [] }
            return state.messages
        }
    }

    func takeLast() -> [Message] {
        state.withLock { state in
            defer { state = State(isClosed: true) }
            return state.messages
        }
    }
}
