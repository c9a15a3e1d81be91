package import Civil
package import Database
import Foundation

/// Something that happened to a record and that other systems are told of, if an administrator has set them up
/// (`/settings/channels`).
package struct Announcement: Hashable, Sendable {
    package enum Event: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable, PostgresArrayElement {
        case incidentOpened = "incident.opened"
        case incidentResumed = "incident.resumed"
        case incidentClosed = "incident.closed"
        case noticePublished = "notice.published"
        case noticeRevised = "notice.revised"
        case noticeCancelled = "notice.cancelled"

        package var label: String {
            switch self {
            case .incidentOpened: "Sự cố mở"
            case .incidentResumed: "Sự cố: sử dụng lại được"
            case .incidentClosed: "Sự cố đóng"
            case .noticePublished: "Thông báo đăng"
            case .noticeRevised: "Thông báo sửa sau khi đăng"
            case .noticeCancelled: "Thông báo hủy"
            }
        }
    }

    package let event: Event
    /// The record's: `SC-2026-0007`.
    package let code: String
    package let title: String
    /// Where the record is on this console: `/incidents/SC-2026-0007`.
    package let path: String
    /// Particulars by their English names, for machines; moments as ISO 8601.
    package let details: [String: String]

    package init(_ event: Event, of code: String, title: String, path: String, details: [String: String] = [:]) {
        self.event = event
        self.code = code
        self.title = title
        self.path = path
        self.details = details
    }

    /// One sentence for people, short enough for a telephone.
    var sentence: String { "\(code): \(event.label.lowercased()). \(title)" }

    /// What a webhook carries: `type`, `timestamp` and `data`, as Standard Webhooks proposes.
    func payload(at now: Instant) -> String {
        struct Payload: Encodable {
            let type: String
            let timestamp: String
            let data: [String: String]
        }
        let data = details.merging(["code": code, "title": title, "path": path]) { $1 }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts always encode.
        let bytes = try? encoder.encode(
            Payload(type: event.rawValue, timestamp: VietnameseFormat.timestamp(now), data: data))
        return String(decoding: bytes ?? Data("{}".utf8), as: UTF8.self)
    }
}

extension Transaction {
    /// Puts a delivery into the outbox for each channel that wants to hear of such an event, in this transaction, like
    /// `enqueue` for letters. It is a fact: `withdraw` does not stop it.
    package func announce(_ news: Announcement, at now: Instant) async throws {
        try await announce(
            payload: news.payload(at: now), sentence: news.sentence, about: news.code,
            key: "event:\(news.event.rawValue):\(news.code):\(now.microseconds)",
            to: "c.events @> \([news.event]) AND c.suspended_at IS NULL", at: now)
    }

    /// - Parameter wanted: Which rows of `channels c`.
    func announce(
        payload: String, sentence: String, about code: String, key: String, to wanted: SQL, at now: Instant
    ) async throws {
        let written = try await values(
            """
            INSERT INTO deliveries (key, about, channel_id, recipient_name, recipient_address, subject, body, created_at,
                                    run_at)
            SELECT \(key) || ':' || c.id || CASE c.kind WHEN 'http' THEN ':' || place ELSE '' END, \(code), c.id, c.name, place,
                   \(sentence), CASE c.kind WHEN 'webhook' THEN \(payload) ELSE \(sentence) END, \(now), \(now)
            FROM   channels c CROSS JOIN LATERAL unnest(
                       CASE c.kind WHEN 'http' THEN c.recipients ELSE ARRAY[substring(c.url FROM '^https?://[^/?#]+')] END) AS place
            WHERE  c.removed_at IS NULL AND \(sql: wanted)
            ON     CONFLICT (key) DO NOTHING RETURNING id
            """, as: Delivery.ID.self)
        if !written.isEmpty { try await run("SELECT pg_notify('deliveries', '')") }
    }
}
