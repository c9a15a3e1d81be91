import Civil
import Database
import Hummingbird
import Organization
import Web

/// Telling people of an incident with a ready text (Điều 20.1, 20.3).
extension IncidentPages {
    func addMessages(to routes: inout RouteTable) {
        routes.get("/incidents/:code/communications/new", .keepIncidents) { _, context in try await compose(context) }
        routes.post("/incidents/:code/messages", .keepIncidents, use: tell)
        routes.post("/incidents/:code/letters/:id/attempts", .keepIncidents, use: sendAgain)
    }

    /// The form with a ready text, or with what was typed and refused.
    private func compose(
        _ context: SignedIn, _ form: Form? = nil, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let incident = try await kept(context)
        let communications = try await incidents.communications(of: incident.id)
        let book = try await incidents.addressBook(for: incident)
        let stage = MessageStage(rawValue: form?["stage"] ?? context.query("stage")) ?? incident.nextStage(communications)
        let channel = Channel(rawValue: form?["channel"] ?? context.query("channel")) ?? .mail
        let text = IncidentText(stage, channel, of: incident, link: "\(incidents.baseURL)/incidents/\(incident.code)", at: context.now)
        let ready = Form(
            ["subject": text.subject, "body": text.body, "told_at": VietnameseFormat.local(context.now)],
            ticked: [
                "facts": incident.writtenFacts.map(\.rawValue),
                "audiences": incident.obligedAudiences.filter { channel != .mail || !book.entries(for: $0).isEmpty }
                    .map(\.rawValue),
            ])
        let view = MessageFormView(
            incident: incident, stage: stage, channel: channel, book: book, sendsMail: sendsMail, form: form ?? ready,
            problems: problems)
        let title = "\(stage.label): \(incident.code)"
        return context.page(
            view, title: problems.isEmpty ? title : "Lỗi: \(title)", status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func tell(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        let code = try await kept(context).code
        return try await context.submit {
            let draft = try MessageDraft(typed, at: context.now)
            let letters = try await incidents.tell(
                draft, of: code, by: context.person, address: context.address, form: typed.key, at: context.now)
            let flash =
                draft.channel != .mail ? "Đã ghi lại việc báo qua \(draft.channel.inSentence)."
                : sendsMail ? "Đã ghi và đang gửi \(letters) thư."
                : "Đã ghi \(letters) thư; thư chờ tới khi có máy chủ thư."
            return context.redirect(to: "/incidents/\(code)#messages-title", flash: flash)
        } refused: { problems in
            try await compose(context, typed, problems: problems)
        }
    }

    @Sendable private func sendAgain(_ request: Request, _ context: SignedIn) async throws -> Response {
        guard let letter = Int64(context.parameters.get("id") ?? "") else { throw HTTPError(.notFound) }
        return try await command(request, context) { code, form in
            try await incidents.sendAgain(
                letter, of: code, by: context.person, address: context.address, form: form.key, at: context.now)
            return "Thư được gửi lại."
        }
    }
}

extension MessageDraft {
    /// - Throws: `Refusal` naming every field that cannot be read.
    fileprivate init(_ form: Form, at now: Instant) throws(Refusal) {
        var form = form
        let stage = form.choice("stage", "Giai đoạn", MessageStage.self)
        let channel = form.choice("channel", "Bằng cách nào", Channel.self)
        let isMail = channel == .mail
        let told = isMail ? now : form.instant("told_at", "Báo lúc", isRequired: true)
        _ = form.optional("others", "Địa chỉ khác", maximum: 4000)
        try form.check()
        self.init(
            stage: stage ?? .first, channel: channel ?? .mail,
            audiences: form.all("audiences").compactMap(Audience.init(rawValue:)), others: form["others"],
            othersAudience: Audience(rawValue: form["others_audience"]), subject: form["subject"], body: form["body"],
            facts: Fact.allCases.filter { form.all("facts").contains($0.rawValue) }, toldAt: told ?? now, note: form["note"])
    }
}
