package import Civil
package import Database
import Foundation

/// Who did it: somebody who is signed in, or a part of the console acting by itself.
package enum Actor: Sendable {
    case person(Person, address: String)
    /// A duty of the console, named in English: `monitor`, `setup`, `demo`.
    case system(String, address: String? = nil)

    var key: String {
        switch self {
        case .person(let person, _): "user:\(person.id.rawValue)"
        case .system(let name, _): "system:\(name)"
        }
    }

    var name: String {
        switch self {
        case .person(let person, _): person.name
        case .system(let name, _): name
        }
    }

    var address: String? {
        switch self {
        case .person(_, let address): address
        case .system(_, let address): address
        }
    }
}

/// What stands in the trail in place of a secret.
package let redacted = "***"

extension Transaction {
    /// Appends one line to the audit trail, in this transaction: there is no change without its line, and no line
    /// without its change. Call it last: then it travels with the COMMIT, and the trail, which all commands append to one after
    /// the other, is locked for no longer than the server needs.
    ///
    /// - Parameters:
    ///   - action: What was done, in English: `incident.closed`.
    ///   - subject: The code or name of what it was done to: `SC-2026-0007`. It is indexed, so what goes beyond
    ///     `AuditEntry.longestSubject` is cut off; whoever names what may be longer says it in full in `after`.
    ///   - before: What it was, field by field, where it was something; secrets as `redacted`.
    ///   - after: What it became.
    package func record(
        _ action: String, _ subject: String, by actor: Actor, before: [String: String?]? = nil,
        after: [String: String?]? = nil, at now: Instant
    ) {
        later(
            """
            SELECT audit_append(\(now), \(actor.key), \(actor.name), \(actor.address), \(action),
                                \(subject.prefix(bytes: AuditEntry.longestSubject)), \(before.map(canonical)), \(after.map(canonical)))
            """)
    }
}

/// JSON with sorted keys and no spaces: the same facts always make the same bytes.
private func canonical(_ fields: [String: String?]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A dictionary of strings always encodes.
    return (try? encoder.encode(fields)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
}
