import Civil
import Database
import Hummingbird
import NIOCore
import Organization
import Web

/// The story of an incident: its lines, their corrections and their files.
extension IncidentPages {
    func addTimeline(to routes: inout RouteTable) {
        routes.post("/incidents/:code/entries", .keepIncidents, use: note)
        routes.get("/incidents/:code/entries/:id/correction", .keepIncidents) { _, context in try await correction(context) }
        routes.post("/incidents/:code/entries/:id/correction", .keepIncidents, use: correct)
        routes.get("/incidents/:code/files/:id", .readIncidentFiles, use: file)
    }

    @Sendable private func note(_ request: Request, _ context: SignedIn) async throws -> Response {
        // Who may not write here sends nothing into the database either.
        let code = try await kept(context).code
        var intake = incidents.intake(at: context.now)
        do {
            let form = try await Form(request, limit: IncidentFile.most * IncidentFile.largest + 2 << 20) {
                try await intake.take($0)
            }
            let files = intake
            return try await context.submit {
                let line = try TimelineLine(form, now: context.now)
                try await incidents.add(
                    line.kind, line.text, happenedAt: line.happenedAt, files: files.files, fileCount: files.count, to: code,
                    by: context.person, address: context.address, form: form.key, at: context.now)
                return context.redirect(to: "/incidents/\(code)", flash: "Đã ghi diễn biến.")
            } refused: { problems in
                try await files.discard()
                return try await show(context, form, problems: problems)
            }
        } catch {
            // Cut off, too large, or sent twice: what came is not kept. What cannot be taken out now is swept out later.
            try? await intake.discard()
            throw error
        }
    }

    // MARK: Corrections

    private func correction(
        _ context: SignedIn, _ form: Form? = nil, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let incident = try await kept(context)
        if problems.isEmpty, let moved = incident.redirection(context) { return moved }
        let all = try await incidents.entries(of: incident.id)
        guard let entry = all.first(where: { $0.id == entryID(context) }) else { throw HTTPError(.notFound) }
        let view = CorrectionView(
            code: incident.code, entry: entry, form: form ?? Form(TimelineLine(entry)), problems: problems)
        return context.page(view, title: title("Đính chính \(incident.code)", problems), status: status(problems))
    }

    @Sendable private func correct(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        let code = try await kept(context).code
        return try await context.submit {
            try await incidents.correct(
                entryID(context), with: try TimelineLine(form, now: context.now), of: code, by: context.person,
                address: context.address, form: form.key, at: context.now)
            return context.redirect(to: "/incidents/\(code)", flash: "Đã đính chính.")
        } refused: { problems in
            try await correction(context, form, problems: problems)
        }
    }

    private func entryID(_ context: SignedIn) -> TimelineEntry.ID {
        TimelineEntry.ID(rawValue: Int64(context.parameters.get("id") ?? "") ?? 0)
    }

    // MARK: Files

    /// Hands a file out to be kept, never to be shown or run here: as an attachment, of the type that its bytes have, under
    /// a policy that allows nothing.
    @Sendable private func file(_ request: Request, _ context: SignedIn) async throws -> Response {
        let incident = try await found(context)
        let id = IncidentFile.ID(rawValue: Int64(context.parameters.get("id") ?? "") ?? 0)
        if let moved = incident.redirection(context, "/files/\(id.rawValue)") { return moved }
        guard let file = try await incidents.file(id, of: incident.id), let kind = file.kind else { throw HTTPError(.notFound) }
        return Response(
            status: .ok,
            headers: [
                .contentType: kind.contentType, .contentDisposition: "attachment; filename=\"\(file.name)\"",
                .contentSecurityPolicy: "default-src 'none'; sandbox", .xContentTypeOptions: "nosniff",
                .cacheControl: "private, no-store",
            ],
            body: ResponseBody(contentLength: file.size) { writer in
                var position = 0
                while let chunk = try await incidents.chunk(position, of: file) {
                    try await writer.write(ByteBuffer(bytes: chunk))
                    position += 1
                }
                try await writer.finish(nil)
            })
    }
}

extension TimelineLine {
    /// - Throws: `Refusal` naming every field that cannot be read.
    fileprivate init(_ form: Form, now: Instant) throws(Refusal) {
        var form = form
        let kind = form.choice("entry_kind", "Loại diễn biến", TimelineEntry.Kind.self)
        let happenedAt = form.instant("happened_at", "Diễn ra lúc")
        try form.check()
        self.init(kind: kind ?? .observation, text: form["text"], happenedAt: happenedAt ?? now)
    }
}

extension Form {
    /// The form of a correction before anybody has typed: with what is to be put right.
    fileprivate init(_ line: TimelineLine) {
        self.init([
            "entry_kind": line.kind.rawValue, "text": line.text,
            "happened_at": String(VietnameseFormat.timestamp(line.happenedAt).prefix(19)),
        ])
    }
}
