import Civil
import Database
import Delivery
import Organization
import Web

/// The form in which people are told of an incident.
struct MessageFormView: PageView {
    static let template = "incidents/message"
    static let parts: [any View.Type] = [ProblemView.self, OptionView.self, AudienceChoiceView.self, FactChoiceView.self]

    let incident: Incident
    let stage: MessageStage
    let channel: Channel
    let book: AddressBook
    let sendsMail: Bool
    let form: Form
    let problems: [Refusal.Problem]

    private var isMail: Bool { channel == .mail }
    private static let audiences = Audience.allCases.filter { $0 != .authority }
    private var lacking: [Fact] { stage.needs(incident).filter { !incident.writtenFacts.contains($0) } }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "code": \.incident.code, "title": \.incident.title,
        "heading": \.stage.label, "isMail": \.isMail, "lacksServer": { $0.isMail && !$0.sendsMail },
        "stage": \.stage.rawValue, "channel": \.channel.rawValue, "channelLabel": \.channel.inSentence,
        "stages": { view in
            MessageStage.allCases.map { OptionView($0.rawValue, $0.label, selected: $0 == view.stage) }
        },
        "channels": { view in Channel.allCases.map { OptionView($0.rawValue, $0.label, selected: $0 == view.channel) } },
        "lacking": { $0.lacking.isEmpty ? nil : $0.lacking.map { $0.label.lowercased() }.joined(separator: ", ") },
        "lackingHref": { view in
            view.lacking.first.map { "/incidents/\(view.incident.code)/edit#\($0.anchor)" }
        },
        "audiences": { view in
            audiences.map { audience in
                AudienceChoiceView(
                    audience: audience, reach: view.isMail ? view.reach(of: audience) : nil,
                    isTicked: view.form.all("audiences").contains(audience.rawValue))
            }
        },
        "audiencesProblem": { $0.problems.text(for: "audiences") },
        "unreachable": { view in
            let names = view.isMail ? view.book.unreachable : []
            return names.isEmpty
                ? nil
                : names.prefix(12).joined(separator: ", ") + (names.count > 12 ? " và \(names.count - 12) cơ quan nữa" : "")
        },
        "others": { $0.form["others"] }, "othersProblem": { $0.problems.text(for: "others") },
        "othersAudiences": { view in
            audiences.map {
                OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["others_audience"])
            }
        },
        "othersAudienceProblem": { $0.problems.text(for: "others_audience") },
        "subject": { $0.form["subject"] }, "subjectProblem": { $0.problems.text(for: "subject") },
        "body": { $0.form["body"] }, "bodyProblem": { $0.problems.text(for: "body") },
        "facts": { view in
            Fact.allCases.map {
                FactChoiceView(
                    fact: $0, isWritten: view.incident.writtenFacts.contains($0),
                    isTicked: view.form.all("facts").contains($0.rawValue))
            }
        },
        "factsProblem": { $0.problems.text(for: "facts") },
        "toldAt": { $0.form["told_at"] }, "toldAtProblem": { $0.problems.text(for: "told_at") },
        "note": { $0.form["note"] }, "noteProblem": { $0.problems.text(for: "note") },
    ]

    /// How many addresses a letter to them reaches, in words.
    private func reach(of audience: Audience) -> String {
        let entries = book.entries(for: audience)
        switch audience {
        case .head, .users:
            return entries.isEmpty ? "chưa có địa chỉ thư" : "qua đầu mối: \(VietnameseFormat.number(entries.count)) cơ quan"
        default: return entries.first?.address ?? "chưa có địa chỉ thư (Cài đặt)"
        }
    }
}

extension Fact {
    /// The field of the incident's form in which it is written.
    var anchor: String {
        switch self {
        case .incident: "description"
        case .suspension: "suspended_at"
        case .resumption: "resumed_at"
        case .temporaryMeasures: "temporary_measures"
        case .catchUp: "catch_up"
        }
    }
}

struct AudienceChoiceView: View {
    let audience: Audience
    let reach: String?
    let isTicked: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "audienceValue": \.audience.rawValue, "audienceLabel": \.audience.label, "reach": \.reach,
        "audienceTicked": \.isTicked,
    ]
}

struct FactChoiceView: View {
    let fact: Fact
    let isWritten: Bool
    let isTicked: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "factValue": \.fact.rawValue, "factLabel": \.fact.label, "isUnwritten": { !$0.isWritten },
        "factTicked": \.isTicked,
    ]
}

/// The texts that people were told, and whom letters have reached.
struct MessagesBlockView: View {
    static let parts: [any View.Type] = [
        MessagesBlockView.self, MessageView.self, MessageLetterView.self, BadgeView.self,
    ]

    let record: IncidentRecord

    private var stage: MessageStage { record.incident.nextStage(record.communications) }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "code": \.record.incident.code,
        "composeHref": { view in
            view.record.mayWrite
                ? "/incidents/\(view.record.incident.code)/communications/new?stage=\(view.stage.rawValue)" : nil
        },
        "composeLabel": { "Soạn “\($0.stage.label)”" },
        "messages": { view in
            view.record.messages.map { message in
                MessageView(
                    message: message, letters: view.record.messageLetters.filter { $0.message == message.id },
                    maySendAgain: view.record.mayKeep)
            }
        },
    ]
}

struct MessageView: View {
    let message: IncidentMessage
    let letters: [MessageLetter]
    let maySendAgain: Bool

    private func count(_ states: Delivery.State...) -> Int { letters.count { states.contains($0.state) } }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "stageLabel": \.message.stage.label, "messageChannel": \.message.channel.label,
        "messageAt": { VietnameseFormat.moment($0.message.sentAt) },
        "messageMachineTime": { VietnameseFormat.timestamp($0.message.sentAt) }, "messageBy": \.message.sentBy,
        "messageSubject": \.message.subject, "messageBody": \.message.body,
        "letterCount": { $0.letters.isEmpty ? nil : VietnameseFormat.number($0.letters.count) },
        "arrived": { $0.letters.isEmpty ? nil : VietnameseFormat.number($0.count(.delivered)) },
        "waiting": { $0.count(.ready, .running) == 0 ? nil : VietnameseFormat.number($0.count(.ready, .running)) },
        "failed": { $0.count(.failed) == 0 ? nil : VietnameseFormat.number($0.count(.failed)) },
        "failedLetters": { view in
            view.letters.filter { $0.state == .failed }.map { MessageLetterView(letter: $0, maySendAgain: view.maySendAgain) }
        },
        "messageLetters": { view in view.letters.map { MessageLetterView(letter: $0, maySendAgain: view.maySendAgain) } },
    ]
}

struct MessageLetterView: View {
    let letter: MessageLetter
    let maySendAgain: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "letterRecipient": \.letter.recipient, "letterAddress": \.letter.address,
        "letterState": { BadgeView(kind: $0.letter.state.badge, label: $0.letter.state.label) },
        "letterAnswer": { $0.letter.state == .failed ? $0.letter.answer : nil },
        "letterFinished": { $0.letter.state == .delivered ? $0.letter.finishedAt.map(VietnameseFormat.moment) : nil },
        "letterAgain": { $0.maySendAgain && $0.letter.state == .failed ? String($0.letter.id) : nil },
    ]
}
