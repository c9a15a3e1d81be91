package import Civil
package import Database
package import WorkingTime

/// One duty of the regulation, in one version: what, by which article, and whose.
package struct Obligation: Hashable, Sendable {
    /// Whom a duty binds.
    package enum Party: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case department, agency, head
        /// Whom Điều 20 names at an agency.
        case systemManager = "system_manager"
        /// Whom Điều 23.4 names.
        case systemAdministrator = "system_administrator"
        case clerk, archive, staff
        case homeAffairs = "home_affairs"
        case provider

        package var label: String {
            switch self {
            case .department: "Sở Khoa học và Công nghệ"
            case .agency: "Cơ quan, đơn vị"
            case .head: "Thủ trưởng cơ quan, đơn vị"
            case .systemManager: "Người phụ trách quản lý Hệ thống tại cơ quan"
            case .systemAdministrator: "Cán bộ quản trị Hệ thống"
            case .clerk: "Văn thư"
            case .archive: "Lưu trữ hiện hành"
            case .staff: "Cán bộ, công chức"
            case .homeAffairs: "Sở Nội vụ"
            case .provider: "Doanh nghiệp cung cấp dịch vụ"
            }
        }
    }

    /// Stays the same through all versions: `18.2-daily`.
    package let key: String
    /// The decision that it stands in.
    package let basis: String
    /// `Điều 18.2`
    package let article: String
    package let party: Party
    /// In the regulation's own words, shortened.
    package let text: String
    /// How it is judged by data; nil where nothing that the console holds can judge it.
    package let measure: ObligationMeasure?
    /// Where its figure comes from, or what would give one.
    package let evidence: String
    package let effectiveFrom: CivilDate
    /// The first day on which it is no longer in force; nil while none is set.
    package let effectiveTo: CivilDate?

    /// Whether this version is in force on a day.
    package func isInForce(on day: CivilDate) -> Bool {
        effectiveFrom <= day && (effectiveTo.map { day < $0 } ?? true)
    }
}

extension Obligation: PostgresRow {
    package static var columns: String {
        "key, basis, article, party, text, measure, evidence, effective_from, effective_to"
    }

    package init(row: inout RowReader) throws {
        key = try row.read()
        basis = try row.read()
        article = try row.read()
        party = try row.read()
        text = try row.read()
        measure = try row.read()
        evidence = try row.read()
        effectiveFrom = try row.read()
        effectiveTo = try row.read()
    }
}

/// How a duty is judged by data.
package enum ObligationMeasure: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
    case backup
    case securityOfficer = "security_officer"
    case softwareManager = "software_manager"
    case fiveFacts = "five_facts"
    case restored
    case departmentTold = "department_told"
    case upgradeTested = "upgrade_tested"
    case noticeLead = "notice_lead"
    case hotline
    case reportIssued = "report_issued"
    case accountsLocked = "accounts_locked"
    case accountNames = "account_names"
}

/// Which stretch of a reporting period is judged, seen from a day.
package struct ObligationWindow: Hashable, Sendable {
    package let period: ReportingPeriod
    package let today: CivilDate
    /// The first period that lay wholly under the regulation. What came before is not judged.
    package let firstPeriod: ReportingPeriod

    package init(period: ReportingPeriod, today: CivilDate, firstPeriod: ReportingPeriod) {
        self.period = period
        self.today = today
        self.firstPeriod = firstPeriod
    }

    /// The periods that may be looked at: from the running one back to the first.
    ///
    /// - Parameter catalogue: All duties, in all versions.
    package static func periods(of catalogue: [Obligation], on today: CivilDate) -> [ReportingPeriod] {
        let first = firstPeriod(of: catalogue, on: today)
        return Array(sequence(first: ReportingPeriod(containing: today)) { $0 > first ? $0.previous : nil })
    }

    /// The first period that begins under the regulation: the few days before it belong to no report.
    package static func firstPeriod(of catalogue: [Obligation], on today: CivilDate) -> ReportingPeriod {
        guard let start = catalogue.map(\.effectiveFrom).min() else { return ReportingPeriod(containing: today) }
        let period = ReportingPeriod(containing: start)
        return period.firstDay < start ? period.next : period
    }

    package var firstDay: CivilDate { period.firstDay }
    /// The last day that is judged: today while the period runs.
    package var lastDay: CivilDate { min(today, period.lastDay) }
    package var isRunning: Bool { today <= period.lastDay }

    /// The last day that is over: of today nobody can say yet that something was not done.
    package var lastWholeDay: CivilDate { isRunning ? today.adding(days: -1) : period.lastDay }
    package var wholeDays: Int { max(0, lastWholeDay.dayNumber - firstDay.dayNumber + 1) }

    /// Half-open, in Vietnam's time.
    package var range: TimeRange {
        TimeRange(from: firstDay.startInVietnam, to: lastDay.adding(days: 1).startInVietnam)
    }

    /// The period whose report is asked for: a period that runs has none yet, so it is the one before.
    package var reported: ReportingPeriod { isRunning ? period.previous : period }
}
