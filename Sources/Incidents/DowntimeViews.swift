import Civil
import Database
import Organization
import Web

/// From when to when nothing could be used, and the form that adds to it.
struct DowntimesBlockView: View {
    static let parts: [any View.Type] = [DowntimesBlockView.self, DowntimeRowView.self, DowntimeTotalView.self]

    let record: IncidentRecord

    private var form: Form { record.form }
    /// What was typed while somebody else closed the incident is not lost: its form stays.
    private var hasTyped: Bool { !form["downtime_from"].isEmpty }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "downtimes": { view in view.record.downtimes.map { DowntimeRowView(downtime: $0, record: view.record) } },
        "totals": { view in
            var seen: Set<String> = []
            let components = view.record.downtimes.filter { seen.insert($0.component).inserted }
            return components.count < 2 ? [] : components.map(DowntimeTotalView.init)
        },
        "total": { view in
            view.record.downtimes.count < 2 ? nil : view.record.downtimes.first.map { VietnameseFormat.duration($0.ofAll) }
        },
        "mayAddDowntime": { $0.record.mayWrite || $0.hasTyped },
        "downtimeComponent": { $0.form["downtime_component"] },
        "downtimeComponentProblem": { $0.record.problems.text(for: "downtime_component") },
        "downtimeFrom": { $0.form["downtime_from"] },
        "downtimeFromProblem": { $0.record.problems.text(for: "downtime_from") },
        "downtimeTo": { $0.form["downtime_to"] },
        "downtimeToProblem": { $0.record.problems.text(for: "downtime_to") },
    ]
}

struct DowntimeRowView: View {
    let downtime: Downtime
    let record: IncidentRecord

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "component": { $0.downtime.component.isEmpty ? "Toàn hệ thống" : $0.downtime.component },
        "from": { VietnameseFormat.momentWithSeconds($0.downtime.beganAt) },
        "to": { $0.downtime.endedAt.map(VietnameseFormat.momentWithSeconds) },
        "length": { VietnameseFormat.duration(($0.downtime.endedAt ?? $0.record.now) - $0.downtime.beganAt) },
        "mergedFrom": \.downtime.merged,
        "changeHref": { view in
            view.record.mayWrite ? "/incidents/\(view.record.incident.code)/downtimes/\(view.downtime.id.rawValue)" : nil
        },
        "changeLabel": { $0.downtime.endedAt == nil ? "Kết thúc hoặc sửa" : "Sửa" },
        "changeName": { "Sửa khoảng tạm dừng \($0.downtime.draft.words)" },
    ]
}

/// How long one component was down in all.
struct DowntimeTotalView: View {
    let downtime: Downtime

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "totalOf": { $0.downtime.component.isEmpty ? "Toàn hệ thống" : $0.downtime.component },
        "totalLength": { VietnameseFormat.duration($0.downtime.ofComponent) },
    ]
}

/// One downtime, to correct it, to end it or to take it back.
struct DowntimeView: PageView {
    static let template = "incidents/downtime"
    static let parts: [any View.Type] = [ProblemView.self]

    let code: String
    let downtime: Downtime
    let version: Int
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "code": \.code, "version": { String($0.version) }, "problems": { $0.problems.map(ProblemView.init) },
        "words": \.downtime.draft.words,
        "action": { "/incidents/\($0.code)/downtimes/\($0.downtime.id.rawValue)" },
        "downtimeComponent": { $0.form["downtime_component"] },
        "downtimeComponentProblem": { $0.problems.text(for: "downtime_component") },
        "downtimeFrom": { $0.form["downtime_from"] }, "downtimeFromProblem": { $0.problems.text(for: "downtime_from") },
        "downtimeTo": { $0.form["downtime_to"] }, "downtimeToProblem": { $0.problems.text(for: "downtime_to") },
    ]
}
