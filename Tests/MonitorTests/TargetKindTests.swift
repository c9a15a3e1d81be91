import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Monitor

/// Every kind of target: what is typed is what is kept, and what is secret stays so.
struct TargetKindTests {
    private static let now = Instant(seconds: 1_795_485_600)

    /// One of each kind, with everything that it can say.
    static let targets: [Target] = [
        .http(http), .tcp(TCPTarget(host: "mail.vn", port: 25, send: "EHLO a\\r\\n", expect: "250")),
        .tls(TLSTarget(host: "qlvb.vn", port: 8443, minimumDays: 14)),
        .dns(DNSTarget(name: "qlvb.vn", record: .mx, server: "10.0.0.2:5353", expected: ["10 mail.qlvb.vn", "20 b.vn"])),
        .smtp(SMTPTarget(host: "mail.vn", port: 465, encryption: .implicit, verifiesTLS: false)),
        .postgres(
            PostgresTarget(
                host: "db.vn", port: 5433, database: "qlvb", user: "giamsat", password: "mật khẩu", statement: "SELECT 42",
                expected: "42", verifiesTLS: true)),
        .icmp(ICMPTarget(host: "10.0.0.1")), .journey(journey),
    ]

    private static var http: HTTPTarget {
        var http = HTTPTarget(url: "https://qlvb.vn/api")
        http.jsonConditions = [JSONCondition("$.a == \"x\"")!, JSONCondition("$.b[0]")!]
        http.headerConditions = [HeaderCondition("Server: nginx")!, HeaderCondition("!X-Debug")!]
        http.sizeLimit = 512 << 10
        return http
    }

    private static var journey: JourneyTarget {
        var first = JourneyTarget.Step(name: "Đăng nhập", url: "https://qlvb.vn/login")
        (first.method, first.body, first.keyword) = (.post, "user=a&password=mật khẩu", "Chào")
        first.headers = [.init(name: "X-Key", value: "khóa")]
        first.extractions = [JourneyTarget.Extraction("token = $.token")!]
        var second = JourneyTarget.Step(name: "Danh sách", url: "https://qlvb.vn/docs?t={{token}}")
        second.acceptedStatuses = "200"
        second.jsonConditions = [JSONCondition("$.ds[0]")!]
        return JourneyTarget(steps: [first, second])
    }

    @Test func thereIsOneOfEachKind() {
        #expect(Self.targets.map(\.kind) == Target.Kind.allCases)
    }

    @Test(arguments: targets)
    func whatTheFormShowsIsWhatItReads(target: Target) throws {
        let draft = MonitorDraft(name: "Cổng", target: target)
        try draft.check()
        // No page shows the password, and a form that is sent back without one keeps it.
        #expect(draft.form["password"].isEmpty)
        let read = try MonitorDraft(draft.form).target
        #expect(read.particulars.keepingSecrets(of: target).target == target)
    }

    @Test func everyKindIsKeptAsItWas() async throws {
        try await withDatabase { database in
            let store = MonitorStore(database: database)
            for target in Self.targets {
                let draft = MonitorDraft(name: "Một \(target.kind.label)", target: target)
                let id = try await store.add(draft, by: .system("test"), at: Self.now)
                let read: Monitor = try await database.one("SELECT \(columns: Monitor.self) FROM monitors m WHERE id = \(id)")
                #expect(read.target == target)
                let other = MonitorDraft(name: "Khác", target: .icmp(ICMPTarget(host: "a.vn")))
                try await store.change(read, to: other, by: .system("test"), at: Self.now)
                try await store.change(read, to: draft, by: .system("test"), at: Self.now)
                #expect(try await database.one("SELECT \(columns: Monitor.self) FROM monitors m WHERE id = \(id)", as: Monitor.self).target == target)
            }
            let trail = try await database.values("SELECT coalesce(before::text, '') || coalesce(after::text, '') FROM audit_entries", as: String.self)
            #expect(trail.count == 3 * Self.targets.count && !trail.contains { $0.contains("mật khẩu") || $0.contains("khóa") })
        }
    }

