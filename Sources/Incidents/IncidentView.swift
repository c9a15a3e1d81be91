import Civil
import Database
import Organization
import Web

/// One incident with everything that belongs to it.
struct IncidentView: PageView {
    static let template = "incidents/show"
    static let parts: [any View.Type] = [
        BadgeView.self, ProblemView.self, OptionView.self, ChecklistItemView.self, MendView.self, TimelineItemView.self,
        CommunicationView.self, TellingRowView.self, TellingCellView.self, AudienceHeadView.self, ClockView.self,
        EscalationLetterView.self,
    ]

    let incident: Incident
    let communications: [Communication]
    let entries: [TimelineEntry]
    let limits: LegalLimits
    let mayKeep: Bool
    let acknowledgement: IncidentAcknowledgement?
    let letters: [EscalationLetter]
    let person: String
    let now: Instant
    let form: Form
    let problems: [Refusal.Problem]

    private var step: (text: String, anchor: String)? { mayKeep ? incident.nextStep(communications) : nil }
    private var requirements: [Requirement] { incident.closingRequirements(communications) }
    private var mayWrite: Bool { mayKeep && incident.state != .closed }
    /// What was typed while somebody else closed the incident is not lost: its form stays.
    private var hasTypedCommunication: Bool { !form["audience"].isEmpty }
    private var hasTypedEntry: Bool { !form["entry_kind"].isEmpty }
    private func link(_ anchor: String) -> String {
        switch anchor {
        case "audience": "#audience"
        case "closing": "#closing-title"
        default: "/incidents/\(incident.code)/edit#\(anchor)"
        }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "code": \.incident.code, "title": \.incident.title, "kindLabel": \.incident.kind.label,
        "state": { $0.incident.state.badge }, "severity": { $0.incident.severity.badge },
        "severityLabel": \.incident.severity.label,
        "agency": { $0.incident.agencyName ?? "Toàn hệ thống" },
        "monitorHref": { $0.incident.monitor.map { "/monitors/\($0)" } },
        "editHref": { $0.mayWrite ? "/incidents/\($0.incident.code)/edit" : nil },
        "stepText": { $0.step?.text }, "stepHref": { view in view.step.map { view.link($0.anchor) } },
        "began": { VietnameseFormat.momentWithSeconds($0.incident.beganAt) },
        "detected": { VietnameseFormat.momentWithSeconds($0.incident.detectedAt) },
        "wasSuspended": \.incident.wasSuspended,
        "suspended": { $0.incident.suspendedAt.map(VietnameseFormat.momentWithSeconds) },
        "resumed": { $0.incident.resumedAt.map(VietnameseFormat.momentWithSeconds) },
        "closed": { $0.incident.closedAt.map(VietnameseFormat.moment) },
        "lasting": { view in
            view.incident.suspendedAt.map { VietnameseFormat.duration((view.incident.resumedAt ?? view.now) - $0) }
        },
        "openedBy": { $0.incident.openedBy ?? "Tự mở từ giám sát" },
        "description": \.incident.description, "temporaryMeasures": \.incident.temporaryMeasures,
        "catchUp": \.incident.catchUp, "cause": \.incident.cause,
        "cyber": { answer($0.incident.isCyber) }, "personalData": { answer($0.incident.hasPersonalData) },
        "clocks": { view in
            view.incident.clocks(view.communications, limits: view.limits).map { ClockView(clock: $0, now: view.now) }
        },
        "audienceHeads": { $0.audiences.map(AudienceHeadView.init) },
        "tellings": { view in
            Fact.allCases.map { fact in
                TellingRowView(
                    fact: fact, audiences: view.audiences, communications: view.communications,
                    wantedBy: view.incident.applicableFacts.contains(fact) ? view.incident.obligedAudiences : [])
            }
        },
        "checklist": { view in
            view.requirements.map { ChecklistItemView(requirement: $0, href: view.mayWrite ? view.link($0.anchor) : nil) }
        },
        "communications": { $0.communications.map(CommunicationView.init) },
        "timeline": { $0.entries.map(TimelineItemView.init) },
        "acknowledged": { $0.acknowledgement.map { "\($0.by), \(VietnameseFormat.moment($0.at))" } },
        "acknowledgementRemark": { view in
            view.acknowledgement.flatMap { $0.note.isEmpty ? nil : $0.note }
        },
        "mayAcknowledge": { $0.mayWrite && $0.acknowledgement == nil },
        "acknowledgementNote": { $0.form["acknowledgement_note"] },
        "acknowledgementNoteProblem": { $0.problems.text(for: "acknowledgement_note") },
        "letters": { $0.letters.map(EscalationLetterView.init) },
        "mayTell": { $0.mayWrite || $0.hasTypedCommunication }, "mayNote": { $0.mayWrite || $0.hasTypedEntry },
        "mayClose": \.mayWrite, "mayReopen": { $0.mayKeep && $0.incident.state == .closed },
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
        "factsProblem": { $0.problems.text(for: "facts") },
        "mayReport": { $0.incident.isCyber == true || $0.incident.hasPersonalData == true },
        "reports": { view in
            LegalReport.allCases.map {
                OptionView($0.rawValue, $0.label, selected: view.form.all("reports").contains($0.rawValue))
            }
        },
        "reportsProblem": { $0.problems.text(for: "reports") },
        "toldAt": { $0.hasTypedCommunication ? $0.form["told_at"] : VietnameseFormat.local($0.now) },
        "toldAtProblem": { $0.problems.text(for: "told_at") },
        "toldBy": { $0.hasTypedCommunication ? $0.form["told_by"] : $0.person },
        "toldByProblem": { $0.problems.text(for: "told_by") }, "toldNote": { $0.form["told_note"] },
        "entryKinds": { view in
            [TimelineEntry.Kind.observation, .measure, .decision].map {
                OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["entry_kind"])
            }
        },
        "text": { $0.form["text"] }, "textProblem": { $0.problems.text(for: "text") },
        "happenedAt": { $0.hasTypedEntry ? $0.form["happened_at"] : VietnameseFormat.local($0.now) },
        "happenedAtProblem": { $0.problems.text(for: "happened_at") },
        "note": { $0.form["note"] }, "reason": { $0.form["reason"] }, "reasonProblem": { $0.problems.text(for: "reason") },
    ]

    /// Who has to be told, and who was told besides.
    private var audiences: [Audience] {
        Audience.allCases.filter { audience in
            incident.obligedAudiences.contains(audience) || communications.contains { $0.audience == audience }
        }
    }

    private static func answer(_ value: Bool?) -> String {
        value.map { $0 ? "Có" : "Không" } ?? "Chưa xác định"
    }
}

