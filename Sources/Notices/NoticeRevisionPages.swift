import Civil
import Hummingbird
import Organization
import Web

/// Announcing something else in the place of what was announced.
extension NoticePages {
    func addRevisions(to routes: inout RouteTable) {
        routes.get("/notices/:code/revisions/new", .writeNotices, use: editRevision)
        routes.post("/notices/:code/revisions", .writeNotices, use: revise)
    }

    @Sendable private func editRevision(_ request: Request, _ context: SignedIn) async throws -> Response {
        let notice = try await find(context)
        return try await context.submit {
            try NoticeStep.revise.check(notice, in: notice.state(at: context.now))
            return try await revisionForm(notice, notice.version, Form(notice.revisionDraft(because: "")), context)
        } refused: { problems in
            try await show(context, problems: problems)
        }
    }

    @Sendable private func revise(_ request: Request, _ context: SignedIn) async throws -> Response {
        let notice = try await find(context)
        let form = try await Form(request)
        return try await edited(form, context) { version in
            try await notices.revise(
                notice.code, to: NoticeRevisionDraft(form), version: version, by: context.person,
                address: context.address, form: form.key, at: context.now)
            return context.redirect(
                to: "/notices/\(notice.code)",
                flash: "Đã báo bản \(notice.revision + 1) của \(notice.code). Xác nhận trước đây cần làm lại.")
        } again: { version, problems in
            try await revisionForm(notice, version, form, context, problems)
        }
    }

    private func revisionForm(
        _ notice: Notice, _ version: Int, _ form: Form, _ context: SignedIn, _ problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let view = NoticeRevisionFormView(
            notice: notice, version: version, form: form,
            wantedLeadDays: try await settings.read().number(.noticeLeadDays), now: context.now, problems: problems)
        return context.page(
            view, title: "\(problems.isEmpty ? "" : "Lỗi: ")Điều chỉnh \(notice.code)",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }
}

extension NoticeRevisionDraft {
    /// - Throws: `Refusal` with everything that is badly written.
    fileprivate init(_ typed: Form) throws(Refusal) {
        var form = typed
        let begins = form.instant("begins", "Bắt đầu", isRequired: true)
        let ends = form.instant("ends", "Dự kiến sử dụng lại", isRequired: true)
        let title = form.required("title", "Trích yếu", maximum: 300)
        let impact = form.required("impact", "Ảnh hưởng")
        let reason = form.required("reason", "Lý do điều chỉnh", maximum: 1000)
        guard let begins, let ends else { throw Refusal(form.problems) }
        self.init(title: title, impact: impact, begins: begins, ends: ends, reason: reason)
        try form.check()
    }
}

extension Form {
    fileprivate init(_ draft: NoticeRevisionDraft) {
        self.init([
            "title": draft.title, "impact": draft.impact, "begins": VietnameseFormat.local(draft.begins),
            "ends": VietnameseFormat.local(draft.ends), "reason": draft.reason,
        ])
    }
}

struct NoticeRevisionFormView: PageView {
    static let template = "notices/revision"
    static let parts: [any View.Type] = [ProblemView.self]

    let notice: Notice
    let version: Int
    let form: Form
    let wantedLeadDays: Int
    let now: Instant
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "code": \.notice.code, "version": { String($0.version) },
        "revision": { String($0.notice.revision) }, "next": { String($0.notice.revision + 1) },
        "hasBegun": { $0.notice.begins <= $0.now }, "wantedLeadDays": { String($0.wantedLeadDays) },
        "recipients": { VietnameseFormat.number($0.notice.recipients) },
        "title": { $0.form["title"] }, "titleProblem": { $0.problems.text(for: "title") },
        "begins": { $0.form["begins"] }, "beginsProblem": { $0.problems.text(for: "begins") },
        "ends": { $0.form["ends"] }, "endsProblem": { $0.problems.text(for: "ends") },
        "impact": { $0.form["impact"] }, "impactProblem": { $0.problems.text(for: "impact") },
        "reason": { $0.form["reason"] }, "reasonProblem": { $0.problems.text(for: "reason") },
    ]
}
