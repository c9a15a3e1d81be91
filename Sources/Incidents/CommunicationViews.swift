import Civil
import Organization
import Web

/// Who knows what of the incident, the log of who was told, and the form that goes on with it.
struct CommunicationsBlockView: View {
    static let parts: [any View.Type] = [
        CommunicationsBlockView.self, CommunicationView.self, TellingRowView.self, TellingCellView.self,
        AudienceHeadView.self,
    ]

    let record: IncidentRecord

    private var communications: [Communication] { record.communications }
    private var form: Form { record.form }
    /// What was typed while somebody else closed the incident is not lost: its form stays.
    private var hasTyped: Bool { !form["audience"].isEmpty }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "audienceHeads": { $0.toldAudiences.map(AudienceHeadView.init) },
        "tellings": { view in
            Fact.allCases.map { fact in
                TellingRowView(
                    incident: view.record.incident, fact: fact, audiences: view.toldAudiences, communications: view.communications,
                    wantedBy: view.record.incident.applicableFacts.contains(fact) ? view.record.incident.obligedAudiences : [])
            }
        },
        "communications": { $0.communications.map(CommunicationView.init) },
        "mayTell": { $0.record.mayWrite || $0.hasTyped },
        "audiences": { view in
            Audience.allCases.map { OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["audience"]) }
        },
        "channels": { view in
            Channel.allCases.map { OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["channel"]) }
        },
        "facts": { view in
            Fact.allCases.map {
                OptionView($0.rawValue, $0.label, selected: view.form.all("facts").contains($0.rawValue))
            }
        },
        "factsProblem": { $0.record.problems.text(for: "facts") },
        "mayReport": { $0.record.incident.isCyber == true || $0.record.incident.hasPersonalData == true },
        "reports": { view in
            LegalReport.allCases.map {
                OptionView($0.rawValue, $0.label, selected: view.form.all("reports").contains($0.rawValue))
            }
        },
        "reportsProblem": { $0.record.problems.text(for: "reports") },
        "toldAt": { $0.hasTyped ? $0.form["told_at"] : VietnameseFormat.local($0.record.now) },
        "toldAtProblem": { $0.record.problems.text(for: "told_at") },
        "toldBy": { $0.hasTyped ? $0.form["told_by"] : $0.record.person.name },
        "toldByProblem": { $0.record.problems.text(for: "told_by") }, "toldNote": { $0.form["told_note"] },
    ]

    /// Who has to be told, and who was told besides.
    private var toldAudiences: [Audience] {
        Audience.allCases.filter { audience in
            record.incident.obligedAudiences.contains(audience) || communications.contains { $0.audience == audience }
        }
    }
}

struct CommunicationView: View {
    let communication: Communication

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "audience": \.communication.audience.label, "channel": \.communication.channel.label,
        "at": { VietnameseFormat.moment($0.communication.toldAt) },
        "machineTime": { VietnameseFormat.timestamp($0.communication.toldAt) },
        "by": \.communication.toldBy,
        "carried": { view in
            (view.communication.facts.map(\.label) + view.communication.reports.map(\.label)).joined(separator: "; ")
        },
        "remark": \.communication.note,
    ]
}

/// One fact in the table of who was told what.
struct TellingRowView: View {
    let incident: Incident
    let fact: Fact
    let audiences: [Audience]
    let communications: [Communication]
    /// Who has to be told this fact.
    let wantedBy: [Audience]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "fact": \.fact.label,
        "cells": { view in
            view.audiences.map { audience in
                let first = view.communications.filter { $0.audience == audience && view.incident.standingFacts(of: $0).contains(view.fact) }
                    .map(\.toldAt).min()
                return TellingCellView(audience: audience, toldAt: first, isWanted: view.wantedBy.contains(audience))
            }
        },
    ]
}

struct TellingCellView: View {
    let audience: Audience
    let toldAt: Instant?
    let isWanted: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "audience": \.audience.label, "kind": { $0.toldAt != nil ? "met" : $0.isWanted ? "missing" : "na" },
        "label": { $0.toldAt.map(VietnameseFormat.moment) ?? ($0.isWanted ? "Chưa báo" : "Không áp dụng") },
    ]
}

struct AudienceHeadView: View {
    let audience: Audience

    static let fields: [String: @Sendable (Self) -> Any?] = ["audience": \.audience.label]
}