/// A letter to somebody on call.
struct EscalationLetterView: View {
    let letter: EscalationLetter

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "recipient": \.letter.recipient, "recipientAddress": \.letter.address,
        "written": { VietnameseFormat.moment($0.letter.writtenAt) },
        "delivery": { BadgeView(kind: $0.letter.badge, label: $0.letter.label) },
        "finished": { $0.letter.finishedAt.map(VietnameseFormat.moment) },
    ]
}

struct ChecklistItemView: View {
    let requirement: Requirement
    let href: String?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "state": { BadgeView(kind: $0.requirement.isMet ? "met" : "missing", label: $0.requirement.isMet ? "Đã có" : "Còn thiếu") },
        "text": \.requirement.text, "article": \.requirement.article,
        "mend": { view in view.requirement.isMet ? nil : view.href.map(MendView.init) },
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

struct MendView: View {
    let href: String

    static let fields: [String: @Sendable (Self) -> Any?] = ["href": \.href, "label": { _ in "Bổ sung" }]
}

struct TimelineItemView: View {
    let entry: TimelineEntry

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
        "text": { "\($0.entry.kind.label): \($0.entry.text)" },
        "by": { view in
            let author = view.entry.author ?? "Trực Ban"
            let isLate = view.entry.writtenAt - view.entry.happenedAt > .seconds(300)
            return isLate ? "\(author), ghi lúc \(VietnameseFormat.moment(view.entry.writtenAt))" : author
        },
    ]
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
    let fact: Fact
    let audiences: [Audience]
    let communications: [Communication]
    /// Who has to be told this fact.
    let wantedBy: [Audience]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "fact": \.fact.label,
        "cells": { view in
            view.audiences.map { audience in
                let first = view.communications.filter { $0.audience == audience && $0.facts.contains(view.fact) }
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
