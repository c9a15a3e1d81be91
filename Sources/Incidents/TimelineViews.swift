import Civil
import Database
import Organization
import Web

/// The story of the incident, and the form that goes on with it.
struct TimelineBlockView: View {
    static let parts: [any View.Type] = [TimelineBlockView.self, TimelineItemView.self, IncidentFileView.self]

    let record: IncidentRecord

    private var form: Form { record.form }
    /// What was typed while somebody else closed the incident is not lost: its form stays.
    private var hasTyped: Bool { !form["entry_kind"].isEmpty }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "timeline": { view in view.record.entries.map { TimelineItemView(entry: $0, record: view.record) } },
        "mayNote": { $0.record.mayWrite || $0.hasTyped },
        "entryKinds": { TimelineEntry.Kind.options(chosen: $0.form["entry_kind"]) },
        "text": { $0.form["text"] }, "textProblem": { $0.record.problems.text(for: "text") },
        "happenedAt": { $0.hasTyped ? $0.form["happened_at"] : VietnameseFormat.local($0.record.now) },
        "happenedAtProblem": { $0.record.problems.text(for: "happened_at") },
        "accepted": { _ in FileKind.allCases.map { ".\($0.rawValue)" }.joined(separator: ",") },
        "filesHelp": { _ in
            "Tối đa \(IncidentFile.most) tệp, mỗi tệp 50 MB: \(FileKind.allCases.map(\.rawValue).joined(separator: ", ")). Tên tệp được bỏ dấu và ký tự đặc biệt."
        },
        "filesProblem": { $0.record.problems.text(for: "files") },
    ]
}

extension TimelineEntry.Kind {
    /// What people write themselves; the rest the console writes of what they do.
    /// - Parameter own: The kind of the line that is put right.
    fileprivate static func options(chosen: String, besides own: Self = .observation) -> [OptionView] {
        allCases.filter { [own, .observation, .measure, .decision, .status].contains($0) }
            .map { OptionView($0.rawValue, $0.label, selected: $0.rawValue == chosen) }
    }
}

struct TimelineItemView: View {
    let entry: TimelineEntry
    let record: IncidentRecord

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
        "entryText": { "\($0.entry.kind.label): \($0.entry.text)" },
        "sourceHref": { view in view.entry.source.map { "/incidents/\($0)" } }, "source": \.entry.source,
        "correction": { view in
            view.entry.correctedAt.map {
                "Đã được \(view.entry.correctedBy ?? "người khác") đính chính lúc \(VietnameseFormat.moment($0))."
            }
        },
        "by": { view in
            let isLate = view.entry.writtenAt - view.entry.happenedAt > .seconds(300)
            return [
                view.entry.author ?? "Trực Ban", isLate ? "ghi lúc \(VietnameseFormat.moment(view.entry.writtenAt))" : nil,
                view.entry.merged.map { "ghi ở \($0), đã gộp" }, view.entry.isCorrection ? "đính chính" : nil,
            ].compactMap(\.self).joined(separator: ", ")
        },
        "correctionHref": { view in
            view.record.mayWrite && view.entry.mayBeCorrected
                ? "/incidents/\(view.record.incident.code)/entries/\(view.entry.id.rawValue)/correction" : nil
        },
        "correctionName": { "Đính chính dòng lúc \(VietnameseFormat.momentWithSeconds($0.entry.happenedAt))" },
        "entryFiles": { view in
            view.record.files.filter { $0.entry == view.entry.id }.map { IncidentFileView(file: $0, record: view.record) }
        },
    ]
}

struct IncidentFileView: View {
    let file: IncidentFile
    let record: IncidentRecord

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "fileHref": { view in
            view.record.person.may(.readIncidentFiles)
                ? "/incidents/\(view.record.incident.code)/files/\(view.file.id.rawValue)" : nil
        },
        "fileName": \.file.name, "originalName": { $0.file.originalName == $0.file.name ? nil : $0.file.originalName },
        "fileSize": { VietnameseFormat.size($0.file.size) }, "sha256": { hexadecimal($0.file.sha256) },
    ]
}

/// A line of the story that is put right by another.
struct CorrectionView: PageView {
    static let template = "incidents/correction"
    static let parts: [any View.Type] = [ProblemView.self, OptionView.self]

    let code: String
    let entry: TimelineEntry
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "code": \.code, "action": { "/incidents/\($0.code)/entries/\($0.entry.id.rawValue)/correction" },
        "problems": { $0.problems.map(ProblemView.init) }, "old": { "\($0.entry.kind.label): \($0.entry.text)" },
        "oldTime": { VietnameseFormat.momentWithSeconds($0.entry.happenedAt) },
        "entryKinds": { TimelineEntry.Kind.options(chosen: $0.form["entry_kind"], besides: $0.entry.kind) },
        "text": { $0.form["text"] }, "textProblem": { $0.problems.text(for: "text") },
        "happenedAt": { $0.form["happened_at"] }, "happenedAtProblem": { $0.problems.text(for: "happened_at") },
    ]
}
