import Civil
import Organization
import Web

/// When what happened, what is known besides, and who has taken it up.
struct TimesBlockView: View {
    let record: IncidentRecord

    private var incident: Incident { record.incident }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "began": { VietnameseFormat.momentWithSeconds($0.incident.beganAt) },
        "detected": { VietnameseFormat.momentWithSeconds($0.incident.detectedAt) },
        "reported": { $0.incident.reportedAt.map(VietnameseFormat.moment) },
        "lasting": { $0.record.downtimes.first.map { VietnameseFormat.duration($0.ofAll) } },
        "stable": { $0.incident.stableAt.map(VietnameseFormat.moment) },
        "closed": { $0.incident.closedAt.map(VietnameseFormat.moment) },
        "openedBy": {
            $0.incident.openedBy ?? ($0.incident.monitor == nil ? "Tự mở từ cảnh báo bên ngoài" : "Tự mở từ giám sát")
        },
        "monitorHref": { $0.incident.monitor.map { "/monitors/\($0)" } },
        "acknowledged": { $0.record.acknowledgement.map { "\($0.by), \(VietnameseFormat.moment($0.at))" } },
        "acknowledgementRemark": \.record.acknowledgement?.note,
        "severityLabel": \.incident.severity.label,
        "cyber": { answer($0.incident.isCyber) }, "personalData": { answer($0.incident.hasPersonalData) },
        "cause": \.incident.cause,
        "mayAcknowledge": {
            $0.record.mayWrite && $0.record.acknowledgement == nil && $0.incident.mayBeTakenUp(by: $0.record.person)
        },
        "acknowledgementNote": { $0.record.form["acknowledgement_note"] },
        "acknowledgementNoteProblem": { $0.record.problems.text(for: "acknowledgement_note") },
    ]

    private static func answer(_ value: Bool?) -> String {
        value.map { $0 ? "Có" : "Không" } ?? "Chưa xác định"
    }
}
