import Civil
import Organization
import Web

struct BackupListView: PageView {
    static let template = "obligations/backups"
    static let parts: [any View.Type] = [BackupDayView.self, BackupView.self, OptionView.self, ProblemView.self]

    let days: [BackupDay]
    let today: CivilDate
    let mayKeep: Bool
    let form: Form
    let problems: [Refusal.Problem]

    /// Today counts once it has its backup: until it is over, it may still come.
    private var counted: [BackupDay] { days.filter { $0.state(on: today) != .awaited } }
    private var good: Int { counted.count { $0.state(on: today) == .good } }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "mayKeep": \.mayKeep,
        "from": { $0.days.last.map { VietnameseFormat.date($0.day) } }, "to": { VietnameseFormat.date($0.today) },
        // Where nothing was recorded nothing is known.
        "share": { $0.days.allSatisfy(\.backups.isEmpty) ? nil : "\($0.good)/\($0.counted.count)" },
        "day": { $0.form["day"].isEmpty ? VietnameseFormat.localDate($0.today) : $0.form["day"] },
        "dayProblem": { $0.problems.text(for: "day") },
        "time": { $0.form["time"] }, "timeProblem": { $0.problems.text(for: "time") },
        "kinds": { view in
            Backup.Kind.allCases.map { OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["kind"]) }
        },
        "kindProblem": { $0.problems.text(for: "kind") },
        "results": { view in
            Backup.Result.allCases.map {
                OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["result"])
            }
        },
        "resultProblem": { $0.problems.text(for: "result") },
        "note": { $0.form["note"] }, "noteProblem": { $0.problems.text(for: "note") },
        "days": { view in view.days.map { BackupDayView(day: $0, today: view.today) } },
    ]
}

struct BackupDayView: View {
    let day: BackupDay
    let today: CivilDate

    private var badge: (String, String) {
        switch day.state(on: today) {
        case .good: ("met", "Đã sao lưu")
        case .failed: ("missing", "Không thành công")
        case .missing: ("missing", "Thiếu")
        case .awaited: ("nodata", "Chưa ghi")
        }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "date": { VietnameseFormat.date($0.day.day) }, "badge": \.badge.0, "state": \.badge.1,
        "backups": { $0.day.backups.map(BackupView.init) },
    ]
}

struct BackupView: View {
    let backup: Backup

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "what": { "\($0.backup.kind.label), \($0.backup.result.label.lowercased())" },
        "at": { $0.backup.takenAt.map { "lúc \(VietnameseFormat.time($0))" } },
        "remark": \.backup.note,
        "recorded": {
            $0.backup.isSignal
                ? "tác vụ “\($0.backup.recordedBy)” tự báo"
                : "\($0.backup.recordedBy) ghi \(VietnameseFormat.moment($0.backup.recordedAt))"
        },
    ]
}
