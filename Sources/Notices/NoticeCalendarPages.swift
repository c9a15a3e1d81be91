import Civil
import Hummingbird
import NIOCore
import Organization
package import Web

/// `/notices.ics`, a calendar to subscribe to, and the page on which a person gets its secret address.
package struct NoticeCalendarPages: Sendable {
    let calendars: NoticeCalendarStore
    /// The console's address, without a slash at its end.
    let address: String

    package init(calendars: NoticeCalendarStore, address: String) {
        self.calendars = calendars
        self.address = address
    }

    package func add(to routes: inout RouteTable) {
        // A calendar program shows no cookie: the secret in its address says whose it is.
        routes.machine(.get, "/notices.ics") { _, visit in try await read(visit) }
        routes.get("/notices/calendar", .readNotices) { _, context in try await show(context) }
        routes.post("/notices/calendar", .readNotices, use: make)
        routes.post("/notices/calendar/removal", .readNotices, use: end)
    }

    private func read(_ visit: Visit) async throws -> Response {
        let token = Token(presented: visit.query("key"))
        guard let calendar = try await calendars.calendar(for: token, at: visit.now) else { throw HTTPError(.notFound) }
        return Response(
            status: .ok,
            headers: [.contentType: "text/calendar; charset=utf-8", .cacheControl: "private, max-age=300"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: calendar)))
    }

    private func show(_ context: SignedIn, made: Token? = nil) async throws -> Response {
        let view = NoticeCalendarView(
            madeAt: try await calendars.madeAt(for: context.person),
            address: made.map { FormText.href("\(address)/notices.ics", [("key", $0.text)]) })
        return context.page(view, title: "Lịch bảo trì để đăng ký theo dõi")
    }

    @Sendable private func make(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        let token = try await calendars.make(
            for: context.person, address: context.address, form: form.key, at: context.now)
        // No redirect: this answer is the only place where the address ever stands.
        return try await show(context, made: token)
    }

    @Sendable private func end(_ request: Request, _ context: SignedIn) async throws -> Response {
        let form = try await Form(request)
        try await calendars.end(for: context.person, address: context.address, form: form.key, at: context.now)
        return context.redirect(to: "/notices/calendar", flash: "Đã bỏ địa chỉ lịch: không ai đọc được bằng địa chỉ đó nữa.")
    }
}

struct NoticeCalendarView: PageView {
    static let template = "notices/calendar"

    let madeAt: Instant?
    let address: String?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "made": { $0.madeAt.map(VietnameseFormat.moment) }, "calendarAddress": \.address,
    ]
}
