import Civil
import Database
import Organization
import Web

struct OutageDetailView: PageView {
    static let template = "outages/show"
    static let parts: [any View.Type] = [OutageRevisionView.self, OptionView.self, ProblemView.self, BadgeView.self]

    let outage: Outage
    let monitor: String
    /// Newest first.
    let revisions: [OutageRevision]
    let mayKeep: Bool
    let form: Form
    let problems: [Refusal.Problem]
    let now: Instant

    private var classification: OutageRevision.Classification { revisions.first?.classification ?? .unplanned }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "monitor": \.monitor, "monitorHref": { "/monitors/\($0.outage.monitor.rawValue)" },
        "incidentHref": { "/incidents?outage=\($0.outage.id.rawValue)" },
        "path": { "/outages/\($0.outage.id.rawValue)" },
        "began": { $0.outage.during.lower.map(VietnameseFormat.momentWithSeconds) },
        "ended": { $0.outage.during.upper.map(VietnameseFormat.momentWithSeconds) },
        "lasting": { VietnameseFormat.duration($0.outage.lasting(until: $0.now)) },
        "seen": \.outage.reason,
        "state": { BadgeView(kind: $0.classification.badge, label: $0.classification.label) },
        "effect": \.classification.effect,
        "revisions": { $0.revisions.map(OutageRevisionView.init) },
        "mayRevise": \.mayKeep,
        "classifications": { view in
            let chosen = OutageRevision.Classification(rawValue: view.form["classification"])
            return OutageRevision.Classification.allCases.map {
                OptionView($0.rawValue, "\($0.label): \($0.effect)", selected: $0 == chosen)
            }
        },
        "classificationProblem": { $0.problems.text(for: "classification") },
        "notice": { $0.form["notice"] }, "noticeProblem": { $0.problems.text(for: "notice") },
        "cause": { $0.form["cause"] }, "causeProblem": { $0.problems.text(for: "cause") },
        "reason": { $0.form["reason"] }, "reasonProblem": { $0.problems.text(for: "reason") },
    ]
}

extension OutageRevision.Classification {
    /// Of docs/look.md.
    var badge: String {
        switch self {
        case .unplanned: "down"
        case .planned: "maintenance"
        case .falseAlarm: "unknown"
        }
    }
}

/// One judgement.
struct OutageRevisionView: View {
    let revision: OutageRevision

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "revisedLabel": \.revision.classification.label, "revisedBadge": \.revision.classification.badge,
        "revisedNotice": \.revision.noticeCode,
        "revisedCause": \.revision.cause, "revisedReason": \.revision.reason, "revisedBy": \.revision.revisedBy,
        "revisedAt": { VietnameseFormat.moment($0.revision.revisedAt) },
    ]
}
