import Civil
import Database

/// What one place that looks saw of one monitor last.
struct Vote: Hashable, Sendable {
    let monitor: Monitor.ID
    let location: Location.ID
    /// When its probe began.
    let at: Instant
    /// Since when it has seen nothing but failures; nil while it gets answers.
    let failingSince: Instant?
    let failure: Failure?
    let status: Int?
    let total: Duration
}

extension Vote: PostgresRow {
    /// For `location_votes v`.
    static let columns = "v.monitor_id, v.location_id, v.at, v.failing_since, v.failure, v.detail, v.status, v.total_us"

    init(row: inout RowReader) throws {
        monitor = try row.read()
        location = try row.read()
        at = try row.read()
        failingSince = try row.read()
        let kind: String? = try row.read()
        let detail: String? = try row.read()
        failure = kind.map { Failure(Failure.Kind(rawValue: $0) ?? .transfer, detail ?? "") }
        status = try row.read()
        total = .microseconds(try row.read(Int64.self))
    }
}
