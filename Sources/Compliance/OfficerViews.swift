import Civil
import Database
import Organization
import Web

struct OfficerListView: PageView {
    static let template = "officers/list"
    static let parts: [any View.Type] = [
        AgencyOfficersView.self, OfficerHolderView.self, OptionView.self, PagingView.self,
    ]

    let filter: OfficerFilter
    let today: CivilDate
    let counts: OfficerCounts
    let rows: [AgencyOfficers]
    let mayKeep: Bool
    let paging: PagingView

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "search": \.filter.search, "today": { VietnameseFormat.date($0.today) }, "mayKeep": \.mayKeep,
        "paging": \.paging,
        "choices": { view in
            OfficerFilter.Missing.allCases.map {
                OptionView($0.rawValue, $0.label, selected: $0 == view.filter.missing)
            }
        },
        "securityShare": { share($0.counts.withSecurityOfficer, of: $0.counts.agencies) },
        "securityKind": { kind($0.counts.withSecurityOfficer, of: $0.counts.agencies) },
        "softwareShare": { share($0.counts.withSoftwareManager, of: $0.counts.agencies) },
        "softwareKind": { kind($0.counts.withSoftwareManager, of: $0.counts.agencies) },
        "rows": { view in view.rows.map { AgencyOfficersView(row: $0, mayKeep: view.mayKeep) } },
    ]

    private static func kind(_ part: Int, of whole: Int) -> String? {
        whole == 0 ? nil : part == whole ? "good" : "due"
    }

    /// `112/144`, and `chưa có số liệu` where there is no agency.
    private static func share(_ part: Int, of whole: Int) -> String {
        whole == 0
            ? VietnameseFormat.noFigure : "\(VietnameseFormat.number(part))/\(VietnameseFormat.number(whole))"
    }
}

struct AgencyOfficersView: View {
    let row: AgencyOfficers
    let mayKeep: Bool

    private func holder(_ holder: AgencyOfficers.Holder?, _ duty: Officer.Duty) -> OfficerHolderView {
        let path = "/officers/new?agency=\(row.agency.rawValue)&duty=\(duty.rawValue)"
        return OfficerHolderView(holder: holder, duty: duty, agency: row.name, assignHref: mayKeep ? path : nil)
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "href": { "/officers/agencies/\($0.row.agency.rawValue)" }, "agency": \.row.name,
        "security": { $0.holder($0.row.securityOfficer, .securityOfficer) },
        "software": { $0.holder($0.row.softwareManager, .softwareManager) },
    ]
}

/// One cell of the list: who it is, or that there is nobody.
struct OfficerHolderView: View {
    let holder: AgencyOfficers.Holder?
    let duty: Officer.Duty
    let agency: String
    let assignHref: String?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "isMissing": { $0.holder == nil }, "holderName": { $0.holder?.fullName },
        "holderPhone": { $0.holder?.phone },
        "holderDecision": { view in
            view.holder.map { "\($0.decisionNumber), từ \(VietnameseFormat.date($0.begins))" }
        },
        "assignHref": { $0.holder == nil ? $0.assignHref : nil },
        "assignLabel": { "Phân công \($0.duty.label.lowercasedFirst) tại \($0.agency)" },
    ]
}

struct OfficerFormView: PageView {
    static let template = "officers/form"
    static let parts: [any View.Type] = [OptionView.self, ProblemView.self]

    let agencies: [Agency]
    let form: Form
    let problems: [Refusal.Problem]

    /// Somebody who sees one agency has no choice to make.
    private var agency: String { agencies.count == 1 ? String(agencies[0].id.rawValue) : form["agency"] }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "agencies": { view in
            view.agencies.map {
                OptionView(String($0.id.rawValue), $0.name, selected: String($0.id.rawValue) == view.agency)
            }
        },
        "agencyProblem": { $0.problems.text(for: "agency") },
        "duties": { view in
            Officer.Duty.allCases.map {
                OptionView($0.rawValue, "\($0.label) (\($0.article))", selected: $0.rawValue == view.form["duty"])
            }
        },
        "dutyProblem": { $0.problems.text(for: "duty") },
        "fullName": { $0.form["full_name"] }, "fullNameProblem": { $0.problems.text(for: "full_name") },
        "position": { $0.form["position"] }, "positionProblem": { $0.problems.text(for: "position") },
        "phone": { $0.form["phone"] }, "phoneProblem": { $0.problems.text(for: "phone") },
        "email": { $0.form["email"] }, "emailProblem": { $0.problems.text(for: "email") },
        "decisionNumber": { $0.form["decision_number"] },
        "decisionNumberProblem": { $0.problems.text(for: "decision_number") },
        "begins": { $0.form["begins"] }, "beginsProblem": { $0.problems.text(for: "begins") },
        "ends": { $0.form["ends"] }, "endsProblem": { $0.problems.text(for: "ends") },
    ]
}

struct OfficerHistoryView: PageView {
    static let template = "officers/history"
    static let parts: [any View.Type] = [OfficerDutyView.self, OfficerRowView.self]

    let agency: Agency
    let officers: [Officer]
    let today: CivilDate
    let mayKeep: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "agency": \.agency.name,
        "assignHref": { $0.mayKeep ? "/officers/new?agency=\($0.agency.id.rawValue)" : nil },
        "duties": { view in
            Officer.Duty.allCases.map { duty in
                OfficerDutyView(
                    duty: duty, officers: view.officers.filter { $0.duty == duty }, today: view.today,
                    mayKeep: view.mayKeep)
            }
        },
    ]
}

struct OfficerDutyView: View {
    let duty: Officer.Duty
    let officers: [Officer]
    let today: CivilDate
    let mayKeep: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "dutyID": \.duty.rawValue, "duty": \.duty.label, "article": \.duty.article,
        "isMissing": { view in !view.officers.contains { $0.state(on: view.today) == .current } },
        "rows": { view in
            view.officers.map { OfficerRowView(officer: $0, today: view.today, mayKeep: view.mayKeep) }
        },
    ]
}

struct OfficerRowView: View {
    let officer: Officer
    let today: CivilDate
    let mayKeep: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "name": \.officer.fullName, "position": \.officer.position, "phone": \.officer.phone,
        "email": \.officer.email, "decision": \.officer.decisionNumber,
        "begins": { VietnameseFormat.date($0.officer.begins) },
        "ends": { $0.officer.ends.map(VietnameseFormat.date) },
        "badge": { $0.officer.state(on: $0.today).badge }, "state": { $0.officer.state(on: $0.today).label },
        "endHref": { $0.mayKeep && $0.officer.ends == nil ? "/officers/\($0.officer.id.rawValue)/conclusion" : nil },
    ]
}

struct OfficerConclusionView: PageView {
    static let template = "officers/conclusion"
    static let parts: [any View.Type] = [ProblemView.self]

    let officer: Officer
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "action": { "/officers/\($0.officer.id.rawValue)/conclusion" },
        "backHref": { "/officers/agencies/\($0.officer.agency.rawValue)" },
        "agency": \.officer.agencyName, "name": \.officer.fullName, "duty": \.officer.duty.label,
        "article": \.officer.duty.article, "span": \.officer.span, "decision": \.officer.decisionNumber,
        "lastDay": { $0.form["last_day"] }, "lastDayProblem": { $0.problems.text(for: "last_day") },
    ]
}

extension String {
    /// In the middle of a sentence.
    fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