    @Test(arguments: [
        ("mật khẩu gõ lại", { @Sendable (target: inout PostgresTarget) in target.password = "mới" }, "mới"),
        ("để trống, cùng máy", { $0.password = "" }, "mật khẩu"),
        ("để trống, câu lệnh khác", { ($0.password, $0.statement) = ("", "SELECT 1") }, "mật khẩu"),
        ("để trống, máy khác", { ($0.password, $0.host) = ("", "evil.vn") }, ""),
        ("để trống, cổng khác", { ($0.password, $0.port) = ("", 1) }, ""),
        ("để trống, tài khoản khác", { ($0.password, $0.user) = ("", "khac") }, ""),
        ("để trống, bỏ TLS", { ($0.password, $0.verifiesTLS) = ("", false) }, ""),
    ] as [(String, @Sendable (inout PostgresTarget) -> Void, String)])
    func aPasswordStaysWithItsServer(name: String, change: @Sendable (inout PostgresTarget) -> Void, password: String) {
        let before = PostgresTarget(
            host: "db.vn", port: 5433, database: "qlvb", user: "giamsat", password: "mật khẩu", statement: "SELECT 42",
            verifiesTLS: true)
        var target = before
        change(&target)
        #expect(target.keepingSecrets(of: .postgres(before)).password == password)
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let name: String
        let field: String
        let target: Target
        var testDescription: String { name }
    }

    private static func step(_ change: (inout JourneyTarget) -> Void) -> Target {
        var journey = journey
        change(&journey)
        return .journey(journey)
    }

    static let mistakes: [Mistake] = [
        Mistake(name: "TLS không có máy", field: "host", target: .tls(TLSTarget(host: ""))),
        Mistake(name: "TLS 400 ngày", field: "minimum_days", target: .tls(TLSTarget(host: "a.vn", minimumDays: 400))),
        Mistake(name: "tên miền hỏng", field: "dns_name", target: .dns(DNSTarget(name: "a..vn"))),
        Mistake(name: "máy chủ tên miền hỏng", field: "server", target: .dns(DNSTarget(name: "a.vn", server: "a b"))),
        Mistake(name: "cổng tên miền 0", field: "server", target: .dns(DNSTarget(name: "a.vn", server: "8.8.8.8:0"))),
        Mistake(name: "thư, cổng 0", field: "port", target: .smtp(SMTPTarget(host: "a.vn", port: 0))),
        Mistake(name: "ping không có máy", field: "host", target: .icmp(ICMPTarget(host: "a b"))),
        Mistake(
            name: "csdl không tên", field: "database", target: .postgres(PostgresTarget(host: "a.vn", database: "", user: "b"))),
        Mistake(name: "không bước nào", field: "step1_url", target: .journey(JourneyTarget(steps: []))),
        Mistake(name: "tên lấy sau mới dùng", field: "step1_url", target: step { $0.steps[0].url = "https://a.vn/{{token}}" }),
        Mistake(name: "tên chọn máy", field: "step2_url", target: step { $0.steps[1].url = "https://{{token}}/" }),
        Mistake(name: "tên nối vào máy", field: "step2_url", target: step { $0.steps[1].url = "https://a.vn{{token}}" }),
        Mistake(
            name: "câu lệnh quá dài", field: "statement",
            target: .postgres(
                PostgresTarget(host: "a.vn", database: "a", user: "b", statement: String(repeating: "x", count: 2001)))),
        Mistake(name: "gửi quá dài", field: "send", target: .tcp(TCPTarget(host: "a.vn", port: 1, send: String(repeating: "x", count: 1001)))),
        Mistake(name: "mã trả lời hỏng", field: "step1_accepted_statuses", target: step { $0.steps[0].acceptedStatuses = "2xx" }),
        Mistake(name: "GET có nội dung", field: "step1_method", target: step { $0.steps[0].method = .get }),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsNamedAtItsField(_ mistake: Mistake) {
        let refusal = #expect(throws: Refusal.self) { try MonitorDraft(name: "A", target: mistake.target).check() }
        #expect(refusal?.problems.map(\.field) == [mistake.field])
    }

    @Test(arguments: ["8.8.8.8", "8.8.8.8:53", "[::1]:5353", "::1", "ns.vn"])
    func aNameServerCanBeWritten(server: String) {
        #expect(DNSTarget(name: "a.vn", server: server).place != nil)
    }

    @Test func addressesOfTheNewKindsAreRead() {
        #expect(Probe("tls://a.vn", .init())?.target == .tls(TLSTarget(host: "a.vn")))
        #expect(Probe("dns:a.vn?type=mx", .init())?.target == .dns(DNSTarget(name: "a.vn", record: .mx)))
        #expect(Probe("dns://8.8.8.8/a.vn", .init())?.target == .dns(DNSTarget(name: "a.vn", server: "8.8.8.8")))
        #expect(Probe("smtps://a.vn", .init())?.target == .smtp(SMTPTarget(host: "a.vn", port: 465, encryption: .implicit)))
        #expect(Probe("icmp://10.0.0.1", .init())?.target == .icmp(ICMPTarget(host: "10.0.0.1")))
        #expect(Probe("postgresql://u@db.vn/qlvb", .init())?.target == .postgres(PostgresTarget(host: "db.vn", database: "qlvb", user: "u")))
        #expect(Probe("postgresql://u:p@db.vn/qlvb", .init()) == nil)
        #expect(
            Probe("postgresql://u@db.vn/qlvb?sslmode=verify-full", .init())?.target
                == .postgres(PostgresTarget(host: "db.vn", database: "qlvb", user: "u", verifiesTLS: true)))
        #expect(Probe("dns:a..vn", .init()) == nil && Probe("tls://", .init()) == nil)
    }

