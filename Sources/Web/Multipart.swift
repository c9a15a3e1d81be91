import Foundation

/// `multipart/form-data` (RFC 7578), for forms that carry a file. The body is in memory and bounded by the caller.
enum Multipart {
    struct Part {
        let name: String
        /// Nil for a field; the name that the browser gave for a file, empty when none was chosen.
        let fileName: String?
        let bytes: [UInt8]
    }

    /// The boundary named by a `Content-Type`, or nil for another type.
    static func boundary(of type: String) -> String? {
        guard type.lowercased().hasPrefix("multipart/form-data"),
            let match = type.firstMatch(of: /(?i:boundary)="?([^";]{1,70})"?/)
        else { return nil }
        return String(match.1)
    }

    /// The parts of a body. What is not well-formed, and a part that was cut off, is left out: its fields are then missing,
    /// and the form says so.
    static func parts(of body: [UInt8], boundary: String) -> [Part] {
        // A delimiter stands at the beginning of a line (RFC 2046, 5.1.1); the first line has none before it.
        let data = Data("\r\n".utf8) + Data(body)
        var parts: [Part] = []
        var start: Data.Index?
        for (range, isLast) in delimiters(of: boundary, in: data) {
            if let start, let part = Part(data[start..<range.lowerBound]) { parts.append(part) }
            if isLast { break }
            start = range.upperBound
        }
        return parts
    }

    /// Where the delimiters are, and which of them closes the body. A line of the content that only begins like one is not
    /// one.
    private static func delimiters(of boundary: String, in data: Data) -> [(range: Range<Data.Index>, isLast: Bool)] {
        let delimiter = Data("\r\n--\(boundary)".utf8)
        var found: [(Range<Data.Index>, Bool)] = []
        var position = data.startIndex
        while let range = data.range(of: delimiter, in: position..<data.endIndex) {
            let isLast = data[range.upperBound...].starts(with: Array("--".utf8))
            let rest = data[range.upperBound...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if isLast || rest.starts(with: Array("\r\n".utf8)) { found.append((range, isLast)) }
            // The line end after one delimiter may belong to the next.
            position = range.upperBound
        }
        return found
    }
}

extension Multipart.Part {
    /// - Parameter section: What stands between two delimiters, from the line end of the first on.
    fileprivate init?(_ section: Data) {
        guard let head = section.range(of: Data("\r\n\r\n".utf8)) else { return nil }
        let headers = String(decoding: section[..<head.lowerBound], as: UTF8.self)
        guard let name = headers.firstMatch(of: /[ ;](?i:name)="([^"]*)"/) else { return nil }
        self.name = String(name.1)
        fileName = headers.firstMatch(of: /(?i:filename)="([^"]*)"/).map { String($0.1) }
        bytes = Array(section[head.upperBound...])
    }
}
