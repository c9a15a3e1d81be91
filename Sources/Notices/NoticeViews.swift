import Civil
import Delivery
import Organization
import Web

struct NoticeListView: PageView {
    static let template = "notices/list"
    static let parts: [any View.Type] = [NoticeRowView.self, PagingView.self]

    let search: String
    let mayWrite: Bool
    let notices: [Notice]
    let now: Instant
    let paging: PagingView

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "search": \.search, "mayWrite": \.mayWrite, "paging": \.paging,
        "notices": { view in view.notices.map { NoticeRowView(notice: $0, now: view.now) } },
    ]
}

struct NoticeRowView: View {
    let notice: Notice
    let now: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "href": { "/notices/\($0.notice.code)" }, "code": \.notice.code, "title": \.notice.title,
        "kind": \.notice.kind.label,
        "badge": { $0.notice.state(at: $0.now).badge }, "state": { $0.notice.state(at: $0.now).label },
        "begins": { VietnameseFormat.moment($0.notice.begins) }, "ends": { VietnameseFormat.moment($0.notice.ends) },
        "acknowledged": {
            $0.notice.publishedAt == nil ? nil : "\($0.notice.acknowledged)/\($0.notice.recipients)"
        },
    ]
}

struct NoticeFormView: PageView {
    static let template = "notices/form"
    static let parts: [any View.Type] = [OptionView.self, ProblemView.self]

    let notice: Notice?
    let form: Form
    var problems: [Refusal.Problem] = []

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "heading": { $0.notice.map { "Sửa \($0.code)" } ?? "Lập thông báo" },
        "action": { $0.notice.map { "/notices/\($0.code)" } ?? "/notices" },
        "kindProblem": { $0.problems.text(for: "kind") },
        "kinds": { view in
            Notice.Kind.allCases.map { OptionView($0.rawValue, $0.label, selected: $0.rawValue == view.form["kind"]) }
        },
        "title": { $0.form["title"] }, "titleProblem": { $0.problems.text(for: "title") },
        "impact": { $0.form["impact"] }, "impactProblem": { $0.problems.text(for: "impact") },
        "begins": { $0.form["begins"] }, "beginsProblem": { $0.problems.text(for: "begins") },
        "ends": { $0.form["ends"] }, "endsProblem": { $0.problems.text(for: "ends") },
        "testRecord": { $0.form["test_record"] }, "testRecordProblem": { $0.problems.text(for: "test_record") },
        "shortLeadReason": { $0.form["short_lead_reason"] },
        "shortLeadReasonProblem": { $0.problems.text(for: "short_lead_reason") },
    ]
}

struct NoticeView: PageView {
    static let template = "notices/show"
    static let parts: [any View.Type] = [NoticeRecipientView.self, ProblemView.self]

    let notice: Notice
    let recipients: [NoticeRecipient]
    let leadDays: Int
    let wantedLeadDays: Int
    let person: Person
    let now: Instant
    let problems: [Refusal.Problem]

    private var state: Notice.State { notice.state(at: now) }
    private var isLate: Bool { leadDays < wantedLeadDays }
    private var delivered: Int { recipients.filter { $0.deliveryState == Delivery.State.delivered.rawValue }.count }
    private var failed: Int { recipients.filter { $0.deliveryState == Delivery.State.failed.rawValue }.count }
    private var unaddressed: Int { recipients.filter { $0.deliveryState == nil }.count }

    private var awaitsOwnAcknowledgement: Bool {
        person.may(.acknowledgeNotices) && state != .cancelled && recipients.contains { $0.acknowledgedAt == nil }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) },
        "code": \.notice.code, "title": \.notice.title, "kind": \.notice.kind.label, "impact": \.notice.impact,
        "badge": \.state.badge, "state": \.state.label,
        "begins": { VietnameseFormat.moment($0.notice.begins) }, "ends": { VietnameseFormat.moment($0.notice.ends) },
        "lasting": { VietnameseFormat.duration($0.notice.ends - $0.notice.begins) },
        "leadDays": { String($0.leadDays) }, "wantedLeadDays": { String($0.wantedLeadDays) }, "isLate": \.isLate,
        "testRecord": \.notice.testRecord, "shortLeadReason": \.notice.shortLeadReason, "author": \.notice.author,
        "published": { $0.notice.publishedAt.map(VietnameseFormat.moment) },
        "cancelled": { $0.notice.cancelledAt.map(VietnameseFormat.moment) },
        "cancelledReason": \.notice.cancelledReason,
        "mayPublish": { $0.person.may(.writeNotices) && $0.state == .draft },
        "mayCancel": { $0.person.may(.writeNotices) && $0.state != .cancelled && $0.state != .completed },
        "mayAcknowledge": \.awaitsOwnAcknowledgement,
        "recipients": { $0.recipients.map { NoticeRecipientView(recipient: $0) } },
        "total": { String($0.recipients.count) }, "delivered": { String($0.delivered) },
        "acknowledged": { view in String(view.recipients.filter { $0.acknowledgedAt != nil }.count) },
        "failed": { $0.failed == 0 ? nil : String($0.failed) },
        "unaddressed": { $0.unaddressed == 0 ? nil : String($0.unaddressed) },
    ]
}

struct NoticeRecipientView: View {
    let recipient: NoticeRecipient

    private var delivery: Delivery.State? { recipient.deliveryState.flatMap(Delivery.State.init(rawValue:)) }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "agency": \.recipient.agencyName, "contact": \.recipient.contactName, "email": \.recipient.contactEmail,
        "phone": \.recipient.contactPhone,
        "deliveryBadge": { $0.delivery?.badge ?? "nodata" },
        "delivery": { $0.delivery?.label ?? "Không có địa chỉ thư: gọi điện" },
        "answer": { $0.delivery == .delivered ? nil : $0.recipient.deliveryAnswer },
        "acknowledgedAt": { $0.recipient.acknowledgedAt.map(VietnameseFormat.moment) },
        "acknowledgedBy": \.recipient.acknowledgedBy,
    ]
}
