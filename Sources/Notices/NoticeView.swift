import Civil
import Database
import Delivery
import Organization
import Web

/// A notice's own page: what was announced, whom it has reached, who has said so, and the next step.
struct NoticeView: PageView {
    static let template = "notices/show"
    static let parts: [any View.Type] = [
        NoticeNextView.self, UpgradeTestView.self, NoticeRevisionView.self, NoticeChangeView.self, NoticePersonView.self,
        NoticeReachView.self, NoticeRecipientView.self, NoticeLetterView.self, BadgeView.self, ProblemView.self,
        OptionView.self, PagingView.self,
    ]

    let notice: Notice
    let test: UpgradeTest?
    /// All of them, the newest first; none while there is only one.
    let revisions: [NoticeRevision]
    /// The version that a refused edit of the number goes on from.
    let numberVersion: Int?
    let people: [NoticeRecipient]
    /// Nil before the publication.
    let reach: NoticeReachView?
    let leadDays: Int
    let settings: Settings
    let sendsMail: Bool
    let person: Person
    let now: Instant
    let form: Form
    let problems: [Refusal.Problem]

    private var state: Notice.State { notice.state(at: now) }
    private var wantedLeadDays: Int { settings.number(.noticeLeadDays) }

    private func may(_ step: NoticeStep) -> Bool { person.may(step.permission) && step.origins.contains(state) }

    /// Only a field of this page can be led to.
    private var led: [Refusal.Problem] {
        let here = ["reason", "return_reason", "began", "ended", "person_name", "person_email", "person_phone", "number", "issued_on"]
        return problems.map { here.contains($0.field) ? $0 : Refusal.Problem(field: "", text: $0.text) }
    }

    private var path: String { "/notices/\(notice.code)" }

    /// The one thing that is to be done now by who looks.
    private var next: NoticeNextView? {
        if may(.acknowledge) && reach?.awaitsOwn ?? false {
            return NoticeNextView(
                text: "Xác nhận cơ quan đã nhận\(notice.revision > 1 ? " bản \(notice.revision) của" : "") thông báo này và đã báo cho người sử dụng.",
                action: "\(path)/acknowledgement", label: "Xác nhận đã nhận", seen: String(notice.revision))
        }
        if may(.submit) {
            if notice.kind == .upgrade, UpgradeTest.gate(test) != nil {
                return NoticeNextView(
                    text: "Điều 21.6: nâng cấp chỉ đăng được khi có hồ sơ thử nghiệm với kết luận đạt.", href: "\(path)/test",
                    label: "Ghi hồ sơ thử nghiệm")
            }
            return NoticeNextView(
                text: "Trình để người khác duyệt. Sau khi trình, mọi sửa đổi đưa thông báo trở lại dự thảo.",
                action: "\(path)/review", label: "Trình duyệt")
        }
        if may(.approve) {
            return NoticeNextView(
                text: "Đọc lại nội dung, phạm vi, giờ giấc rồi duyệt; hoặc trả lại ở cuối trang. Người soạn không tự duyệt (mục tiêu nội bộ).",
                action: "\(path)/approval", label: "Duyệt", seen: notice.submittedAt.map { String($0.microseconds) })
        }
        if may(.publish) {
            return NoticeNextView(
                text: """
                    Đăng để gửi thư tới mọi cơ quan và cá nhân đã ghi; danh sách nhận được chốt tại lúc đăng. \
                    Còn \(leadDays) ngày làm việc tới lúc bắt đầu (mục tiêu nội bộ \(wantedLeadDays)).
                    """,
                action: "\(path)/publication", label: "Đăng thông báo")
        }
        return nil
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.led.map(ProblemView.init) },
        "code": \.notice.code, "title": \.notice.title, "kindLabel": \.notice.kind.label, "impact": \.notice.impact,
        "state": { BadgeView(kind: $0.state.badge, label: $0.state.label) },
        "revision": { $0.notice.revision > 1 ? String($0.notice.revision) : nil },
        "mayEdit": { $0.may(.change) }, "mayRevise": { $0.may(.revise) },
        "mayTest": { $0.may(.test) && $0.notice.kind == .upgrade },
        "next": \.next,
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
        "deliveriesHref": {
            $0.notice.publishedAt != nil && $0.person.may(.readDeliveries)
                ? "/deliveries?about=\($0.notice.code)&state=all" : nil
        },
        "leadBasis": { $0.leadDays < $0.wantedLeadDays ? Setting.noticeLeadDays.basis : nil },
        "shortLeadReason": \.notice.shortLeadReason, "author": \.notice.author.name,
        "editor": { view in view.notice.editor.flatMap { $0.id == view.notice.author.id ? nil : $0.name } },
        "approved": { view in
            view.notice.approvedAt.map { "\(VietnameseFormat.moment($0)), \(view.notice.approver ?? "")" }
        },
        "returnedReason": \.notice.returnedReason,
        "published": { $0.notice.publishedAt.map(VietnameseFormat.moment) },
        "isOverrun": { $0.state == .overrun },
        "worked": { view in
            view.notice.worked.flatMap { worked in
                worked.lower.flatMap { from in
                    worked.upper.map { "\(VietnameseFormat.moment(from)) – \(VietnameseFormat.moment($0))" }
                }
            }
        },
        "isUnrecorded": { $0.state == .completed && $0.notice.worked == nil },
        "cancelled": { $0.notice.cancelledAt.map(VietnameseFormat.moment) },
        "cancelledReason": \.notice.cancelledReason,
        "test": { view in view.notice.kind == .upgrade ? UpgradeTestView(test: view.test) : nil },
        "revisions": { view in
            view.revisions.map { one in
                NoticeRevisionView(revision: one, before: view.revisions.first { $0.number == one.number - 1 })
            }
        },
        "documentNumber": { view in
            view.notice.number.map { "\($0.number.number), \(VietnameseFormat.documentDate($0.number.issuedOn))" }
        },
        "mayNumber": { $0.may(.number) },
        "numberedRevision": { String($0.notice.revision) },
        "numberVersion": { view in
            // What was typed of an earlier revision begins anew with the next.
            let isOfThis = view.form["revision"] == String(view.notice.revision)
            return String((isOfThis ? view.numberVersion : nil) ?? view.notice.number?.version ?? 0)
        },
        "numberTyped": { $0.form["number"].isEmpty ? $0.notice.number?.number.number : $0.form["number"] },
        "issuedOn": { view in
            view.form["issued_on"].isEmpty
                ? view.notice.number.map { VietnameseFormat.localDate($0.number.issuedOn) } : view.form["issued_on"]
        },
        "numberProblem": { $0.problems.text(for: "number") }, "issuedOnProblem": { $0.problems.text(for: "issued_on") },
        "addressable": { $0.person.scope == nil && $0.notice.publishedAt == nil && $0.state != .cancelled },
        "mayAddress": { $0.may(.address) },
        "people": { view in
            view.people.map { NoticePersonView(person: $0, code: view.notice.code, mayRemove: view.may(.address)) }
        },
        "personName": { $0.form["person_name"] }, "personNameProblem": { $0.problems.text(for: "person_name") },
        "personEmail": { $0.form["person_email"] }, "personEmailProblem": { $0.problems.text(for: "person_email") },
        "personPhone": { $0.form["person_phone"] }, "personPhoneProblem": { $0.problems.text(for: "person_phone") },
        "reach": \.reach,
        "lacksServer": { $0.person.may(.writeNotices) && !$0.sendsMail && $0.state != .cancelled && $0.state != .completed },
        "mayComplete": { $0.may(.complete) },
        "began": { $0.form["began"].isEmpty ? VietnameseFormat.local($0.notice.begins) : $0.form["began"] },
        "ended": { $0.form["ended"].isEmpty ? VietnameseFormat.local(min($0.notice.ends, $0.now)) : $0.form["ended"] },
        "beganProblem": { $0.problems.text(for: "began") }, "endedProblem": { $0.problems.text(for: "ended") },
        "maySendBack": { $0.may(.sendBack) },
        "returnReason": { $0.form["return_reason"] }, "returnReasonProblem": { $0.problems.text(for: "return_reason") },
        "mayCancel": { $0.may(.cancel) },
        "reason": { $0.form["reason"] }, "reasonProblem": { $0.problems.text(for: "reason") },
    ]
}

