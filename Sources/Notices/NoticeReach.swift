import Civil
import Database
package import Organization

/// Which recipients a list shows.
package enum RecipientFilter: String, CaseIterable, Sendable {
    case all = ""
    case unacknowledged, failed

    package var label: String {
        switch self {
        case .all: "Tất cả"
        case .unacknowledged: "Chưa xác nhận"
        case .failed: "Không gửi được"
        }
    }
}

/// Whom a notice has reached, and who has said so.
extension NoticeStore {
    /// Of what was published: those first who have not acknowledged what is announced now.
    package func recipients(
        of notice: Notice, for person: Person, filter: RecipientFilter = .all, search: String = "", offset: Int = 0,
        limit: Int = 25
    ) async throws -> [ReachedRecipient] {
        try await database.all(
            """
            SELECT \(columns: ReachedRecipient.self)
            \(sql: Self.reach(of: notice, scope: person.scope))
            LEFT   JOIN LATERAL (
                SELECT * FROM notice_acknowledgements s WHERE s.recipient_id = r.id ORDER BY s.revision DESC LIMIT 1) k ON true
            LEFT   JOIN users u ON u.id = k.recorded_by
            WHERE  \(sql: Self.fits(filter, search))
            ORDER  BY r.acknowledged_at IS NOT NULL, a.id IS NULL, coalesce(a.name, r.contact_name) COLLATE "vi-x-icu", r.id
            OFFSET \(offset) LIMIT \(limit)
            """)
    }

    package func countRecipients(
        of notice: Notice, for person: Person, filter: RecipientFilter, search: String
    ) async throws -> Int {
        try await database.value(
            "SELECT count(*) \(sql: Self.reach(of: notice, scope: person.scope)) WHERE \(sql: Self.fits(filter, search))")
    }

    /// How the recipients stand, all together.
    package func counts(of notice: Notice, for person: Person) async throws -> RecipientCounts {
        try await database.one(
            "SELECT \(columns: RecipientCounts.self) \(sql: Self.reach(of: notice, scope: person.scope))")
    }

    /// The people that a draft names.
    package func people(of notice: Notice) async throws -> [NoticeRecipient] {
        try await database.all(
            """
            SELECT \(columns: NoticeRecipient.self) FROM notice_recipients r LEFT JOIN agencies a ON a.id = r.agency_id
            LEFT   JOIN notice_acknowledgements k ON false LEFT JOIN users u ON false
            WHERE  r.notice_id = \(notice.id) AND r.agency_id IS NULL ORDER BY r.contact_name COLLATE "vi-x-icu", r.id
            """)
    }

    /// One recipient, within the person's scope.
    package func recipient(
        _ id: NoticeRecipient.ID, of notice: Notice, for person: Person
    ) async throws -> NoticeRecipient? {
        try await database.recipient(id, of: notice.id, scope: person.scope)
    }

    /// The recipients with the letters of the last occasions: of what is announced now (`d`), of the calling off (`c`), and
    /// whichever of them is the newest (`last`).
    private static func reach(of notice: Notice, scope: Agency.ID?) -> SQL {
        """
        FROM   notices n
        JOIN   notice_recipients r ON r.notice_id = n.id AND (\(scope)::bigint IS NULL OR r.agency_id = \(scope))
        LEFT   JOIN agencies a ON a.id = r.agency_id
        LEFT   JOIN deliveries d ON d.key = \(sql: NoticeLetters.announcedKey)
        LEFT   JOIN deliveries c ON n.cancelled_at IS NOT NULL AND c.key = \(sql: NoticeLetters.cancelledKey)
        JOIN   LATERAL (SELECT coalesce(c.state, d.state) AS state) last ON n.id = \(notice.id)
        """
    }

    private static func fits(_ filter: RecipientFilter, _ search: String) -> SQL {
        """
        (\(filter.rawValue) <> 'unacknowledged' OR r.acknowledged_at IS NULL)
        AND (\(filter.rawValue) <> 'failed' OR last.state = 'failed')
        AND (\(search) = '' OR folded(coalesce(a.name, '') || ' ' || r.contact_name) LIKE (SELECT containing(\(search))))
        """
    }
}

extension Queryable {
    func recipient(
        _ id: NoticeRecipient.ID, of notice: Notice.ID, scope: Agency.ID?
    ) async throws -> NoticeRecipient? {
        try await first(
            """
            SELECT \(columns: NoticeRecipient.self) FROM notice_recipients r LEFT JOIN agencies a ON a.id = r.agency_id
            LEFT   JOIN LATERAL (
                SELECT * FROM notice_acknowledgements s WHERE s.recipient_id = r.id ORDER BY s.revision DESC LIMIT 1) k ON true
            LEFT   JOIN users u ON u.id = k.recorded_by
            WHERE  r.id = \(id) AND r.notice_id = \(notice) AND (\(scope)::bigint IS NULL OR r.agency_id = \(scope))
            """)
    }
}
