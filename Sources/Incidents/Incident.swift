package import Civil
package import Database
package import Organization

/// Sự cố kỹ thuật, Điều 20: the system had to be suspended, or documents were not safe.
package struct Incident: Hashable, Sendable {
    package typealias ID = RowID<Incident>

    /// What makes it an incident of Điều 20, first sentence; and two kinds beside it that the duty desk follows too.
    package enum Kind: String, CaseIterable, PostgresEncodable, PostgresDecodable {
        case suspension, integrity, degraded, security

        package var label: String {
            switch self {
            case .suspension: "Tạm dừng hệ thống"
            case .integrity: "Văn bản không bảo đảm an toàn"
            case .degraded: "Suy giảm"
            case .security: "An toàn thông tin"
            }
        }
    }

    /// Levels as proposed for Nghị định 331/2026/NĐ-CP; the decree itself does not define "nghiêm trọng".
    package enum Severity: String, CaseIterable, PostgresEncodable, PostgresDecodable {
        case undetermined
        case m1 = "M1"
        case m2 = "M2"
        case m3 = "M3"
        case m4 = "M4"

        package var label: String {
            switch self {
            case .undetermined: "Chưa xác định mức"
            case .m1: "M1 – đặc biệt nghiêm trọng"
            case .m2: "M2 – nghiêm trọng"
            case .m3: "M3 – trung bình"
            case .m4: "M4 – sự kiện"
            }
        }

        /// For a narrow column.
        package var short: String { self == .undetermined ? "Chưa rõ" : rawValue }
    }

    package enum State: String, CaseIterable, PostgresEncodable, PostgresDecodable {
        /// It goes on.
        case open
        /// The system is in use again; the record is not complete yet.
        case restored
        case closed
        /// It was another incident's double; that one is told of instead.
        case merged

        package var label: String {
            switch self {
            case .open: "Đang xảy ra"
            case .restored: "Đã khôi phục"
            case .closed: "Đã đóng"
            case .merged: "Đã gộp"
            }
        }
    }

    package var id: ID
    /// `SC-2026-0007`
    package var code: String
    package var title: String
    package var kind: Kind
    package var severity: Severity
    package var state: State
    /// Whose incident; nil for the whole system, which the Department keeps.
    package var agency: Agency.ID?
    package var agencyName: String?
    /// The outage that opened it, by its number.
    package var outage: Int64?
    /// The monitor that saw the outage, or that flaps, by its number.
    package var monitor: Int64?
    package var beganAt: Instant
    package var detectedAt: Instant
    /// Thời gian tạm dừng: when the first downtime began.
    package var suspendedAt: Instant?
    /// Thời gian bắt đầu sử dụng lại: when the last downtime ended; nil while one goes on.
    package var resumedAt: Instant?
    package var closedAt: Instant?
    package var description: String
    package var temporaryMeasures: String
    package var catchUp: String
    package var cause: String
    /// An toàn thông tin mạng; nil while nobody has said.
    package var isCyber: Bool?
    package var hasPersonalData: Bool?
    package var particulars: Particulars
    package var openedBy: String?
    package var openedAt: Instant
    /// Counts edits: an edit names the version that it began from.
    package var version: Int
    /// When the agency, or somebody outside, reported it to the desk.
    package var reportedAt: Instant?
    /// When it was seen to run steadily again.
    package var stableAt: Instant?
    /// The whole system's incident whose updates it follows, by its number.
    package var parent: ID?
    /// The code of the incident into which it was merged.
    package var survivor: String?

    /// What the first report of a cyber incident is made of (QĐ 05/2017/QĐ-TTg, Điều 11.4), and what helps in any other.
    package struct Particulars: Hashable, Sendable {
        package var contact = ""
        package var scope = ""
        package var provider = ""
        package var measures = ""
        package var helpers = ""
        package var firstResults = ""
        package var proposals = ""

        package init() {}
    }

    /// Whether the system stood still, so that all five facts of Điều 20.1 apply.
    package var wasSuspended: Bool { suspendedAt != nil || kind == .suspension }
}

extension Incident: PostgresRow {
    /// For `incidents i LEFT JOIN agencies a LEFT JOIN users o` (who opened it) `LEFT JOIN outages d
    /// LEFT JOIN flappings flapping LEFT JOIN incidents survivor`.
    package static var columns: String {
        """
        i.id, i.code, i.title, i.kind, i.severity, i.state, i.agency_id, a.name, i.outage_id, coalesce(d.monitor_id, flapping.monitor_id),
        i.began_at, i.detected_at, i.suspended_at, i.resumed_at, i.closed_at, i.description, i.temporary_measures, i.catch_up, i.cause, i.is_cyber,
        i.has_personal_data, i.contact, i.scope, i.provider, i.measures, i.helpers, i.first_results, i.proposals,
        o.full_name, i.opened_at, i.version, i.reported_at, i.stable_at, i.parent_id, survivor.code
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
        title = try row.read()
        kind = try row.read()
        severity = try row.read()
        state = try row.read()
        agency = try row.read()
        agencyName = try row.read()
        outage = try row.read()
        monitor = try row.read()
        beganAt = try row.read()
        detectedAt = try row.read()
        suspendedAt = try row.read()
        resumedAt = try row.read()
        closedAt = try row.read()
        description = try row.read()
        temporaryMeasures = try row.read()
        catchUp = try row.read()
        cause = try row.read()
        isCyber = try row.read()
        hasPersonalData = try row.read()
        particulars = Particulars()
        particulars.contact = try row.read()
        particulars.scope = try row.read()
        particulars.provider = try row.read()
        particulars.measures = try row.read()
        particulars.helpers = try row.read()
        particulars.firstResults = try row.read()
        particulars.proposals = try row.read()
        openedBy = try row.read()
        openedAt = try row.read()
        version = try row.read()
        reportedAt = try row.read()
        stableAt = try row.read()
        parent = try row.read()
        survivor = try row.read()
    }
}
