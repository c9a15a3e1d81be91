package import Civil
package import Database
package import Organization

/// Everything that the duties of one window are judged by.
package struct ObligationFigures: Hashable, Sendable {
    /// Whole days with a good backup, backups recorded of them, and whether the last of these days has a good one.
    package let backupDays: Int
    package let backups: Int
    package let isLastDayBackedUp: Bool
    /// Agencies on the last day, and those with somebody in charge.
    package let agencies: Int
    package let withSecurityOfficer: Int
    package let withSoftwareManager: Int
    package let incidents: Int
    /// Incidents of which the head and the users know everything that there is to tell.
    package let incidentsTold: Int
    package let incidentsRestored: Int
    /// Incidents of the agencies' own, and those of them that the Department knows.
    package let agencyIncidents: Int
    package let agencyIncidentsReported: Int
    /// Notices published and not called off, whose work begins in the period.
    package let notices: Int
    package let noticesInTime: Int
    package let upgrades: Int
    package let upgradesTested: Int
    package let requests: Int
    package let requestsResolved: Int
    /// When the report of `ObligationWindow.reported` was first issued.
    package let reportIssuedAt: Instant?
    /// People who left and have an account: all, locked, found unlocked, and those whose lock is late.
    package let leavers: Int
    package let leaversLocked: Int
    package let leaversOpen: Int
    package let leaversOverdue: Int
    package let accounts: Int
    package let irregularAccounts: Int

    /// How a duty stands by these figures.
    package func judgement(
        _ measure: ObligationMeasure?, in window: ObligationWindow, settings: Settings
    ) -> Judgement {
        switch measure {
        case nil: .unjudged
        case .backup:
            .backup(
                goodDays: backupDays, days: window.wholeDays, records: backups, isLastDayGood: isLastDayBackedUp,
                isRunning: window.isRunning)
        case .securityOfficer: .assigned(withSecurityOfficer, of: agencies)
        case .softwareManager: .assigned(withSoftwareManager, of: agencies)
        case .fiveFacts: .fiveFacts(told: incidentsTold, of: incidents)
        case .restored: .restored(incidentsRestored, of: incidents)
        case .departmentTold: .departmentTold(agencyIncidentsReported, of: agencyIncidents)
        case .upgradeTested: .upgradeTested(upgradesTested, of: upgrades)
        case .noticeLead:
            .noticeLead(inTime: noticesInTime, of: notices, wantedDays: settings.number(.noticeLeadDays))
        case .hotline: .hotline(resolved: requestsResolved, of: requests)
        case .reportIssued:
            .reportIssued(
                window.reported, issuedOn: reportIssuedAt.map(CivilDate.init(inVietnam:)), today: window.today,
                firstPeriod: window.firstPeriod)
        case .accountsLocked:
            .accountsLocked(
                leaversLocked, of: leavers, open: leaversOpen, overdue: leaversOverdue,
                lockDays: settings.number(.lockWarningDays))
        case .accountNames: .accountNames(irregular: irregularAccounts, of: accounts)
        }
    }
}

extension ObligationFigures: PostgresRow {
    package static var columns: String { "" }

    package init(row: inout RowReader) throws {
        backupDays = try row.read()
        backups = try row.read()
        isLastDayBackedUp = try row.read()
        agencies = try row.read()
        withSecurityOfficer = try row.read()
        withSoftwareManager = try row.read()
        incidents = try row.read()
        incidentsTold = try row.read()
        incidentsRestored = try row.read()
        agencyIncidents = try row.read()
        agencyIncidentsReported = try row.read()
        notices = try row.read()
        noticesInTime = try row.read()
        upgrades = try row.read()
        upgradesTested = try row.read()
        requests = try row.read()
        requestsResolved = try row.read()
        reportIssuedAt = try row.read()
        leavers = try row.read()
        leaversLocked = try row.read()
        leaversOpen = try row.read()
        leaversOverdue = try row.read()
        accounts = try row.read()
        irregularAccounts = try row.read()
    }
}
