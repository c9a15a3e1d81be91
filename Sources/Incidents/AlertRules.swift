import Civil
import Organization

extension Alert {
    /// No alert lies in the future, and none ends before it begins: clocks of two machines differ.
    func settled(at now: Instant) -> Alert {
        let begun = min(startedAt, now)
        return Alert(
            fingerprint: fingerprint, startedAt: begun, endedAt: endedAt.map { max(begun, min($0, now)) }, title: title,
            details: details, kind: kind, severity: severity)
    }
}

extension AlertGroup {
    /// The longest name of an incident, in Unicode scalars.
    private static let longestTitle = 200
    private static let longestDescription = 10_000

    /// The incident that some of its alerts open.
    ///
    /// It is as grave as the gravest of them says. Where none says what it is per Điều 20 it is a degradation: only people,
    /// or a sender that knows, say that the system was suspended. A severity that nobody gave stays undetermined.
    ///
    /// - Parameter alerts: Those that nobody has told before, at least one.
    func opening(of alerts: [Alert], at now: Instant) -> IncidentDraft {
        let settled = alerts.map { $0.settled(at: now) }
        let began = settled.map(\.startedAt).min() ?? now
        var draft = IncidentDraft(beganAt: began, detectedAt: began)
        draft.kind = Self.kinds.first { kind in alerts.contains { $0.kind == kind } } ?? .degraded
        draft.severity = alerts.compactMap(\.severity).filter { $0 != .undetermined }.min { $0.rawValue < $1.rawValue } ?? .undetermined
        let others = Set(alerts.map(\.title)).count - 1
        let first = alerts.first?.title ?? ""
        draft.title = (others > 0 ? "\(first) (và \(others) cảnh báo khác)" : first).prefix(scalars: Self.longestTitle)
        draft.description = alerts.map(\.line).joined(separator: "\n").prefix(scalars: Self.longestDescription)
        if draft.kind == .suspension { draft.suspendedAt = began }
        return draft
    }

    /// The gravest first.
    private static let kinds: [Incident.Kind] = [.suspension, .integrity, .security, .degraded]
}

extension Alert {
    /// For an incident's description and its story.
    var line: String { details.isEmpty ? title : "\(title): \(details)" }
}

extension String {
    fileprivate func prefix(scalars limit: Int) -> String {
        unicodeScalars.count <= limit ? self : String(String.UnicodeScalarView(unicodeScalars.prefix(limit - 1))) + "…"
    }
}
