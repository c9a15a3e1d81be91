import Foundation

/// Opens a connection, says something and waits for something.
struct TCPProber {
    /// As much of an answer as is looked through.
    private static let limit = 64 << 10

    let target: TCPTarget
    let family: AddressFamily

    func look(_ course: inout Course) throws(Failure) {
        let addresses = try HostAddress.of(target.host, port: target.port, family: family, by: course)
        course.phases.resolve = course.lap()
        let wire = try Wire.connected(to: addresses, by: course)
        course.phases.connect = course.lap()
        if !target.sent.isEmpty { try wire.send(target.sent, by: course) }
        let expected = target.expected
        if expected.isEmpty { return }
        var heard: [UInt8] = []
        while true {
            guard let more = try wire.receive(by: course) else {
                throw Failure(heard.isEmpty ? .timeout : .answer, "không thấy “\(target.expect)”" + shown(heard))
            }
            if heard.isEmpty, !more.isEmpty { course.phases.firstByte = course.lap() }
            heard += more
            if Data(heard).range(of: Data(expected)) != nil { return }
            if more.isEmpty || heard.count >= Self.limit {
                throw Failure(.answer, "không thấy “\(target.expect)”" + shown(heard))
            }
        }
    }

    /// The first line of what came instead.
    private func shown(_ heard: [UInt8]) -> String {
        let text = String(decoding: heard.prefix(100), as: UTF8.self).prefix { !$0.isNewline }
        return text.isEmpty ? ", máy chủ không nói gì" : ", nhận được “\(text)”"
    }
}
