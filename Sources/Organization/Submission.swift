package import Database
package import Foundation

/// The key that a page hid in its form: the same form sent twice makes one record.
package typealias FormKey = UUID

/// The form was taken before; what it made is at `location`.
package struct AlreadySubmitted: Error, Hashable, Sendable {
    package let location: String
}

extension Transaction {
    /// Takes the form's key for this transaction. Two submissions at the same moment wait for each other here; the
    /// second one learns where the first one led.
    ///
    /// - Parameters:
    ///   - key: nil for a command that no form sent.
    ///   - location: Where the browser goes after success. Codes made later in the transaction are told by `settle`.
    /// - Throws: `AlreadySubmitted`.
    package func claim(_ key: FormKey?, location: String) async throws {
        guard let key else { return }
        let taken = try await run(
            "INSERT INTO submissions (key, location) VALUES (\(key), \(location)) ON CONFLICT (key) DO NOTHING")
        if taken == 0 {
            throw AlreadySubmitted(
                location: try await value("SELECT location FROM submissions WHERE key = \(key)", as: String.self))
        }
    }

    /// Replaces the location of a key that this transaction has claimed, once the new record's code is known.
    package func settle(_ key: FormKey?, location: String) {
        guard let key else { return }
        later("UPDATE submissions SET location = \(location) WHERE key = \(key)")
    }
}
