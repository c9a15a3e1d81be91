/// Questions and answers of the domain name system on the wire (RFC 1035 §4, RFC 3596 for AAAA).
enum DNSMessage {
    /// What a server said, as far as it matters here.
    struct Answer: Hashable {
        var code = 0
        /// The message did not fit into a datagram.
        var isTruncated = false
        /// The records of the wanted type, as people write them.
        var values: [String] = []
    }

    enum Malformed: Error {
        case cut, notTheAnswer, loop
    }

    static func number(of record: DNSTarget.Record) -> UInt16 {
        switch record {
        case .a: 1
        case .cname: 5
        case .mx: 15
        case .txt: 16
        case .aaaa: 28
        }
    }

    /// - Returns: nil for what is no name: a label is empty or longer than 63 bytes, or all of it longer than 255.
    static func encoded(name: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        let labels = (name.hasSuffix(".") ? String(name.dropLast()) : name).split(separator: ".", omittingEmptySubsequences: false)
        for label in labels {
            let text = Array(label.utf8)
            guard (1...63).contains(text.count), text.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
            bytes += [UInt8(text.count)] + text
        }
        bytes.append(0)
        return bytes.count <= 255 ? bytes : nil
    }

    /// One question, with recursion desired.
    static func query(_ name: [UInt8], _ record: DNSTarget.Record, id: UInt16) -> [UInt8] {
        pair(id) + [0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0] + name + pair(number(of: record)) + pair(1)
    }

    static func pair(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xff)] }

    /// Reads a message and checks that it answers the question: its number, its flag, the question itself.
    static func answer(_ bytes: [UInt8], to name: [UInt8], _ record: DNSTarget.Record, id: UInt16) throws(Malformed) -> Answer {
        var reader = Reader(bytes: bytes)
        let (number, flags) = (try reader.pair(), try reader.pair())
        let (questions, answers) = (try reader.pair(), try reader.pair())
        reader.position = 12
        guard number == id, flags & 0x8000 != 0, flags & 0x7800 == 0 else { throw .notTheAnswer }
        var answer = Answer(code: Int(flags & 0x000f), isTruncated: flags & 0x0200 != 0)
        // A server that does not understand the question may leave it out (FORMERR).
        if questions == 0, answer.code != 0 { return answer }
        guard questions == 1, try reader.name().lowercased() == text(of: name).lowercased(),
            try reader.pair() == Self.number(of: record), try reader.pair() == 1
        else { throw .notTheAnswer }
        if answer.isTruncated { return answer }
        for _ in 0..<answers {
            _ = try reader.name()
            let (type, family) = (try reader.pair(), try reader.pair())
            _ = (try reader.pair(), try reader.pair())
            let length = Int(try reader.pair())
            let end = reader.position + length
            guard end <= bytes.count else { throw .cut }
            if type == Self.number(of: record), family == 1 { answer.values.append(try reader.value(record, until: end)) }
            reader.position = end
        }
        return answer
    }

    private static func text(of name: [UInt8]) throws(Malformed) -> String {
        var reader = Reader(bytes: name)
        return try reader.name()
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func byte() throws(Malformed) -> UInt8 {
            guard position < bytes.count else { throw .cut }
            defer { position += 1 }
            return bytes[position]
        }

        mutating func pair() throws(Malformed) -> UInt16 { UInt16(try byte()) << 8 | UInt16(try byte()) }

        mutating func take(_ count: Int) throws(Malformed) -> [UInt8] {
            guard count >= 0, position + count <= bytes.count else { throw .cut }
            defer { position += count }
            return Array(bytes[position..<position + count])
        }

        /// A name, whose end may stand earlier in the message (§4.1.4). Each jump goes back, so there is an end.
        mutating func name() throws(Malformed) -> String {
            var labels: [String] = []
            var after: Int?
            var (lowest, size) = (position, 0)
            while true {
                let length = try byte()
                if length & 0xc0 == 0xc0 {
                    let target = Int(length & 0x3f) << 8 | Int(try byte())
                    if after == nil { after = position }
                    guard target < lowest else { throw .loop }
                    (lowest, position) = (target, target)
                } else if length & 0xc0 != 0 {
                    throw .cut
                } else if length == 0 {
                    break
                } else {
                    size += Int(length) + 1
                    guard size <= 255 else { throw .loop }
                    labels.append(String(decoding: try take(Int(length)), as: UTF8.self))
                }
            }
            if let after { position = after }
            return labels.joined(separator: ".")
        }

        /// As people write a record's value.
        mutating func value(_ record: DNSTarget.Record, until end: Int) throws(Malformed) -> String {
            switch record {
            case .a:
                let parts = try take(4)
                return parts.map { "\($0)" }.joined(separator: ".")
            case .aaaa:
                var groups: [String] = []
                for _ in 0..<8 { groups.append(String(try pair(), radix: 16)) }
                return groups.joined(separator: ":")
            case .cname: return try name()
            case .mx:
                let preference = try pair()
                return "\(preference) \(try name())"
            case .txt:
                var text: [UInt8] = []
                while position < end { text += try take(Int(try byte())) }
                return String(decoding: text, as: UTF8.self)
            }
        }
    }
}
