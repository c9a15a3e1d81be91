import Foundation

/// A JSON document as PostgreSQL stores it in a `jsonb` column: particulars that no query asks for by name.
package struct JSONText: Sendable, Hashable {
    package let text: String

    init(text: String) {
        self.text = text
    }

    /// - Throws: `EncodingError` when the value has no JSON form.
    package init(encoding value: some Encodable) throws {
        text = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    /// - Throws: `DecodingError` when the document is not such a value.
    package func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
