import Foundation
import TestKit
import Testing

/// `trucban probe` for every kind of target, as people call it.
struct ProbeCommandTests {
    private static func expect(
        _ arguments: [String], environment: [String: String] = [:], status: Int32 = 0, _ words: String,
        _ place: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await Program.run(["probe"] + arguments, environment: environment)
        #expect(result.status == status && result.output.contains(words), "\(result)", sourceLocation: place)
    }

    @Test func aMailServerIsGreeted() async throws {
        try await Certificate.with { certificate in
            try await MailRoom.with(encryption: .startTLS, certificate: certificate.files) { room in
                let address = "smtp://127.0.0.1:\(room.port)"
                try await Self.expect([address, "--no-verify"], "Hoạt động")
                try await Self.expect([address], status: 1, "Chứng thư số không hợp lệ: tự ký")
            }
        }
    }

    @Test func aCertificateIsLookedAt() async throws {
        try await Certificate.with(days: 20) { certificate in
            try await WebServer.with(certificate: certificate) { server in
                try await Self.expect(["tls://127.0.0.1:\(server.port)"], status: 1, "còn 19 ngày")
            }
        }
    }

    @Test func somethingIsSaidToATCPServer() async throws {
        try await WebServer.with { server in
            let address = "tcp://127.0.0.1:\(server.port)"
            let request = "GET /hello HTTP/1.0\\r\\n\\r\\n"
            try await Self.expect([address, "--send", request, "--expect", "Trực Ban"], "Hoạt động")
            try await Self.expect([address, "--send", request, "--expect", "SSH"], status: 1, "không thấy “SSH”, nhận được “HTTP/1.1 200")
        }
    }

    @Test func aJourneyIsMadeOutOfAFile() async throws {
        try await WebServer.with { server in
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("journey-\(UUID().uuidString).json").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let journey = #"{"steps": [{"name": "Chào", "url": "@/hello", "keyword": "Trực Ban"}, {"name": "Tìm", "url": "@/status/404"}]}"#
            try journey.replacing("@", with: server.origin).write(toFile: path, atomically: true, encoding: .utf8)
            try await Self.expect(["journey:\(path)"], status: 1, "Mã trả lời ngoài dự kiến: bước 2 “Tìm”: 404")
            try await Self.expect(["journey:\(path)", "--json"], status: 1, #""failure" : "status""#)
        }
        let absent = try await Program.run(["probe", "journey:/khong/co"])
        #expect(absent.status == 64 && absent.complaint.contains("Không đọc được tệp “/khong/co”."))
        let empty = try await Program.run(["probe", "journey:/etc/passwd"])
        #expect(empty.status == 64 && empty.complaint.contains("Hành trình: không đọc được"))
    }

    // MARK: What only a machine of its own shows

    private static let mayRunApart: @Sendable () async throws -> Bool = { try await Apart.isAllowed.value }

    private static func probe(_ arguments: [String], after preparation: String, environment: [String: String] = [:]) async throws -> String {
        let finished = try await Apart.run([Program.path, "probe"] + arguments, after: preparation, environment: environment)
        return String(decoding: finished.output, as: UTF8.self) + String(decoding: finished.complaint, as: UTF8.self)
    }

    @Test(.enabled("cần không gian tên riêng (user namespaces)", mayRunApart))
    func aPingIsAnsweredWhereTheKernelAllowsItAndNamedWhereItDoesNot() async throws {
        let allow = "echo 0 0 > /proc/sys/net/ipv4/ping_group_range"
        #expect(try await Self.probe(["icmp://127.0.0.1"], after: allow).contains("Hoạt động"))
        // What a kernel forbids unless it is told.
        #expect(
            try await Self.probe(["icmp://127.0.0.1"], after: "true").contains(
                "Máy đo không được phép: nhân hệ điều hành không cho tài khoản này gửi ping; quản trị viên cần đặt sysctl net.ipv4.ping_group_range"))
    }

    /// A name server that takes questions and never answers. glibc would ask it for ten minutes; every probe is over when
    /// its own second is, and says whose fault it is. Were libcurl's thread waited for, this would not end in time.
    @Test(
        .enabled("cần không gian tên riêng (user namespaces)", mayRunApart), .timeLimit(.minutes(2)),
        arguments: [
            "http://chet.thu", "https://chet.thu", "tls://chet.thu", "smtp://chet.thu", "tcp://chet.thu:25",
            "tcp://chet.thu:25 --expect 220", "icmp://chet.thu", "postgresql://u@chet.thu/d", "dns:chet.thu",
        ])
    func whileTheNameServerIsDead(probe: String) async throws {
        let settings = FileManager.default.temporaryDirectory.appendingPathComponent("resolv-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: settings) }
        try "nameserver 127.0.0.1\n".write(toFile: settings, atomically: true, encoding: .utf8)
        let server = "import socket, signal; s = socket.socket(2, 2); s.bind(('127.0.0.1', 53)); print(); signal.pause()"
        let said = try await Self.probe(
            probe.split(separator: " ").map(String.init) + ["--timeout", "1"],
            after: """
                mount --bind \(settings) /etc/resolv.conf; mkfifo \(settings).ready
                python3 -uc "\(server)" > \(settings).ready & read line < \(settings).ready; rm \(settings).ready
                """,
            environment: ["RES_OPTIONS": "timeout:30 attempts:5"])
        let verdict = probe.hasPrefix("dns") ? "Quá thời gian chờ: máy chủ tên miền không trả lời"
            : "Không phân giải được tên miền: máy chủ tên miền không trả lời kịp"
        #expect(said.contains(verdict), "\(said)")
    }
}
