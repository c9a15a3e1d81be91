import Civil
import Database
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Mustache
import NIOCore
import Synchronization
import TestKit
import Testing

@testable import Organization
@testable import Web

/// The frame around every page: headers, errors, flashes, the log.
@Suite struct PageTests {
    /// What a handler may run into.
    enum Mishap: String, CaseIterable, Sendable {
        case unauthorized, forbidden, missing, tooLarge, notAForm, refused, badRequest, tooMany, bug, away, busy, elsewhere, repeated, none

        var error: (any Error)? {
            switch self {
            case .unauthorized: HTTPError(.unauthorized)
            case .forbidden: HTTPError(.forbidden)
            case .missing: HTTPError(.notFound)
            case .tooLarge: HTTPError(.contentTooLarge)
            case .notAForm: HTTPError(.unsupportedMediaType)
            case .refused: Refusal(field: "name", "Tên: cần nhập <b>.")
            case .badRequest: HTTPError(.badRequest)
            case .tooMany: HTTPError(.tooManyRequests)
            case .bug: Bug()
            case .away: nil
            case .busy: Busy(advice: "Hãy tải lại sau nửa phút.", retryAfter: .seconds(30))
            case .elsewhere: CrossOriginRequest()
            case .repeated: AlreadySubmitted(location: "/things/1")
            case .none: nil
            }
        }

        /// Status, heading, and a part of what to do.
        var expected: (Int, String, String) {
            switch self {
            case .unauthorized: (401, "Cần đăng nhập", "Hãy đăng nhập rồi gửi lại")
            case .forbidden: (403, "Không có quyền", "đề nghị quản trị cấp quyền")
            case .missing: (404, "Không tìm thấy", "Hãy kiểm tra lại mã")
            case .tooLarge: (413, "Nội dung quá lớn", "Hãy chia nhỏ rồi gửi lại")
            case .notAForm: (415, "Không đọc được dạng nội dung này", "Hãy gửi từ biểu mẫu")
            case .refused: (422, "Chưa thực hiện được", "Tên: cần nhập &lt;b&gt;.")
            case .badRequest: (400, "Chưa thực hiện được", "Hãy quay lại, sửa và gửi lại")
            case .tooMany: (429, "Quá nhiều lần thử", "Hãy chờ ít phút rồi thử lại")
            case .bug: (500, "Lỗi hệ thống", "báo quản trị kèm mã yêu cầu bên dưới")
            case .away: (503, "Tạm thời chưa phục vụ được", "Hãy tải lại trang sau ít giây")
            case .busy: (503, "Đang bận", "Hãy tải lại sau nửa phút.")
            case .elsewhere: (403, "Yêu cầu không đến từ trang của Trực Ban", "Hãy mở lại trang, nhập lại và gửi")
            case .repeated: (303, "", "")
            case .none: (200, "Ổn", "Hãy quay lại, sửa và gửi lại")
            }
        }
    }

    private struct Bug: Error, CustomStringConvertible {
        var description: String { "mật khẩu bí mật" }
    }

    /// A console of two routes that run into what their path says, over TLS where `baseURL` says so.
    private static func withPages(
        baseURL: String? = nil, log: Log = Log(), _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        try await withDatabase { database in
            let house = House(
                templates: try await Templates(directory: repositoryRoot + "/templates"),
                assets: try Assets(directory: repositoryRoot + "/public"),
                sessions: SessionStore(database: database, hasher: try PasswordHasher(cost: Password.Cost(rounds: 16, parallelism: 1))),
                clock: .standing(at: Instant(seconds: 1_795_485_600)), navigation: [], baseURL: baseURL)
            let router = Router(context: Visitor.self)
            router.addMiddleware {
                RequestLog()
                SecurityHeaders(house: house)
            }
            var routes = RouteTable(router: router, house: house)
            let nowhere = Database(DatabaseConfiguration(conninfo: "host=/nonexistent"), logger: Logger(label: "tests"))
            for prefix in ["/fails", "/api/v1/fails"] {
                routes.getAnyone("\(prefix)/:mishap") { _, visit in
                    let mishap = Mishap(rawValue: visit.parameters.get("mishap") ?? "") ?? .none
                    if mishap == .away { try await nowhere.run("SELECT 1") }
                    if let error = mishap.error { throw error }
                    return visit.page(ErrorView(failure: Failure(Refusal([])), requestID: ""), title: "Ổn")
                }
            }
            routes.getAnyone("/long-flash") { _, visit in
                visit.redirect(to: "/fails/none", flash: String(repeating: "ế", count: 20_000))
            }
            routes.getAnyone("/flash") { _, visit in visit.redirect(to: "/fails/none", flash: "Đã lưu “<Xã>”.") }
            let application = Application(responder: router.buildResponder(), logger: Logger(label: "pages") { _ in log })
            try await application.test(.router) { try await body($0) }
        }
    }

