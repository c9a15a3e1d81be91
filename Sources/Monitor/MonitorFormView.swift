import Database
import Organization
import Web

struct MonitorFormView: PageView {
    static let template = "monitors/form"
    static let parts: [any View.Type] = [OptionView.self, ProblemView.self]

    /// Nil for a monitor that does not exist yet.
    let monitor: Monitor?
    let version: Int?
    let agencies: [Agency]
    /// Names that are in use already.
    let groups: [String]
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "version": { $0.version.map(String.init) },
        "heading": { $0.monitor.map { "Sửa “\($0.name)”" } ?? "Thêm điểm giám sát" },
        "action": { $0.monitor.map { "/monitors/\($0.id.rawValue)/edit" } ?? "/monitors" },
        "cancelHref": { $0.monitor.map { "/monitors/\($0.id.rawValue)" } ?? "/monitors" },
        "submit": { $0.monitor == nil ? "Bắt đầu giám sát" : "Lưu thay đổi" },
        "name": { $0.form["name"] }, "nameProblem": { $0.problems.text(for: "name") },
        "kinds": { view in options(Target.Kind.allCases, \.label, chosen: view.form["kind"]) },
        "kindProblem": { $0.problems.text(for: "kind") },
        "url": { $0.form["url"] }, "urlProblem": { $0.problems.text(for: "url") },
        "methods": { view in options(HTTPTarget.Method.allCases, \.rawValue, chosen: view.form["method"]) },
        "headers": { $0.form["headers"] }, "headersProblem": { $0.problems.text(for: "headers") },
        "acceptedStatuses": { $0.form["accepted_statuses"] },
        "acceptedStatusesProblem": { $0.problems.text(for: "accepted_statuses") },
        "keyword": { $0.form["keyword"] }, "keywordProblem": { $0.problems.text(for: "keyword") },
        "keywordModes": { view in
            let mode = view.form["keyword_mode"]
            return [
                OptionView("present", "Phải có", selected: mode != "absent"),
                OptionView("absent", "Không được có", selected: mode == "absent"),
            ]
        },
        "followsRedirects": { !$0.form["follow_redirects"].isEmpty },
        "verifiesTLS": { !$0.form["verify_tls"].isEmpty },
        "host": { $0.form["host"] }, "hostProblem": { $0.problems.text(for: "host") },
        "port": { $0.form["port"] }, "portProblem": { $0.problems.text(for: "port") },
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
