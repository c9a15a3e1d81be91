package import Civil
package import Database

/// One line of an incident's story. It is appended and never changed; what was wrong is put right by another line.
package struct TimelineEntry: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case detection, observation, measure, decision, communication, status

        package var label: String {
            switch self {
            case .detection: "Phát hiện"
            case .observation: "Ghi nhận"
            case .measure: "Biện pháp"
            case .decision: "Quyết định"
            case .communication: "Thông báo"
            case .status: "Trạng thái"
            }
        }
    }

    package let kind: Kind
    package let happenedAt: Instant
    package let writtenAt: Instant
    /// Nil: the console itself.
    package let author: String?
    package let text: String
}

extension TimelineEntry: PostgresRow {
    package static var columns: String { "e.kind, e.happened_at, e.written_at, u.full_name, e.text" }

    package init(row: inout RowReader) throws {
        kind = try row.read()
        happenedAt = try row.read()
        writtenAt = try row.read()
        author = try row.read()
        text = try row.read()
    }
}
