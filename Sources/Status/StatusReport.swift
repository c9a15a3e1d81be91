package import Civil
import Crypto
package import Database
import Foundation
package import Monitor

/// All that the public is told, as it was at one moment.
package struct StatusReport: Sendable {
    /// One component: how it stands, and how its last 90 days were.
    package struct Component: Sendable {
        package let component: PublicComponent
        package let state: PublicComponent.State
        package let strip: DayStrip
    }

    /// To the minute, so that what has not changed is the same text.
    package let asOf: Instant
    package let page: PublicPage
    /// In the order of the page.
    package let components: [Component]
    /// Those of the last 90 days, open ones first, then the newest first.
    package let interruptions: [Interruption]
    /// Of the last 90 days and to come, the latest first.
    package let maintenance: [PublicMaintenance]
    /// Since when nobody has watched; nil while somebody does.
    package let blindSince: Instant?

    func state(of interruption: Interruption) -> PublicComponent.State? {
        components.first { $0.component.id == interruption.component }?.state
    }
}

/// The page itself.
package struct PublicPage: Hashable, Sendable, PostgresRow {
    /// Whether it is there for everybody.
    package let isOn: Bool
    /// Names of entries are made from it; see `name(of:)`. Told to nobody.
    let seed: UUID
    /// Counts edits: an edit names the version that it began from.
    package let version: Int
    let updatedAt: Instant
    /// Whether the database holds demo data; the page then says so.
    let isDemo: Bool

    package static var columns: String {
        "p.is_on, p.seed, p.version, p.updated_at, EXISTS (SELECT FROM settings WHERE key = 'demo.seed')"
    }

    package init(row: inout RowReader) throws {
        isOn = try row.read()
        seed = try row.read()
        version = try row.read()
        updatedAt = try row.read()
        isDemo = try row.read()
    }

    /// A UUID of version 8 (RFC 9562, 5.8) that is the same for the same key, for good, and from which nobody learns the key.
    func name(of key: String) -> String {
        var bytes = Array(SHA256.hash(data: Data("\(seed.uuidString) \(key)".utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = bytes.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined()
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}
