package import HTTPTypes
import Civil
import Foundation
import Hummingbird
import Web

/// What came back.
package struct Answer: Sendable {
    package let status: HTTPResponse.Status
    package let headers: HTTPFields
    /// As they came, for what is no text.
    package let bytes: [UInt8]

    package var body: String { String(decoding: bytes, as: UTF8.self) }

    package init(status: HTTPResponse.Status, headers: HTTPFields, bytes: [UInt8]) {
        self.status = status
        self.headers = headers
        self.bytes = bytes
    }

    package var location: String? { headers[.location] }

    /// The value of the first hidden form key on the page, as a browser would send it back.
    package var formKey: String? {
        body.firstMatch(of: /name="form_key" value="([^"]+)"/).map { String($0.1) }
    }

    /// The page as XML: our templates close their tags, so a page that does not parse is a mistake.
    package func checkedXML() throws {
        let markup = body.replacing("<!DOCTYPE html>", with: "")
        let parser = XMLParserOutcome()
        try parser.parse(markup)
    }
}

/// Sends requests as somebody's browser: with their cookie, and with the header that says a form is the console's own.
package struct Browser: Sendable {
    let cookie: String?
    let send: @Sendable (String, HTTPRequest.Method, HTTPFields, [UInt8]) async throws -> Answer

    package func get(_ path: String) async throws -> Answer {
        try await send(path, .get, headers, [])
    }

    /// A request of any method, with headers and a body of the test's own.
    package func ask(
        _ method: HTTPRequest.Method, _ path: String, _ more: HTTPFields = [:], body: String = ""
    ) async throws -> Answer {
        var headers = headers
        for field in more { headers.append(field) }
        // A literal in a header's alphabet always makes a name.
        headers[HTTPField.Name("Sec-Fetch-Site")!] = "same-origin"
        return try await send(path, method, headers, Array(body.utf8))
    }

    /// - Parameter fields: What is typed; a field may have several values by standing there several times.
    package func post(_ path: String, _ fields: KeyValuePairs<String, String> = [:]) async throws -> Answer {
        try await post(path, fields.map { ($0.key, $0.value) })
    }

    package func post(_ path: String, _ fields: [(String, String)]) async throws -> Answer {
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        // A literal in a header's alphabet always makes a name.
        headers[HTTPField.Name("Sec-Fetch-Site")!] = "same-origin"
        return try await send(path, .post, headers, Array(Self.encoded(fields).utf8))
    }

    /// A command as another site's page would send it.
    package func postFromElsewhere(_ path: String, _ fields: [(String, String)] = []) async throws -> Answer {
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        headers[.origin] = "https://elsewhere.example"
        return try await send(path, .post, headers, Array(Self.encoded(fields).utf8))
    }

    /// Sends a file as a browser does (RFC 7578).
    package func upload(
        _ path: String, fields: [(String, String)] = [], file: (field: String, name: String, content: String)
    ) async throws -> Answer {
        try await upload(path, fields: fields, files: [(file.field, file.name, Array(file.content.utf8))])
    }

    /// Sends files as a browser does; of what is in them it knows nothing.
    package func upload(
        _ path: String, fields: [(String, String)] = [], files: [(field: String, name: String, bytes: [UInt8])]
    ) async throws -> Answer {
        let boundary = "----trucban-\(UUID().uuidString)"
        var body: [UInt8] = []
        for (name, value) in fields {
            body += Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        for file in files {
            let head = "Content-Disposition: form-data; name=\"\(file.field)\"; filename=\"\(file.name)\""
            body += Array("--\(boundary)\r\n\(head)\r\nContent-Type: application/octet-stream\r\n\r\n".utf8) + file.bytes
            body += Array("\r\n".utf8)
        }
        body += Array("--\(boundary)--\r\n".utf8)
        var headers = headers
        headers[.contentType] = "multipart/form-data; boundary=\(boundary)"
        headers[HTTPField.Name("Sec-Fetch-Site")!] = "same-origin"
        return try await send(path, .post, headers, body)
    }

    private var headers: HTTPFields {
        cookie.map { [.cookie: $0] } ?? [:]
    }

    private static func encoded(_ fields: [(String, String)]) -> String {
        fields.map { "\(percent($0.0))=\(percent($0.1))" }.joined(separator: "&")
    }

    private static func percent(_ text: String) -> String {
        var unreserved = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7f}"))
        unreserved.insert(charactersIn: "-._~")
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}
