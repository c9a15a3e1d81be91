import Civil
import Database
import Foundation
import TestKit
import Testing
import Transfer

@testable import Monitor

/// Probes of the kinds that are not HTTP, against real servers.
struct KindProberTests {
    private static func look(_ target: Target, timeout: Duration = .seconds(20)) async -> Sample {
        await FaultTests.look(target, timeout: timeout)
    }

    // MARK: DNS

    struct Question: Sendable, CustomTestStringConvertible {
        let name: String
        let asked: String
        var record = DNSTarget.Record.a
        var expected: [String] = []
        /// Nil for a good answer.
        let verdict: String?
        var testDescription: String { name }
    }

    static let questions: [Question] = [
        Question(name: "có địa chỉ", asked: "a.thu", verdict: nil),
        Question(name: "đúng địa chỉ", asked: "A.thu.", expected: ["10.0.0.6"], verdict: nil),
        Question(
            name: "thiếu địa chỉ", asked: "a.thu", expected: ["10.0.0.5", "10.0.0.9"],
            verdict: "Trả lời không như dự kiến: không có “10.0.0.9”, trả lời là 10.0.0.5, 10.0.0.6"),
        Question(name: "IPv6, viết tắt", asked: "a.thu", record: .aaaa, expected: ["2001:db8::1"], verdict: nil),
        Question(name: "MX", asked: "a.thu", record: .mx, expected: ["10 MAIL.a.thu."], verdict: nil),
        Question(name: "TXT nhiều đoạn", asked: "a.thu", record: .txt, expected: ["v=spf1 -all"], verdict: nil),
        Question(name: "CNAME", asked: "www.thu", record: .cname, expected: ["a.thu"], verdict: nil),
        Question(name: "A qua CNAME", asked: "www.thu", expected: ["10.0.0.5"], verdict: nil),
        Question(name: "dài, phải hỏi lại qua TCP", asked: "big.thu", expected: ["10.1.0.99"], verdict: nil),
        Question(name: "không tồn tại", asked: "nx.thu", verdict: "Không phân giải được tên miền: tên miền không tồn tại (NXDOMAIN)"),
        Question(name: "máy chủ lỗi", asked: "fail.thu", verdict: "Không phân giải được tên miền: máy chủ tên miền gặp lỗi (SERVFAIL)"),
        Question(name: "không có bản ghi", asked: "none.thu", verdict: "Trả lời không như dự kiến: không có bản ghi A"),
        Question(name: "trả lời giả đến trước", asked: "liar.thu", expected: ["10.0.0.5"], verdict: nil),
        Question(name: "chỉ có trả lời giả", asked: "lies.thu", verdict: "Quá thời gian chờ: máy chủ tên miền không trả lời"),
        Question(name: "con trỏ vòng tròn", asked: "loop.thu", verdict: "Quá thời gian chờ: máy chủ tên miền không trả lời"),
        Question(name: "máy chủ câm", asked: "mute.thu", verdict: "Quá thời gian chờ: máy chủ tên miền không trả lời"),
    ]

