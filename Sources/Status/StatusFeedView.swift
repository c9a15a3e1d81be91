import Civil
import Web

/// `/status/feed.atom` (RFC 4287). Names do not hang on the console's address, which may change.
struct StatusFeedView: PageView {
    static let template = "status/feed"
    static let parts: [any View.Type] = [StatusEntryView.self]

    let report: StatusReport
    /// Where people reach the console, without a slash at its end.
    let address: String

    private var entries: [StatusEntryView] {
        let entries = report.interruptions.map { StatusEntryView($0, of: report.page, address: address) }
            + report.maintenance.map { StatusEntryView($0, of: report.page, address: address) }
        return entries.sorted { ($1.updatedAt, $0.name) < ($0.updatedAt, $1.name) }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "address": \.address, "feedID": { $0.report.page.name(of: "feed") }, "isDemo": \.report.page.isDemo,
        "updated": { VietnameseFormat.timestamp($0.entries.first?.updatedAt ?? $0.report.page.updatedAt) },
        "entries": \.entries,
    ]
}

struct StatusEntryView: View {
    let name: String
    let headline: String
    let story: String
    let publishedAt: Instant
    let updatedAt: Instant
    let address: String

    init(_ interruption: Interruption, of page: PublicPage, address: String) {
        name = page.name(of: interruption.key)
        (headline, story) = (interruption.headline, interruption.story)
        (publishedAt, updatedAt) = (interruption.knownAt, interruption.updatedAt)
        self.address = address
    }

    init(_ maintenance: PublicMaintenance, of page: PublicPage, address: String) {
        name = page.name(of: maintenance.key)
        (headline, story) = (maintenance.headline, maintenance.story)
        (publishedAt, updatedAt) = (maintenance.publishedAt, maintenance.updatedAt)
        self.address = address
    }

    /// Where the page tells of it. An id begins with a letter, so that a style or a script may name it.
    static func anchor(_ name: String) -> String { "muc-\(name)" }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "entryName": \.name, "entryHref": { "\($0.address)/status#\(anchor($0.name))" },
        "headline": \.headline, "story": \.story,
        "published": { VietnameseFormat.timestamp($0.publishedAt) },
        "entryUpdated": { VietnameseFormat.timestamp($0.updatedAt) },
    ]
}
