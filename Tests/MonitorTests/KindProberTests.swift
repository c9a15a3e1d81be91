import Civil
import Database
import Foundation
import TestKit
import Testing
import Transfer

@testable import Monitor

/// Probes of the kinds that are neither HTTP nor DNS, against real servers.
struct KindProberTests {
    private static func look(_ target: Target, timeout: Duration = .seconds(20)) async -> Sample {
        await FaultTests.look(target, timeout: timeout)
    }

    // MARK: TCP

    @Test(arguments: [
        ("", "220", nil), ("PING\\r\\n", "+PONG", nil), ("", "SSH", "Trả lời không như dự kiến: không thấy “SSH”, nhận được “220 chào”"),
        ("QUIT\\r\\n", "+PONG", "Trả lời không như dự kiến: không thấy “+PONG”, nhận được “220 chào”"),
        ("PING\\r\\n", "", nil),
    ] as [(String, String, String?)])
    func somethingIsSaidAndAwaited(send: String, expect: String, verdict: String?) async throws {
        try await PythonServer.with(script: Self.talker) { server in
            let target = TCPTarget(host: "127.0.0.1", port: server.port, send: send, expect: expect)
            // Where the server waits too, the probe's time ends the waiting.
            let sample = await Self.look(.tcp(target), timeout: expect == "SSH" ? .seconds(4) : .seconds(20))
            #expect(sample.failure?.text == verdict)
        }
    }

    private static let talker = """
        import asyncio, sys
        async def serve(reader, writer):
            writer.write("220 chào\\r\\n".encode())
            try:
                line = await reader.readline()
                if line == b"PING\\r\\n":
                    for byte in b"+PONG\\r\\n": writer.write(bytes([byte])); await writer.drain()
                await writer.drain()
            except ConnectionError: pass
            writer.close()
        async def main():
            asyncio.get_running_loop().add_reader(0, lambda: sys.exit())
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            print(server.sockets[0].getsockname()[1])
            await server.serve_forever()
        asyncio.run(main())
        """

    /// The program that stops does not wait for servers that say nothing.
    @Test(.timeLimit(.minutes(1)))
    func aProbeThatIsBrokenOffIsOverAtOnce() async throws {
        try await PythonServer.with(script: Self.mute) { server in
            let target = TCPTarget(host: "127.0.0.1", port: server.port, expect: "220")
            let probe = Task { await Self.look(.tcp(target), timeout: .seconds(3600)) }
            #expect(await server.nextLine() == "here")
            probe.cancel()
            #expect(await probe.value.failure?.text == "Trả lời bị ngắt giữa chừng: bị dừng")
            // One that is broken off before it began, too.
            let other = Task { () -> Sample in
                withUnsafeCurrentTask { $0?.cancel() }
                return await Self.look(.tcp(target), timeout: .seconds(3600))
            }
            #expect(await other.value.failure?.text == "Trả lời bị ngắt giữa chừng: bị dừng")
        }
    }

    private static let mute = """
        import asyncio, sys
        async def serve(reader, writer):
            print("here")
            await reader.read()
        async def main():
            asyncio.get_running_loop().add_reader(0, lambda: sys.exit())
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            print(server.sockets[0].getsockname()[1])
            await server.serve_forever()
        asyncio.run(main())
        """

    @Test func nobodyListensForWords() async throws {
        let port = try ClosedPort()
        let sample = await Self.look(.tcp(TCPTarget(host: "127.0.0.1", port: port.number, expect: "220")))
        #expect(sample.failure?.text == "Không kết nối được: máy từ chối kết nối (Connection refused)")
    }

    // MARK: ICMP

    @Test func aPingIsAnsweredOrTheKernelForbidsIt() async throws {
        let text = try String(contentsOfFile: "/proc/sys/net/ipv4/ping_group_range", encoding: .utf8)
        let range = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        let isAllowed = (range[0]...max(range[0], range[1])).contains(Int(getegid())) && range[0] <= range[1]
        let sample = await Self.look(.icmp(ICMPTarget(host: "127.0.0.1")))
        if isAllowed {
            #expect(sample.failure == nil && sample.phases.firstByte > .zero)
        } else {
            #expect(sample.failure?.kind == .forbidden)
            #expect(sample.failure?.text.contains("sysctl net.ipv4.ping_group_range") == true)
        }
    }

    // MARK: SMTP

