package import Civil
package import Database
import Incidents
import Monitor
package import Organization
import WorkingTime

/// Gathers what a report counts, and keeps the reports that were issued.
package struct ReportStore: Sendable {
    let database: Database
    private let monitors: MonitorStore

    package init(database: Database) {
        self.database = database
        monitors = MonitorStore(database: database)
    }

    // MARK: Figures

    /// Counts everything for a window. It reads intervals and records, never samples: its cost grows with what happened.
    package func facts(_ window: ReportWindow, at now: Instant) async throws -> ReportFacts {
        let settings = try await database.settings()
        let previous = try await monitors.availability(window: window.previous.range, asOf: now)
        return ReportFacts(
            window: window, asOf: now, isDemo: settings.demoSeed != nil,
            availabilityTarget: settings.number(.availabilityTarget),
            availability: try await monitors.availability(window: window.range, asOf: now),
            reclassified: try await monitors.reclassified(within: window.range),
            months: try await monitors.frozenMonths(within: window.range),
            previous: .sum(previous.map(\.availability)), incidents: try await incidents(window.range),
            provider: ProviderScorecard(
                cases: try await IncidentStore(database: database).handovers(within: window.range),
                targets: ProviderTargets(settings), asOf: now),
            notices: try await notices(window.range), requests: try await requests(window.range),
            duties: try await duties(window, at: now))
    }

    private func incidents(_ during: TimeRange) async throws -> [ReportedIncident] {
        try await database.all(
            """
            SELECT \(columns: ReportedIncident.self)
            FROM   incidents i LEFT JOIN agencies a ON a.id = i.agency_id
            WHERE  i.detected_at >= \(during.lower) AND i.detected_at < \(during.upper) AND i.merged_into_id IS NULL
            ORDER  BY i.detected_at, i.id
            """)
    }

    private func notices(_ during: TimeRange) async throws -> [ReportedNotice] {
        try await database.all(
            """
            SELECT \(columns: ReportedNotice.self) FROM notices n
            WHERE  n.published_at IS NOT NULL
            AND    lower(n.during) >= \(during.lower) AND lower(n.during) < \(during.upper)
            ORDER  BY lower(n.during), n.id
            """)
    }

    private func requests(_ during: TimeRange) async throws -> [RequestCount] {
        try await database.all(
            """
            SELECT \(columns: RequestCount.self) FROM requests r
            WHERE  r.received_at >= \(during.lower) AND r.received_at < \(during.upper)
            GROUP  BY r.kind ORDER BY r.kind
            """)
    }

    private func duties(_ window: ReportWindow, at now: Instant) async throws -> DutyCounts {
        try await database.one(
            """
            SELECT \(columns: DutyCounts.self)
            FROM  (SELECT \(window.range) AS during, \(window.firstDay) AS first, \(window.lastDay) AS last,
                          \(window.lastWholeDay(asOf: now)) AS last_whole) AS days
            """)
    }

    // MARK: Issued reports

    /// Issued reports, newest first.
    package func issued(limit: Int = 100) async throws -> [IssuedReport] {
        try await database.all(
            """
            SELECT \(columns: IssuedReport.self) FROM reports r JOIN users u ON u.id = r.issued_by
            ORDER BY r.issued_at DESC, r.id DESC LIMIT \(limit)
            """)
    }

    package func find(_ code: String) async throws -> IssuedReport? {
        try await database.first(
            """
            SELECT \(columns: IssuedReport.self) FROM reports r JOIN users u ON u.id = r.issued_by WHERE r.code = \(code)
            """)
    }

    /// What was issued, word by word.
    package func text(of report: IssuedReport) async throws -> ReportText {
        try await database.one("SELECT \(columns: ReportText.self) FROM reports WHERE id = \(report.id)")
    }

    /// Freezes a report as it is now.
    /// - Returns: Its code.
    /// - Throws: `Refusal` while the window is not over: what is sent must not change any more.
    package func issue(
        _ report: Report, _ text: ReportText, by person: Person, address: String, form: FormKey? = nil,
        at now: Instant
    ) async throws -> String {
        try report.checkIssuing(at: now)
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/reports")
            let code = try await tx.nextCode(.report, at: now)
            tx.settle(form, location: "/reports/issued/\(code)")
            let window = report.facts.window
            let revision = try await tx.value(
                """
                INSERT INTO reports (code, period_code, during, revision, title, as_of, is_demo, markdown, html,
                                     issued_at, issued_by)
                VALUES (\(code), \(window.period?.code), \(window.range),
                        (SELECT count(*) + 1 FROM reports WHERE during = \(window.range)), \(report.title),
                        \(report.facts.asOf), \(report.facts.isDemo), \(text.markdown), \(text.html), \(now), \(person.id))
                RETURNING revision
                """, as: Int.self)
            tx.record(
                "report.issued", code, by: .person(person, address: address),
                after: ["title": report.title, "revision": String(revision)], at: now)
            return code
        }
    }
}

/// A report that was issued.
package struct IssuedReport: Hashable, Sendable, PostgresRow {
    package typealias ID = RowID<IssuedReport>

    let id: ID
    package let code: String
    package let periodCode: String?
    package let during: TimeRange
    package let revision: Int
    package let title: String
    package let asOf: Instant
    package let issuedAt: Instant
    package let issuedBy: String

    package static var columns: String {
        "r.id, r.code, r.period_code, r.during, r.revision, r.title, r.as_of, r.issued_at, u.full_name"
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
        periodCode = try row.read()
        during = try row.read()
        revision = try row.read()
        title = try row.read()
        asOf = try row.read()
        issuedAt = try row.read()
        issuedBy = try row.read()
    }
}

/// A report in the two forms that people read.
package struct ReportText: Hashable, Sendable, PostgresRow {
    package let markdown: String
    /// A whole page, laid out as Nghị định 30/2020/NĐ-CP wants it. The PDF is printed from it.
    package let html: String

    package init(markdown: String, html: String) {
        self.markdown = markdown
        self.html = html
    }

    package static var columns: String { "markdown, html" }

    package init(row: inout RowReader) throws {
        markdown = try row.read()
        html = try row.read()
    }
}
