import Civil
import Database
import Foundation
import HTTPTypes
import Hummingbird
import Organization
package import Web

/// `/api/v1/monitors`: monitors and what was measured, for other systems. What is sent and what is refused is what the
/// form of `/monitors` would send and refuse.
package struct MonitorAPI: Sendable {
    let monitors: MonitorStore

    package init(monitors: MonitorStore) {
        self.monitors = monitors
    }

    package func add(to routes: inout RouteTable) {
        routes.api(.get, "/api/v1/monitors", .readMonitors, use: list)
        routes.api(.post, "/api/v1/monitors", .keepMonitors, use: add)
        routes.api(.get, "/api/v1/monitors/:id", .readMonitors, use: show)
        routes.api(.patch, "/api/v1/monitors/:id", .keepMonitors, use: change)
        routes.api(.delete, "/api/v1/monitors/:id", .keepMonitors, use: delete)
        routes.api(.post, "/api/v1/monitors/:id/pause", .keepMonitors, use: pause)
        routes.api(.delete, "/api/v1/monitors/:id/pause", .keepMonitors, use: resume)
        routes.api(.get, "/api/v1/monitors/:id/outages", .readMonitors, use: outages)
        routes.api(.get, "/api/v1/monitors/:id/samples", .readMonitors, use: samples)
        routes.api(.get, "/api/v1/monitors/:id/availability", .readMonitors, use: availability)
    }

    @Sendable private func list(_ call: APICall) async throws -> Response {
        var filter = MonitorFilter()
        (filter.search, filter.tag, filter.agency) = (call.query("q"), call.query("tag").lowercased(), call.query("agency"))
        if !call.query("state").isEmpty {
            guard let state = MonitorSummary.State(rawValue: call.query("state")) else {
                throw Refusal(field: "state", "state: cần một trong down, unknown, degraded, up, paused.")
            }
            filter.state = state
        }
        let paging = Paging(call.query("page"), size: 100)
        let page = try await monitors.page(filter, for: call.person, at: call.now, offset: paging.offset, limit: paging.size)
        let codes = try await monitors.database.agencyCodes()
        let total = page.counts[filter.state]
        return .json(
            MonitorPageJSON(
                items: page.rows.map { json($0, codes, call) }, page: paging.number,
                pages: max(1, (total + paging.size - 1) / paging.size), total: total))
    }

    @Sendable private func show(_ call: APICall) async throws -> Response {
        .json(try await shown(found(call).id, call))
    }

    @Sendable private func add(_ call: APICall) async throws -> Response {
        let draft = try await draft(call)
        let id = try await monitors.add(draft, by: call.actor, at: call.now)
        var response = Response.json(try await shown(id, call), status: .created)
        response.headers[.location] = "/api/v1/monitors/\(id.rawValue)"
        return response
    }

    @Sendable private func change(_ call: APICall) async throws -> Response {
        // The version first: an edit that comes between is then found out.
        let version = try await monitors.version(of: id(call))
        let monitor = try await found(call)
        let codes = try await monitors.database.agencyCodes()
        let sheet = MonitorSheet(
            monitor.draft, isPaused: monitor.pausedAt != nil, agency: monitor.agency.flatMap { codes[$0] })
        let draft = try await draft(call, on: sheet.fields).keepingSecrets(of: monitor)
        do {
            try await monitors.change(monitor, to: draft, version: version, by: call.actor, at: call.now)
        } catch is ChangedMeanwhile {
            return JSONProblem.response(.conflict, title: "Điểm giám sát này vừa được sửa; hãy đọc lại rồi gửi lại.")
        }
        return .json(try await shown(monitor.id, call))
    }

    @Sendable private func delete(_ call: APICall) async throws -> Response {
        try await monitors.delete(try await found(call), by: call.actor, at: call.now)
        return Response(status: .noContent)
    }

    @Sendable private func pause(_ call: APICall) async throws -> Response {
        let monitor = try await found(call)
        try await monitors.pause(monitor, by: call.actor, at: call.now)
        return .json(try await shown(monitor.id, call))
    }

    @Sendable private func resume(_ call: APICall) async throws -> Response {
        let monitor = try await found(call)
        try await monitors.resume(monitor, by: call.actor, at: call.now)
        return .json(try await shown(monitor.id, call))
    }

    // MARK: Results

    @Sendable private func outages(_ call: APICall) async throws -> Response {
        let monitor = try await found(call)
        let window = try APIWindow(call, maximum: .seconds(366 * 86_400))
        return .json(try await monitors.outages(of: monitor.id, in: window.range).map(OutageJSON.init))
    }

    @Sendable private func samples(_ call: APICall) async throws -> Response {
        let monitor = try await found(call)
        let window = try APIWindow(call, maximum: .seconds(86_400))
        return .json(try await monitors.samples(of: monitor.id, in: window.range).map(SampleJSON.init))
    }

    @Sendable private func availability(_ call: APICall) async throws -> Response {
        let monitor = try await found(call)
        let window = try APIWindow(call, maximum: .seconds(366 * 86_400))
        let found = try await monitors.availability(of: monitor.id, in: window.range, asOf: call.now)
        return .json(AvailabilityJSON(from: window.start, to: window.end, found ?? Availability()))
    }

    // MARK: Reading and showing

    private func id(_ call: APICall) throws -> Monitor.ID {
        guard let number = Int64(call.parameters.get("id") ?? "") else { throw HTTPError(.notFound) }
        return Monitor.ID(rawValue: number)
    }

    private func found(_ call: APICall) async throws -> Monitor {
        guard let monitor = try await monitors.find(id(call), for: call.person) else { throw HTTPError(.notFound) }
        return monitor
    }

    private func shown(_ id: Monitor.ID, _ call: APICall) async throws -> MonitorJSON {
        guard let summary = try await monitors.summary(id, for: call.person, at: call.now) else {
            throw HTTPError(.notFound)
        }
        return json(summary, try await monitors.database.agencyCodes(), call)
    }

    private func json(_ summary: MonitorSummary, _ codes: [Agency.ID: String], _ call: APICall) -> MonitorJSON {
        MonitorJSON(
            summary, agency: summary.monitor.agency.flatMap { codes[$0] }, showsSettings: call.person.may(.keepMonitors))
    }

    /// - Throws: `Refusal` for a body that is no object of settings, or whose settings are not fit.
    private func draft(_ call: APICall, on base: [String: String] = [:]) async throws -> MonitorDraft {
        let body = Data(try await call.body())
        guard let written = try? JSONDecoder().decode([String: SheetValue].self, from: body) else {
            throw Refusal(
                field: "", "Nội dung: cần một đối tượng JSON gồm các trường của điểm giám sát, mỗi trường một giá trị hoặc một dãy.")
        }
        if written["paused"] != nil {
            throw Refusal(field: "paused", "paused: dùng POST hoặc DELETE /api/v1/monitors/{id}/pause.")
        }
        let codes = try await monitors.database.agencyCodes()
        return try MonitorSheet.read(
            written, on: base, agencies: Dictionary(codes.map { ($1, $0) }) { first, _ in first }).draft
    }
}

