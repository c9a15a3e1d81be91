package import Civil
package import Database
package import Foundation
package import Organization

/// Tín hiệu: a job that reports in by itself, such as the daily backup (Điều 18.2), and when it is expected to. It is a
/// monitor that nobody probes: what it misses is an outage like any other.
package struct Heartbeat: Hashable, Sendable {
    /// What was concluded of it.
    package enum Condition: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case unknown, up, down
    }

    /// The monitor's own key.
    package let id: Monitor.ID
    package let name: String
    package let component: String
    /// Whose job it is; nil for the whole system.
    package let agency: Agency.ID?
    package let createdAt: Instant
    package let pausedAt: Instant?
    /// A secret: who knows it may report.
    package let code: UUID
    /// How it is named behind a ping key; nil when it is not.
    package let slug: String?
    package let schedule: HeartbeatSchedule
    /// How late a report may be, and how long a run may take.
    package let grace: Duration
    /// Whether it is the daily backup of Điều 18.2.
    package let isDailyBackup: Bool
}

extension Heartbeat: PostgresRow {
    /// For `monitors m` and `heartbeats h`.
    package static var columns: String {
        """
        m.id, m.name, m.component, m.agency_id, m.created_at, m.paused_at, h.code, h.slug,
        h.schedule, h.period_seconds, h.expression, h.zone, h.grace_seconds, h.is_daily_backup
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        name = try row.read()
        component = try row.read()
        agency = try row.read()
        createdAt = try row.read()
        pausedAt = try row.read()
        code = try row.read()
        slug = try row.read()
        schedule = try HeartbeatSchedule(row: &row)
        grace = .seconds(try row.read(Int64.self))
        isDailyBackup = try row.read()
    }
}

extension HeartbeatSchedule.Kind: PostgresEncodable, PostgresDecodable {}

extension HeartbeatSchedule {
    /// A schedule that was stored and that this program cannot read: written by a younger one, or in a zone that the machine
    /// no longer knows.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads `schedule` to `zone` of `Heartbeat.columns`.
    init(row: inout RowReader) throws {
        let kind = try row.read(Kind.self)
        let (period, expression) = (try row.read(Int64?.self), try row.read(String?.self))
        let zone = try row.read(String.self)
        if let period {
            self.init(every: .seconds(period))
        } else if let schedule = HeartbeatSchedule(kind, expression ?? "", zone: zone) {
            self = schedule
        } else {
            throw Unreadable(description: "\(kind.rawValue) \(expression ?? "") \(zone)")
        }
    }
}
