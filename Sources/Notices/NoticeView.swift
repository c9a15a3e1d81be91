import Civil
import Database
import Delivery
import Organization
import Web

/// A notice's own page: what was announced, whom it has reached, who has said so.
struct NoticeView: PageView {
    static let template = "notices/show"
    static let parts: [any View.Type] = [
        NoticeRecipientView.self, NoticeLetterView.self, BadgeView.self, ProblemView.self,
    ]

    let notice: Notice
    let recipients: [NoticeRecipient]
    let letters: [Delivery]
    let leadDays: Int
    let wantedLeadDays: Int
    let sendsMail: Bool
    let person: Person
    let now: Instant
    let form: Form
    let problems: [Refusal.Problem]

    private var state: Notice.State { notice.state(at: now) }
    private var mayWrite: Bool { person.may(.writeNotices) }
    private var mayCancel: Bool { mayWrite && state != .cancelled && state != .completed }
    private var awaitsOwnAcknowledgement: Bool {
        person.may(.acknowledgeNotices) && state != .cancelled && recipients.contains { $0.acknowledgedAt == nil }
    }

    private func letter(_ stage: NoticeLetters.Stage, to recipient: NoticeRecipient) -> Delivery? {
        let key = NoticeLetters.key(notice.code, stage, recipient.agency)
        return letters.first { $0.key == key }
    }

    /// How many letters of the last occasion are in one of these states.
    private func count(_ states: Delivery.State...) -> Int {
        recipients.count { recipient in
            let last = letter(.cancelled, to: recipient) ?? letter(.published, to: recipient)
            return last.map { states.contains($0.state) } ?? false
        }
    }

    private func count(_ acknowledgement: Acknowledgement) -> Int {
        recipients.count { $0.acknowledgement(of: notice, at: now) == acknowledgement }
    }

    /// Only a field of this page can be led to.
    private var led: [Refusal.Problem] {
        problems.map { $0.field == "reason" ? $0 : Refusal.Problem(field: "", text: $0.text) }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.led.map(ProblemView.init) },
        "code": \.notice.code, "title": \.notice.title, "kindLabel": \.notice.kind.label, "impact": \.notice.impact,
        "state": { BadgeView(kind: $0.state.badge, label: $0.state.label) },
        "begins": { VietnameseFormat.moment($0.notice.begins) }, "ends": { VietnameseFormat.moment($0.notice.ends) },
        "machineBegins": { VietnameseFormat.timestamp($0.notice.begins) },
        "machineEnds": { VietnameseFormat.timestamp($0.notice.ends) },
        "scope": \.notice.scopeText,
        "frozen": {
            $0.notice.components == nil || $0.notice.publishedAt == nil
                ? nil : VietnameseFormat.number($0.notice.monitors)
        },
        "lasting": { VietnameseFormat.duration($0.notice.ends - $0.notice.begins) },
        "leadDays": { String($0.leadDays) }, "wantedLeadDays": { String($0.wantedLeadDays) },
        "isLate": { $0.leadDays < $0.wantedLeadDays },
        "testRecord": \.notice.testRecord, "shortLeadReason": \.notice.shortLeadReason, "author": \.notice.author,
        "published": { $0.notice.publishedAt.map(VietnameseFormat.moment) },
        "cancelled": { $0.notice.cancelledAt.map(VietnameseFormat.moment) },
        "cancelledReason": \.notice.cancelledReason,
        "mayPublish": { $0.mayWrite && $0.state == .draft }, "mayCancel": \.mayCancel,
        "mayAcknowledge": \.awaitsOwnAcknowledgement,
        "reason": { $0.form["reason"] }, "reasonProblem": { $0.problems.text(for: "reason") },
        "lacksServer": { $0.mayWrite && !$0.sendsMail && $0.state != .cancelled },
        "seesAll": { $0.person.scope == nil },
        "recipients": { view in
            view.recipients.map { recipient in
                NoticeRecipientView(
                    recipient: recipient, acknowledgement: recipient.acknowledgement(of: view.notice, at: view.now),
                    publication: view.letter(.published, to: recipient),
                    cancellation: view.letter(.cancelled, to: recipient),
                    isCancelled: view.state == .cancelled, maySendAgain: view.mayWrite)
            }
        },
        "total": { VietnameseFormat.number($0.recipients.count) },
        "delivered": { VietnameseFormat.number($0.count(.delivered)) },
        "acknowledged": { VietnameseFormat.number($0.count(.given)) },
        "waiting": { $0.count(.ready, .running) == 0 ? nil : VietnameseFormat.number($0.count(.ready, .running)) },
        "failed": { $0.count(.failed) == 0 ? nil : VietnameseFormat.number($0.count(.failed)) },
        "overdue": { $0.count(.overdue) == 0 ? nil : VietnameseFormat.number($0.count(.overdue)) },
        "unaddressed": { view in
            let count = view.recipients.count { view.letter(.published, to: $0) == nil }
            return count == 0 ? nil : VietnameseFormat.number(count)
        },
    ]
}

struct NoticeRecipientView: View {
    let recipient: NoticeRecipient
    let acknowledgement: Acknowledgement
    let publication: Delivery?
    let cancellation: Delivery?
    let isCancelled: Bool
    let maySendAgain: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "agency": \.recipient.agencyName, "contact": \.recipient.contactName, "phone": \.recipient.contactPhone,
        "email": \.recipient.contactEmail,
        "publication": { view in
            view.publication.map { NoticeLetterView(letter: $0, maySendAgain: view.maySendAgain && !view.isCancelled) }
        },
        "cancellation": { view in
            view.cancellation.map { NoticeLetterView(letter: $0, maySendAgain: view.maySendAgain) }
        },
        "acknowledgement": { BadgeView(kind: $0.acknowledgement.badge, label: $0.acknowledgement.label) },
        "acknowledgedAt": { $0.recipient.acknowledgedAt.map(VietnameseFormat.moment) },
        "acknowledgedBy": \.recipient.acknowledgedBy,
    ]
}

/// What became of one letter.
struct NoticeLetterView: View {
    let letter: Delivery
    let maySendAgain: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "letterState": { BadgeView(kind: $0.letter.state.badge, label: $0.letter.state.label) },
        "sent": { $0.letter.state == .delivered ? $0.letter.finishedAt.map(VietnameseFormat.moment) : nil },
        "answer": { $0.letter.state == .delivered ? nil : $0.letter.answer },
        "next": {
            $0.letter.state == .ready && $0.letter.attempts > 0 ? VietnameseFormat.moment($0.letter.runAt) : nil
        },
        "again": { $0.maySendAgain && $0.letter.state == .failed ? String($0.letter.id.rawValue) : nil },
    ]
}

extension Acknowledgement {
    var label: String {
        switch self {
        case .given: "Đã xác nhận"
        case .awaited: "Chưa xác nhận"
        case .overdue: "Quá hạn"
        case .notNeeded: "Không cần"
        }
    }

    /// The look of its badge; see docs/look.md.
    var badge: String {
        switch self {
        case .given: "done"
        case .awaited: "due"
        case .overdue: "overdue"
        case .notNeeded: "na"
        }
    }
}
