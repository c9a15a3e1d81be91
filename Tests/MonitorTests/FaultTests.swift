import Civil
import TestKit
import Testing
import Transfer

@testable import Monitor

/// The faults of issue 3, each met on a real socket: the verdict is right and named, and nothing stalls its neighbours.
struct FaultTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let path: String
        var change: @Sendable (inout HTTPTarget) -> Void = { _ in }
        /// The beginning of the verdict; nil where nothing is wrong.
        let verdict: String?
        var testDescription: String { name }
    }

    private static func reading(_ target: inout HTTPTarget) { target.keyword = .init(text: "Trực Ban", isExpected: true) }

    static let faults: [Fault] = [
        Fault(name: "một byte mỗi giây", path: "/drip", change: { reading(&$0) }, verdict: "Quá thời gian chờ: trả lời chưa trọn"),
        Fault(name: "tiêu đề một byte mỗi giây", path: "/slowhead", verdict: "Quá thời gian chờ"),
        Fault(name: "nội dung vô tận, không xét", path: "/endless", verdict: nil),
        Fault(
            name: "nội dung vô tận, tìm từ khóa", path: "/endless", change: { reading(&$0) },
            verdict: "Nội dung không như dự kiến: không thấy “Trực Ban”"),
        Fault(
            name: "nội dung vô tận, có giới hạn", path: "/endless", change: { $0.sizeLimit = 64 << 10 },
            verdict: "Trả lời lớn hơn giới hạn: quá 64 KB"),
        Fault(name: "tiêu đề 10 MB một dòng", path: "/longline", verdict: "Trả lời lớn hơn giới hạn"),
        Fault(name: "tiêu đề 10 MB nhiều dòng", path: "/manylines", verdict: "Trả lời lớn hơn giới hạn"),
        Fault(name: "chuyển hướng vòng tròn", path: "/loop", verdict: "Chuyển hướng quá nhiều lần"),
        Fault(
            name: "gzip cụt", path: "/cutgzip", change: { reading(&$0) }, verdict: "Trả lời bị ngắt giữa chừng"),
        Fault(
            name: "gzip dù không xin", path: "/gzip", change: { reading(&$0) },
            verdict: "Nội dung không như dự kiến: nội dung nén (gzip) dù không được yêu cầu"),
        Fault(name: "ngắt kết nối (reset)", path: "/reset", verdict: "Trả lời bị ngắt giữa chừng"),
        Fault(name: "đóng mà không nói gì", path: "/empty", verdict: "Trả lời bị ngắt giữa chừng"),
        Fault(name: "không phải HTTP", path: "/garbage", verdict: "Trả lời không đúng giao thức"),
        Fault(
            name: "đúng điều kiện JSON", path: "/json", change: { $0.jsonConditions = [JSONCondition("$.ds[0].id == 7")!] },
            verdict: nil),
        Fault(
            name: "sai điều kiện JSON", path: "/json", change: { $0.jsonConditions = [JSONCondition("$.trang_thai == \"x\"")!] },
            verdict: "Nội dung không như dự kiến: cần $.trang_thai == \"x\", đang là “ok”"),
        Fault(
            name: "không phải JSON", path: "/hello", change: { $0.jsonConditions = [JSONCondition("$.a")!] },
            verdict: "Nội dung không như dự kiến: không phải JSON"),
        Fault(
            name: "JSON lồng một trăm nghìn tầng", path: "/deep", change: { $0.jsonConditions = [JSONCondition("$[0]")!] },
            verdict: "Nội dung không như dự kiến: không phải JSON"),
        Fault(
            name: "JSON lồng một trăm tầng", path: "/deep/100", change: { $0.jsonConditions = [JSONCondition("$[0][0]")!] },
            verdict: nil),
        Fault(
            name: "JSON lớn hơn 1 MB", path: "/endless", change: { $0.jsonConditions = [JSONCondition("$[0]")!] },
            verdict: "Trả lời lớn hơn giới hạn: JSON lớn hơn 1 MB"),
        Fault(
            name: "đúng tiêu đề", path: "/hello", change: { $0.headerConditions = [HeaderCondition("Server: thu")!] },
            verdict: nil),
        Fault(
            name: "thiếu tiêu đề", path: "/hello",
            change: { $0.headerConditions = [HeaderCondition("Strict-Transport-Security")!] },
            verdict: "Trả lời không như dự kiến: không có tiêu đề Strict-Transport-Security"),
        Fault(name: "vừa giới hạn", path: "/big", change: { $0.sizeLimit = 5120 }, verdict: nil),
        Fault(
            name: "quá giới hạn", path: "/big", change: { $0.sizeLimit = 4096 }, verdict: "Trả lời lớn hơn giới hạn: quá 4 KB"),
    ]

    @Test(arguments: faults)
    func aFaultIsNamed(_ fault: Fault) async throws {
        try await FaultServer.with { origin in
            var target = HTTPTarget(url: origin + fault.path)
            fault.change(&target)
            let timeout = fault.verdict?.hasPrefix("Quá thời gian chờ") == true ? Duration.milliseconds(700) : .seconds(20)
            let sample = await Self.look(.http(target), timeout: timeout)
            #expect(sample.failure?.text.hasPrefix(fault.verdict ?? "–") ?? (fault.verdict == nil), "\(sample)")
        }
    }

    @Test func whileAllFaultsGoOnAGoodTargetIsSeenToBeGood() async throws {
        try await FaultServer.with { origin in
            let prober = TargetProber(loop: TransferLoop())
            await withTaskGroup(of: Void.self) { group in
                for fault in Self.faults {
                    for _ in 0..<5 {
                        group.addTask {
                            var target = HTTPTarget(url: origin + fault.path)
                            fault.change(&target)
                            _ = await prober.look(Probe(target: .http(target), timeout: .seconds(100)))
                        }
                    }
                }
                for _ in 0..<20 {
                    let sample = await prober.look(Probe(target: .http(HTTPTarget(url: origin + "/hello")), timeout: .seconds(60)))
                    #expect(sample.failure == nil)
                }
                // Those that drip would go on for a hundred seconds.
                group.cancelAll()
            }
        }
    }

    struct BadCertificate: Sendable, CustomTestStringConvertible {
        let name: String
        var host = "IP:127.0.0.1"
        var days = 30
        var authority: Int?
        var flaw: Certificate.Flaw?
        /// Whether the prober trusts whoever signed it.
        let isTrusted: Bool
        let verdict: String?
        var testDescription: String { name }
    }

    static let certificates: [BadCertificate] = [
        BadCertificate(name: "tốt", isTrusted: true, verdict: nil),
        BadCertificate(name: "hết hạn", days: -1, isTrusted: true, verdict: "đã hết hạn"),
        BadCertificate(name: "tự ký", isTrusted: false, verdict: "tự ký"),
        BadCertificate(name: "sai tên", host: "DNS:khac.example", isTrusted: true, verdict: "không cấp cho tên này"),
        BadCertificate(name: "tổ chức lạ", authority: 100, isTrusted: false, verdict: "do một tổ chức không được tin cậy cấp"),
        BadCertificate(name: "chuỗi tin cậy", authority: 100, isTrusted: true, verdict: nil),
        BadCertificate(name: "chưa tới ngày", flaw: .future, isTrusted: true, verdict: "chưa đến ngày có hiệu lực"),
        BadCertificate(name: "tổ chức đã hết hạn", authority: -1, isTrusted: true, verdict: "đã hết hạn"),
        BadCertificate(
            name: "thiếu chứng thư của tổ chức", authority: 100, flaw: .authorityIsMissing, isTrusted: false,
            verdict: "do một tổ chức không được tin cậy cấp, hoặc máy chủ không đưa đủ chuỗi"),
        BadCertificate(
            name: "ký bởi một chứng thư thường", authority: 100, flaw: .authorityIsNone, isTrusted: true,
            verdict: "do một chứng thư không có quyền cấp"),
        BadCertificate(name: "khóa quá yếu", flaw: .weakKey, isTrusted: true, verdict: "khóa quá yếu"),
    ]

    @Test(arguments: certificates)
    func aCertificateOfEachKind(_ given: BadCertificate) async throws {
        try await Certificate.with(name: given.host, days: given.days, authority: given.authority, flaw: given.flaw) { certificate in
            try await WebServer.with(certificate: certificate) { server in
                let trust = given.isTrusted ? certificate.certificate : TransferLoop.systemTrust
                let verdict = given.verdict.map { "Chứng thư số không hợp lệ: \($0)" }
                for target in [
                    Target.http(HTTPTarget(url: server.origin + "/hello")), .tls(TLSTarget(host: "127.0.0.1", port: server.port)),
                ] {
                    let sample = await Self.look(target, trust: trust)
                    #expect(sample.failure?.text.hasPrefix(verdict ?? "–") ?? (verdict == nil), "\(sample)")
                    // The certificate's own kind tells the end of what is not trusted, too.
                    if case .tls = target { #expect(sample.certificateExpiresAt != nil) }
                }
            }
        }
    }

    @Test func theChainEndsWithItsFirstCertificateThatEnds() async throws {
        try await Certificate.with(days: 30, authority: 5) { certificate in
            try await WebServer.with(certificate: certificate) { server in
                var target = TLSTarget(host: "127.0.0.1", port: server.port)
                let good = await Self.look(.tls(target), trust: certificate.certificate)
                let left = try #require(good.certificateExpiresAt).wholeDays(from: WallClock.system.now)
                #expect(good.failure == nil && left == 4 && good.phases.tls > .zero)
                target.minimumDays = 7
                let short = await Self.look(.tls(target), trust: certificate.certificate)
                #expect(short.failure?.text == "Chứng thư số không hợp lệ: còn 4 ngày, cần ít nhất 7, là của tổ chức cấp trong chuỗi")
            }
        }
    }

    static func look(
        _ target: Target, timeout: Duration = .seconds(20), trust: String = TransferLoop.systemTrust
    ) async -> Sample {
        await TargetProber(loop: TransferLoop(trust: trust)).look(Probe(target: target, timeout: timeout))
    }
}
