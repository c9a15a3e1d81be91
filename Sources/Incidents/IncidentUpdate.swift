import Civil
import Database
import Delivery
import Organization

/// Somebody who is written to of an incident that is attached to the whole system's.
struct IncidentFollower: PostgresRow, Hashable, Sendable {
    let code: String
    let agency: Agency.ID?
    let parentCode: String
    let parentTitle: String
    let name: String
    let address: String

    /// For `incidents c JOIN incidents p ON p.id = c.parent_id JOIN incident_mailboxes x`.
    static var columns: String { "c.code, c.agency_id, p.code, p.title, x.name, x.address" }

    init(row: inout RowReader) throws {
        code = try row.read()
        agency = try row.read()
        parentCode = try row.read()
        parentTitle = try row.read()
        name = try row.read()
        address = try row.read()
    }

    /// What is written to an agency when the Department's incident goes on.
    func letter(_ text: String, entry: TimelineEntry.ID, happened: Instant, baseURL: String) -> Letter {
        Letter(
            key: "incident-update:\(code):\(entry.rawValue):\(address)", about: code, agency: agency, recipientName: name,
            recipientAddress: address, subject: "[\(code)] Cập nhật \(parentCode): \(parentTitle)",
            body: """
                Sở Khoa học và Công nghệ cập nhật sự cố toàn hệ thống \(parentCode): \(parentTitle).

                \(VietnameseFormat.moment(happened)): \(text)

                Sự cố \(code) của cơ quan đang theo sự cố này. Đề nghị người phụ trách thông báo cho Thủ trưởng và người sử dụng (Điều 20.1):
                \(baseURL)/incidents/\(code)

                Thư tự động của Trực Ban, Sở Khoa học và Công nghệ.
                """)
    }
}

extension Transaction {
    /// Appends a status to an incident's story. It stands in the story of every agency's incident that follows this one,
    /// too, and those who answer for it there are written to.
    @discardableResult
    func announce(
        _ text: String, in incident: Incident.ID, happened: Instant, over old: TimelineEntry.ID? = nil, by author: User.ID?,
        baseURL: String, at now: Instant
    ) async throws -> TimelineEntry.ID {
        let entry = try await newEntry(in: incident, .status, text, happened: happened, over: old, by: author, at: now)
        let followers: [IncidentFollower] = try await all(
            """
            WITH told AS (
                INSERT INTO incident_entries (incident_id, kind, happened_at, written_at, author_id, text, source_id, supersedes_id)
                SELECT c.id, e.kind, e.happened_at, e.written_at, e.author_id, e.text, e.id,
                       (SELECT o.id FROM incident_entries o WHERE o.incident_id = c.id AND o.source_id = e.supersedes_id)
                FROM   incidents c, incident_entries e
                WHERE  c.parent_id = \(incident) AND c.is_open AND e.id = \(entry)
                RETURNING incident_id)
            SELECT \(columns: IncidentFollower.self)
            FROM   told JOIN incidents c ON c.id = told.incident_id JOIN incidents p ON p.id = c.parent_id
            JOIN   incident_mailboxes x ON x.agency_id = c.agency_id ORDER BY c.id, x.address
            """)
        try await write(text, to: followers, entry: entry, happened: happened, baseURL: baseURL, at: now)
        return entry
    }

    /// Who is written to about one attached incident.
    func followers(_ code: String) async throws -> [IncidentFollower] {
        try await all(
            """
            SELECT \(columns: IncidentFollower.self)
            FROM   incidents c JOIN incidents p ON p.id = c.parent_id
            JOIN   incident_mailboxes x ON x.agency_id = c.agency_id WHERE c.code = \(code) ORDER BY x.address
            """)
    }

    func write(
        _ text: String, to followers: [IncidentFollower], entry: TimelineEntry.ID, happened: Instant, baseURL: String,
        at now: Instant
    ) async throws {
        enqueue(
            followers.map { $0.letter(text, entry: entry, happened: min(happened, now), baseURL: baseURL) }, at: now)
    }
}
