import CPostgres
import Foundation
package import Logging
import Synchronization

/// News from other processes, or the news that some may have been missed.
package enum Notification: Hashable, Sendable {
    case said(channel: String, payload: String)
    /// The session to the server is new: what was said before it stood was not heard.
    case missed
}

/// Hears what is said by NOTIFY. Each stream has a session and a thread of its own, which waits on the socket; it comes
/// back by itself after the server was away.
package final class Listener: Sendable {
    private let configuration: DatabaseConfiguration
    private let logger: Logger

    package init(_ configuration: DatabaseConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// - Parameters:
    ///   - channels: Names of the console's own channels.
    ///   - kept: What waits for a reader who is busy. Whom every piece of news makes do the same needs only the newest.
    /// - Returns: A stream that ends when nobody reads it any more. It begins with `.missed`.
    package func notifications(
        on channels: [StaticString], keeping kept: AsyncStream<Notification>.Continuation.BufferingPolicy = .unbounded
    ) -> AsyncStream<Notification> {
        AsyncStream(bufferingPolicy: kept) { continuation in
            let bell = Bell()
            continuation.onTermination = { _ in bell.ring() }
            let ear = Ear(
                configuration: configuration, channels: channels, logger: logger, bell: bell,
                hear: { continuation.yield($0) })
            let thread = Thread {
                ear.listen()
                continuation.finish()
            }
            thread.name = "listen"
            thread.stackSize = 1 << 20
            thread.start()
        }
    }
}

/// Wakes a thread that waits in poll(2), for good.
private final class Bell: Sendable {
    let descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))

    deinit {
        close(descriptor)
    }

    func ring() {
        eventfd_write(descriptor, 1)
    }

    /// - Returns: Whether it has rung before `seconds` were over.
    func wait(seconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, seconds * 1000) > 0
    }
}

/// The work of one listening thread.
private struct Ear: Sendable {
    let configuration: DatabaseConfiguration
    let channels: [StaticString]
    let logger: Logger
    let bell: Bell
    let hear: @Sendable (Notification) -> Void

    func listen() {
        var pause: Int32 = 1
        while !bell.wait(seconds: 0) {
            do {
                let session = try Session(configuration)
                try subscribe(session)
                pause = 1
                hear(.missed)
                while try hearNext(session) {}
                return
            } catch {
                logger.notice("listening again in \(pause) s", metadata: ["error": "\(error)"])
                if bell.wait(seconds: pause) { return }
                pause = min(pause * 2, 10)
            }
        }
    }

    private func subscribe(_ session: Session) throws {
        for channel in channels {
            let result = PQexec(session.pointer, "LISTEN \(channel)")
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_COMMAND_OK else {
                throw DatabaseError(result: result, connection: session.pointer, statement: "LISTEN \(channel)")
            }
        }
    }

    /// - Returns: False when the bell has rung.
    private func hearNext(_ session: Session) throws -> Bool {
        var entries = [
            pollfd(fd: PQsocket(session.pointer), events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&entries, 2, -1) >= 0 || errno == EINTR else {
            throw DatabaseError.unavailable("poll: \(String(cString: strerror(errno)))")
        }
        if entries[1].revents != 0 { return false }
        guard PQconsumeInput(session.pointer) == 1 else {
            throw DatabaseError.unavailable(String(cString: PQerrorMessage(session.pointer)).trimmed)
        }
        while let notice = PQnotifies(session.pointer) {
            hear(
                .said(
                    channel: String(cString: notice.pointee.relname), payload: String(cString: notice.pointee.extra)))
            PQfreemem(notice)
        }
        return true
    }
}
