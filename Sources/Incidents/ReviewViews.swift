import Civil
import Database
import Organization
import Web

/// What was learned from an incident, and what follows from it.
struct ReviewView: PageView {
    static let template = "incidents/review"
    static let parts: [any View.Type] = [ProblemView.self, ReviewActionView.self, BadgeView.self]

    let incident: Incident
    let review: Review?
    let actions: [ReviewAction]
    let mayKeep: Bool
    let version: Int
    let reviewForm: Form
    let form: Form
    let today: CivilDate
    let problems: [Refusal.Problem]

    /// What was typed while somebody else closed the incident is not lost: its form stays.
    private var mayWrite: Bool { mayKeep && (incident.state != .closed && incident.state != .merged || !form["version"].isEmpty) }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "code": \.incident.code, "title": \.incident.title,
        "needed": { view in
            view.incident.needsReview ? "Bắt buộc trước khi đóng sự cố mức M1, M2" : "Không bắt buộc ở mức này"
        },
        "written": { $0.review.map { "\($0.updatedBy), \(VietnameseFormat.moment($0.updatedAt))" } },
        "mayWrite": \.mayWrite, "mayKeep": \.mayKeep, "version": { String($0.version) },
        "causes": { $0.reviewForm["causes"] }, "causesProblem": { $0.problems.text(for: "causes") },
        "wentWell": { $0.reviewForm["went_well"] }, "wentWellProblem": { $0.problems.text(for: "went_well") },
        "toMend": { $0.reviewForm["to_mend"] }, "toMendProblem": { $0.problems.text(for: "to_mend") },
        "actions": { view in
            view.actions.map {
                ReviewActionView(
                    action: $0, mayFinish: view.mayKeep && $0.doneAt == nil, today: view.today, note: view.form["done_note"],
                    problems: view.problems)
            }
        },
        "actionText": { $0.form["action_text"] }, "actionTextProblem": { $0.problems.text(for: "action_text") },
        "actionOwner": { $0.form["action_owner"] }, "actionOwnerProblem": { $0.problems.text(for: "action_owner") },
        "actionDue": { $0.form["action_due"] }, "actionDueProblem": { $0.problems.text(for: "action_due") },
    ]
}

/// What is not done yet, across incidents.
struct ActionListView: PageView {
    static let template = "incidents/actions"
    static let parts: [any View.Type] = [ActionRowView.self, BadgeView.self, PagingView.self]

    let owner: String
    let rows: [ReviewAction]
    let today: CivilDate
    let paging: PagingView?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "owner": \.owner, "paging": \.paging,
        "rows": { view in view.rows.map { ActionRowView(action: $0, today: view.today) } },
    ]
}

/// One of what is not done yet.
struct ActionRowView: View {
    let action: ReviewAction
    let today: CivilDate

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "text": \.action.text, "owner": \.action.owner, "due": { VietnameseFormat.date($0.action.dueOn) },
        "machineDue": { VietnameseFormat.localDate($0.action.dueOn) },
        "state": { $0.action.state(on: $0.today).badge }, "code": \.action.incident, "title": \.action.incidentTitle,
        "href": { "/incidents/\($0.action.incident)/review#actions-title" },
    ]
}

/// What was undertaken after one incident.
struct ReviewActionView: View {
    let action: ReviewAction
    let mayFinish: Bool
    let today: CivilDate
    /// What was typed, if it was typed here.
    let note: String
    let problems: [Refusal.Problem]

    private var noteID: String { "done_note_\(action.id.rawValue)" }
    private var noteProblem: String? { problems.text(for: noteID) }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "text": \.action.text, "owner": \.action.owner, "due": { VietnameseFormat.date($0.action.dueOn) },
        "state": { $0.action.state(on: $0.today).badge }, "result": \.action.doneNote,
        "done": { view in
            view.action.doneAt.map { "\(VietnameseFormat.moment($0)), \(view.action.doneBy ?? "")" }
        },
        "finishHref": { view in
            view.mayFinish ? "/incidents/\(view.action.incident)/actions/\(view.action.id.rawValue)/completion" : nil
        },
        "noteID": \.noteID, "noteProblem": \.noteProblem, "typedNote": { $0.noteProblem == nil ? nil : $0.note },
    ]
}

extension ReviewAction.State {
    var badge: BadgeView {
        switch self {
        case .done: BadgeView(kind: "done", label: "Đã xong")
        case .overdue: BadgeView(kind: "overdue", label: "Quá hạn")
        case .due: BadgeView(kind: "due", label: "Sắp đến hạn")
        case .open: BadgeView(kind: "open", label: "Đang làm")
        }
    }
}

/// The review's place on the page of its incident.
struct ReviewBlockView: View {
    static let parts: [any View.Type] = [ReviewBlockView.self, BadgeView.self]

    let record: IncidentRecord

    private var path: String { "/incidents/\(record.incident.code)/review" }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "reviewHref": \.path,
        "reviewLabel": { $0.record.mayWrite ? $0.record.incident.isReviewed ? "Sửa rút kinh nghiệm" : "Viết rút kinh nghiệm" : "Đọc rút kinh nghiệm" },
        "reviewState": { view in
            view.record.incident.isReviewed ? BadgeView(kind: "met", label: "Đã viết")
                : view.record.incident.needsReview ? BadgeView(kind: "missing", label: "Chưa viết")
                : BadgeView(kind: "na", label: "Không bắt buộc")
        },
    ]
}
