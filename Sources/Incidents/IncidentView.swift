import Civil
import Organization
import Web

/// Everything that the page of one incident is made of, read for one request, and what was typed on it. Each block of the
/// page shows its part of it.
struct IncidentRecord: Sendable {
    let incident: Incident
    let communications: [Communication]
    let entries: [TimelineEntry]
    let files: [IncidentFile]
    let downtimes: [Downtime]
    let bonds: [IncidentBond]
    let alerts: [ReceivedAlert]
    let limits: LegalLimits
    let mayKeep: Bool
    let acknowledgement: IncidentAcknowledgement?
    let letters: [EscalationLetter]
    /// Whether the Department was to be told (Điều 20.3) and there is nobody to whom the console could write.
    let lacksDesk: Bool
    let person: Person
    let now: Instant
    let form: Form
    let problems: [Refusal.Problem]

    var mayWrite: Bool { mayKeep && incident.state != .closed && incident.state != .merged }
    var requirements: [Requirement] { incident.closingRequirements(communications) }

    /// Where a requirement is mended, by its anchor.
    func link(_ anchor: String) -> String {
        switch anchor {
        case "audience": "#audience"
        case "closing": "#closing-title"
        default: "/incidents/\(incident.code)/edit#\(anchor)"
        }
    }
}

/// One incident with everything that belongs to it: the head and the next step; the rest is in its blocks.
struct IncidentView: PageView {
    static let template = "incidents/show"
    static let parts: [any View.Type] =
        [BadgeView.self, ProblemView.self, OptionView.self, FactsBlockView.self, TimesBlockView.self]
        + AlertsBlockView.parts + BondsBlockView.parts + DowntimesBlockView.parts + CommunicationsBlockView.parts + LettersBlockView.parts + ClocksBlockView.parts + ClosingBlockView.parts
        + TimelineBlockView.parts

    let record: IncidentRecord

    private var incident: Incident { record.incident }
    private var step: (text: String, anchor: String)? {
        record.mayKeep ? incident.nextStep(record.communications) : nil
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.record.problems.map(ProblemView.init) },
        "code": \.incident.code, "title": \.incident.title, "kindLabel": \.incident.kind.label,
        "state": { $0.incident.state.badge }, "severity": { $0.incident.severity.badge },
        "agency": { $0.incident.agencyName ?? "Toàn hệ thống" },
        "editHref": { $0.record.mayWrite ? "/incidents/\($0.incident.code)/edit" : nil },
        "stepText": { $0.step?.text }, "stepHref": { view in view.step.map { view.record.link($0.anchor) } },
        "lacksDesk": \.record.lacksDesk,
        "alertsBlock": { $0.record.alerts.isEmpty ? nil : AlertsBlockView(alerts: $0.record.alerts) },
        "bondsBlock": { view in
            let bonds = BondsBlockView(record: view.record)
            return bonds.isEmpty ? nil : bonds
        },
        "downtimesBlock": { DowntimesBlockView(record: $0.record) },
        "factsBlock": { FactsBlockView(incident: $0.incident) },
        "communicationsBlock": { CommunicationsBlockView(record: $0.record) },
        "timesBlock": { TimesBlockView(record: $0.record) },
        "lettersBlock": { LettersBlockView(letters: $0.record.letters) },
        "clocksBlock": { ClocksBlockView(record: $0.record) },
        "closingBlock": { ClosingBlockView(record: $0.record) },
        "timelineBlock": { TimelineBlockView(record: $0.record) },
    ]
}
