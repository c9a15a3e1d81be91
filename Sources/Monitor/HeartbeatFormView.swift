import Database
import Organization
import Web

struct HeartbeatFormView: PageView {
    static let template = "heartbeats/form"
    static let parts: [any View.Type] = [OptionView.self, ProblemView.self]

    /// Nil for a heartbeat that does not exist yet.
    let heartbeat: Heartbeat?
    let version: Int?
    let agencies: [Agency]
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "version": { $0.version.map(String.init) },
        "heading": { $0.heartbeat.map { "Sửa “\($0.name)”" } ?? "Thêm tín hiệu" },
        "action": { $0.heartbeat.map { "/heartbeats/\($0.id.rawValue)/edit" } ?? "/heartbeats" },
        "cancelHref": { $0.heartbeat.map { "/heartbeats/\($0.id.rawValue)" } ?? "/heartbeats" },
        "submit": { $0.heartbeat == nil ? "Bắt đầu chờ tín hiệu" : "Lưu thay đổi" },
        "name": { $0.form["name"] }, "nameProblem": { $0.problems.text(for: "name") },
        "component": { $0.form["component"] }, "componentProblem": { $0.problems.text(for: "component") },
        "agencies": { view in
            view.agencies.map {
                OptionView("\($0.id.rawValue)", $0.name, selected: "\($0.id.rawValue)" == view.form["agency"])
            }
        },
        "agencyProblem": { $0.problems.text(for: "agency") },
        "schedules": { view in options(HeartbeatSchedule.Kind.allCases, \.label, chosen: view.form["schedule"]) },
        "scheduleProblem": { $0.problems.text(for: "schedule") },
        "period": { $0.form["period"] }, "periodProblem": { $0.problems.text(for: "period") },
        "periodUnits": { view in options(SpanUnit.allCases, \.label, chosen: view.form["period_unit"]) },
        "expression": { $0.form["expression"] }, "expressionProblem": { $0.problems.text(for: "expression") },
        "zone": { $0.form["zone"] }, "zoneProblem": { $0.problems.text(for: "zone") },
        "grace": { $0.form["grace"] }, "graceProblem": { $0.problems.text(for: "grace") },
        "graceUnits": { view in options(SpanUnit.allCases, \.label, chosen: view.form["grace_unit"]) },
        "slug": { $0.form["slug"] }, "slugProblem": { $0.problems.text(for: "slug") },
        "isDailyBackup": { !$0.form["is_daily_backup"].isEmpty },
        "isDailyBackupProblem": { $0.problems.text(for: "is_daily_backup") },
    ]

    private static func options<T: RawRepresentable<String>>(
        _ all: [T], _ label: (T) -> String, chosen: String
    ) -> [OptionView] {
        all.map { OptionView($0.rawValue, label($0), selected: $0.rawValue == chosen) }
    }
}

/// Asks once more before a heartbeat is deleted.
struct HeartbeatDeletionView: PageView {
    static let template = "heartbeats/deletion"

    let heartbeat: Heartbeat

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "name": \.heartbeat.name, "path": { "/heartbeats/\($0.heartbeat.id.rawValue)" },
    ]
}