    @Test func aJourneyIsReadFromAFile() throws {
        let short = #"{"steps": [{"name": "Mở", "url": "https://a.vn/"}]}"#
        #expect(try Probe(journey: Array(short.utf8), .init()).target == .journey(JourneyTarget(steps: [.init(name: "Mở", url: "https://a.vn/")])))
        // As it is stored.
        let stored = try JSONEncoder().encode(Self.journey)
        #expect(try Probe(journey: Array(stored), .init()).target == .journey(Self.journey))
        var careless = Probe.Options()
        careless.verifiesTLS = false
        guard case .journey(let read) = try Probe(journey: Array(stored), careless).target else { return #expect(Bool(false)) }
        #expect(!read.verifiesTLS)
    }

    @Test(arguments: [
        ("", "Hành trình: không đọc được (không phải JSON)."), ("{}", "Hành trình: không đọc được (steps)."),
        (#"{"steps": [{"name": "Mở"}]}"#, "Hành trình: không đọc được (steps[0].url)."),
        (#"{"steps": [{"name": "Mở", "url": "https://a.vn", "extractions": ["x"]}]}"#, "Hành trình: không đọc được (steps[0].extractions[0])."),
        (#"{"steps": []}"#, "Hành trình: cần ít nhất một bước."),
        (#"{"steps": [{"name": "Mở", "url": "https://a.vn", "acceptedStatuses": "x"}]}"#, "Bước 1, mã trả lời: cần dạng 200-399 hoặc 200, 401."),
    ])
    func aJourneyThatCannotBeRead(text: String, problem: String) {
        let refusal = #expect(throws: Refusal.self) { try Probe(journey: Array(text.utf8), .init()) }
        #expect(refusal?.problems.map(\.text) == [problem])
    }

    // MARK: Pages

    private static func town(_ prober: ScriptedProber, _ body: @escaping @Sendable (Town) async throws -> Void) async throws {
        try await Town.with { routes, database in
            MonitorPages(
                monitors: MonitorStore(database: database), agencies: AgencyStore(database: database), prober: prober
            ).add(to: &routes)
        } _: { town in try await body(town) }
    }

    private static func typed(_ target: Target) -> [(String, String)] {
        let form = MonitorDraft(name: "Cổng \"<script>", target: target).form
        let common = [
            "name", "kind", "family", "timeout", "interval", "retry_interval", "confirm_after", "recover_after",
        ]
        return (common + target.particulars.typed.keys).map { ($0, form[$0]) }
    }

    @Test(arguments: Target.Kind.allCases)
    func everyKindHasItsOwnForm(kind: Target.Kind) async throws {
        try await Self.town(ScriptedProber(now: Self.now)) { town in
            let page = try await town.browser(.linh).get("/monitors/new?kind=\(kind.rawValue)")
            try page.checkedXML()
            #expect(page.body.contains("name=\"kind\" value=\"\(kind.rawValue)\""))
            for field in kind.type.fieldsets(Form()).flatMap(\.fields) {
                #expect(page.body.contains("name=\"\(field.name)\""), "\(field.name)")
            }
            for other in Target.Kind.allCases { #expect(page.body.contains("/monitors/new?kind=\(other.rawValue)\"")) }
            #expect(page.body.contains("formaction=\"/monitors/trial\""))
            #expect(try await town.browser(.binh).get("/monitors/new?kind=\(kind.rawValue)").status == .forbidden)
        }
    }

    @Test(arguments: targets)
    func tryingKeepsWhatIsTypedAndSavesNothing(target: Target) async throws {
        let prober = ScriptedProber(now: Self.now)
        try await Self.town(prober) { town in
            let browser = town.browser(.linh)
            prober.fail(target.address, Failure(.answer, "<script>\"'"))
            let bad = try await browser.post("/monitors/trial", Self.typed(target))
            try bad.checkedXML()
            #expect(bad.status == .ok && bad.body.contains("Kết quả thử: lỗi"))
            #expect(bad.body.contains("Trả lời không như dự kiến: &lt;script&gt;&quot;&#39;") && bad.body.contains("20 ms"))
            #expect(bad.body.contains("value=\"Cổng &quot;&lt;script&gt;\"") && !bad.body.contains("<script>\""))
            prober.answer(target.address)
            let good = try await browser.post("/monitors/trial", Self.typed(target))
            #expect(good.body.contains("Kết quả thử: tốt") && good.body.contains("Hoạt động"))
            #expect(prober.asked == [target.address, target.address])
            #expect(try await town.database.value("SELECT count(*) FROM monitors", as: Int.self) == 0)
            let empty = try await browser.post("/monitors/trial", Self.typed(target).filter { $0.0 != "name" })
            try empty.checkedXML()
            #expect(empty.status == .unprocessableContent && empty.body.contains("Tên: cần nhập.") && prober.asked.count == 2)
            #expect(try await town.browser(.binh).post("/monitors/trial", Self.typed(target)).status == .forbidden)
            let saved = try await browser.post("/monitors", Self.typed(target))
            let path = try #require(saved.location)
            let editor = try await browser.get("\(path)/edit")
            try editor.checkedXML()
            #expect(editor.body.contains("formaction=\"\(path)/trial\""))
            #expect(try await browser.post("\(path)/trial", Self.typed(target)).status == .ok)
            #expect(try await browser.post("/monitors/999/trial", Self.typed(target)).status == .notFound)
            let shown = try await browser.get(path)
            try shown.checkedXML()
            // Trying does not hide that somebody else has saved since.
            let stale = Self.typed(target).map { $0.0 == "name" ? ("name", "Tên khác") : $0 } + [("version", "0")]
            let triedAgain = try await browser.post("\(path)/trial", stale)
            #expect(triedAgain.body.contains("name=\"version\" value=\"0\""))
            #expect(try await browser.post("\(path)/edit", stale).status == .unprocessableContent)
        }
    }

    @Test func aPasswordIsOnNoPage() async throws {
        try await Self.town(ScriptedProber(now: Self.now)) { town in
            let browser = town.browser(.linh)
            let fields = Self.typed(Self.targets[5]) + [("password", "Bí-mật-123")]
            let tried = try await browser.post("/monitors/trial", fields)
            let path = try #require(try await browser.post("/monitors", fields).location)
            for page in [tried, try await browser.get(path), try await browser.get("\(path)/edit"), try await browser.get("/monitors")] {
                #expect(!page.body.contains("Bí-mật-123"))
            }
            // Left empty, it stays.
            _ = try await browser.post("\(path)/edit", Self.typed(Self.targets[5]))
            #expect(try await town.database.value("SELECT spec ->> 'password' FROM monitors", as: String.self) == "Bí-mật-123")
        }
    }

    // MARK: Certificates

    @Test func aCertificateIsWarnedOfOnceAThreshold() async throws {
        try await withDatabase { database in
            let store = MonitorStore(database: database)
            let watch = WatchStore(database: database, process: "test")
            let id = try await store.add(
                MonitorDraft(name: "A", target: .tls(TLSTarget(host: "a.vn"))), by: .system("test"), at: Self.now)
            let end = Self.now + .seconds(40 * 86_400)
            try await database.run("UPDATE monitor_states SET certificate_expires_at = \(end) WHERE monitor_id = \(id)")
            for day in 0...41 {
                // Twice, as two processes would.
                for _ in 1...2 { try await watch.warnOfCertificates(at: Self.now + .seconds(Int64(day) * 86_400)) }
            }
            let warnings = try await store.certificateWarnings(of: id)
            #expect(warnings.map(\.days) == [1, 7, 14, 30])
            #expect(warnings.map { $0.warnedAt.wholeDays(from: Self.now) } == [39, 33, 26, 10])
            #expect(warnings.allSatisfy { $0.expiresAt == end })
            // Renewed, and seen late: one warning, not four.
            let renewed = Self.now + .seconds(100 * 86_400)
            try await database.run("UPDATE monitor_states SET certificate_expires_at = \(renewed) WHERE monitor_id = \(id)")
            try await watch.warnOfCertificates(at: renewed - .seconds(5 * 86_400))
            #expect(try await store.certificateWarnings(of: id).map(\.days) == [7, 1, 7, 14, 30])
        }
    }
}
