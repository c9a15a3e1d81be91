import Civil
import Database
import Hummingbird
package import Organization
package import Web

/// `/settings/escalation`: who is written to when nobody takes an incident up.
package struct EscalationPages: Sendable {
    let escalation: EscalationStore
    let settings: SettingStore
    let sendsMail: Bool

    package init(escalation: EscalationStore, settings: SettingStore, sendsMail: Bool) {
        self.escalation = escalation
        self.settings = settings
        self.sendsMail = sendsMail
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/settings/escalation", .keepSettings) { _, context in try await show(context) }
        routes.post("/settings/escalation", .keepSettings, use: addStep)
        routes.post("/settings/escalation/:id/removal", .keepSettings, use: remove)
    }

    private func show(
        _ context: SignedIn, _ form: Form = Form(["after_minutes": "15"]), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let view = EscalationView(
            steps: try await escalation.steps(), pause: try await settings.read().number(.renotifyMinutes),
            sendsMail: sendsMail, form: form, problems: problems)
        return context.page(
            view, title: problems.isEmpty ? "Báo động" : "Lỗi: Báo động",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func addStep(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            var form = typed
            let minutes = form.integer("after_minutes", "Sau (phút)", 0...10_080)
            let recipients = form.required("recipients", "Người nhận", maximum: 4000)
            try form.check()
            try await escalation.add(
                EscalationDraft(minutes: minutes ?? 0, recipients: recipients), by: context.actor, form: typed.key,
                at: context.now)
            return context.redirect(to: "/settings/escalation", flash: "Đã thêm nấc báo động.")
        } refused: { problems in
            try await show(context, typed, problems: problems)
        }
    }

    @Sendable private func remove(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        let id = EscalationStep.ID(rawValue: Int64(context.parameters.get("id") ?? "") ?? 0)
        return try await context.submit {
            try await escalation.remove(id, by: context.actor, form: form.key, at: context.now)
            return context.redirect(to: "/settings/escalation", flash: "Đã bỏ nấc báo động.")
        } refused: { problems in
            try await show(context, problems: problems)
        }
    }
}

struct EscalationView: PageView {
    static let template = "settings/escalation"
    static let parts: [any View.Type] = [EscalationStepView.self, ProblemView.self]

    let steps: [EscalationStep]
    /// Minutes; 0: nothing is said again.
    let pause: Int
    let sendsMail: Bool
    let form: Form
    let problems: [Refusal.Problem]

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "problems": { $0.problems.map(ProblemView.init) }, "lacksServer": { !$0.sendsMail },
        "steps": { $0.steps.map(EscalationStepView.init) },
        "pause": { $0.pause == 0 ? nil : VietnameseFormat.duration(.seconds($0.pause * 60)) },
        "afterMinutes": { $0.form["after_minutes"] }, "afterMinutesProblem": { $0.problems.text(for: "after_minutes") },
        "recipients": { $0.form["recipients"] }, "recipientsProblem": { $0.problems.text(for: "recipients") },
    ]
}

struct EscalationStepView: View {
    let step: EscalationStep

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "after": { $0.step.after == .zero ? "Ngay khi phát hiện" : "Sau \(VietnameseFormat.duration($0.step.after))" },
        "people": { $0.step.recipients.map { "\($0.name) <\($0.address)>" }.joined(separator: "; ") },
        "removalHref": { "/settings/escalation/\($0.step.id.rawValue)/removal" },
    ]
}
