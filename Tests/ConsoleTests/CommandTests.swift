import Civil
import Database
import Foundation
import Organization
import TestKit
import Testing

@testable import Console

/// The command line, by running the program.
@Suite struct CommandTests {
    @Test func helpNamesEveryCommand() async throws {
        let help = try await Program.run(["--help"])
        #expect(help.status == 0)
        for command in ["serve", "migrate", "user", "monitors", "probe", "report", "audit", "doctor"] {
            #expect(help.output.contains("  \(command) "), "\(command)")
            let own = try await Program.run([command, "--help"])
            #expect(own.status == 0 && own.output.contains("USAGE: trucban \(command)"), "\(own.output)")
        }
    }

    @Test func aWrongSettingEndsEveryCommandWith78() async throws {
        for command in [["serve"], ["doctor"], ["audit", "verify"], ["migrate"]] {
            let result = try await Program.run(command, environment: ["TRUCBAN_PORT": "x"])
            #expect(result.status == 78, "\(command)")
            #expect(result.complaint == "TRUCBAN_PORT: giá trị “x” không dùng được; cần một số từ 1 đến 65535.\n")
            #expect(result.output == "")
        }
    }

    @Test func theSettingsArePrintedWithoutSecrets() async throws {
        let result = try await Program.run(
            ["serve", "--print-settings"],
            environment: [
                "TRUCBAN_DATABASE_URL": "postgresql://u:hidden@db/x", "TRUCBAN_SMTP_URL": "smtp://u:hidden@mail",
                "TRUCBAN_SECRET": "hidden hidden hidden hidden hidden", "TRUCBAN_PORT": "9000",
            ])
        #expect(result.status == 0 && result.output.contains("TRUCBAN_PORT=9000"))
        #expect(result.output.matches(of: /=\*\*\*/).count == 3 && !result.output.contains("hidden"))
    }

    // MARK: audit verify

    @Test func theTrailIsVerifiedAndItsFirstBadLineNamed() async throws {
        try await Town.with { town in
            let empty = try await withDatabase { try await Program.run(["audit", "verify"], database: $0) }
            #expect(empty.status == 0 && empty.output == "Nhật ký chưa có dòng nào.\n")
            let chain = try await AuditStore(database: town.database).verify()
            let head = try #require(chain.head)
            let sound = try await Program.run(["audit", "verify"], database: town.database)
            #expect(sound.status == 0)
            #expect(sound.output == "Nguyên vẹn: \(chain.count) dòng. Dòng cuối: \(head.seq) \(hexadecimal(head.hash))\n")
            try await town.database.asOwner { owner in
                try await owner.run("ALTER TABLE audit_entries DISABLE TRIGGER ALL")
                try await owner.run("UPDATE audit_entries SET subject = 'khác' WHERE seq = 3")
            }
            let broken = try await Program.run(["audit", "verify"], database: town.database)
            #expect(broken.status == 1)
            #expect(broken.output == "Bị phá ở dòng 3: content (nội dung đã bị sửa).\n")
        }
    }

    @Test func aTrailThatCannotBeReadIsNotFoundSound() async throws {
        let result = try await Program.run(
            ["audit", "verify"], environment: ["TRUCBAN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere"])
        #expect(result.status == 2 && result.output == "")
        #expect(result.complaint.hasPrefix("Không kết nối được cơ sở dữ liệu:"))
    }

    // MARK: monitors

