import Foundation

/// Sends an echo request on a datagram socket, which needs no privilege where the kernel allows it (icmp(7)).
struct ICMPProber {
    private static let attempts = 3

    let target: ICMPTarget
    let family: AddressFamily

    func look(_ course: inout Course) throws(Failure) {
        let addresses = try HostAddress.of(target.host, port: 0, family: family, by: course)
        course.phases.resolve = course.lap()
        let address = addresses[0]
        let isV6 = address.family == AF_INET6
        let wire = try socket(isV6)
        try wire.connect(to: address, by: course)
        // The kernel writes the identifier and the checksum, and gives back only answers to this socket.
        let payload = (0..<24).map { _ in UInt8.random(in: 0...255) }
        let patience = course.left / Self.attempts
        for attempt in 1...Self.attempts {
            let request: [UInt8] = [isV6 ? 128 : 8, 0, 0, 0, 0, 0, 0, UInt8(attempt)] + payload
            try wire.send(request, by: course)
            let end = ContinuousClock.now + patience
            while let bytes = try wire.receive(2048, by: course, patience: ContinuousClock.now.duration(to: end)) {
                guard bytes.count >= 8, bytes[0] == (isV6 ? 129 : 0), bytes[8...].elementsEqual(payload) else { continue }
                course.phases.firstByte = course.lap()
                return
            }
        }
        throw Failure(.timeout, "máy không trả lời ping")
    }

    private func socket(_ isV6: Bool) throws(Failure) -> Wire {
        do {
            return try Wire(
                family: isV6 ? AF_INET6 : AF_INET, type: SOCK_DGRAM, protocol: isV6 ? 58 : Int32(IPPROTO_ICMP))
        } catch {
            guard error.kind == .forbidden else { throw error }
            throw Failure(
                .forbidden,
                "nhân hệ điều hành không cho tài khoản này gửi ping; quản trị viên cần đặt sysctl net.ipv4.ping_group_range=\"0 2147483647\"")
        }
    }
}
