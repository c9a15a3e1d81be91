import Foundation

/// `multipart/form-data` (RFC 7578), for forms that carry a file.
enum Multipart {
    struct Part {
        let name: String
        /// Nil for a field; the name that the browser gave for a file, empty when none was chosen.
        let fileName: String?
        var bytes: [UInt8] = []
    }

    /// The boundary named by a `Content-Type`, or nil for another type.
    static func boundary(of type: String) -> String? {
        guard type.lowercased().hasPrefix("multipart/form-data"),
            let match = type.firstMatch(of: /(?i:boundary)="?([^";]{1,70})"?/)
        else { return nil }
        return String(match.1)
    }

    /// The parts of a body that is in memory and bounded by the caller. What is not well-formed, and a part that was cut
    /// off, is left out: its fields are then missing, and the form says so.
    static func parts(of body: [UInt8], boundary: String) -> [Part] {
        var reader = MultipartReader(boundary: boundary)
        var parts: [Part] = []
        var current: Part?
        for event in reader.take(body) {
            switch event {
            case .begin(let name, let fileName): current = Part(name: name, fileName: fileName)
            case .bytes(let bytes): current?.bytes += bytes
            case .end:
                if let current { parts.append(current) }
                current = nil
            }
        }
        return parts
    }
}
