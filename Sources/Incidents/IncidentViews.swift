import Civil
import Database
import Organization
import Web

struct IncidentListView: PageView {
    static let template = "incidents/list"
    static let parts: [any View.Type] = [OptionView.self, PagingView.self]

    let filter: IncidentFilter
    let mayOpen: Bool
    /// `IncidentRowView`s.
    let rows: Fragment
    let paging: PagingView?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "mayOpen": \.mayOpen, "search": \.filter.search, "rows": \.rows, "paging": \.paging,
        "states": { view in
            Incident.State.allCases.filter { $0 != .merged }
                .map { OptionView($0.rawValue, $0.label, selected: $0 == view.filter.state) }
        },
        "kinds": { view in
            Incident.Kind.allCases.map { OptionView($0.rawValue, $0.label, selected: $0 == view.filter.kind) }
        },
    ]
}

struct IncidentRowView: FragmentView {
    static let template = "incidents/row"
    static let parts: [any View.Type] = [BadgeView.self]

    let code: String
    let title: String
    let agencyName: String?
    let parentCode: String?
    let kind: Incident.Kind
    let state: Incident.State
    let severity: Incident.Severity
    let isNew: Bool
    let detectedAt: Instant
    let lasting: String
    let told: String
    let reminders: [BadgeView]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "href": { "/incidents/\($0.code)" }, "code": \.code, "title": \.title,
        "agency": { $0.agencyName ?? "Toàn hệ thống" }, "parent": \.parentCode, "kind": \.kind.label,
        "state": \.state.badge, "severity": \.severity.badge,
        "fresh": { $0.isNew ? BadgeView(kind: "new", label: "Mới") : nil },
        "detected": { VietnameseFormat.moment($0.detectedAt) }, "machineTime": { VietnameseFormat.timestamp($0.detectedAt) },
        "lasting": \.lasting, "told": \.told, "reminders": \.reminders,
    ]

    init(_ incident: IncidentSummary, _ limits: IncidentLimits, at now: Instant) {
        code = incident.code
        title = incident.title
        agencyName = incident.agencyName
        parentCode = incident.parentCode
        kind = incident.kind
        state = incident.state
        severity = incident.severity
        isNew = incident.isNew
        detectedAt = incident.detectedAt
        lasting = incident.downtime.map(VietnameseFormat.duration) ?? (incident.kind == .suspension ? "chưa ghi" : "không tạm dừng")
        told = "\(incident.factsTold)/\(incident.factsToTell)"
        reminders = incident.pulse.badges(limits, at: now)
    }
}

extension Incident.State {
    var badge: BadgeView {
        switch self {
        case .open: BadgeView(kind: "down", label: label)
        case .restored: BadgeView(kind: "open", label: label)
        case .closed, .merged: BadgeView(kind: "closed", label: label)
        }
    }
}

extension Incident.Severity {
    var badge: BadgeView {
        switch self {
        case .undetermined: BadgeView(kind: "nodata", label: short)
        case .m1: BadgeView(kind: "grave", label: short)
        case .m2: BadgeView(kind: "serious", label: short)
        case .m3: BadgeView(kind: "moderate", label: short)
        case .m4: BadgeView(kind: "", label: short)
        }
    }
}

struct IncidentFormView: PageView {
    static let template = "incidents/form"
    static let parts: [any View.Type] = [OptionView.self, ProblemView.self]

    /// Nil while it is being opened.
    let code: String?
    let version: Int?
    /// Whether it was suspended several times: each downtime is then edited by itself.
    let isSplit: Bool
    let agencies: [Agency]
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "version": { $0.version.map(String.init) },
        "heading": { $0.code.map { "Sửa sự cố \($0)" } ?? "Mở sự cố" },
        "action": { $0.code.map { "/incidents/\($0)" } ?? "/incidents" },
        "back": { $0.code.map { "/incidents/\($0)" } ?? "/incidents" },
        "submit": { $0.code == nil ? "Mở sự cố" : "Lưu" },
        "problems": { $0.problems.map(ProblemView.init) },
        "title": { $0.form["title"] }, "titleProblem": { $0.problems.text(for: "title") },
        "mayChooseAgency": { !$0.agencies.isEmpty },
        "agencies": { view in
            view.agencies.map {
                OptionView(String($0.id.rawValue), $0.name, selected: String($0.id.rawValue) == view.form["agency"])
            }
        },
        "kinds": { view in
            Incident.Kind.allCases.map {
                OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["kind"])
            }
        },
        "severities": { view in
            Incident.Severity.allCases.map {
                OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["severity"])
            }
        },
        "beganAt": { $0.form["began_at"] }, "beganAtProblem": { $0.problems.text(for: "began_at") },
        "detectedAt": { $0.form["detected_at"] }, "detectedAtProblem": { $0.problems.text(for: "detected_at") },
        "suspendedAt": { $0.form["suspended_at"] }, "suspendedAtProblem": { $0.problems.text(for: "suspended_at") },
        "resumedAt": { $0.form["resumed_at"] }, "resumedAtProblem": { $0.problems.text(for: "resumed_at") },
        "isSplit": \.isSplit,
        "reportedAt": { $0.form["reported_at"] }, "reportedAtProblem": { $0.problems.text(for: "reported_at") },
        "stableAt": { $0.form["stable_at"] }, "stableAtProblem": { $0.problems.text(for: "stable_at") },
        "description": { $0.form["description"] }, "temporaryMeasures": { $0.form["temporary_measures"] },
        "catchUp": { $0.form["catch_up"] }, "cause": { $0.form["cause"] },
        "cyberAnswers": { answers($0.form["is_cyber"]) },
        "personalDataAnswers": { answers($0.form["has_personal_data"]) },
        "contact": { $0.form["contact"] }, "scope": { $0.form["scope"] }, "provider": { $0.form["provider"] },
        "measures": { $0.form["measures"] }, "helpers": { $0.form["helpers"] },
        "firstResults": { $0.form["first_results"] }, "proposals": { $0.form["proposals"] },
    ]

    private static func answers(_ chosen: String) -> [OptionView] {
        [("", "Chưa xác định"), ("yes", "Có"), ("no", "Không")].map {
            OptionView($0.0, $0.1, selected: $0.0 == chosen)
        }
    }
}
