import Civil
import TestKit
import Testing
import Transfer

@testable import Monitor

/// What a probe says of real servers, in the words that people read.
struct TransferProberTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let path: String
        var change: @Sendable (inout HTTPTarget) -> Void = { _ in }
        /// The beginning of the verdict; nil for a good answer.
        let verdict: String?
        var status: Int? = 200
        var testDescription: String { name }
    }

    /// Precomposed, and with its marks apart.
    private static let (composed, decomposed) = ("Trực Ban", "Tru\u{31b}\u{323}c Ban")

    static let cases: [Case] = [
        Case(name: "trang bình thường", path: "/hello", verdict: nil),
        Case(name: "404", path: "/status/404", verdict: "Mã trả lời ngoài dự kiến: 404", status: 404),
        Case(name: "404 được coi là tốt", path: "/status/404", change: { $0.accept("404") }, verdict: nil, status: 404),
        Case(name: "401 trong danh sách", path: "/status/401", change: { $0.accept("200-299, 401") }, verdict: nil, status: 401),
        Case(
            name: "500 ngoài danh sách", path: "/status/500", change: { $0.accept("200-399, 401") },
            verdict: "Mã trả lời ngoài dự kiến: 500", status: 500),
        Case(name: "399 là mã cuối cùng của 200-399", path: "/status/399", verdict: nil, status: 399),
        Case(name: "có từ khóa", path: "/hello", change: { $0.expect(composed) }, verdict: nil),
        Case(name: "từ khóa gõ tách dấu", path: "/hello", change: { $0.expect(decomposed) }, verdict: nil),
        Case(name: "trang viết tách dấu", path: "/decomposed", change: { $0.expect(composed) }, verdict: nil),
        Case(
            name: "thiếu từ khóa", path: "/hello", change: { $0.expect("Đăng nhập") },
            verdict: "Nội dung không như dự kiến: không thấy “Đăng nhập”"),
        Case(name: "không có từ khóa cấm", path: "/hello", change: { $0.forbid("Bảo trì") }, verdict: nil),
        Case(
            name: "có từ khóa cấm", path: "/hello", change: { $0.forbid(composed) },
            verdict: "Nội dung không như dự kiến: có “Trực Ban”"),
        Case(
            name: "có từ khóa cấm, trang viết tách dấu", path: "/decomposed", change: { $0.forbid(composed) },
            verdict: "Nội dung không như dự kiến: có “Trực Ban”"),
        Case(name: "đi theo chuyển hướng", path: "/redirect", change: { $0.expect(composed) }, verdict: nil),
        Case(
            name: "không đi theo chuyển hướng", path: "/redirect",
            change: {
                $0.followsRedirects = false
                $0.accept("200-299")
            },
            verdict: "Mã trả lời ngoài dự kiến: 302", status: 302),
        Case(name: "chuyển hướng vòng tròn", path: "/loop", verdict: "Chuyển hướng quá nhiều lần", status: 302),
        Case(
            name: "ngắt giữa chừng", path: "/broken", change: { $0.expect("half") }, verdict: "Trả lời bị ngắt giữa chừng"),
        Case(name: "không trả lời", path: "/mute", verdict: "Quá thời gian chờ: chưa nhận được nội dung trả lời", status: nil),
        Case(name: "trả lời bằng HEAD", path: "/hello", change: { $0.method = .head }, verdict: nil),
        Case(
            name: "tiêu đề gửi kèm", path: "/echo",
            change: {
                $0.headers = [.init(name: "X-Nguon", value: "Trực Ban")]
                $0.expect("X-Nguon: Trực Ban")
            },
            verdict: nil),
    ]

    @Test(arguments: cases)
    func aPage(_ example: Case) async throws {
        try await WebServer.with { server in
            var target = HTTPTarget(url: server.origin + example.path)
            example.change(&target)
            let timeout = example.path == "/mute" ? Duration.milliseconds(300) : .seconds(20)
            let sample = await Self.look(.http(target), timeout: timeout)
            #expect(sample.failure?.text.hasPrefix(example.verdict ?? "–") ?? (example.verdict == nil), "\(sample)")
            #expect(sample.status == example.status)
            #expect(sample.at == Self.now)
        }
    }

    @Test func aConnectionThatStandsIsEnough() async throws {
        try await WebServer.with { server in
            let sample = await Self.look(.tcp(TCPTarget(host: "127.0.0.1", port: server.port)))
            #expect(sample.failure == nil && sample.status == nil && sample.phases.connect > .zero)
        }
    }

    @Test func nobodyListens() async throws {
        let port = try ClosedPort()
        for target in [Target.tcp(TCPTarget(host: "127.0.0.1", port: port.number)), .http(HTTPTarget(url: "http://127.0.0.1:\(port.number)/"))] {
            let sample = await Self.look(target)
            #expect(sample.failure?.kind == .connect)
            #expect(sample.failure?.text == "Không kết nối được: máy từ chối kết nối (Connection refused)")
            #expect(sample.phases.firstByte == .zero)
        }
    }

    @Test func aNameThatIsNotThere() async {
        // RFC 6761: no name under .invalid ever exists.
        let sample = await Self.look(.http(HTTPTarget(url: "http://qlvb.invalid/")))
        #expect(sample.failure == Failure(.resolve, "không tìm thấy địa chỉ của “qlvb.invalid”"))
    }

    @Test func certificates() async throws {
        try await Certificate.with(days: 30) { certificate in
            try await WebServer.with(certificate: certificate) { server in
                var target = HTTPTarget(url: server.origin + "/hello")
                // A stranger's is refused.
                let refused = await Self.look(.http(target))
                #expect(refused.failure?.kind == .certificate && refused.status == nil)
                #expect(refused.failure?.text.hasPrefix("Chứng thư số không hợp lệ: ") == true)
                // Whoever does not want to know is answered, and still told when it ends.
                target.verifiesTLS = false
                let unverified = await Self.look(.http(target))
                #expect(unverified.failure == nil && unverified.status == 200)
                // A known one.
                target.verifiesTLS = true
                let trusted = await Self.look(.http(target), trust: certificate.certificate)
                #expect(trusted.failure == nil && trusted.phases.tls > .zero)
                for sample in [unverified, trusted] {
                    let left = try #require(sample.certificateExpiresAt) - WallClock.system.now
                    #expect((29 * 86_400...30 * 86_400).contains(left.inSeconds))
                }
            }
        }
    }

    @Test func aServerThatSpeaksNoTLS() async throws {
        try await WebServer.with { server in
            let sample = await Self.look(.http(HTTPTarget(url: "https://127.0.0.1:\(server.port)/hello")))
            #expect(sample.failure?.kind == .tls && sample.failure?.text.hasPrefix("Không thiết lập được TLS") == true)
        }
    }

    @Test func anAddressOfTheOtherFamily() async throws {
        try await WebServer.with { server in
            let probe = Probe(target: .tcp(TCPTarget(host: "127.0.0.1", port: server.port)), family: .v6, timeout: .seconds(20))
            let sample = await TargetProber(loop: TransferLoop(), clock: .standing(at: Self.now)).look(probe)
            #expect(sample.failure != nil)
        }
    }

    private static let now = Instant(seconds: 1_795_485_600)

    private static func look(
        _ target: Target, timeout: Duration = .seconds(20), trust: String = TransferLoop.systemTrust
    ) async -> Sample {
        await TargetProber(loop: TransferLoop(trust: trust), clock: .standing(at: now))
            .look(Probe(target: target, timeout: timeout))
    }
}

extension HTTPTarget {
    fileprivate mutating func accept(_ statuses: String) {
        // The table writes ranges that can be read.
        acceptedStatuses = StatusRanges(statuses)!
    }

    fileprivate mutating func expect(_ words: String) { keyword = Keyword(text: words, isExpected: true) }
    fileprivate mutating func forbid(_ words: String) { keyword = Keyword(text: words, isExpected: false) }
}