    @Test(arguments: questions)
    func aDNSServerIsAsked(_ question: Question) async throws {
        try await PythonServer.with(script: Self.nameServer) { server in
            let target = DNSTarget(
                name: question.asked, record: question.record, server: "127.0.0.1:\(server.port)", expected: question.expected)
            let isSilent = question.verdict?.hasPrefix("Quá") == true
            let sample = await Self.look(.dns(target), timeout: isSilent ? .milliseconds(600) : .seconds(20))
            #expect(sample.failure?.text == question.verdict)
            if question.verdict == nil { #expect(sample.phases.firstByte > .zero) }
        }
    }

    @Test func aNameServerThatIsNotThere() async throws {
        let port = try ClosedPort()
        let sample = await Self.look(.dns(DNSTarget(name: "a.thu", server: "127.0.0.1:\(port.number)")), timeout: .seconds(3))
        #expect(sample.failure?.kind == .connect || sample.failure?.kind == .timeout)
    }

    private static let nameServer = """
        import asyncio, sys
        def name(text): return b"".join(bytes([len(l)]) + l.encode() for l in text.split(".")) + b"\\0"
        def record(owner, kind, data): return owner + kind.to_bytes(2, "big") + b"\\0\\1\\0\\0\\0\\x3c" + len(data).to_bytes(2, "big") + data
        def reply(query, tcp):
            end = query.index(b"\\0", 12) + 5
            question, labels, at = query[12:end], [], 12
            while query[at]: labels.append(query[at + 1:at + 1 + query[at]].decode().lower()); at += 1 + query[at]
            asked, kind, here = ".".join(labels), query[end - 3] , b"\\xc0\\x0c"
            def say(*records, code=0, id=query[:2], question=question, cut=False):
                flags = bytes([0x81 | (2 if cut else 0), 0x80 | code])
                return id + flags + b"\\0\\1" + len(records).to_bytes(2, "big") + b"\\0\\0\\0\\0" + question + b"".join(records)
            fives = [record(here, 1, bytes([10, 0, 0, 5])), record(here, 1, bytes([10, 0, 0, 6]))]
            other = bytes([query[0] ^ 255]) + query[1:2]
            if asked == "a.thu" and kind == 1: return [say(*fives)]
            if asked == "a.thu" and kind == 28: return [say(record(here, 28, bytes.fromhex("20010db8000000000000000000000001")))]
            if asked == "a.thu" and kind == 15: return [say(record(here, 15, b"\\0\\x0a\\4mail" + here))]
            if asked == "a.thu" and kind == 16: return [say(record(here, 16, b"\\7v=spf1 \\4-all"))]
            if asked == "www.thu":
                alias = record(here, 5, name("a.thu"))
                return [say(alias) if kind == 5 else say(alias, record(name("a.thu"), 1, bytes([10, 0, 0, 5])))]
            if asked == "big.thu":
                return [say(*[record(here, 1, bytes([10, 1, 0, n])) for n in range(100)])] if tcp else [say(cut=True)]
            if asked == "nx.thu": return [say(code=3)]
            if asked == "fail.thu": return [say(code=2)]
            if asked == "none.thu": return [say()]
            bad = record(here, 1, bytes([6, 6, 6, 6]))
            lies = [say(bad, id=other), say(bad, question=name("x.thu") + b"\\0\\1\\0\\1"), b"", b"xyz", query]
            if asked == "liar.thu": return lies + [say(fives[0])]
            if asked == "lies.thu": return lies
            if asked == "loop.thu": return [say(record(b"\\xc0" + bytes([end]), 1, bytes([6, 6, 6, 6])))]
            return []
        class Datagrams(asyncio.DatagramProtocol):
            def connection_made(self, transport): self.transport = transport
            def datagram_received(self, query, address):
                for answer in reply(query, False): self.transport.sendto(answer, address)
        async def stream(reader, writer):
            query = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
            for answer in reply(query, True):
                whole = len(answer).to_bytes(2, "big") + answer
                writer.write(whole[:9]); await writer.drain(); writer.write(whole[9:])
            await writer.drain(); writer.close()
        async def main():
            loop = asyncio.get_running_loop()
            loop.add_reader(0, lambda: sys.exit())
            while True:
                server = await asyncio.start_server(stream, "127.0.0.1", 0)
                port = server.sockets[0].getsockname()[1]
                try: await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", port)); break
                except OSError: server.close()
            print(port)
            await server.serve_forever()
        asyncio.run(main())
        """

    @Test func aRecordThatIsCutIsNoAnswer() throws {
        let name = try #require(DNSMessage.encoded(name: "a.thu"))
        let head: [UInt8] = [0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + name + [0, 1, 0, 1]
        let whole = head + [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 5]
        #expect(try DNSMessage.answer(whole, to: name, .a, id: 7).values == ["10.0.0.5"])
        // However much of it comes, nothing is read beyond its end.
        for length in 0..<whole.count {
            #expect(throws: DNSMessage.Malformed.self) {
                try DNSMessage.answer(Array(whole.prefix(length)), to: name, .a, id: 7)
            }
        }
    }

    @Test(arguments: ["", ".", "a..b", "a.\(String(repeating: "x", count: 64))", "tên.vn", "a b.vn"])
    func whatIsNoName(name: String) {
        #expect(DNSMessage.encoded(name: name) == nil)
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
            let sample = await Self.look(.tcp(target), timeout: expect == "SSH" ? .milliseconds(700) : .seconds(20))
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
