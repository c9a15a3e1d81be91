package import Civil
package import Database
package import Monitor
package import Notices

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
    /// In the order of the page.
    package let components: [Component]
    /// Those of the last 90 days, newest first.
    package let interruptions: [Interruption]
    /// Under way or to come, the next one first.
    package let maintenance: [PublicMaintenance]
    /// Since when nobody has watched; nil while somebody does.
    package let blindSince: Instant?
}

/// Gián đoạn of a public component: when, and nothing of why. Times in which several of its monitors were down are one;
/// announced maintenance is left out.
package struct Interruption: Hashable, Sendable, PostgresRow {
    package let component: PublicComponent.ID
    package let title: String
    package let begins: Instant
    /// nil while it goes on.
    package let ends: Instant?

    /// For `public_components c` and a range `fall.during`.
    package static var columns: String { "c.id, c.title, lower(fall.during), upper(fall.during)" }

    package init(row: inout RowReader) throws {
        component = try row.read()
        title = try row.read()
        begins = try row.read()
        ends = try row.read()
    }
}

/// Announced work (Điều 21.7): what it concerns and when. Who wrote it, to whom, and in which words stays inside.
package struct PublicMaintenance: Hashable, Sendable, PostgresRow {
    package let code: String
    package let kind: Notice.Kind
    package let begins: Instant
    package let ends: Instant
    package let publishedAt: Instant
    /// Titles of the public components concerned; empty: the whole system.
    package let titles: [String]

    /// For `notices n` and the list `concerned.titles`.
    package static var columns: String {
        "n.code, n.kind, lower(n.during), upper(n.during), n.published_at, concerned.titles"
    }

    package init(row: inout RowReader) throws {
        code = try row.read()
        kind = try row.read()
        begins = try row.read()
        ends = try row.read()
        publishedAt = try row.read()
        titles = try row.read()
    }
}
