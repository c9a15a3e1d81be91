import Civil
import Delivery
import Organization
import Web

struct NoticeListView: PageView {
    static let template = "notices/list"
    static let parts: [any View.Type] = [NoticeRowView.self, BadgeView.self, PagingView.self]

    let search: String
    let person: Person
    let notices: [Notice]
    let now: Instant
    let paging: PagingView

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "search": \.search, "mayWrite": { $0.person.may(.writeNotices) }, "paging": \.paging,
        "notices": { view in
            view.notices.map { NoticeRowView(notice: $0, isOfOneAgency: view.person.scope != nil, now: view.now) }
        },
    ]
}

struct NoticeRowView: View {
    let notice: Notice
    let isOfOneAgency: Bool
    let now: Instant

    /// "112/144", or for one agency's people whether they have acknowledged it.
    private var acknowledged: String? {
        if notice.publishedAt == nil { return nil }
        if isOfOneAgency { return notice.acknowledged > 0 ? "Đã xác nhận" : "Chưa" }
        return "\(notice.acknowledged)/\(notice.recipients)"
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "href": { "/notices/\($0.notice.code)" }, "code": \.notice.code, "title": \.notice.title,
        "kindLabel": \.notice.kind.label, "state": { $0.notice.state(at: $0.now).badgeView },
        "begins": { VietnameseFormat.moment($0.notice.begins) }, "ends": { VietnameseFormat.moment($0.notice.ends) },
        "machineBegins": { VietnameseFormat.timestamp($0.notice.begins) },
        "machineEnds": { VietnameseFormat.timestamp($0.notice.ends) }, "acknowledged": \.acknowledged,
    ]
}

extension Notice.State {
    fileprivate var badgeView: BadgeView { BadgeView(kind: badge, label: label) }
}

struct NoticeFormView: PageView {
    static let template = "notices/form"
    static let parts: [any View.Type] = [OptionView.self, ProblemView.self]

    let notice: Notice?
    let version: Int?
    let form: Form
    let components: [MonitoredComponent]
    /// The setting: below so many working days a reason is asked.
    let lead: Int
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "version": { $0.version.map(String.init) },
        "heading": { $0.notice.map { "Sửa \($0.code)" } ?? "Lập thông báo" },
        "action": { $0.notice.map { "/notices/\($0.code)" } ?? "/notices" },
        "kindProblem": { $0.problems.text(for: "kind") },
        "kinds": { view in
            Notice.Kind.allCases.map { OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["kind"]) }
        },
        "title": { $0.form["title"] }, "titleProblem": { $0.problems.text(for: "title") },
        "concernsSystem": { $0.form["scope"] == NoticeScope.system.rawValue },
        "concernsComponents": { $0.form["scope"] == NoticeScope.components.rawValue },
        "scopeProblem": { $0.problems.text(for: "scope") }, "componentProblem": { $0.problems.text(for: "component") },
        "components": { view in
            let ticked = Set(view.form.all("component"))
            return view.components.map { OptionView($0.name, $0.label, selected: ticked.contains($0.name)) }
        },
        "impact": { $0.form["impact"] }, "impactProblem": { $0.problems.text(for: "impact") },
        "begins": { $0.form["begins"] }, "beginsProblem": { $0.problems.text(for: "begins") },
        "ends": { $0.form["ends"] }, "endsProblem": { $0.problems.text(for: "ends") },
        "takesBack": { $0.notice?.submittedAt != nil },
        "wantedLeadDays": { String($0.lead) }, "leadBasis": { _ in Setting.noticeLeadDays.basis },
        "shortLeadReason": { $0.form["short_lead_reason"] },
        "shortLeadReasonProblem": { $0.problems.text(for: "short_lead_reason") },
    ]
}

extension MonitoredComponent {
    fileprivate var label: String {
        monitors == 0 ? "\(name) (không còn địa chỉ giám sát)" : "\(name) (\(VietnameseFormat.number(monitors)) địa chỉ)"
    }
}
