package import Civil
package import Database
package import Organization

/// One message to one recipient, and what became of it: the evidence that somebody was told.
package struct Delivery: Hashable, Sendable {
    package typealias ID = RowID<Delivery>

    package enum State: String, Sendable, PostgresEncodable, PostgresDecodable {
        case ready, running, delivered, failed
        /// What it said was no longer so before it had arrived.
        case withdrawn

        package var label: String {
            switch self {
            case .ready: "Chờ gửi"
            case .running: "Đang gửi"
            case .delivered: "Đã gửi"
            case .failed: "Không gửi được"
            case .withdrawn: "Đã rút"
            }
        }

        /// The look of its badge; see docs/look.md.
        package var badge: String {
            switch self {
            case .ready: "new"
            case .running: "open"
            case .delivered: "done"
            case .failed: "down"
            case .withdrawn: "closed"
            }
        }
    }

    package let id: ID
    package let key: String
    /// Code of the record on whose page it stands: `TB-2026-0003`.
    package let about: String
    package let agency: Agency.ID?
    /// By which way it goes; nil: by mail.
    package let channel: Channel.ID?
    package let recipientName: String
    package let recipientAddress: String
    package let subject: String
    package let body: String
    package let createdAt: Instant
    package let state: State
    package let attempts: Int
    /// When it is tried next, while it is ready.
    package let runAt: Instant
    package let finishedAt: Instant?
    /// What the other side said last.
    package let answer: String?

    /// A letter to a recipient of a notice. It is sent again on the notice's own terms: what a later revision has replaced is
    /// not, and later letters go to the new address too.
    var isNoticeLetter: Bool { channel == nil && about.hasPrefix("TB-") }
}

extension Delivery: PostgresRow {
    package static var columns: String {
        """
        id, key, about, agency_id, channel_id, recipient_name, recipient_address, subject, body, created_at, state,
        attempts, run_at, finished_at, answer
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        key = try row.read()
        about = try row.read()
        agency = try row.read()
        channel = try row.read()
        recipientName = try row.read()
        recipientAddress = try row.read()
        subject = try row.read()
        body = try row.read()
        createdAt = try row.read()
        state = try row.read()
        attempts = try row.read()
        runAt = try row.read()
        finishedAt = try row.read()
        answer = try row.read()
    }
}
