package import Civil
package import Database
package import Foundation
package import Organization

/// A written notice of maintenance or of an upgrade (Điều 21.6, 21.7), as it is announced now.
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

    package let id: ID
    /// TB-2026-0003
    package let code: String
    /// Names its entry in calendars, for good.
    package let uid: UUID
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
    /// Why it is announced later than the setting asks for.
    package let shortLeadReason: String?
    package let createdAt: Instant
    package let author: NoticeHand
    /// Who saved the draft last, if anybody has since it was made.
    package let editor: NoticeHand?
    package let submittedAt: Instant?
    package let approvedAt: Instant?
    package let approver: String?
    /// Why it was sent back from review, until it is submitted again.
    package let returnedReason: String?
    package let publishedAt: Instant?
    /// Whole working days from the moment at which the start was announced to the start, as they were counted then.
    package let leadDays: Int?
    /// Counts what was announced, from 1.
    package let revision: Int
    package let revisedAt: Instant?
    /// Why it was announced again.
    package let revisedReason: String?
    /// Of the written notice of this revision; nil while nobody has entered it.
    package let number: StoredNumber?
    package let cancelledAt: Instant?
    package let cancelledReason: String?
    package let completedAt: Instant?
    /// When the work really went on; nil on a completed notice from before this was asked.
    package let worked: TimeRange?
    /// Of the recipients that the reader may see: all, or the one agency of somebody who is bound to it.
    package let recipients: Int
    package let acknowledged: Int
    /// Counts edits: an edit names the version that it began from.
    package let version: Int

    /// When what is announced now was announced.
    package var announcedAt: Instant? { revisedAt ?? publishedAt }

    /// Derived from its times; nobody has to remember to move it on.
    package func state(at now: Instant) -> State {
        if cancelledAt != nil { return .cancelled }
        if completedAt != nil { return .completed }
        if publishedAt != nil { return now < begins ? .published : now < ends ? .underWay : .overrun }
        return approvedAt != nil ? .approved : submittedAt != nil ? .inReview : .draft
    }
}

/// Somebody who has written on a notice.
package struct NoticeHand: Hashable, Sendable {
    package let id: User.ID
    package let name: String
}

extension Notice: PostgresRow {
    /// For `notices n`, `users author`, `users editor`, `users approver`, `notice_numbers number` and the counts `told`.
    package static var columns: String {
        """
        n.id, n.code, n.uid, n.kind, n.title, n.impact, lower(n.during), upper(n.during), n.components, told.monitors,
        n.short_lead_reason, n.created_at, author.id, author.full_name, editor.id, editor.full_name, n.submitted_at,
        n.approved_at, approver.full_name, n.returned_reason, n.published_at, n.lead_days, n.revision, n.revised_at,
        n.revised_reason, \(StoredNumber.columns), n.cancelled_at, n.cancelled_reason, n.completed_at, n.worked, told.recipients,
        told.acknowledged, n.version
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
        uid = try row.read()
        kind = try row.read()
        title = try row.read()
        impact = try row.read()
        begins = try row.read()
        ends = try row.read()
        components = try row.read()
        monitors = try row.read()
        shortLeadReason = try row.read()
        createdAt = try row.read()
        author = NoticeHand(id: try row.read(), name: try row.read())
        let (editorID, editorName) = (try row.read(User.ID?.self), try row.read(String?.self))
        editor = editorID.flatMap { id in editorName.map { NoticeHand(id: id, name: $0) } }
        submittedAt = try row.read()
        approvedAt = try row.read()
        approver = try row.read()
        returnedReason = try row.read()
        publishedAt = try row.read()
        leadDays = try row.read()
        revision = try row.read()
        revisedAt = try row.read()
        revisedReason = try row.read()
        number = try StoredNumber(row: &row)
        cancelledAt = try row.read()
        cancelledReason = try row.read()
        completedAt = try row.read()
        worked = try row.read()
        recipients = try row.read()
        acknowledged = try row.read()
        version = try row.read()
    }
}
