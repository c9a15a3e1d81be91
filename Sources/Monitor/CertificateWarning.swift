package import Civil
package import Database
import Web

/// That a certificate ends soon, said once for each of 30, 14, 7 and 1 days before.
package struct CertificateWarning: Hashable, Sendable, PostgresRow {
    package let warnedAt: Instant
    /// The threshold that was crossed.
    package let days: Int
    package let expiresAt: Instant
    /// When its letters were written; nil while there is nobody to write to.
    package let toldAt: Instant?

    package static var columns: String { "w.warned_at, w.days, w.expires_at, w.told_at" }

    package init(row: inout RowReader) throws {
        warnedAt = try row.read()
        days = try row.read()
        expiresAt = try row.read()
        toldAt = try row.read()
    }
}

extension WatchStore {
    /// Writes down the warnings that are due: for each certificate the nearest threshold only, so that one that is seen for
    /// the first time with five days left is warned of once. A renewed certificate has warnings of its own.
    func warnOfCertificates(at now: Instant) async throws {
        try await database.run(
            """
            INSERT INTO certificate_warnings (monitor_id, expires_at, days, warned_at)
            SELECT s.monitor_id, s.certificate_expires_at, min(threshold.days), \(now)
            FROM   monitor_states s JOIN monitors m ON m.id = s.monitor_id
            CROSS  JOIN (VALUES (30), (14), (7), (1)) AS threshold (days)
            WHERE  m.deleted_at IS NULL AND m.paused_at IS NULL AND s.certificate_expires_at > \(now)
            AND    s.certificate_expires_at <= \(now) + make_interval(days => threshold.days)
            GROUP  BY s.monitor_id, s.certificate_expires_at
            ON     CONFLICT DO NOTHING
            """)
    }
}

extension MonitorStore {
    /// The newest warnings first.
    package func certificateWarnings(of monitor: Monitor.ID) async throws -> [CertificateWarning] {
        try await database.all(
            """
            SELECT \(columns: CertificateWarning.self) FROM certificate_warnings w
            WHERE  w.monitor_id = \(monitor) ORDER BY w.warned_at DESC, w.days LIMIT 8
            """)
    }
}

struct CertificateWarningView: View {
    let warning: CertificateWarning

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "warnedAt": { VietnameseFormat.moment($0.warning.warnedAt) }, "warnedDays": { String($0.warning.days) },
        "warnedEnd": { VietnameseFormat.moment($0.warning.expiresAt) },
        "toldAt": { $0.warning.toldAt.map(VietnameseFormat.moment) },
    ]
}
