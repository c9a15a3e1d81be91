import TestKit
import Testing

@testable import Monitor

/// Questions to a name server that answers well, badly, at length, with lies or not at all.
struct DNSProberTests {
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
            let sample = await FaultTests.look(.dns(target), timeout: isSilent ? .milliseconds(600) : .seconds(20))
            #expect(sample.failure?.text == question.verdict)
            if question.verdict == nil { #expect(sample.phases.firstByte > .zero) }
        }
    }

    @Test func aNameServerThatIsNotThere() async throws {
        let port = try ClosedPort()
        let sample = await FaultTests.look(.dns(DNSTarget(name: "a.thu", server: "127.0.0.1:\(port.number)")), timeout: .seconds(3))
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
}
