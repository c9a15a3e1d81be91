import Database
import Organization
import Web

struct AgencyListView: PageView {
    static let template = "agencies/list"
    static let parts: [any View.Type] = [AgencyRowView.self, PagingView.self]

    let search: String
    let mayKeep: Bool
    let agencies: [Agency]
    let paging: PagingView

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "search": \.search, "mayKeep": \.mayKeep, "paging": \.paging,
        "agencies": { view in view.agencies.map { AgencyRowView(agency: $0, mayKeep: view.mayKeep) } },
    ]
}

struct AgencyRowView: View {
    let agency: Agency
    let mayKeep: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "editHref": { $0.mayKeep ? "/agencies/\($0.agency.id.rawValue)/edit" : nil },
        "code": \.agency.code, "identifier": \.agency.identifier, "name": \.agency.name,
        "kind": \.agency.kind.label, "contactName": \.agency.contactName,
        "contactEmail": \.agency.contactEmail, "contactPhone": \.agency.contactPhone,
    ]
}

struct AgencyFormView: PageView {
    static let template = "agencies/form"
    static let parts: [any View.Type] = [OptionView.self, ProblemView.self]

    var agency: Agency?
    var version: Int?
    var form = Form()
    var problems: [Refusal.Problem] = []

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "version": { ($0.version ?? $0.agency?.version).map(String.init) },
        "heading": { $0.agency?.name ?? "Thêm cơ quan" },
        "action": { $0.agency.map { "/agencies/\($0.id.rawValue)" } ?? "/agencies" },
        "code": { $0.form["code"] }, "codeProblem": { $0.problems.text(for: "code") },
        "identifier": { $0.form["identifier"] }, "identifierProblem": { $0.problems.text(for: "identifier") },
        "name": { $0.form["name"] }, "nameProblem": { $0.problems.text(for: "name") },
        "kindProblem": { $0.problems.text(for: "kind") },
        "kinds": { view in
            Agency.Kind.allCases.map {
                OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["kind"])
            }
        },
        "contactName": { $0.form["contact_name"] }, "contactNameProblem": { $0.problems.text(for: "contact_name") },
        "contactEmail": { $0.form["contact_email"] },
        "contactEmailProblem": { $0.problems.text(for: "contact_email") },
        "contactPhone": { $0.form["contact_phone"] },
        "contactPhoneProblem": { $0.problems.text(for: "contact_phone") },
    ]
}
