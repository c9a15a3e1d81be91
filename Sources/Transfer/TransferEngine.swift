import CCurl
import Foundation

/// The work of the loop's thread, which makes it and alone uses it.
///
/// Each round waits for sockets, the deadline or the bell; tells libcurl what happened; takes from it what is finished;
/// and begins or cancels what the mailbox says.
final class TransferEngine {
    /// Easy handles kept for the next transfers; what a burst needed beyond this is given back.
    private static let poolLimit = 256

    private let mailbox: Mailbox
    private let trust: String
    private let readiness: Readiness
    private let multi: UnsafeMutableRawPointer
    private var pool: [EasyHandle] = []
    private var flights: [UInt64: Flight] = [:]
    private var isStopping = false
    private var stopWaiters: [CheckedContinuation<Void, Never>] = []

    init(mailbox: Mailbox, trust: String) {
        self.mailbox = mailbox
        self.trust = trust
        readiness = Readiness(bell: mailbox.bell)
        // It fails only when the program that has just begun has no memory.
        multi = curl_multi_init()!
        readiness.attach(to: multi)
    }

    deinit {
        pool = []
        curl_multi_cleanup(multi)
    }

    func work() {
        blockBrokenPipes()
        while !isStopping {
            for ready in readiness.wait() { act(on: ready.socket, ready.mask) }
            if readiness.takeDeadline() { act(on: CURL_SOCKET_TIMEOUT, 0) }
            collect()
            mailbox.takeAll().forEach(obey)
        }
        finish()
    }

    /// A server that hangs up is an error of one transfer and not a signal that ends the program.
    private func blockBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private func act(on socket: Int32, _ mask: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, mask, &running)
    }

    private func collect() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // The message is libcurl's and is gone with the handle.
            let code = message.pointee.data.result
            let flight = Flight.of(easy)
            let outcome = flight.finished(code)
            land(flight)
            flight.order.waiter.resume(returning: outcome)
        }
    }

    private func obey(_ message: Mailbox.Message) {
        switch message {
        case .start(let order): start(order)
        case .cancel(let number):
            guard let flight = flights[number] else { return }
            land(flight)
            flight.order.waiter.resume(returning: .cancelled)
        case .stop(let waiter):
            isStopping = true
            if let waiter { stopWaiters.append(waiter) }
        }
    }

    private func start(_ order: Order) {
        guard let easy = pool.popLast() ?? EasyHandle() else {
            return order.waiter.resume(returning: Outcome(CURLE_OUT_OF_MEMORY))
        }
        let flight = Flight(order, on: easy)
        if let outcome = flight.prepare(trust: trust) {
            recycle(easy)
            return order.waiter.resume(returning: outcome)
        }
        flights[order.number] = flight
        curl_multi_add_handle(multi, easy.pointer)
    }

    /// Takes a flight from libcurl; its connection is closed where it was not finished.
    private func land(_ flight: Flight) {
        curl_multi_remove_handle(multi, flight.easy.pointer)
        flights[flight.order.number] = nil
        // A reset handle keeps its cookies, which are nobody else's.
        if !flight.order.work.keepsCookies { recycle(flight.easy) }
    }

    private func recycle(_ easy: EasyHandle) {
        easy.reset()
        if pool.count < Self.poolLimit { pool.append(easy) }
    }

    private func finish() {
        mailbox.takeLast().forEach(obey)
        for flight in flights.values {
            land(flight)
            flight.order.waiter.resume(returning: .cancelled)
        }
        stopWaiters.forEach { $0.resume() }
    }
}
