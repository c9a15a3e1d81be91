import Organization
import Web

/// What closing wants, and the forms that close and open again.
struct ClosingBlockView: View {
    static let parts: [any View.Type] = [ClosingBlockView.self, ChecklistItemView.self, MendView.self]

    let record: IncidentRecord

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "checklist": { view in
            view.record.requirements.map {
                ChecklistItemView(requirement: $0, href: view.record.mayWrite ? view.record.link($0.anchor) : nil)
            }
        },
        "mayClose": \.record.mayWrite, "note": { $0.record.form["note"] },
        "mayReopen": { $0.record.mayKeep && $0.record.incident.state == .closed },
        "reason": { $0.record.form["reason"] }, "reasonProblem": { $0.record.problems.text(for: "reason") },
    ]
}

struct ChecklistItemView: View {
    let requirement: Requirement
    let href: String?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "state": { BadgeView(kind: $0.requirement.isMet ? "met" : "missing", label: $0.requirement.isMet ? "Đã có" : "Còn thiếu") },
        "text": \.requirement.text, "article": \.requirement.article,
        "mend": { view in view.requirement.isMet ? nil : view.href.map(MendView.init) },
    ]
}

struct MendView: View {
    let href: String

    static let fields: [String: @Sendable (Self) -> Any?] = ["href": \.href, "label": { _ in "Bổ sung" }]
}
