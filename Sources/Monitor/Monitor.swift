package import Civil
package import Database
package import Organization

/// Điểm giám sát: one address that is looked at again and again, and how what it answers is judged (Điều 21.5).
package struct Monitor: Hashable, Sendable {
    package typealias ID = RowID<Monitor>

    package let id: ID
    package let name: String
    package let target: Target
    package let family: AddressFamily
    /// What one probe may take, body included.
    package let timeout: Duration
    /// From one probe to the next while all is well.
    package let interval: Duration
    /// From one probe to the next while the target fails or recovers.
    package let retryInterval: Duration
    /// Failures in a row that make an outage.
    package let confirmAfter: Int
    /// Good probes in a row that end one.
    package let recoverAfter: Int
    /// Thành phần of the system it belongs to; empty when none was named.
    package let component: String
    /// Whose access is watched; nil for the whole system.
    package let agency: Agency.ID?
    package let createdAt: Instant
    package let pausedAt: Instant?
    package let place: MonitorPlace
    /// The monitor that `place.parent` names.
    package let parent: ID?
    package let slowness: Slowness

    /// What one look at the target asks.
    package var probe: Probe { Probe(target: target, family: family, timeout: timeout) }

    /// From one probe to the next, given how the last ones went.
    package func spacing(while state: MonitorState) -> Duration {
        state.isSettled ? interval : min(interval, retryInterval)
    }
}

/// Which addresses of a name are tried.
package enum AddressFamily: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
    case any
    case v4 = "4"
    case v6 = "6"

    package var label: String {
        switch self {
        case .any: "IPv4 hoặc IPv6"
        case .v4: "Chỉ IPv4"
        case .v6: "Chỉ IPv6"
        }
    }
}

extension Monitor: PostgresRow {
    /// For `monitors m`.
    package static var columns: String {
        """
        m.id, m.name, m.kind, m.url, m.host, m.port, m.method, m.headers, m.accepted_statuses, m.keyword,
        m.keyword_present, m.follow_redirects, m.verify_tls, m.spec, m.family, m.timeout_seconds, m.interval_seconds,
        m.retry_seconds, m.confirm_after, m.recover_after, m.component, m.agency_id, m.created_at, m.paused_at,
        \(MonitorPlace.columns), m.parent_id, \(Slowness.columns)
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        name = try row.read()
        target = try Target(row: &row)
        family = try row.read()
        timeout = .seconds(try row.read(Int.self))
        interval = .seconds(try row.read(Int.self))
        retryInterval = .seconds(try row.read(Int.self))
        confirmAfter = try row.read()
        recoverAfter = try row.read()
        component = try row.read()
        agency = try row.read()
        createdAt = try row.read()
        pausedAt = try row.read()
        place = try MonitorPlace(row: &row)
        parent = try row.read()
        slowness = try Slowness(row: &row)
    }
}
