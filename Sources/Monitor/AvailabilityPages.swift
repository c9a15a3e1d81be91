import Civil
import HTTPTypes
import Hummingbird
import NIOCore
import Organization
package import Web
import WorkingTime

/// `/availability`: how much of a window everything could be used.
package struct AvailabilityPages: Sendable {
    let monitors: MonitorStore

    package init(monitors: MonitorStore) {
        self.monitors = monitors
    }

    package func add(to routes: inout RouteTable) {
        routes.get("/availability", .readMonitors, use: show)
        routes.get("/availability/figures", .readMonitors, use: download)
    }

    @Sendable private func show(_ request: Request, _ context: SignedIn) async throws -> Response {
        var (window, problems): (AvailabilityWindow, [Refusal.Problem]) = (current(context), [])
        do { window = try chosen(context) } catch { problems = error.problems }
        let rows = try await monitors.availability(window: window.range, asOf: context.now, for: context.person)
        let table = AvailabilityTable(rows)
        let paging = Paging(context.query("page"), size: 50)
        let query = [("period", context.query("period")), ("from", context.query("from")), ("to", context.query("to"))]
        let view = AvailabilityView(
            window: window, table: table, shown: table.monitors.dropFirst(paging.offset).prefix(paging.size).map { $0 },
            paging: paging.view(
                total: table.monitors.count, path: "/availability", query: query, noun: "điểm giám sát"),
            revisions: try await monitors.reclassified(within: window.range, for: context.person),
            months: try await monitors.frozenMonths(within: window.range, for: context.person),
            corrections: try await monitors.monthCorrections(within: window.range, for: context.person),
            from: context.query("from"), to: context.query("to"), problems: problems, now: context.now)
        return context.page(
            view, title: problems.isEmpty ? "Mức độ sẵn sàng" : "Lỗi: Mức độ sẵn sàng",
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    @Sendable private func download(_ request: Request, _ context: SignedIn) async throws -> Response {
        guard let window = try? chosen(context) else { throw HTTPError(.notFound) }
        let rows = try await monitors.availability(window: window.range, asOf: context.now, for: context.person)
        let days = [window.firstDay, window.lastDay].map { VietnameseFormat.localDate($0).filter { $0 != "-" } }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .cacheControl: "no-store",
                // Letters and digits only (Điều 8.4).
                .contentDisposition: "attachment; filename=\"SanSang\(days[0])den\(days[1]).csv\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: AvailabilityTable(rows).csv)))
    }

    private func current(_ context: SignedIn) -> AvailabilityWindow {
        AvailabilityWindow(ReportingPeriod(containing: CivilDate(inVietnam: context.now)))
    }

    /// `?period=2026-H1`, or `?from=…&to=…`, or nothing for the period that goes on.
    private func chosen(_ context: SignedIn) throws(Refusal) -> AvailabilityWindow {
        let (from, to) = (context.query("from"), context.query("to"))
        if from.isEmpty && to.isEmpty {
            let code = context.query("period")
            if code.isEmpty { return current(context) }
            guard let period = ReportingPeriod(code) else {
                throw Refusal(field: "period", "Kỳ báo cáo: cần chọn một mục trong danh sách.")
            }
            return AvailabilityWindow(period)
        }
        var problems: [Refusal.Problem] = []
        let (first, last) = (CivilDate(parsing: from), CivilDate(parsing: to))
        if first == nil { problems.append(.init(field: "from", text: "Từ ngày: ngày cần có dạng 24/11/2026.")) }
        if last == nil { problems.append(.init(field: "to", text: "Đến hết ngày: ngày cần có dạng 24/11/2026.")) }
        guard let first, let last else { throw Refusal(problems) }
        return try AvailabilityWindow(from: first, to: last)
    }
}
