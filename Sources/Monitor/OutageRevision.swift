package import Civil
package import Database

/// What somebody found an outage to have been, after it was seen. The interval itself stays as it was seen; of several
/// such judgements the newest counts, and all of them stay visible.
package struct OutageRevision: Hashable, Sendable {
    package typealias ID = RowID<OutageRevision>

    /// What an outage counts as.
    package enum Classification: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        /// As it was seen; also takes an earlier judgement back.
        case unplanned
        /// Announced work of a notice that was published before it began (Điều 21.7).
        case planned
        /// The prober erred: what it saw is no measurement, so nothing was measured.
        case falseAlarm = "false_alarm"

        package var label: String {
            switch self {
            case .unplanned: "Gián đoạn ngoài kế hoạch"
            case .planned: "Bảo trì đã thông báo"
            case .falseAlarm: "Báo động giả của bộ giám sát"
            }
        }

        /// What it does to the availability.
        package var effect: String {
            switch self {
            case .unplanned: "tính là gián đoạn"
            case .planned: "phần trong thời gian đã thông báo không tính là gián đoạn"
            case .falseAlarm: "tính là không đo"
            }
        }
    }

    package let outage: Outage.ID
    package let monitor: Monitor.ID
    package let monitorName: String
    /// As it was seen.
    package let during: TimeRange
    package let classification: Classification
    /// `TB-2026-0003`, of planned work.
    package let noticeCode: String?
    package let cause: String
    package let reason: String
    package let revisedAt: Instant
    package let revisedBy: String
}

extension OutageRevision: PostgresRow {
    /// For `outage_revisions r`, `outages o`, `monitors m`, `users u` and `notices n`.
    package static var columns: String {
        """
        r.outage_id, o.monitor_id, m.name, o.during, r.classification, n.code, r.cause, r.reason, r.revised_at,
        u.full_name
        """
    }

    package init(row: inout RowReader) throws {
        outage = try row.read()
        monitor = try row.read()
        monitorName = try row.read()
        during = try row.read()
        classification = try row.read()
        noticeCode = try row.read()
        cause = try row.read()
        reason = try row.read()
        revisedAt = try row.read()
        revisedBy = try row.read()
    }
}

/// What somebody wants an outage to count as.
package struct OutageRevisionDraft: Hashable, Sendable {
    package var classification: OutageRevision.Classification
    /// The code of the notice, of planned work.
    package var notice: String
    package var cause: String
    package var reason: String

    package init(
        classification: OutageRevision.Classification, notice: String = "", cause: String = "", reason: String
    ) {
        self.classification = classification
        self.notice = notice
        self.cause = cause
        self.reason = reason
    }
}

/// A notice that somebody named as the announcement of an outage.
package struct AnnouncedWork: Hashable, Sendable, PostgresRow {
    package let id: Int64
    package let code: String
    package let publishedAt: Instant?
    /// What of time it excuses; without bounds where it excuses none.
    package let during: TimeRange

    package static var columns: String { "id, code, published_at, coalesce(nullif(excused, 'empty'), '(,)')" }

    package init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
        publishedAt = try row.read()
        during = try row.read()
    }

    package init(id: Int64, code: String, publishedAt: Instant?, during: TimeRange) {
        self.id = id
        self.code = code
        self.publishedAt = publishedAt
        self.during = during
    }
}