/// What is to be done now: a form's button, or a link.
struct NoticeNextView: View {
    let text: String
    var action: String?
    var href: String?
    let label: String
    /// What whoever presses the button has read.
    var seen: String?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "nextSeen": \.seen, "nextText": \.text, "nextAction": \.action, "nextHref": \.href, "nextLabel": \.label,
    ]
}

/// The test record of an upgrade, or that there is none.
struct UpgradeTestView: View {
    let test: UpgradeTest?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "isMissing": { $0.test == nil }, "legacyText": { $0.test?.legacyText },
        "verdict": { view in
            view.test?.draft.map { BadgeView(kind: $0.verdict.badge, label: $0.verdict.label) }
        },
        "testedVersion": { $0.test?.draft?.version }, "changes": { $0.test?.draft?.changes },
        "environment": { $0.test?.draft?.environment }, "plan": { $0.test?.draft?.plan },
        "cases": { view in
            view.test?.draft.map {
                "\(VietnameseFormat.number($0.casesPassed)) đạt, \(VietnameseFormat.number($0.casesFailed)) không đạt"
            }
        },
        "tester": { $0.test?.draft?.tester }, "testApprover": { $0.test?.draft?.approver },
        "evidence": { $0.test?.draft?.evidence },
        "testWriter": { view in view.test.map { "\($0.writer), \(VietnameseFormat.moment($0.updatedAt))" } },
    ]
}

/// One of the times that it was announced.
struct NoticeRevisionView: View {
    let revision: NoticeRevision
    let before: NoticeRevision?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "number": { String($0.revision.number) }, "announced": { VietnameseFormat.moment($0.revision.announcedAt) },
        "announcer": \.revision.announcer, "revisionReason": \.revision.reason,
        "window": {
            "\(VietnameseFormat.moment($0.revision.begins)) – \(VietnameseFormat.moment($0.revision.ends))"
        },
        "revisionLead": { String($0.revision.leadDays) },
        "changed": { view in
            view.before.map { view.revision.changes(from: $0).map(NoticeChangeView.init) } ?? []
        },
    ]
}

struct NoticeChangeView: View {
    let change: NoticeChange

    static let fields: [String: @Sendable (Self) -> Any?] = ["changeText": \.change.text]
}

/// Somebody whom a draft names beside the agencies.
struct NoticePersonView: View {
    let person: NoticeRecipient
    let code: String
    let mayRemove: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "fullName": \.person.name, "address": \.person.contactEmail, "telephone": \.person.contactPhone,
        "removal": { $0.mayRemove ? "/notices/\($0.code)/people/\($0.person.id.rawValue)/removal" : nil },
    ]
}