    @Test(arguments: [
        (MailRoom.Encryption.startTLS, SMTPTarget.Encryption.startTLS, true, nil), (.implicit, .implicit, true, nil),
        (.none, .none, true, nil), (.none, .startTLS, true, "Không thiết lập được TLS: máy chủ không có STARTTLS"),
        (.startTLS, .startTLS, false, "Chứng thư số không hợp lệ: tự ký"),
    ] as [(MailRoom.Encryption, SMTPTarget.Encryption, Bool, String?)])
    func aMailServerIsGreeted(
        speaks: MailRoom.Encryption, wanted: SMTPTarget.Encryption, isTrusted: Bool, verdict: String?
    ) async throws {
        try await Certificate.with { certificate in
            try await MailRoom.with(encryption: speaks, certificate: speaks == .none ? nil : certificate.files) { room in
                let target = SMTPTarget(host: "127.0.0.1", port: room.port, encryption: wanted)
                let trust = isTrusted ? certificate.certificate : TransferLoop.systemTrust
                let sample = await FaultTests.look(.smtp(target), trust: trust)
                #expect(sample.failure?.text.hasPrefix(verdict ?? "–") ?? (verdict == nil), "\(sample)")
                if verdict == nil { #expect(sample.phases.connect > .zero && (wanted == .none || sample.phases.tls > .zero)) }
            }
        }
    }

    @Test(arguments: [
        ("554 ban ngay", "Máy chủ từ chối: 554 ban ngay"), ("SSH-2.0-x", "Trả lời không đúng giao thức"),
    ])
    func aMailServerThatSaysNo(greeting: String, verdict: String) async throws {
        try await PythonServer.with(script: Self.refuser, [greeting]) { server in
            let target = SMTPTarget(host: "127.0.0.1", port: server.port)
            let sample = await Self.look(.smtp(target), timeout: .seconds(20))
            #expect(sample.failure?.text.hasPrefix(verdict) == true, "\(sample)")
        }
    }

    private static let refuser = """
        import asyncio, sys
        async def serve(reader, writer):
            writer.write(sys.argv[1].encode() + b"\\r\\n")
            try: await writer.drain()
            except ConnectionError: pass
            writer.close()
        async def main():
            asyncio.get_running_loop().add_reader(0, lambda: sys.exit())
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            print(server.sockets[0].getsockname()[1])
            await server.serve_forever()
        asyncio.run(main())
        """

    // MARK: PostgreSQL

    @Test(arguments: [
        ("SELECT 41 + 1", "42", nil), ("SELECT 41 + 1", "", nil), ("VALUES ('ô'), ('ơ')", "ô", nil),
        ("SELECT 1", "2", "Trả lời không như dự kiến: ra “1”, cần “2”"),
        ("SELECT 1 WHERE false", "1", "Trả lời không như dự kiến: không ra giá trị nào"),
        ("SELECT * FROM khong_co", "", "Trả lời không như dự kiến: câu lệnh không chạy được: relation \"khong_co\" does not exist"),
        ("SELECT nextval('agencies_id_seq')", "", "Trả lời không như dự kiến: câu lệnh không chạy được"),
        ("SELECT 1; COMMIT; DELETE FROM agencies", "", "Trả lời không như dự kiến: câu lệnh không chạy được"),
        ("DELETE FROM agencies", "", "Trả lời không như dự kiến: câu lệnh không chạy được"),
    ] as [(String, String, String?)])
    func aDatabaseIsAsked(statement: String, expected: String, verdict: String?) async throws {
        try await Self.withRelay { port, user, name in
            let target = PostgresTarget(
                host: "127.0.0.1", port: port, database: name, user: user, statement: statement, expected: expected)
            let sample = await Self.look(.postgres(target))
            #expect(sample.failure?.text.hasPrefix(verdict ?? "–") ?? (verdict == nil), "\(sample)")
        }
    }

    @Test func aDatabaseThatDoesNotLetOneIn() async throws {
        try await Self.withRelay { port, user, _ in
            let target = PostgresTarget(host: "127.0.0.1", port: port, database: "khong_co", user: user, password: "bí mật")
            let sample = await Self.look(.postgres(target))
            #expect(sample.failure?.kind == .refused, "\(sample)")
            #expect(sample.failure?.text.contains("bí mật") == false)
        }
        let closed = try ClosedPort()
        let gone = PostgresTarget(host: "127.0.0.1", port: closed.number, database: "a", user: "b")
        #expect(await Self.look(.postgres(gone)).failure?.kind == .connect)
    }

    @Test func aDatabaseThatWorksTooLong() async throws {
        try await Self.withRelay { port, user, name in
            let target = PostgresTarget(
                host: "127.0.0.1", port: port, database: name, user: user, statement: "SELECT pg_sleep(30)")
            #expect(await Self.look(.postgres(target), timeout: .seconds(1)).failure?.kind == .timeout)
        }
    }

    /// The tests' own PostgreSQL listens on a socket file only; this lets it be reached over TCP.
    private static func withRelay(_ body: @Sendable @escaping (Int, String, String) async throws -> Void) async throws {
        try await withDatabase { database in
            let conninfo = database.configuration.conninfo
            let host = try #require(conninfo.firstMatch(of: /host='([^']+)'/)).1
            let user = try #require(conninfo.firstMatch(of: /user=(\S+)/)).1
            let name = try #require(conninfo.firstMatch(of: /dbname=(\S+)/)).1
            try await PythonServer.with(script: relay, ["\(host)/.s.PGSQL.5432"]) { server in
                try await body(server.port, String(user), String(name))
            }
        }
    }

    private static let relay = """
        import asyncio, sys
        async def pump(reader, writer):
            try:
                while data := await reader.read(65536): writer.write(data); await writer.drain()
            except ConnectionError: pass
            writer.close()
        async def serve(reader, writer):
            to, out = await asyncio.open_unix_connection(sys.argv[1])
            await asyncio.gather(pump(reader, out), pump(to, writer))
        async def main():
            asyncio.get_running_loop().add_reader(0, lambda: sys.exit())
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            print(server.sockets[0].getsockname()[1])
            await server.serve_forever()
        asyncio.run(main())
        """

    // MARK: Journeys

    private static func journey(_ origin: String) -> JourneyTarget {
        var form = JourneyTarget.Step(name: "Mở trang đăng nhập", url: origin + "/login")
        form.extractions = [JourneyTarget.Extraction(#"csrf = /name="csrf" value="([^"]+)"/"#)!]
        var signIn = JourneyTarget.Step(name: "Đăng nhập", url: origin + "/login")
        (signIn.method, signIn.body) = (.post, "user=linh&csrf={{csrf}}")
        signIn.extractions = [JourneyTarget.Extraction("href = $.ds[0].href")!]
        var download = JourneyTarget.Step(name: "Tải văn bản", url: origin + "/{{href}}")
        download.keyword = "Công văn số 7"
        return JourneyTarget(steps: [form, signIn, download])
    }

    @Test func aJourneyCarriesCookiesAndValues() async throws {
        try await FaultServer.with { origin in
            let sample = await Self.look(.journey(Self.journey(origin)))
            #expect(sample.failure == nil && sample.status == 200, "\(sample)")
            // Nobody else's cookies: a journey that begins with the second step is a stranger.
            var stranger = Self.journey(origin)
            stranger.steps = [JourneyTarget.Step(name: "Danh sách", url: origin + "/documents")]
            let refused = await Self.look(.journey(stranger))
            #expect(refused.failure?.text == "Mã trả lời ngoài dự kiến: bước 1 “Danh sách”: 401")
        }
    }

    @Test(arguments: [
        ("nội dung sai", { @Sendable (journey: inout JourneyTarget) in journey.steps[2].keyword = "Tờ trình" },
         "Nội dung không như dự kiến: bước 3 “Tải văn bản”: không thấy “Tờ trình”"),
        ("không lấy được giá trị", { $0.steps[1].extractions = [JourneyTarget.Extraction("href = $.khac")!] },
         "Trả lời không như dự kiến: bước 2 “Đăng nhập”: không lấy được “href”"),
        ("mật khẩu sai", { $0.steps[1].body = "user=khac&csrf={{csrf}}" },
         "Mã trả lời ngoài dự kiến: bước 2 “Đăng nhập”: 403"),
    ] as [(String, @Sendable (inout JourneyTarget) -> Void, String)])
    func theStepThatFailsIsNamed(
        name: String, change: @Sendable (inout JourneyTarget) -> Void, verdict: String
    ) async throws {
        try await FaultServer.with { origin in
            var journey = Self.journey(origin)
            change(&journey)
            #expect(await Self.look(.journey(journey)).failure?.text == verdict)
        }
    }

    @Test func aDeepAnswerIsReadOnAProbesOwnThread() async throws {
        try await FaultServer.with { origin in
            var step = JourneyTarget.Step(name: "Sâu", url: origin + "/deep/100")
            step.extractions = [JourneyTarget.Extraction("x = $[0][0]")!]
            #expect(await Self.look(.journey(JourneyTarget(steps: [step]))).failure == nil)
        }
    }

    @Test func aPatternThatNeverEndsIsGivenUp() async throws {
        try await FaultServer.with { origin in
            var step = JourneyTarget.Step(name: "Tìm", url: origin + "/big")
            step.extractions = [JourneyTarget.Extraction("x = /(x+x+)+y/")!]
            let sample = await Self.look(.journey(JourneyTarget(steps: [step])), timeout: .seconds(1))
            #expect(sample.failure?.text == "Trả lời không như dự kiến: bước 1 “Tìm”: không lấy được “x”")
        }
    }
}
