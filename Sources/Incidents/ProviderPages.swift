import Civil
import Database
import Hummingbird
import Organization
import Web
import WorkingTime

/// The provider (doanh nghiệp cung cấp dịch vụ, Điều 24): its times of one incident, and how it has done in a period.
extension IncidentPages {
    func addProvider(to routes: inout RouteTable) {
        routes.get("/incidents/provider", .readIncidents) { _, context in try await scorecard(context) }
        routes.post("/incidents/:code/handover", .keepIncidents, use: handOver)
    }

    private func scorecard(_ context: SignedIn) async throws -> Response {
        let current = ReportingPeriod(containing: CivilDate(inVietnam: context.now))
        let typed = context.query("period")
        let chosen = typed.isEmpty ? current : ReportingPeriod(typed)
        let period = chosen ?? current
        let problems =
            chosen == nil ? [Refusal.Problem(field: "period", text: "Kỳ báo cáo: cần chọn một mục trong danh sách.")] : []
        let selection = ProviderScorecard.Selection(rawValue: context.query("show")) ?? .all
        let card = ProviderScorecard(
            cases: try await incidents.handovers(within: period.window, for: context.person),
            targets: ProviderTargets(try await settings.read()), asOf: context.now)
        let paging = Paging(context.query("page"), size: 25)
        let rows = card.rows(selection)
        let query = [("period", period.code), ("show", selection == .all ? "" : selection.rawValue)]
        let view = ProviderView(
            current: current, period: period, card: card, selection: selection,
            rows: Array(rows.dropFirst(paging.offset).prefix(paging.size)),
            paging: paging.view(total: rows.count, path: "/incidents/provider", query: query, noun: "sự cố"),
            problems: problems)
        return context.page(
            view, title: problems.isEmpty ? "Doanh nghiệp" : "Lỗi: Doanh nghiệp",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func handOver(_ request: Request, _ context: SignedIn) async throws -> Response {
        let typed = try await Form(request)
        let code = try await kept(context).code
        do {
            return try await context.submit {
                var form = typed
                let handedOver = form.instant("handed_over_at", "Bàn giao", isRequired: true)
                let answered = form.instant("answered_at", "Trả lời")
                let fixed = form.instant("fixed_at", "Khắc phục xong")
                guard let handedOver else { throw Refusal(form.problems) }
                try form.check()
                try await incidents.handOver(
                    Handover(handedOverAt: handedOver, answeredAt: answered, fixedAt: fixed), of: code,
                    version: Int(typed["handover_version"]) ?? 0, reason: typed["handover_reason"], by: context.person,
                    address: context.address, form: typed.key, at: context.now)
                return context.redirect(to: "/incidents/\(code)#provider-title", flash: "Đã ghi thời điểm của doanh nghiệp.")
            } refused: { problems in
                try await show(context, typed, problems: problems)
            }
        } catch let changed as ChangedMeanwhile {
            // What was typed stays, and goes on from the version that is stored now.
            let again = Form(typed.typed.merging(["handover_version": String(changed.version)]) { $1 })
            return try await show(context, again, problems: changed.problems)
        }
    }
}
