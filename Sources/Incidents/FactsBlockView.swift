import Civil
import Web

/// The five facts of Điều 20.1.
struct FactsBlockView: View {
    let incident: Incident

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "description": \.incident.description, "wasSuspended": \.incident.wasSuspended,
        "suspended": { $0.incident.suspendedAt.map(VietnameseFormat.momentWithSeconds) },
        "resumed": { $0.incident.resumedAt.map(VietnameseFormat.momentWithSeconds) },
        "temporaryMeasures": \.incident.temporaryMeasures, "catchUp": \.incident.catchUp,
    ]
}