    private static func get(_ client: any TestClientProtocol, _ path: String, _ headers: HTTPFields = [:]) async throws -> Answer {
        try await client.execute(uri: path, method: .get, headers: headers) {
            Answer(status: $0.status, headers: $0.headers, bytes: Array(buffer: $0.body))
        }
    }

    @Test func everyStatusHasItsPageItsHeadersAndWhatToDo() async throws {
        try await Self.withPages { client in
            for mishap in Mishap.allCases {
                let (status, heading, advice) = mishap.expected
                let answer = try await Self.get(client, "/fails/\(mishap.rawValue)")
                #expect(answer.status.code == status, "\(mishap)")
                #expect(answer.headers[.retryAfter] == (mishap == .away ? "5" : mishap == .busy ? "30" : nil), "\(mishap)")
                for (name, value) in [
                    ("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"),
                    ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
                    ("Cross-Origin-Resource-Policy", "same-origin"), ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
                ] {
                    #expect(answer.headers[HTTPField.Name(name)!] == value, "\(mishap): \(name)")
                }
                #expect(answer.headers[.strictTransportSecurity] == nil)
                guard status != 303 else {
                    #expect(answer.location == "/things/1")
                    continue
                }
                try answer.checkedXML()
                #expect(answer.headers[.cacheControl] == "no-store")
                #expect(answer.body.contains(heading) && answer.body.contains(advice), "\(mishap): \(answer.body)")
                #expect(!answer.body.contains("bí mật"), "what went wrong inside is for the log")
            }
        }
    }

    @Test func programsAreAnsweredInJSON() async throws {
        try await Self.withPages { client in
            for (mishap, status) in [(Mishap.refused, 422), (.missing, 404), (.away, 503), (.bug, 500)] {
                let answer = try await Self.get(client, "/api/v1/fails/\(mishap.rawValue)")
                #expect(answer.status.code == status)
                #expect(answer.headers[.contentType] == "application/problem+json")
                let body = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
                #expect(body?["status"] as? Int == status && body?["title"] as? String == mishap.expected.1)
                let problems = body?["problems"] as? [[String: String]]
                #expect(problems == (mishap == .refused ? [["field": "name", "text": "Tên: cần nhập <b>."]] : []))
            }
        }
    }

    @Test func overTLSBrowsersAreToldToStayThereAndCookiesAreSecure() async throws {
        try await Self.withPages(baseURL: "https://trucban.example") { client in
            for path in ["/fails/none", "/fails/bug", "/no/such/page"] {
                let answer = try await Self.get(client, path)
                #expect(answer.headers[.strictTransportSecurity] == "max-age=31536000")
            }
            let answer = try await Self.get(client, "/flash")
            #expect(answer.headers[.setCookie]?.hasSuffix("; HttpOnly; SameSite=Lax; Secure") == true)
        }
    }

    /// A browser keeps no cookie of 80 KB, and a proxy may refuse the page that sets it.
    @Test func aLongFlashIsCut() async throws {
        try await Self.withPages { client in
            let cookie = try #require(try await Self.get(client, "/long-flash").headers[.setCookie])
            #expect(cookie.utf8.count < 1000)
            let page = try await Self.get(client, "/fails/none", [.cookie: String(cookie.prefix { $0 != ";" })])
            #expect(page.body.contains(String(repeating: "ế", count: 200) + "…<"))
        }
    }

    @Test func aFlashIsShownOnceAndEscaped() async throws {
        try await Self.withPages { client in
            let redirect = try await Self.get(client, "/flash")
            let cookie = try #require(redirect.headers[.setCookie]?.split(separator: ";").first.map(String.init))
            let page = try await Self.get(client, "/fails/none", [.cookie: cookie])
            #expect(page.body.contains("Đã lưu “&lt;Xã&gt;”."))
            #expect(page.headers[.setCookie]?.hasPrefix("trucban_flash=; Path=/; Max-Age=0") == true)
            let next = try await Self.get(client, "/fails/none")
            #expect(!next.body.contains("Đã lưu") && next.headers[.setCookie] == nil)
            for bad in ["trucban_flash=", "trucban_flash=***", "trucban_flash=\(String(repeating: "A", count: 2000))"] {
                let page = try await Self.get(client, "/fails/none", [.cookie: bad])
                #expect(!page.body.contains("class=\"flash"), "\(bad.prefix(40))")
            }
        }
    }

