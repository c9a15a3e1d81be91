import Foundation

/// Asks a DNS server one question over UDP, and over TCP what did not fit (RFC 1035 §4.2, RFC 7766).
struct DNSProber {
    /// A datagram may be lost; it is sent this often before time is over.
    private static let attempts = 3

    let target: DNSTarget
    let family: AddressFamily

    func look(_ course: inout Course) throws(Failure) {
        guard let name = DNSMessage.encoded(name: target.name) else { throw Failure(.resolve, "tên miền không đúng") }
        guard let place = target.server.isEmpty ? Self.systemServer : target.place else {
            throw Failure(.resolve, "không biết hỏi máy chủ tên miền nào (/etc/resolv.conf)")
        }
        let addresses = try HostAddress.of(place.host, port: place.port, family: family, by: course)
        course.phases.resolve = course.lap()
        var answer = try ask(addresses[0], name, &course)
        if answer.isTruncated { answer = try askAtLength(addresses, name, &course) }
        try judge(answer)
    }

    private func ask(_ address: HostAddress, _ name: [UInt8], _ course: inout Course) throws(Failure) -> DNSMessage.Answer {
        // A connected socket takes datagrams from the server alone.
        let wire = try Wire(family: address.family, type: SOCK_DGRAM)
        try wire.connect(to: address, by: course)
        let id = UInt16.random(in: 0...UInt16.max)
        let query = DNSMessage.query(name, target.record, id: id)
        let patience = course.left / Self.attempts
        for _ in 0..<Self.attempts {
            try wire.send(query, by: course)
            let end = ContinuousClock.now + patience
            while let bytes = try wire.receive(by: course, patience: ContinuousClock.now.duration(to: end)) {
                // What is not the answer to this question is no answer; the true one may still come.
                guard let answer = try? DNSMessage.answer(bytes, to: name, target.record, id: id) else { continue }
                course.phases.firstByte = course.lap()
                return answer
            }
        }
        throw Failure(.timeout, "máy chủ tên miền không trả lời")
    }

    private func askAtLength(
        _ addresses: [HostAddress], _ name: [UInt8], _ course: inout Course
    ) throws(Failure) -> DNSMessage.Answer {
        let wire = try Wire.connected(to: addresses, by: course)
        course.phases.connect = course.lap()
        let id = UInt16.random(in: 0...UInt16.max)
        let query = DNSMessage.query(name, target.record, id: id)
        try wire.send(DNSMessage.pair(UInt16(query.count)) + query, by: course)
        var bytes: [UInt8] = []
        while bytes.count < 2 || bytes.count < 2 + Int(bytes[0]) << 8 + Int(bytes[1]) {
            guard let more = try wire.receive(by: course) else { throw Failure(.timeout, "máy chủ tên miền không trả lời qua TCP") }
            if more.isEmpty { throw Failure(.transfer, "máy chủ tên miền ngắt kết nối TCP") }
            bytes += more
        }
        course.phases.firstByte += course.lap()
        do {
            return try DNSMessage.answer(Array(bytes.dropFirst(2)), to: name, target.record, id: id)
        } catch { throw Failure(.garbage, "trả lời DNS không đúng dạng") }
    }

    private func judge(_ answer: DNSMessage.Answer) throws(Failure) {
        switch answer.code {
        case 0: break
        case 2: throw Failure(.resolve, "máy chủ tên miền gặp lỗi (SERVFAIL)")
        case 3: throw Failure(.resolve, "tên miền không tồn tại (NXDOMAIN)")
        case 5: throw Failure(.resolve, "máy chủ tên miền từ chối trả lời (REFUSED)")
        default: throw Failure(.resolve, "máy chủ tên miền trả lời mã lỗi \(answer.code)")
        }
        if answer.values.isEmpty { throw Failure(.answer, "không có bản ghi \(target.record.rawValue)") }
        let found = Set(answer.values.map(canonical))
        guard let missing = target.expected.first(where: { !found.contains(canonical($0)) }) else { return }
        let shown = answer.values.joined(separator: ", ").prefix(300)
        throw Failure(.answer, "không có “\(missing)”, trả lời là \(shown)")
    }

    /// One way to write what people write in several: names without case and final dot, IPv6 addresses in full.
    private func canonical(_ value: String) -> String {
        switch target.record {
        case .txt: return value
        case .aaaa:
            var address = in6_addr()
            guard inet_pton(AF_INET6, value, &address) == 1 else { return value }
            return withUnsafeBytes(of: &address) { $0.map { String($0, radix: 16) }.joined(separator: ":") }
        case .a, .mx, .cname:
            let text = value.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
            return text.hasSuffix(".") ? String(text.dropLast()) : text
        }
    }

    /// The first server that this machine itself asks (resolv.conf(5)).
    private static var systemServer: (host: String, port: Int)? {
        guard let text = try? String(contentsOfFile: "/etc/resolv.conf", encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count >= 2, words[0] == "nameserver" { return (String(words[1]), 53) }
        }
        return nil
    }
}
