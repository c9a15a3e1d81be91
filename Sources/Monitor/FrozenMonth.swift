package import Civil
package import Database
package import Organization

/// A month whose availability was written down once, when it was over. What changes it later is written beside the first
/// figures, never over them.
package struct FrozenMonth: Hashable, Sendable, PostgresRow {
    /// The first day, in Vietnam.
    package let month: CivilDate
    package let closedAt: Instant
    /// Of all monitors that the person sees, as it counts now.
    package let availability: Availability
    /// How many monitors were corrected since it was closed, each as often as it was.
    package let corrections: Int

    /// For `closed_months c` and the newest figures `f` of each monitor, grouped by the month.
    package static var columns: String {
        """
        c.month, c.closed_at, sum(f.window_seconds)::bigint, sum(f.planned_seconds)::bigint,
        sum(f.not_measured_seconds)::bigint, sum(f.down_seconds)::bigint, sum(f.outages)::bigint,
        max(f.longest_outage_seconds), sum(f.outside_seconds)::bigint, sum(f.reclassified_seconds)::bigint,
        sum(f.revision - 1)::bigint
        """
    }

    package init(row: inout RowReader) throws {
        month = try row.read()
        closedAt = try row.read()
        availability = try Availability(row: &row)
        corrections = try row.read()
    }
}

/// A change of a month that was closed already.
package struct MonthCorrection: Hashable, Sendable, PostgresRow {
    package let month: CivilDate
    package let monitor: Monitor.ID
    package let name: String
    /// 2 for the first correction.
    package let revision: Int
    package let before: Availability
    package let after: Availability
    package let correctedAt: Instant
    /// The outage that people judged again; nil where results or notices came later.
    package let outage: Outage.ID?
    package let reason: String?
    package let correctedBy: String?

    package static var columns: String {
        """
        f.month, f.monitor_id, m.name, f.revision, \(Availability.columns("b")), \(Availability.columns("f")), f.frozen_at,
        r.outage_id, r.reason, u.full_name
        """
    }

    package init(row: inout RowReader) throws {
        month = try row.read()
        monitor = try row.read()
        name = try row.read()
        revision = try row.read()
        before = try Availability(row: &row)
        after = try Availability(row: &row)
        correctedAt = try row.read()
        outage = try row.read()
        reason = try row.read()
        correctedBy = try row.read()
    }
}

extension MonitorStore {
    /// So long after its end a month is closed: what still waits in memory somewhere has come by then.
    package static let closingPatience = Duration.seconds(86_400)
    /// So often the figures of closed months are compared with what is known now.
    private static let checkingInterval = Duration.seconds(6 * 3600)

    /// Closes the months that are over, and writes down where the figures of the last thirteen closed ones are not any more
    /// what they were. Several processes may do it at once.
    ///
    /// - Returns: How many figures were written.
    @discardableResult
    package func freezeMonths(at now: Instant) async throws -> Int {
        let closable = CivilDate(inVietnam: now - Self.closingPatience)
        let months = try await database.values(
            """
            SELECT ended.month::date
            FROM   generate_series(
                       (SELECT date_trunc('month', min(created_at) AT TIME ZONE 'Asia/Ho_Chi_Minh') FROM monitors),
                       date_trunc('month', \(closable)::timestamp) - interval '1 month', interval '1 month') AS ended (month)
            LEFT   JOIN closed_months c ON c.month = ended.month::date
            WHERE  c.month IS NULL
            OR     (c.checked_at <= \(now - Self.checkingInterval) AND c.month >= \(closable)::date - interval '14 months')
            ORDER  BY ended.month
            """, as: CivilDate.self)
        var written = 0
        for month in months {
            try Task.checkCancellation()
            written += try await database.transaction { tx in
                try await tx.run(
                    """
                    INSERT INTO closed_months (month, closed_at, checked_at) VALUES (\(month), \(now), \(now))
                    ON CONFLICT (month) DO UPDATE SET checked_at = excluded.checked_at
                    """)
                return try await tx.value("SELECT freeze_month(\(month), \(now), NULL, NULL)", as: Int.self)
            }
        }
        return written
    }

    /// The closed months of a window, newest first.
    package func frozenMonths(within window: TimeRange, for person: Person? = nil) async throws -> [FrozenMonth] {
        try await database.all(
            """
            SELECT \(columns: FrozenMonth.self)
            FROM   closed_months c JOIN latest_frozen_months f ON f.month = c.month JOIN monitors m ON m.id = f.monitor_id
            WHERE  \(window) && month_span(c.month)
            AND    \(sql: Self.isSeen(by: person))
            GROUP  BY c.month ORDER BY c.month DESC
            """)
    }

    /// What was changed in the closed months of a window since they were closed, newest first.
    package func monthCorrections(
        within window: TimeRange, for person: Person? = nil, limit: Int = 200
    ) async throws -> [MonthCorrection] {
        try await database.all(
            """
            SELECT \(columns: MonthCorrection.self)
            FROM   frozen_months f
            JOIN   frozen_months b ON b.month = f.month AND b.monitor_id = f.monitor_id AND b.revision = f.revision - 1
            JOIN   monitors m ON m.id = f.monitor_id
            LEFT   JOIN outage_revisions r ON r.id = f.outage_revision_id LEFT JOIN users u ON u.id = r.revised_by
            WHERE  f.revision > 1
            AND    \(window) && month_span(f.month)
            AND    \(sql: Self.isSeen(by: person))
            ORDER  BY f.frozen_at DESC, f.month DESC, m.name, f.revision DESC LIMIT \(limit)
            """)
    }
}

extension Transaction {
    /// Writes down what a judgement changed in months that were closed already.
    /// - Parameter revision: Of `outage_revisions`.
    func reviseFrozenMonths(of monitor: Monitor.ID, during: TimeRange, because revision: Int64, at now: Instant) async throws {
        try await run(
            """
            SELECT freeze_month(c.month, \(now), ARRAY[\(monitor)]::bigint[], \(revision))
            FROM   closed_months c
            WHERE  \(during) && month_span(c.month)
            ORDER  BY c.month
            """)
    }
}
