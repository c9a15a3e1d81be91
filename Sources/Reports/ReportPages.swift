import Civil
import Foundation
import Hummingbird
import Markdown
import NIOCore
import Organization
package import Web
import WorkingTime

/// `/reports`: the six-monthly report to UBND tỉnh (Điều 21.10), and reports on other days.
package struct ReportPages: Sendable {
    let press: ReportPress

    package init(press: ReportPress) {
        self.press = press
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/reports", .readReports) { _, context in try await list(context) }
        routes.get("/reports/custom", .readReports, use: custom)
        routes.get("/reports/:period", .readReports) { _, context in try await preview(context, period(context)) }
        routes.get("/reports/:period/files/:format", .readReports, use: file)
        routes.post("/reports/:period/issues", .writeReports, use: issue)
        routes.get("/reports/issued/:code", .readReports, use: show)
        routes.get("/reports/issued/:code/files/:format", .readReports, use: issuedFile)
    }

    // MARK: List

    private func list(
        _ context: SignedIn, _ form: Form = Form(), problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let issued = try await press.store.issued()
        let newest = ReportingPeriod(containing: CivilDate(inVietnam: context.now))
        let periods = [newest, newest.previous, newest.previous.previous, newest.previous.previous.previous].map { period in
            ReportPeriodView(
                window: ReportWindow(period), issued: issued.first { $0.periodCode == period.code }, now: context.now)
        }
        let view = ReportListView(periods: periods, issued: issued, form: form, problems: problems)
        return context.page(view, title: "Báo cáo", status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    // MARK: Before it is issued

    @Sendable private func custom(_ request: Request, _ context: SignedIn) async throws -> Response {
        var form = Form(["from": context.query("from"), "to": context.query("to")])
        let first = form.date("from", "Từ ngày", isRequired: true)
        let last = form.date("to", "Đến ngày", isRequired: true)
        guard let first, let last, form.problems.isEmpty else {
            return try await list(context, form, problems: form.problems)
        }
        return try await context.submit {
            try await preview(context, ReportWindow(from: first, to: last))
        } refused: { problems in
            try await list(context, form, problems: problems)
        }
    }

    private func preview(
        _ context: SignedIn, _ window: ReportWindow, problems: [Refusal.Problem] = []
    ) async throws -> Response {
        let report = try await press.report(window, at: context.now)
        let path = Self.path(of: window)
        let isOver = window.range.upper.map { $0 <= context.now } ?? false
        let mayIssue = context.person.may(.writeReports)
        let view = ReportPreviewView(
            heading: "Báo cáo \(window.title)",
            about: "Bản xem trước, số liệu lúc \(VietnameseFormat.moment(report.facts.asOf)). Mỗi mã và tên điểm dẫn tới hồ sơ gốc.",
            files: ReportFormat.allCases.map { ReportFileView(label: "Tải \($0.label)", href: "\(path)/files/\($0.rawValue)") },
            issuance: mayIssue && isOver ? "\(path)/issues" : nil,
            waiting: mayIssue && !isOver ? "Chốt được từ sau ngày \(VietnameseFormat.date(window.lastDay))." : nil,
            letterhead: report.title, content: report.body.html + report.appendices.html, problems: problems)
        return context.page(
            view, title: "Báo cáo \(window.title)", status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func file(_ request: Request, _ context: SignedIn) async throws -> Response {
        let window = try period(context)
        let report = try await press.report(window, at: context.now)
        return try await download(press.text(of: report), stem: window.fileStem, context)
    }

    @Sendable private func issue(_ request: Request, _ context: SignedIn) async throws -> Response {
        let window = try period(context)
        let form = try await Form(request)
        return try await context.submit {
            let report = try await press.report(window, at: context.now)
            let code = try await press.store.issue(
                report, press.text(of: report), by: context.person, address: context.address, form: form.key,
                at: context.now)
            return context.redirect(to: "/reports/issued/\(code)", flash: "Đã chốt \(code). Bản này không thay đổi nữa.")
        } refused: { problems in
            try await preview(context, window, problems: problems)
        }
    }

    // MARK: What was issued

    @Sendable private func show(_ request: Request, _ context: SignedIn) async throws -> Response {
        let report = try await issued(context)
        let text = try await press.store.text(of: report)
        let path = "/reports/issued/\(report.code)"
        let view = ReportPreviewView(
            heading: "\(report.code) – \(report.title)",
            about: """
                \(report.issuedBy) chốt lúc \(VietnameseFormat.moment(report.issuedAt)), bản \(report.revision). \
                Nội dung không thay đổi nữa.
                """,
            files: ReportFormat.allCases.map { ReportFileView(label: "Tải \($0.label)", href: "\(path)/files/\($0.rawValue)") },
            issuance: nil, waiting: nil, letterhead: report.title, content: ReportContent.of(text.html))
        return context.page(view, title: report.code)
    }

    @Sendable private func issuedFile(_ request: Request, _ context: SignedIn) async throws -> Response {
        let report = try await issued(context)
        let stem = report.code.filter { $0 != "-" }
        return try await download(press.store.text(of: report), stem: stem, context)
    }

    private func issued(_ context: SignedIn) async throws -> IssuedReport {
        guard let report = try await press.store.find(context.parameters.get("code") ?? "") else {
            throw HTTPError(.notFound)
        }
        return report
    }

    // MARK: Addresses and files

    /// `2026-H1`, or `2026-03-01..2026-03-31`.
    /// - Throws: `Refusal` for days of which there is no report.
    private func period(_ context: SignedIn) throws -> ReportWindow {
        let name = context.parameters.get("period") ?? ""
        if let period = ReportingPeriod(name) { return ReportWindow(period) }
        let days = name.split(separator: "..", omittingEmptySubsequences: false).compactMap { CivilDate(parsing: String($0)) }
        guard days.count == 2, days[0] <= days[1] else { throw HTTPError(.notFound) }
        return try ReportWindow(from: days[0], to: days[1])
    }

    private static func path(of window: ReportWindow) -> String {
        let days = [window.firstDay, window.lastDay].map(VietnameseFormat.localDate).joined(separator: "..")
        return "/reports/\(window.period?.code ?? days)"
    }

    private func download(_ text: ReportText, stem: String, _ context: SignedIn) async throws -> Response {
        guard let format = ReportFormat(rawValue: context.parameters.get("format") ?? "") else {
            throw HTTPError(.notFound)
        }
        let data = try await press.file(text, format)
        return Response(
            status: .ok,
            headers: [
                .contentType: format.contentType, .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(stem).\(format.rawValue)\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }
}

/// The content of a report that was stored as a whole page.
enum ReportContent {
    /// What stands between the comments of the template, which mark the body and the appendices. Nobody's text can be one of
    /// them: it is escaped.
    static func of(_ html: String) -> String {
        var content = ""
        var rest = html[...]
        while let start = rest.range(of: "<!--content-->"), let end = rest[start.upperBound...].range(of: "<!--/content-->") {
            content += rest[start.upperBound..<end.lowerBound]
            rest = rest[end.upperBound...]
        }
        return content
    }
}
