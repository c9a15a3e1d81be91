import Database
import Organization
import Web

struct MonitorFormView: PageView {
    static let template = "monitors/form"
    static let parts: [any View.Type] = [
        OptionView.self, ProblemView.self, TargetKindView.self, TargetFieldsetView.self, TargetFieldView.self,
        TrialView.self, PhaseView.self,
    ]

    /// Nil for a monitor that does not exist yet.
    let monitor: Monitor?
    let version: Int?
    let agencies: [Agency]
    /// Names that are in use already.
    let groups: [String]
    let form: Form
    let problems: [Refusal.Problem]
    /// What came of trying what was typed.
    var trial: TrialView?

    /// An unknown kind was named in an address or by a page of an older version.
    private var kind: Target.Kind { Target.Kind(rawValue: form["kind"]) ?? .http }
    private var path: String { monitor.map { "/monitors/\($0.id.rawValue)/edit" } ?? "/monitors/new" }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "version": { $0.version.map(String.init) },
        "heading": { $0.monitor.map { "Sửa “\($0.name)”" } ?? "Thêm điểm giám sát" },
        "action": { $0.monitor.map { "/monitors/\($0.id.rawValue)/edit" } ?? "/monitors" },
        "cancelHref": { $0.monitor.map { "/monitors/\($0.id.rawValue)" } ?? "/monitors" },
        "submit": { $0.monitor == nil ? "Bắt đầu giám sát" : "Lưu thay đổi" },
        "name": { $0.form["name"] }, "nameProblem": { $0.problems.text(for: "name") },
        "kind": { $0.kind.rawValue },
        "kinds": { view in
            Target.Kind.allCases.map { TargetKindView(kind: $0, isChosen: $0 == view.kind, path: view.path) }
        },
        "fieldsets": { view in
            view.kind.type.fieldsets(view.form).map {
                TargetFieldsetView(fieldset: $0, form: view.form, problems: view.problems)
            }
        },
        "trial": { $0.trial }, "trialAction": { $0.monitor.map { "/monitors/\($0.id.rawValue)/trial" } ?? "/monitors/trial" },
        "kindProblem": { $0.problems.text(for: "kind") },
        "families": { view in options(AddressFamily.allCases, \.label, chosen: view.form["family"]) },
        "timeout": { $0.form["timeout"] }, "timeoutProblem": { $0.problems.text(for: "timeout") },
        "interval": { $0.form["interval"] }, "intervalProblem": { $0.problems.text(for: "interval") },
        "retryInterval": { $0.form["retry_interval"] },
        "retryIntervalProblem": { $0.problems.text(for: "retry_interval") },
        "confirmAfter": { $0.form["confirm_after"] }, "confirmAfterProblem": { $0.problems.text(for: "confirm_after") },
        "recoverAfter": { $0.form["recover_after"] }, "recoverAfterProblem": { $0.problems.text(for: "recover_after") },
        "component": { $0.form["component"] }, "componentProblem": { $0.problems.text(for: "component") },
        "group": { $0.form["group"] }, "groupProblem": { $0.problems.text(for: "group") },
        "tags": { $0.form["tags"] }, "tagsProblem": { $0.problems.text(for: "tags") },
        "parent": { $0.form["parent"] }, "parentProblem": { $0.problems.text(for: "parent") },
        "degradedMilliseconds": { $0.form["degraded_ms"] },
        "degradedMillisecondsProblem": { $0.problems.text(for: "degraded_ms") },
        "degradedAfter": { $0.form["degraded_after"] },
        "degradedAfterProblem": { $0.problems.text(for: "degraded_after") },
        "groups": { view in view.groups.map { OptionView($0, $0) } },
        "agencies": { view in
            view.agencies.map {
                OptionView("\($0.id.rawValue)", $0.name, selected: "\($0.id.rawValue)" == view.form["agency"])
            }
        },
    ]

    private static func options<T: RawRepresentable<String>>(
        _ all: [T], _ label: (T) -> String, chosen: String
    ) -> [OptionView] {
        all.map { OptionView($0.rawValue, label($0), selected: $0.rawValue == chosen) }
    }
}

/// Asks once more before a monitor is deleted.
struct MonitorDeletionView: PageView {
    static let template = "monitors/deletion"

    let monitor: Monitor

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "name": \.monitor.name, "path": { "/monitors/\($0.monitor.id.rawValue)" },
    ]
}
