import Civil
import Web

/// What must be done by when.
struct ClocksBlockView: View {
    static let parts: [any View.Type] = [ClocksBlockView.self, ClockView.self]

    let record: IncidentRecord

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "clocks": { view in
            view.record.incident.clocks(view.record.communications, limits: view.record.limits)
                .map { ClockView(clock: $0, now: view.record.now) }
        }
    ]
}

/// One of the clocks that run since the incident was detected.
struct ClockView: View {
    let clock: IncidentClock
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "state": { view in
            switch view.clock.state(at: view.now) {
            case .met: BadgeView(kind: "met", label: "Đã làm")
            case .late: BadgeView(kind: "missing", label: "Làm muộn")
            case .running: BadgeView(kind: "due", label: "Chưa làm")
            case .overdue: BadgeView(kind: "overdue", label: "Quá hạn")
            }
        },
        "duty": \.clock.duty, "basis": \.clock.basis,
        "due": { $0.clock.dueAt.map { "trước \(VietnameseFormat.moment($0))" } ?? "ngay" },
        "done": { view in
            view.clock.doneAt.map { "\(VietnameseFormat.moment($0)), sau \(VietnameseFormat.duration($0 - view.clock.startedAt))" }
        },
    ]
}
