import Civil
import Hummingbird
import Organization
package import Web

/// `/obligations/backups`: the register of backups, one day a row, and the days that have none.
package struct BackupPages: Sendable {
    let backups: BackupStore

    package init(backups: BackupStore) {
        self.backups = backups
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/obligations/backups", .readObligations) { _, context in try await list(context) }
        routes.post("/obligations/backups", .keepObligations, use: record)
    }

    private func list(
        _ context: SignedIn, _ form: Form = Form(), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let today = CivilDate(inVietnam: context.now)
        let view = BackupListView(
            days: BackupDay.last(30, to: today, of: try await backups.list(from: today.adding(days: -29), to: today)),
            today: today, mayKeep: context.person.may(.keepObligations), form: form, problems: problems)
        return context.page(
            view, title: problems.isEmpty ? "Sao lưu dữ liệu" : "Lỗi: Sao lưu dữ liệu",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func record(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        return try await context.submit {
            let draft = try BackupDraft(typed)
            try await backups.record(
                draft, by: context.person, address: context.address, form: typed.key, at: context.now)
            return context.redirect(
                to: "/obligations/backups", flash: "Đã ghi bản sao lưu ngày \(VietnameseFormat.date(draft.day)).")
        } refused: { problems in
            try await list(context, typed, problems: problems)
        }
    }
}

extension BackupDraft {
    fileprivate init(_ form: Form) throws(Refusal) {
        var form = form
        let day = form.date("day", "Ngày sao lưu", isRequired: true)
        let kind = form.choice("kind", "Loại", Backup.Kind.self)
        let result = form.choice("result", "Kết quả", Backup.Result.self)
        let note = form.optional("note", "Ghi chú", maximum: 2000)
        var takenAt: Instant?
        if let day, !form["time"].isEmpty {
            takenAt = Instant(vietnamLocal: "\(form["time"]) \(VietnameseFormat.date(day))")
            if takenAt == nil { form.note("time", "Lúc: giờ cần có dạng 17:05.") }
        }
        try form.check()
        guard let day, let kind, let result else { throw Refusal(form.problems) }
        self.init(day: day, takenAt: takenAt, kind: kind, result: result, note: note ?? "")
    }
}
