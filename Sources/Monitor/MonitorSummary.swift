package import Civil
package import Database

/// A monitor and how it stands at this moment: a line of the list.
package struct MonitorSummary: Hashable, Sendable {
    /// What people are told. It is `unknown` whenever nobody is looking, whatever was seen last.
    package enum State: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case down, unknown, degraded, up, paused

        /// Word and badge are those of docs/look.md.
        package var label: String {
            switch self {
            case .down: "Gián đoạn"
            case .unknown: "Chưa đo"
            case .degraded: "Suy giảm"
            case .up: "Hoạt động"
            case .paused: "Tạm dừng đo"
            }
        }
    }

    /// After this long without a beat, nobody is looking. `measurement()` in SQL counts with the same time.
    package static let silence = Duration.seconds(30)

    package let monitor: Monitor
    package let agencyName: String?
    package let state: State
    /// Since when it has been up or down; of a degraded one since when it has been slow.
    package let since: Instant
    /// Failures in a row that have not made an outage yet.
    package let failures: Int
    package let lastSampleAt: Instant?
    /// What was wrong with the newest probe; nil when it was good.
    package let failure: Failure?
    package let status: Int?
    /// Of the newest probe; nil before the first one.
    package let phases: Phases?
    package let certificateExpiresAt: Instant?
    /// Whether maintenance is going on, announced or not.
    package let isUnderMaintenance: Bool
    /// Whether it is up and down in turns (chập chờn).
    package let isFlapping: Bool

    /// Whole days until the certificate ends; negative from the moment at which it has ended.
    package func certificateDays(at now: Instant) -> Int? {
        certificateExpiresAt.map { $0.wholeDays(from: now) }
    }
}

extension MonitorSummary: PostgresRow {
    /// For `MonitorStore.standing(at:)`.
    package static var columns: String {
        """
        \(Monitor.columns), a.name, shown.state,
        CASE shown.state WHEN 'degraded' THEN s.degraded_since ELSE s.since END, s.failures, s.last_sample_at, s.last_failure, s.last_detail,
        s.last_status, s.resolve_us, s.connect_us, s.tls_us, s.first_byte_us, s.total_us, s.certificate_expires_at,
        shown.is_planned, s.flapping_since IS NOT NULL AND m.paused_at IS NULL
        """
    }

    package init(row: inout RowReader) throws {
        monitor = try Monitor(row: &row)
        agencyName = try row.read()
        state = try row.read()
        since = try row.read()
        failures = try row.read()
        lastSampleAt = try row.read()
        let (kind, detail) = (try row.read(String?.self), try row.read(String?.self))
        failure = kind.flatMap(Failure.Kind.init(rawValue:)).map { Failure($0, detail ?? "") }
        status = try row.read()
        phases = try Phases(row: &row)
        certificateExpiresAt = try row.read()
        isUnderMaintenance = try row.read()
        isFlapping = try row.read()
    }
}

extension Phases {
    /// Reads the five columns `resolve_us` to `total_us`.
    /// - Returns: nil where no probe was made yet.
    init?(row: inout RowReader) throws {
        let (resolve, connect) = (try row.read(Int64?.self), try row.read(Int64?.self))
        let (tls, firstByte, total) = (try row.read(Int64?.self), try row.read(Int64?.self), try row.read(Int64?.self))
        guard let total else { return nil }
        self.init(
            resolve: .microseconds(resolve ?? 0), connect: .microseconds(connect ?? 0), tls: .microseconds(tls ?? 0),
            firstByte: .microseconds(firstByte ?? 0), total: .microseconds(total))
    }
}
