package import Civil
package import Database

/// One backup of the document system's data, as whoever made it reports it (Điều 18.2: once a day, and ad hoc on request).
package struct Backup: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case daily
        case adHoc = "ad_hoc"

        package var label: String {
            switch self {
            case .daily: "Định kỳ"
            case .adHoc: "Đột xuất"
            }
        }
    }

    package enum Result: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case good, failed

        package var label: String {
            switch self {
            case .good: "Thành công"
            case .failed: "Không thành công"
            }
        }
    }

    package let day: CivilDate
    /// When it was made; nil where only the day is known.
    package let takenAt: Instant?
    package let kind: Kind
    package let result: Result
    package let note: String
    package let recordedAt: Instant
    /// Who recorded it or, of one that a job reported itself, the name of the job.
    package let recordedBy: String
    /// Whether the backup's own job reported it (Tín hiệu tự báo).
    package let isSignal: Bool
}

extension Backup: PostgresRow {
    /// For `backup_reports b`.
    package static var columns: String {
        "b.day, b.taken_at, b.kind, b.result, b.note, b.recorded_at, b.recorded_by, b.is_signal"
    }

    package init(row: inout RowReader) throws {
        day = try row.read()
        takenAt = try row.read()
        kind = try row.read()
        result = try row.read()
        note = try row.read()
        recordedAt = try row.read()
        recordedBy = try row.read()
        isSignal = try row.read()
    }
}
