import Foundation

/// Reads `multipart/form-data` (RFC 7578) piece by piece, so that a file that comes with a form is never whole in memory.
/// It holds back only what may be the beginning of a delimiter, or the head of a part.
struct MultipartReader {
    enum Event {
        /// - Parameter fileName: Nil for a field; the name that the browser gave for a file, empty when none was chosen.
        case begin(name: String, fileName: String?)
        case bytes(Data)
        case end
    }

    private enum Place {
        /// Before the first delimiter, or in a part whose head is no head: nothing of it is read.
        case aside
        case head
        case content
        case finished
    }

    /// No browser writes a head as long as this.
    private static let longestHead = 16 << 10

    private let delimiter: Data
    // A delimiter stands at the beginning of a line (RFC 2046, 5.1.1); the first line has none before it.
    private var rest = Data("\r\n".utf8)
    private var place = Place.aside

    init(boundary: String) {
        delimiter = Data("\r\n--\(boundary)".utf8)
    }

    /// What became readable with these bytes. A part that was cut off has no end.
    mutating func take(_ bytes: some Collection<UInt8>) -> [Event] {
        rest.append(contentsOf: bytes)
        var events: [Event] = []
        while place != .finished, step(&events) {}
        // Indices begin anew, and what was read goes.
        rest = Data(rest)
        return events
    }

    /// - Returns: Whether there may be more to read.
    private mutating func step(_ events: inout [Event]) -> Bool {
        let found = nextDelimiter()
        if place == .head {
            let limit = found?.start ?? rest.endIndex
            if let end = rest.range(of: Data("\r\n\r\n".utf8), in: rest.startIndex..<limit) {
                let head = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
                rest = rest[end.upperBound...]
                guard let begun = Event(head: head) else {
                    place = .aside
                    return true
                }
                place = .content
                events.append(begun)
                return true
            }
            if found == nil, rest.count < Self.longestHead { return false }
            place = .aside
        }
        guard let found else { return false }
        if place == .content, found.start > rest.startIndex { events.append(.bytes(rest[..<found.start])) }
        guard let end = found.end else {
            rest = rest[found.start...]
            return false
        }
        if place == .content { events.append(.end) }
        rest = rest[end...]
        place = found.isLast ? .finished : .head
        return true
    }

    /// Where the next delimiter begins, or what may become one when more has come; then it has no end. Its line end stays:
    /// it may belong to the delimiter after it. Nil: only the head of a part is waited for.
    private func nextDelimiter() -> (start: Data.Index, end: Data.Index?, isLast: Bool)? {
        var position = rest.startIndex
        while let range = rest.range(of: delimiter, in: position..<rest.endIndex) {
            let after = rest[range.upperBound...]
            if after.starts(with: Data("--".utf8)) { return (range.lowerBound, range.upperBound, true) }
            let line = after.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if line.starts(with: Data("\r\n".utf8)) { return (range.lowerBound, line.startIndex, false) }
            let isUnfinished = Data("--".utf8).starts(with: after) || Data("\r\n".utf8).starts(with: line)
            if isUnfinished, after.count < Self.longestHead { return place == .head ? nil : (range.lowerBound, nil, false) }
            position = range.lowerBound + 1
        }
        if place == .head { return nil }
        return (max(position, rest.endIndex - (delimiter.count - 1)), nil, false)
    }
}

extension MultipartReader.Event {
    /// - Parameter head: What stands before the first blank line of a part; nil for a part without a name.
    fileprivate init?(head: String) {
        guard let name = head.firstMatch(of: /[ ;](?i:name)="([^"]*)"/) else { return nil }
        self = .begin(
            name: String(name.1), fileName: head.firstMatch(of: /(?i:filename)="([^"]*)"/).map { String($0.1) })
    }
}
