package import Civil
package import Database
package import Organization

/// A written notice of maintenance or of an upgrade (Điều 21.6, 21.7).
package struct Notice: Hashable, Sendable {
    package typealias ID = RowID<Notice>

    package enum Kind: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case maintenance, upgrade

        package var label: String {
            switch self {
            case .maintenance: "Bảo trì, bảo dưỡng"
            case .upgrade: "Nâng cấp, cập nhật phiên bản"
            }
        }
    }

    package enum State: String, CaseIterable, Sendable {
        case draft, published, underWay, completed, cancelled

        package var label: String {
            switch self {
            case .draft: "Dự thảo"
            case .published: "Đã đăng"
            case .underWay: "Đang thực hiện"
            case .completed: "Đã xong"
            case .cancelled: "Đã hủy"
            }
        }

        /// The look of its badge; see docs/look.md.
        package var badge: String {
            switch self {
            case .draft: "draft"
            case .published: "new"
            case .underWay: "maintenance"
            case .completed: "done"
            case .cancelled: "closed"
            }
        }
    }

    package let id: ID
    /// TB-2026-0003
    package let code: String
    package let kind: Kind
    package let title: String
    /// What users will notice.
    package let impact: String
    package let begins: Instant
    package let ends: Instant
    /// The components that the work concerns, as monitors name them; nil: the whole system.
    package let components: [String]?
    /// How many monitors leave availability for it: frozen at publication; 0 where it concerns the whole system.
    package let monitors: Int
    /// Điều 21.6: what was tested on an upgrade before it is announced.
    package let testRecord: String?
    /// Why it is announced later than the setting asks for.
    package let shortLeadReason: String?
    package let author: String
    package let createdAt: Instant
    package let publishedAt: Instant?
    /// Whole working days between publication and the start, as they were counted at publication.
    package let leadDays: Int?
    package let cancelledAt: Instant?
    package let cancelledReason: String?
    /// Of the recipients that the reader may see: all, or the one agency of somebody who is bound to it.
    package let recipients: Int
    package let acknowledged: Int
    /// Counts edits of the draft: an edit names the version that it began from.
    package let version: Int

    /// Derived from its times; nobody has to remember to move it on.
    package func state(at now: Instant) -> State {
        if cancelledAt != nil { return .cancelled }
        guard publishedAt != nil else { return .draft }
        return now < begins ? .published : now < ends ? .underWay : .completed
    }
}

extension Notice: PostgresRow {
    package static var columns: String {
        """
        n.id, n.code, n.kind, n.title, n.impact, lower(n.during), upper(n.during), n.components, told.monitors,
        n.test_record, n.short_lead_reason, author.full_name, n.created_at, n.published_at, n.lead_days, n.cancelled_at, n.cancelled_reason,
        told.recipients, told.acknowledged, n.version
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
        kind = try row.read()
        title = try row.read()
        impact = try row.read()
        begins = try row.read()
        ends = try row.read()
        components = try row.read()
        monitors = try row.read()
        testRecord = try row.read()
        shortLeadReason = try row.read()
        author = try row.read()
        createdAt = try row.read()
        publishedAt = try row.read()
        leadDays = try row.read()
        cancelledAt = try row.read()
        cancelledReason = try row.read()
        recipients = try row.read()
        acknowledged = try row.read()
        version = try row.read()
    }
}

/// An agency that was told, and whether it has said so.
package struct NoticeRecipient: Hashable, Sendable {
    package let agency: Agency.ID
    package let agencyName: String
    package let contactName: String
    package let contactEmail: String
    package let contactPhone: String
    package let acknowledgedAt: Instant?
    package let acknowledgedBy: String?
}

extension NoticeRecipient: PostgresRow {
    package static var columns: String {
        """
        r.agency_id, a.name, r.contact_name, r.contact_email, r.contact_phone, r.acknowledged_at, u.full_name
        """
    }

    package init(row: inout RowReader) throws {
        agency = try row.read()
        agencyName = try row.read()
        contactName = try row.read()
        contactEmail = try row.read()
        contactPhone = try row.read()
        acknowledgedAt = try row.read()
        acknowledgedBy = try row.read()
    }
}
