import Civil
import Database
import Organization
import Web

struct SupportRequestListView: PageView {
    static let template = "requests/list"
    static let parts: [any View.Type] = [
        SupportRequestRowView.self, BadgeView.self, OptionView.self, PagingView.self,
    ]

    let filter: SupportRequestFilter
    let mayKeep: Bool
    let requests: [SupportRequest]
    let now: Instant
    let paging: PagingView

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "search": \.filter.search, "mayKeep": \.mayKeep, "paging": \.paging,
        "states": { view in
            SupportRequest.State.allCases.map { OptionView($0.rawValue, $0.label, selected: $0 == view.filter.state) }
        },
        "kinds": { view in
            SupportRequest.Kind.allCases.map { OptionView($0.rawValue, $0.label, selected: $0 == view.filter.kind) }
        },
        "requests": { view in view.requests.map { SupportRequestRowView(request: $0, now: view.now) } },
    ]
}

struct SupportRequestRowView: View {
    let request: SupportRequest
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "href": { "/requests/\($0.request.code)" }, "code": \.request.code,
        "state": \.request.state.badgeView, "kindLabel": \.request.kind.label,
        "caller": \.request.callerName, "phone": \.request.callerPhone, "agency": \.request.agencyName,
        "text": { shortened($0.request.text) },
        "received": { VietnameseFormat.moment($0.request.receivedAt) },
        "machineTime": { VietnameseFormat.timestamp($0.request.receivedAt) },
        "waiting": {
            $0.request.state == .resolved ? nil : VietnameseFormat.duration($0.now - $0.request.receivedAt)
        },
        "incident": \.request.incidentCode,
    ]
}

extension SupportRequest.State {
    fileprivate var badgeView: BadgeView { BadgeView(kind: badge, label: label) }
}

/// The beginning of a long text, as a list shows it.
private func shortened(_ text: String) -> String {
    text.count > 140 ? "\(text.prefix(139))…" : text
}

struct SupportRequestFormView: PageView {
    static let template = "requests/form"
    static let parts: [any View.Type] = [OptionView.self, ProblemView.self]

    let agencies: [Agency]
    let form: Form
    let problems: [Refusal.Problem]
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "callerName": { $0.form["caller_name"] }, "callerNameProblem": { $0.problems.text(for: "caller_name") },
        "callerPhone": { $0.form["caller_phone"] }, "callerPhoneProblem": { $0.problems.text(for: "caller_phone") },
        "agencies": { view in
            view.agencies.map {
                OptionView(String($0.id.rawValue), $0.name, selected: String($0.id.rawValue) == view.form["agency"])
            }
        },
        "agencyProblem": { $0.problems.text(for: "agency") },
        "kindProblem": { $0.problems.text(for: "kind") },
        "kinds": { view in
            SupportRequest.Kind.allCases.map {
                OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["kind"])
            }
        },
        "channelProblem": { $0.problems.text(for: "channel") },
        "channels": { view in
            // Most calls are calls.
            let chosen = SupportRequest.Channel(rawValue: view.form["channel"]) ?? .phone
            return SupportRequest.Channel.allCases.map { OptionView($0.rawValue, $0.label, selected: $0 == chosen) }
        },
        "text": { $0.form["text"] }, "textProblem": { $0.problems.text(for: "text") },
        "receivedAt": {
            $0.form["received_at"].isEmpty ? VietnameseFormat.local($0.now) : $0.form["received_at"]
        },
        "receivedAtProblem": { $0.problems.text(for: "received_at") },
    ]
}

struct SupportRequestView: PageView {
    static let template = "requests/show"
    static let parts: [any View.Type] = [ProblemView.self, BadgeView.self]

    let request: SupportRequest
    let mayKeep: Bool
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "code": \.request.code, "state": \.request.state.badgeView,
        "kindLabel": \.request.kind.label, "channel": \.request.channel.label,
        "caller": \.request.callerName, "phone": \.request.callerPhone, "agency": \.request.agencyName,
        "text": \.request.text,
        "received": { VietnameseFormat.moment($0.request.receivedAt) }, "receivedBy": \.request.receivedBy,
        "machineTime": { VietnameseFormat.timestamp($0.request.receivedAt) },
        "taken": { $0.request.takenAt.map(VietnameseFormat.moment) }, "takenBy": \.request.takenBy,
        "resolved": { $0.request.resolvedAt.map(VietnameseFormat.moment) }, "resolvedBy": \.request.resolvedBy,
        "resolution": \.request.resolution, "resolutionTyped": { $0.form["resolution"] },
        "resolutionProblem": { $0.problems.text(for: "resolution") },
        "incident": \.request.incidentCode,
        "incidentTyped": { $0.form["incident"].isEmpty ? $0.request.incidentCode ?? "" : $0.form["incident"] },
        "incidentProblem": { $0.problems.text(for: "incident") },
        "mayTake": { $0.mayKeep && $0.request.state == .new },
        "mayResolve": { $0.mayKeep && $0.request.state != .resolved },
        "mayLink": \.mayKeep,
    ]
}
