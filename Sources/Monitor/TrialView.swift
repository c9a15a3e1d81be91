import Civil
import Web

/// What one look at a target that is still being typed saw.
struct TrialView: View {
    let sample: Sample

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "isGood": { $0.sample.failure == nil },
        "verdict": { $0.sample.failure?.text ?? "Hoạt động" },
        "triedAt": { VietnameseFormat.momentWithSeconds($0.sample.at) },
        "status": { $0.sample.status.map { String($0) } },
        "phases": { view in view.sample.phases.named.map { PhaseView(name: $0.name, duration: $0.duration) } },
        "certificateEnd": { view in
            view.sample.certificateExpiresAt.map {
                "còn \($0.wholeDays(from: view.sample.at)) ngày, đến \(VietnameseFormat.moment($0))"
            }
        },
    ]
}
