/// What a route asks for. Roles are granted permissions here and nowhere else; which rows a person sees is decided by
/// `Person.scope` in SQL.
package enum Permission: String, CaseIterable, Sendable {
    case readDashboard
    case readMonitors, keepMonitors
    case readIncidents, openIncidents, keepIncidents, attachIncidents, readIncidentFiles
    case readNotices, writeNotices, approveNotices, acknowledgeNotices, recordAcknowledgements
    case readRequests, keepRequests
    case readAgencies, keepAgencies
    case readAccounts, readImports, importAccounts
    case readOfficers, keepOfficers
    case readObligations, keepObligations
    case readReports, writeReports, receiveReports
    case readDeliveries, keepDeliveries
    case readAudit
    case keepUsers, keepSettings

    package var roles: Set<Role> {
        switch self {
        case .readDashboard, .readMonitors, .readIncidents, .readNotices, .readRequests, .readAgencies, .readOfficers,
            .readObligations:
            Set(Role.allCases)
        case .keepMonitors: [.operator, .administrator]
        case .openIncidents: [.operator, .hotline, .agencyAdmin]
        case .keepIncidents: [.operator, .agencyAdmin]
        case .attachIncidents: [.operator]
        case .readIncidentFiles: [.operator, .hotline, .agencyAdmin, .agencyHead, .auditor]
        case .writeNotices: [.operator]
        case .approveNotices: [.operator, .administrator]
        case .acknowledgeNotices: [.agencyAdmin, .agencyHead]
        case .recordAcknowledgements: [.operator, .hotline]
        case .keepRequests: [.operator, .hotline]
        case .keepAgencies: [.operator, .administrator]
        case .readAccounts: [.operator, .agencyAdmin, .agencyHead, .provinceOffice, .auditor, .administrator]
        case .readImports: [.operator, .provinceOffice, .auditor, .administrator]
        case .importAccounts: [.operator, .administrator]
        case .keepOfficers: [.operator, .agencyAdmin]
        case .keepObligations: [.operator, .administrator]
        case .readReports: [.operator, .provinceOffice, .auditor, .administrator]
        case .writeReports: [.operator]
        case .receiveReports: [.provinceOffice]
        case .readDeliveries: [.operator, .auditor, .administrator]
        case .keepDeliveries: [.operator]
        case .readAudit: [.auditor, .administrator]
        case .keepUsers, .keepSettings: [.administrator]
        }
    }
}
