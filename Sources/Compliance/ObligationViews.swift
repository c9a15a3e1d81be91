import Civil
import Database
import Organization
import Web
import WorkingTime

struct ObligationListView: PageView {
    static let template = "obligations/list"
    static let parts: [any View.Type] = [ObligationRowView.self, ObligationTileView.self, OptionView.self]

    let window: ObligationWindow
    let periods: [ReportingPeriod]
    let party: Obligation.Party?
    let verdict: Judgement.Verdict?
    let all: [JudgedObligation]
    let person: Person

    private var ofParty: [JudgedObligation] { all.filter { party == nil || $0.obligation.party == party } }

    private var shown: [JudgedObligation] {
        ofParty.filter { verdict == nil || $0.judgement.verdict == verdict }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "period": \.window.period.title,
        "from": { VietnameseFormat.date($0.window.period.firstDay) },
        "to": { VietnameseFormat.date($0.window.period.lastDay) },
        "asOf": { VietnameseFormat.date($0.window.lastDay) },
        "basis": { view in
            view.all.map(\.obligation.basis).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
                .joined(separator: "; ")
        },
        "scope": { $0.person.scope == nil ? nil : $0.person.agencyName },
        "tiles": { view in
            Judgement.Verdict.allCases.map { verdict in
                ObligationTileView(
                    verdict: verdict, count: view.ofParty.count { $0.judgement.verdict == verdict },
                    period: view.window.period, party: view.party)
            }
        },
        "periods": { view in
            view.periods.map { OptionView($0.code, $0.title, selected: $0 == view.window.period) }
        },
        "parties": { view in
            Obligation.Party.allCases.map { OptionView($0.rawValue, $0.label, selected: $0 == view.party) }
        },
        "verdicts": { view in
            Judgement.Verdict.allCases.map { OptionView($0.rawValue, $0.label, selected: $0 == view.verdict) }
        },
        "summary": { "\($0.shown.count) trong \($0.all.count) nghĩa vụ đang có hiệu lực" },
        "rows": { view in view.shown.map { ObligationRowView(row: $0, window: view.window, person: view.person) } },
    ]
}

struct ObligationTileView: View {
    let verdict: Judgement.Verdict
    let count: Int
    let period: ReportingPeriod
    let party: Obligation.Party?

    private var kind: String {
        switch verdict {
        case .met: count == 0 ? "" : "good"
        case .notMet: count == 0 ? "good" : "due"
        case .overdue: count == 0 ? "good" : "overdue"
        case .noData: ""
        }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "kind": \.kind, "figure": { String($0.count) },
        "name": { $0.verdict == .noData ? "Chưa có số liệu" : $0.verdict.label },
        "tileHref": { "/obligations?period=\($0.period.code)&verdict=\($0.verdict.rawValue)&party=\($0.party?.rawValue ?? "")" },
    ]
}

struct ObligationRowView: View {
    let row: JudgedObligation
    let window: ObligationWindow
    let person: Person

    /// Where the rows stand that were counted, for whoever may read them.
    private var link: (href: String, label: String)? {
        guard let measure = row.obligation.measure, person.may(measure.permission) else { return nil }
        return (measure.href(in: window), measure.rowsLabel)
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "rowID": { "d-\($0.row.obligation.key)" }, "article": \.row.obligation.article,
        "text": \.row.obligation.text, "party": \.row.obligation.party.label,
        "badge": \.row.judgement.verdict.badge, "state": \.row.judgement.verdict.label,
        "share": \.row.judgement.figure, "detail": \.row.judgement.detail,
        "target": { $0.row.judgement.figure == nil ? nil : $0.row.judgement.target },
        "evidenceLabel": { $0.row.obligation.measure == nil ? "Cần có" : "Nguồn" },
        "evidence": \.row.obligation.evidence,
        "rowsHref": \.link?.href, "rowsLabel": \.link?.label,
        "until": { view in view.row.obligation.effectiveTo.map { VietnameseFormat.date($0.adding(days: -1)) } },
    ]
}

extension ObligationMeasure {
    /// Who may read the rows that it counts.
    fileprivate var permission: Permission {
        switch self {
        case .backup: .readObligations
        case .securityOfficer, .softwareManager: .readOfficers
        case .fiveFacts, .restored, .departmentTold: .readIncidents
        case .upgradeTested, .noticeLead: .readNotices
        case .hotline: .readRequests
        case .reportIssued: .readReports
        case .accountsLocked, .accountNames: .readAccounts
        }
    }

    fileprivate func href(in window: ObligationWindow) -> String {
        switch self {
        case .backup: "/obligations/backups"
        case .securityOfficer: "/officers?missing=security_officer"
        case .softwareManager: "/officers?missing=software_manager"
        case .fiveFacts, .restored, .departmentTold: "/incidents"
        case .upgradeTested, .noticeLead: "/notices"
        case .hotline: "/requests"
        case .reportIssued: "/reports/\(window.reported.code)"
        case .accountsLocked: "/accounts"
        case .accountNames: "/accounts?show=irregular"
        }
    }

    fileprivate var rowsLabel: String {
        switch self {
        case .backup: "Sổ sao lưu"
        case .securityOfficer, .softwareManager: "Cơ quan chưa phân công"
        case .fiveFacts, .restored, .departmentTold: "Danh sách sự cố"
        case .upgradeTested, .noticeLead: "Danh sách thông báo"
        case .hotline: "Sổ đường dây nóng"
        case .reportIssued: "Báo cáo của kỳ"
        case .accountsLocked: "Tài khoản chưa khóa"
        case .accountNames: "Tài khoản đặt tên chưa đúng"
        }
    }
}