    @Test func theLogNamesRoutesAndNotPeople() async throws {
        let log = Log()
        try await Self.withPages(log: log) { client in
            _ = try await Self.get(
                client, "/fails/none?q=Nguy%E1%BB%85n", [.cookie: "trucban=matkhaubimat", .userAgent: "Trình duyệt của Bình"])
            _ = try await Self.get(client, "/no/such/binh")
        }
        let lines = log.lines.filter { $0.hasPrefix("request ") }
        #expect(lines.count == 2)
        #expect(lines.first?.contains("/fails/{mishap}") == true || lines.first?.contains("/fails/:mishap") == true, "\(lines)")
        #expect(lines.last?.contains("NotFound") == true && lines.last?.contains("404") == true, "\(lines)")
        for secret in ["Nguy", "matkhau", "Bình", "binh"] { #expect(!lines.contains { $0.contains(secret) }, "\(secret)") }
    }

    // MARK: Pages of a list

    @Test(arguments: [
        ("", 0, "Không có sự cố nào", nil, nil), ("1", 50, "1–50 trong 50 sự cố", nil, nil),
        ("1", 51, "1–50 trong 51 sự cố", nil, "/x?q=a%20b&page=2"), ("2", 51, "51–51 trong 51 sự cố", "/x?q=a%20b&page=1", nil),
        ("2", 150, "51–100 trong 150 sự cố", "/x?q=a%20b&page=1", "/x?q=a%20b&page=3"), ("0", 51, "1–50 trong 51 sự cố", nil, "/x?q=a%20b&page=2"),
        ("-3", 10, "1–10 trong 10 sự cố", nil, nil), ("hai", 10, "1–10 trong 10 sự cố", nil, nil),
    ] as [(String, Int, String, String?, String?)])
    func aListIsCutIntoPages(page: String, total: Int, summary: String, previous: String?, next: String?) {
        let view = Paging(page, size: 50).view(total: total, path: "/x", query: [("q", "a b"), ("state", "")], noun: "sự cố")
        #expect(view.summary == summary && view.previousHref == previous && view.nextHref == next)
    }

    @Test(arguments: [
        (1, 1000, "1–25 trong 1000 sự cố"), (1, 1001, "1–25 trong hơn 1.000 sự cố"), (39, 1001, "951–975 trong hơn 1.000 sự cố"),
        (40, 1000, "976–1000 trong 1000 sự cố"), (40, 1001, "976–1000 trong hơn 1.000 sự cố"),
        (41, 1026, "1001–1025 trong hơn 1.025 sự cố"), (400, 10_001, "9976–10000 trong hơn 10.000 sự cố"),
        (80, 1990, "1976–1990 trong 1990 sự cố"),
    ])
    func aLongListIsCountedForItsFirstThousandAndThenToThePage(page: Int, total: Int, summary: String) {
        let paging = Paging(String(page), size: 25)
        let view = paging.view(total: total, most: paging.horizon, path: "/x", query: [], noun: "sự cố")
        #expect(view.summary == summary && (view.nextHref != nil) == (page * 25 < total))
    }

    @Test func aPageBeyondTheLastLeadsBackToTheLast() {
        let paging = Paging("99999999", size: 50)
        #expect(paging.number == 1_000_000 && paging.offset == 49_999_950)
        let view = paging.view(total: 120, path: "/x", query: [], noun: "sự cố")
        #expect(view.previousHref == "/x?page=3" && view.nextHref == nil)
        #expect(view.summary == "Không có sự cố nào ở trang này (trong 120 sự cố)")
    }

    // MARK: Views

    private struct Outer: PageView {
        static let template = "none"
        let inner: Inner?
        let text: String

        static let fields: [String: @Sendable (Self) -> Any?] = ["inner": \.inner, "text": \.text, "title": { _ in "ngoài" }]
    }

    private struct Inner: View {
        let title: String?

        static let fields: [String: @Sendable (Self) -> Any?] = ["title": \.title]
    }

    /// Mustache would take an empty text for something, and look outside for a field that is nil.
    @Test(arguments: [
        ("trong", "chữ", "[trong][chữ]"), (nil, "chữ", "[-][chữ]"), ("", "", "[-][-]"),
    ] as [(String?, String, String)])
    func whatIsEmptyIsNothing(title: String?, text: String, shown: String) throws {
        let template = "{{#inner}}[{{#title}}{{title}}{{/title}}{{^title}}-{{/title}}]{{/inner}}[{{#text}}{{text}}{{/text}}{{^text}}-{{/text}}]"
        #expect(try MustacheTemplate(string: template).render(Outer(inner: Inner(title: title), text: text)) == shown)
    }

    @Test func everyFormOfAPageHasAKeyOfItsOwn() throws {
        let shown = try MustacheTemplate(string: "{{formKey}} {{formKey}}").render(Outer(inner: nil, text: "")).split(separator: " ")
        #expect(shown.count == 2 && shown[0] != shown[1] && shown.allSatisfy { UUID(uuidString: String($0)) != nil })
    }
}

/// Keeps what is logged.
final class Log: LogHandler, Sendable {
    private let kept = Mutex<[String]>([])
    private let data = Mutex<Logger.Metadata>([:])

    var lines: [String] { kept.withLock { $0 } }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    var metadata: Logger.Metadata {
        get { data.withLock { $0 } }
        set { data.withLock { $0 = newValue } }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { data.withLock { $0[key] } }
        set { data.withLock { $0[key] = newValue } }
    }

    func log(event: LogEvent) {
        kept.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
}
