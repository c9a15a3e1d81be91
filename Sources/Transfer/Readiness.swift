import CCurl
import Foundation

/// What libcurl waits for: its sockets, in an epoll set beside the mailbox's bell, and the one moment at which it wants to
/// be called although nothing happened. It belongs to the loop's thread.
final class Readiness {
    /// As many as are worth fetching from the kernel at a time.
    private static let batch = 256

    private let epoll: Int32
    private let bell: Int32
    /// On the monotonic clock, in nanoseconds.
    private var deadline: UInt64?
    private var events = [epoll_event](repeating: epoll_event(), count: batch)

    init(bell: Int32) {
        self.bell = bell
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        // As for the bell itself: without it the loop cannot begin.
        precondition(epoll >= 0, "epoll_create1: \(String(cString: strerror(errno)))")
        watch(bell, EPOLLIN.rawValue)
    }

    deinit {
        close(epoll)
    }

    /// Has libcurl tell this object what it waits for.
    func attach(to multi: UnsafeMutableRawPointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        multi_set_socket_function(
            multi,
            { _, socket, interest, context, _ in
                // `attach` gave this pointer, and the engine keeps the object for longer than the multi handle.
                Unmanaged<Readiness>.fromOpaque(context!).takeUnretainedValue().change(socket, to: interest)
                return 0
            }, context)
        multi_set_timer_function(
            multi,
            { _, milliseconds, context in
                Unmanaged<Readiness>.fromOpaque(context!).takeUnretainedValue().wake(in: milliseconds)
                return 0
            }, context)
    }

    private func change(_ socket: Int32, to interest: Int32) {
        switch interest {
        case CURL_POLL_REMOVE: epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nil)
        case CURL_POLL_IN: watch(socket, EPOLLIN.rawValue)
        case CURL_POLL_OUT: watch(socket, EPOLLOUT.rawValue)
        case CURL_POLL_INOUT: watch(socket, EPOLLIN.rawValue | EPOLLOUT.rawValue)
        default: break
        }
    }

    private func watch(_ descriptor: Int32, _ interest: UInt32) {
        var event = epoll_event(events: interest, data: epoll_data_t(fd: descriptor))
        // The kernel forgets a descriptor that is closed, so whether it knows this one is for the kernel to say.
        if epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) != 0 {
            epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
        }
    }

    private func wake(in milliseconds: Int) {
        deadline = milliseconds < 0 ? nil : DispatchTime.now().uptimeNanoseconds + UInt64(milliseconds) * 1_000_000
    }

    /// Waits until something happens.
    /// - Returns: The sockets that are ready and for what, as `curl_multi_socket_action` wants it.
    func wait() -> [(socket: Int32, mask: Int32)] {
        let count = epoll_wait(epoll, &events, Int32(Self.batch), milliseconds)
        // Interrupted by a signal: nothing is ready, and the deadline is looked at again.
        guard count > 0 else { return [] }
        return events[..<Int(count)].compactMap { event in
            if event.data.fd == bell {
                var value: eventfd_t = 0
                eventfd_read(bell, &value)
                return nil
            }
            return (event.data.fd, mask(event.events))
        }
    }

    /// Rounded up: libcurl that is called too early has nothing to do.
    private var milliseconds: Int32 {
        guard let deadline else { return -1 }
        let now = DispatchTime.now().uptimeNanoseconds
        return deadline <= now ? 0 : Int32(clamping: (deadline - now + 999_999) / 1_000_000)
    }

    private func mask(_ events: UInt32) -> Int32 {
        // A socket that broke is both readable and writable, so that libcurl's next call tells it how.
        if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { return CURL_CSELECT_IN | CURL_CSELECT_OUT }
        return (events & EPOLLIN.rawValue != 0 ? CURL_CSELECT_IN : 0)
            | (events & EPOLLOUT.rawValue != 0 ? CURL_CSELECT_OUT : 0)
    }

    /// Whether libcurl's moment has come; asked once for each.
    func takeDeadline() -> Bool {
        guard let deadline, deadline <= DispatchTime.now().uptimeNanoseconds else { return false }
        self.deadline = nil
        return true
    }
}
