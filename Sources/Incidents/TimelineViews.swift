import Civil
import Organization
import Web

/// The story of the incident, and the form that goes on with it.
struct TimelineBlockView: View {
    static let parts: [any View.Type] = [TimelineBlockView.self, TimelineItemView.self]

    let record: IncidentRecord

    private var form: Form { record.form }
    /// What was typed while somebody else closed the incident is not lost: its form stays.
    private var hasTyped: Bool { !form["entry_kind"].isEmpty }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "timeline": { $0.record.entries.map(TimelineItemView.init) },
        "mayNote": { $0.record.mayWrite || $0.hasTyped },
        "entryKinds": { view in
            [TimelineEntry.Kind.observation, .measure, .decision].map {
                OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["entry_kind"])
            }
        },
        "text": { $0.form["text"] }, "textProblem": { $0.record.problems.text(for: "text") },
        "happenedAt": { $0.hasTyped ? $0.form["happened_at"] : VietnameseFormat.local($0.record.now) },
        "happenedAtProblem": { $0.record.problems.text(for: "happened_at") },
    ]
}

struct TimelineItemView: View {
    let entry: TimelineEntry

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "kind": { view in
            switch view.entry.kind {
            case .detection: "down"
            case .status: "up"
            default: ""
            }
        },
        "machineTime": { VietnameseFormat.timestamp($0.entry.happenedAt) },
        "time": { VietnameseFormat.momentWithSeconds($0.entry.happenedAt) },
        "text": { "\($0.entry.kind.label): \($0.entry.text)" },
        "by": { view in
            let author = view.entry.author ?? "Trực Ban"
            let isLate = view.entry.writtenAt - view.entry.happenedAt > .seconds(300)
            return isLate ? "\(author), ghi lúc \(VietnameseFormat.moment(view.entry.writtenAt))" : author
        },
    ]
}
