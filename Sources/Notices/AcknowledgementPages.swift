import Civil
import Database
import Hummingbird
import Organization
import Web

/// Acknowledging: signed in, by the link in a letter, and what was said on the phone.
extension NoticePages {
    func addAcknowledgements(to routes: inout RouteTable) {
        routes.post("/notices/:code/acknowledgement", .acknowledgeNotices, use: acknowledge)
        routes.get("/notices/:code/recipients/:id/acknowledgement", .recordAcknowledgements, use: editWord)
        routes.post("/notices/:code/recipients/:id/acknowledgement", .recordAcknowledgements, use: record)
        // Looking at a link changes nothing: mail programs and scanners open links by themselves.
        routes.getAnyone("/acknowledgements/:claim") { _, visit in try await open(visit) }
        routes.postAnyone("/acknowledgements/:claim") { _, visit in try await acknowledgeByLink(visit) }
    }

    @Sendable private func acknowledge(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await command(request, context) { code, form in
            try await notices.acknowledge(
                code, revision: Int(form["seen"]), by: context.person, address: context.address, form: form.key,
                at: context.now)
            return "Đã xác nhận \(code)."
        }
    }

    // MARK: On the phone

    @Sendable private func editWord(_ request: Request, _ context: SignedIn) async throws -> Response {
        try await wordForm(Form(["said_at": VietnameseFormat.local(context.now)]), context)
    }

    @Sendable private func record(_ request: Request, _ context: SignedIn) async throws -> Response {
        let (notice, id) = (try await find(context), try recipient(context))
        let form = try await Form(request)
        return try await context.submit {
            var typed = form
            let saidAt = typed.instant("said_at", "Lúc xác nhận", isRequired: true)
            guard let saidAt else { throw Refusal(typed.problems) }
            try await notices.record(
                id, of: notice.code, saidBy: form["said_by"], at: saidAt, by: context.person, address: context.address,
                form: form.key, now: context.now)
            return context.redirect(to: "/notices/\(notice.code)", flash: "Đã ghi xác nhận qua điện thoại.")
        } refused: { problems in
            try await wordForm(form, context, problems)
        }
    }

    private func wordForm(
        _ form: Form, _ context: SignedIn, _ problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let notice = try await find(context)
        guard notice.publishedAt != nil,
            let recipient = try await notices.recipient(recipient(context), of: notice, for: context.person)
        else { throw HTTPError(.notFound) }
        let view = PhoneWordView(notice: notice, recipient: recipient, form: form, now: context.now, problems: problems)
        return context.page(
            view, title: "\(problems.isEmpty ? "" : "Lỗi: ")Xác nhận qua điện thoại \(notice.code)",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    // MARK: By the link in a letter

    private func open(_ visit: Visit) async throws -> Response {
        guard let claim = notices.links.claim(in: visit.parameters.get("claim") ?? ""),
            let (notice, recipient) = try await notices.opened(claim)
        else { return visit.page(LinkView.unknown, title: "Liên kết không đúng", status: .notFound) }
        let view = LinkView(notice, recipient, claim, path: notices.links.path(claim), at: visit.now)
        return visit.page(view, title: "\(notice.code): xác nhận đã nhận", status: view.isStale ? .gone : .ok)
    }

    private func acknowledgeByLink(_ visit: Visit) async throws -> Response {
        guard let claim = notices.links.claim(in: visit.parameters.get("claim") ?? "") else {
            return visit.page(LinkView.unknown, title: "Liên kết không đúng", status: .notFound)
        }
        do {
            try await notices.acknowledge(claim, address: visit.address, at: visit.now)
        } catch is Refusal {
            // The page says why, as it stands now.
            return try await open(visit)
        }
        return visit.redirect(to: notices.links.path(claim), flash: "Đã ghi nhận xác nhận.")
    }
}

/// The form in which somebody writes down what was said on the phone.
struct PhoneWordView: PageView {
    static let template = "notices/word"
    static let parts: [any View.Type] = [ProblemView.self]

    let notice: Notice
    let recipient: NoticeRecipient
    let form: Form
    let now: Instant
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "code": \.notice.code, "title": \.notice.title,
        "revision": { String($0.notice.revision) }, "begins": { VietnameseFormat.moment($0.notice.begins) },
        "ends": { VietnameseFormat.moment($0.notice.ends) }, "scope": \.notice.scopeText, "impact": \.notice.impact,
        "id": { String($0.recipient.id.rawValue) }, "name": \.recipient.name, "contact": \.recipient.contactName,
        "phone": \.recipient.contactPhone,
        "phoneHref": { PhoneHref.of($0.recipient.contactPhone) },
        "isDone": { $0.recipient.acknowledgement(of: $0.notice, at: $0.now) == .given },
        "saidBy": { $0.form["said_by"] }, "saidByProblem": { $0.problems.text(for: "said_by") },
        "saidAt": { $0.form["said_at"] }, "saidAtProblem": { $0.problems.text(for: "said_at") },
    ]
}

/// A number as a telephone dials it.
enum PhoneHref {
    /// - Returns: nil where there are no digits to dial.
    static func of(_ phone: String) -> String? {
        let digits = phone.filter { $0.isASCII && $0.isNumber || $0 == "+" }
        return digits.isEmpty ? nil : "tel:\(digits)"
    }
}

/// What somebody sees who follows the link in their letter.
struct LinkView: PageView {
    static let template = "notices/link"

    /// Nil for a link that was not made here.
    private let facts: (notice: Notice, recipient: NoticeRecipient, path: String)?
    private let state: Notice.State?
    private let claimed: Int

    static let unknown = LinkView()

    private init() {
        facts = nil
        state = nil
        claimed = 0
    }

    init(_ notice: Notice, _ recipient: NoticeRecipient, _ claim: NoticeLinks.Claim, path: String, at now: Instant) {
        facts = (notice, recipient, path)
        state = notice.state(at: now)
        claimed = claim.revision
    }

    private var isOld: Bool { facts.map { $0.notice.revision != claimed } ?? false }
    private var isDone: Bool { facts.map { $0.recipient.said?.revision == $0.notice.revision } ?? false }
    /// Whether there is nothing to acknowledge by it any more.
    var isStale: Bool { isOld || state == .cancelled }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "isUnknown": { $0.facts == nil }, "code": { $0.facts?.notice.code }, "title": { $0.facts?.notice.title },
        "kindLabel": { $0.facts?.notice.kind.label },
        "recipient": { $0.facts?.recipient.name }, "scope": { $0.facts?.notice.scopeText },
        "begins": { $0.facts.map { VietnameseFormat.moment($0.notice.begins) } },
        "ends": { $0.facts.map { VietnameseFormat.moment($0.notice.ends) } }, "impact": { $0.facts?.notice.impact },
        "newRevision": { view in
            view.isOld && view.state != .cancelled ? view.facts.map { String($0.notice.revision) } : nil
        },
        "oldRevision": { String($0.claimed) },
        "cancelledReason": { $0.state == .cancelled ? $0.facts?.notice.cancelledReason : nil },
        "done": { view in
            view.isDone && !view.isStale ? view.facts?.recipient.said.map { VietnameseFormat.moment($0.at) } : nil
        },
        "action": { view in view.isStale || view.isDone ? nil : view.facts?.path },
    ]
}
