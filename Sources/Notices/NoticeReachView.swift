import Civil
import Database
import Delivery
import Organization
import Web

/// Whom a notice has reached: the sums, and one page of the recipients.
struct NoticeReachView: View {
    let notice: Notice
    let rows: [ReachedRecipient]
    /// Nil for who is bound to an agency.
    let counts: RecipientCounts?
    let filter: RecipientFilter
    let search: String
    let person: Person
    let paging: PagingView?
    let now: Instant

    /// Whether the agency of who looks has not acknowledged what is announced now.
    var awaitsOwn: Bool { rows.contains { $0.recipient.acknowledgement(of: notice, at: now) != .given } }

    /// Nobody acknowledges what is off; once the work has begun, silence is overdue.
    private var silent: Int? { counts.map { $0.all - $0.acknowledged } }
    private var isOverdue: Bool { notice.cancelledAt == nil && now >= notice.begins }

    /// A sum that says something only where it is not zero.
    private static func some(_ count: Int?) -> String? { count.flatMap { $0 > 0 ? VietnameseFormat.number($0) : nil } }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "seesAll": { $0.counts != nil },
        "total": { $0.counts.map { VietnameseFormat.number($0.all) } },
        "delivered": { $0.counts.map { VietnameseFormat.number($0.delivered) } },
        "acknowledged": { $0.counts.map { VietnameseFormat.number($0.acknowledged) } },
        "outdated": { some($0.notice.cancelledAt == nil ? $0.counts?.outdated : nil) },
        "waiting": { some($0.counts?.waiting) }, "failed": { some($0.counts?.failed) },
        "unaddressed": { some($0.counts?.unaddressed) }, "overdue": { some($0.isOverdue ? $0.silent : nil) },
        "listPath": { "/notices/\($0.notice.code)" }, "search": \.search,
        "filters": { view in
            RecipientFilter.allCases.map { OptionView($0.rawValue, $0.label, selected: $0 == view.filter) }
        },
        "recipients": { view in
            view.rows.map { row in
                NoticeRecipientView(
                    row: row, notice: view.notice, maySendAgain: view.person.may(.writeNotices),
                    mayRecord: view.person.may(.recordAcknowledgements), now: view.now)
            }
        },
        "paging": \.paging,
    ]
}

struct NoticeRecipientView: View {
    let row: ReachedRecipient
    let notice: Notice
    let maySendAgain: Bool
    let mayRecord: Bool
    let now: Instant

    private var recipient: NoticeRecipient { row.recipient }
    private var acknowledgement: Acknowledgement { recipient.acknowledgement(of: notice, at: now) }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "recipient": \.recipient.name, "isPerson": { $0.recipient.agency == nil },
        "contact": { $0.recipient.agency == nil ? nil : $0.recipient.contactName },
        "phone": \.recipient.contactPhone, "phoneHref": { PhoneHref.of($0.recipient.contactPhone) },
        "email": \.recipient.contactEmail,
        "announcement": { view in
            view.row.announcement.map {
                NoticeLetterView(letter: $0, maySendAgain: view.maySendAgain && view.notice.cancelledAt == nil)
            }
        },
        "cancellation": { view in
            view.row.cancellation.map { NoticeLetterView(letter: $0, maySendAgain: view.maySendAgain) }
        },
        "acknowledgement": { BadgeView(kind: $0.acknowledgement.badge, label: $0.acknowledgement.label) },
        "said": { view in
            view.recipient.said.map { said in
                let of = said.revision == view.notice.revision && said.revision == 1 ? "" : "bản \(said.revision), "
                let recorder = said.recorder.map { " (\($0) ghi)" } ?? ""
                return "\(of)\(VietnameseFormat.moment(said.at)), \(said.by), \(said.method.label)\(recorder)"
            }
        },
        "recordHref": { view in
            view.mayRecord && view.notice.cancelledAt == nil && view.acknowledgement != .given
                ? "/notices/\(view.notice.code)/recipients/\(view.recipient.id.rawValue)/acknowledgement" : nil
        },
    ]
}

/// What became of one letter.
struct NoticeLetterView: View {
    let letter: LetterStanding
    let maySendAgain: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "letterState": { BadgeView(kind: $0.letter.state.badge, label: $0.letter.state.label) },
        "sent": { $0.letter.state == .delivered ? $0.letter.finishedAt.map(VietnameseFormat.moment) : nil },
        "answer": { $0.letter.state == .delivered ? nil : $0.letter.answer },
        "again": { $0.maySendAgain && $0.letter.state == .failed ? String($0.letter.id.rawValue) : nil },
        "retry": {
            $0.letter.state == .ready && $0.letter.attempts > 0 ? VietnameseFormat.moment($0.letter.runAt) : nil
        },
    ]
}

extension Acknowledgement {
    var label: String {
        switch self {
        case .given: "Đã xác nhận"
        case .awaited: "Chưa xác nhận"
        case .outdated: "Cần xác nhận lại"
        case .overdue: "Quá hạn"
        case .notNeeded: "Không cần"
        }
    }

    /// The look of its badge; see docs/look.md.
    var badge: String {
        switch self {
        case .given: "done"
        case .awaited, .outdated: "due"
        case .overdue: "overdue"
        case .notNeeded: "na"
        }
    }
}