    @Test func theCatalogueGoesOutAndComesBackByTheProgram() async throws {
        try await Town.with { town in
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("tb-\(UUID().uuidString).yaml").path
            defer { try? FileManager.default.removeItem(atPath: file) }
            let text = """
                version: 1
                monitors:
                - name: Cổng
                  kind: tcp
                  host: a.example.vn
                  port: 8443
                heartbeats:
                - name: Sao lưu
                  code: 6f1c3c52-6a43-4a55-b4ae-90b8e5f2a001
                  schedule: cron
                  expression: 5 1 * * *
                  zone: Asia/Ho_Chi_Minh
                  grace: 30
                  grace_unit: minutes
                  is_daily_backup: true

                """
            func apply(_ content: String, _ more: String..., by: String = "linh") async throws -> Program {
                try content.write(toFile: file, atomically: true, encoding: .utf8)
                return try await Program.run(["monitors", "apply", file, "--by", by] + more, database: town.database)
            }
            let rehearsed = try await apply(text, "--dry-run")
            #expect(rehearsed.status == 0 && rehearsed.output.hasSuffix("không đổi 0.\nChạy thử: chưa đổi gì.\n"))
            #expect(rehearsed.output.hasPrefix("+ thêm “Cổng”\n"))
            let empty = try await Program.run(["monitors", "export"], database: town.database)
            #expect(empty.status == 0 && empty.output.hasSuffix("version: 1\nmonitors: []\nheartbeats: []\n"))
            #expect(try await apply(text).output.hasSuffix("Đã thực hiện.\n"))
            let exported = try await Program.run(["monitors", "export"], database: town.database)
            #expect(exported.output.hasSuffix(text))
            let wrong = try await apply(text.replacing("8443", with: "x"))
            #expect(wrong.status == 65 && wrong.complaint == "Dòng 6: Cổng: cần một số nguyên từ 1 đến 65535.\n" && wrong.output == "")
            #expect(try await apply(text, by: "tam").status == 64)
            let missing = try await Program.run(["monitors", "apply", "/không/có", "--by", "linh"], database: town.database)
            #expect(missing.status == 66)
        }
    }

    // MARK: probe

    private static let server = """
        import http.server
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(500 if self.path == '/bad' else 200)
                self.end_headers()
                self.wfile.write('Hệ thống quản lý văn bản'.encode())
            def log_message(self, *_): pass
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        print(server.server_port)
        server.serve_forever()
        """

    @Test func anAddressIsProbedAsTheWatchWould() async throws {
        try await PythonServer.with(script: Self.server) { server in
            let address = "http://127.0.0.1:\(server.port)"
            let table = try await Program.run(["probe", address + "/"])
            #expect(table.status == 0 && table.output.contains("Hoạt động") && table.output.contains("200"))
            let json = try await Program.run(["probe", address + "/", "--json", "--keyword", "văn bản"])
            let read = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            #expect(json.status == 0 && read?["status"] as? Int == 200, "\(json.output)")
            let bad = try await Program.run(["probe", address + "/bad"])
            #expect(bad.status == 1 && bad.output.contains("500"))
            let accepted = try await Program.run(["probe", address + "/bad", "--accept", "500"])
            #expect(accepted.status == 0)
            let word = try await Program.run(["probe", address + "/", "--keyword", "không có chữ này"])
            #expect(word.status == 1)
            let port = try await Program.run(["probe", "tcp://127.0.0.1:\(server.port)"])
            #expect(port.status == 0)
        }
        let closed = try await Program.run(["probe", "tcp://127.0.0.1:1", "--timeout", "2"])
        #expect(closed.status == 1)
    }

    @Test(arguments: [
        ["ftp://x"], ["http://x", "--timeout", "0"], ["http://x", "--accept", "2xx"], ["http://x", "--method", "BREW"], [],
    ])
    func aProbeThatIsNotUnderstoodIsAUsageError(arguments: [String]) async throws {
        let result = try await Program.run(["probe"] + arguments)
        #expect(result.status == 64 && !result.complaint.isEmpty)
    }

    // MARK: doctor

    @Test func theDoctorLooksAtEverythingAndItsStatusIsItsVerdict() async throws {
        try await withDatabase { database in
            let result = try await Program.run(["doctor"], database: database)
            for words in ["Cài đặt", "weasyprint", "Phông Tinos", "Chứng thư gốc", "Khuôn trang", "Cơ sở dữ liệu: PostgreSQL"] {
                #expect(result.output.contains(words), "\(words): \(result.output)")
            }
            #expect(result.status == (result.output.contains("✗") ? 1 : 0))
        }
        let away = try await Program.run(["doctor"], environment: ["TRUCBAN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"])
        #expect(away.status == 1 && away.output.contains("✗ Cơ sở dữ liệu"))
    }
}
