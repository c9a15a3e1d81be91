package import Civil
import Organization
package import Web

/// What is late or soon will be of an incident, under the head of its page.
struct RemindersBlockView: View {
    static let parts: [any View.Type] = [RemindersBlockView.self, ReminderView.self, BadgeView.self]

    let record: IncidentRecord

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "reminders": { view in
            view.record.incident.reminders(view.record.communications, limits: view.record.limits, at: view.record.now).map {
                ReminderView(reminder: $0, code: view.record.incident.code, mayWrite: view.record.mayWrite, now: view.record.now)
            }
        }
    ]
}

struct ReminderView: View {
    let reminder: Reminder
    let code: String
    let mayWrite: Bool
    let now: Instant

    /// Where it is mended.
    private var mend: (href: String, label: String) {
        switch reminder {
        case .severity: ("/incidents/\(code)/edit#severity", "Xác định mức")
        case .near, .overdue: ("#audience", "Ghi báo cáo đã gửi")
        case .update: ("/incidents/\(code)/communications/new?stage=update", "Soạn cập nhật")
        }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "reminderState": { BadgeView(kind: $0.reminder.badge, label: $0.reminder.label) },
        "reminderText": { $0.reminder.text(at: $0.now) }, "reminderHref": { $0.mayWrite ? $0.mend.href : nil },
        "reminderLabel": \.mend.label,
    ]
}

extension IncidentPulse {
    /// What a list says of an incident beside its state.
    package func badges(_ limits: IncidentLimits, at now: Instant) -> [BadgeView] {
        let update = dueUpdate(limits, at: now).map { Reminder.update($0, isFirst: lastToldAt == nil) }
        let severity = isSeverityOverdue(limits, at: now)
            ? Reminder.severity(limit: limits.severity, dueAt: detectedAt + limits.severity) : nil
        return [severity, update].compactMap(\.self).map { BadgeView(kind: $0.badge, label: $0.label) }
    }
}