/// `from` and `to` of a query: moments with a zone (RFC 3339); without them the last 24 hours.
struct APIWindow {
    let start: Instant
    let end: Instant

    var range: TimeRange { TimeRange(from: start, to: end) }

    /// - Throws: `Refusal` for what is no moment, and for a window that is empty or longer than `maximum`.
    init(_ call: APICall, maximum: Duration) throws(Refusal) {
        end = try Self.moment("to", call) ?? call.now.flooredToSecond
        start = try Self.moment("from", call) ?? end - .seconds(86_400)
        guard start < end else { throw Refusal(field: "from", "from: phải trước to.") }
        guard end - start <= maximum else {
            throw Refusal(field: "from", "from: khoảng thời gian tối đa \(VietnameseFormat.duration(maximum)).")
        }
    }

    private static func moment(_ name: String, _ call: APICall) throws(Refusal) -> Instant? {
        // A plus that was not encoded has become a space on its way.
        let text = call.query(name).replacing(" ", with: "+")
        if text.isEmpty { return nil }
        guard let date = try? Date(text, strategy: .iso8601) else {
            throw Refusal(field: name, "\(name): cần dạng 2026-11-24T09:00:00+07:00.")
        }
        return Instant(seconds: Int64(date.timeIntervalSince1970.rounded(.down)))
    }
}
