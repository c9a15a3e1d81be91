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
            let match = type.firstMatch(of: /boundary="?([^";]{1,70})"?/)
        else { return nil }
        return String(match.1)
    }

    /// The parts of a body. What is not well-formed is left out: its fields are then missing, and the form says so.
    static func parts(of body: [UInt8], boundary: String) -> [Part] {
        let data = Data(body)
        let delimiter = Data("--\(boundary)".utf8)
        let blankLine = Data("\r\n\r\n".utf8)
        var parts: [Part] = []
        var position = data.range(of: delimiter)?.upperBound
        while let start = position, let next = data.range(of: delimiter, in: start..<data.endIndex) {
            let section = data[start..<next.lowerBound]
            if let head = section.range(of: blankLine), section.count >= 4 {
                let content = section[head.upperBound..<max(head.upperBound, section.endIndex - 2)]
                let headers = String(decoding: section[..<head.lowerBound], as: UTF8.self)
                if let name = headers.firstMatch(of: /[ ;]name="([^"]*)"/) {
                    let fileName = headers.firstMatch(of: /filename="([^"]*)"/).map { String($0.1) }
                    parts.append(Part(name: String(name.1), fileName: fileName, bytes: Array(content)))
                }
            }
            position = next.upperBound
        }
        return parts
    }
}
