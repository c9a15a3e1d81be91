import Foundation
import Synchronization

/// Where a datagram or a connection goes.
struct HostAddress: Sendable {
    fileprivate var storage = sockaddr_storage()
    fileprivate var length = socklen_t(0)

    var family: Int32 { Int32(storage.ss_family) }

    /// The addresses of a name, in the order in which they are to be tried. A name server that says nothing is left to
    /// its own thread when time is over.
    static func of(_ host: String, port: Int, family: AddressFamily, by course: Course) throws(Failure) -> [HostAddress] {
        if let numeric = lookUp(host, port: port, family: family, flags: AI_NUMERICHOST).addresses { return numeric }
        let box = Answer()
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            let found = lookUp(host, port: port, family: family, flags: 0)
            box.value.withLock { $0 = found }
            done.signal()
        }
        thread.name = "resolve"
        thread.stackSize = 512 << 10
        thread.start()
        guard done.wait(timeout: .now() + .milliseconds(Int(course.left.inPollMilliseconds))) == .success else {
            throw Failure(.resolve, "máy chủ tên miền không trả lời kịp")
        }
        let found = box.value.withLock { $0 }
        guard let addresses = found?.addresses, !addresses.isEmpty else { throw Failure(.resolve, found?.message ?? "") }
        return addresses
    }

    private final class Answer: Sendable {
        let value = Mutex<(addresses: [HostAddress]?, message: String)?>(nil)
    }

    private static func lookUp(
        _ host: String, port: Int, family: AddressFamily, flags: Int32
    ) -> (addresses: [HostAddress]?, message: String) {
        var hints = addrinfo()
        hints.ai_flags = flags | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        switch family {
        case .any: hints.ai_family = AF_UNSPEC
        case .v4: hints.ai_family = AF_INET
        case .v6: hints.ai_family = AF_INET6
        }
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &list)
        guard code == 0 else { return (nil, String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(list) }
        var addresses: [HostAddress] = []
        var entry = list
        while let current = entry {
            var address = HostAddress()
            address.length = current.pointee.ai_addrlen
            withUnsafeMutableBytes(of: &address.storage) {
                $0.copyMemory(from: UnsafeRawBufferPointer(start: current.pointee.ai_addr, count: Int(address.length)))
            }
            addresses.append(address)
            entry = current.pointee.ai_next
        }
        return (addresses, "")
    }
}

/// connect(2) and send(2), whose names the class below uses itself.
private func dial(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    connect(descriptor, address, length)
}

private func put(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
}

/// A socket of a probe on its own thread: every call ends when the probe's time is over.
final class Wire {
    private let descriptor: Int32

    /// - Throws: `Failure` of kind `forbidden` when the kernel does not let this user have such a socket.
    init(family: Int32, type: __socket_type, protocol number: Int32 = 0) throws(Failure) {
        descriptor = socket(family, Int32(type.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue), number)
        if descriptor >= 0 { return }
        throw Failure(errno == EACCES || errno == EPERM ? .forbidden : .connect, Failure.reason(errno))
    }

    deinit {
        close(descriptor)
    }

    /// Tries the addresses one after the other.
    static func connected(to addresses: [HostAddress], by course: Course) throws(Failure) -> Wire {
        var last = Failure(.connect)
        for (index, address) in addresses.enumerated() {
            do {
                let wire = try Wire(family: address.family, type: SOCK_STREAM)
                // What is left is shared among those that are still to be tried.
                try wire.connect(to: address, by: course, share: addresses.count - index)
                return wire
            } catch { last = error }
        }
        throw last
    }

    func connect(to address: HostAddress, by course: Course, share: Int = 1) throws(Failure) {
        var address = address
        let code = withUnsafePointer(to: &address.storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { dial(descriptor, $0, address.length) }
        }
        if code == 0 { return }
        guard errno == EINPROGRESS else { throw Failure(.connect, Failure.reason(errno)) }
        guard wait(for: POLLOUT, atMost: course.left / share) else { throw Failure(.timeout, "chưa kết nối được") }
        var (problem, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &size)
        if problem != 0 { throw Failure(.connect, Failure.reason(problem)) }
    }

    func send(_ bytes: [UInt8], by course: Course) throws(Failure) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                put(descriptor, $0)
            }
            if count > 0 {
                sent += count
            } else if count < 0, errno == EAGAIN {
                guard wait(for: POLLOUT, atMost: course.left) else { throw Failure(.timeout, "máy chủ không nhận") }
            } else if errno != EINTR {
                throw Failure(.transfer, Failure.reason(errno))
            }
        }
    }

    /// - Parameter patience: Less than what is left, to try again.
    /// - Returns: What came, at most `limit` bytes; empty at the end; nil when nothing came in time.
    func receive(_ limit: Int = 65_535, by course: Course, patience: Duration? = nil) throws(Failure) -> [UInt8]? {
        let deadline = ContinuousClock.now + min(course.left, patience ?? course.left)
        var buffer = [UInt8](repeating: 0, count: limit)
        while true {
            guard wait(for: POLLIN, atMost: ContinuousClock.now.duration(to: deadline)) else { return nil }
            let count = recv(descriptor, &buffer, limit, 0)
            if count >= 0 { return Array(buffer[..<count]) }
            if errno == ECONNREFUSED { throw Failure(.connect, Failure.reason(errno)) }
            if errno != EAGAIN, errno != EINTR { throw Failure(.transfer, Failure.reason(errno)) }
        }
    }

    private func wait(for event: Int32, atMost patience: Duration) -> Bool {
        let deadline = ContinuousClock.now + patience
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            if left <= .zero { return false }
            var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            if poll(&entry, 1, left.inPollMilliseconds) > 0 { return true }
        }
    }
}

extension HostAddress {
    /// As numbers.
    var text: String {
        var address = self
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = withUnsafePointer(to: &address.storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getnameinfo($0, address.length, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
            }
        }
        return code == 0 ? String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : ""
    }
}
