import ArgumentParser
import Civil
import Demo
import Foundation
import Organization

/// `trucban demo load`: a believable province in an empty database, to look around in and to measure on.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Dữ liệu mẫu để xem thử và đo tốc độ.", subcommands: [Load.self])

    struct Load: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Nạp một tỉnh mẫu vào cơ sở dữ liệu trống; mọi trang và báo cáo đều ghi rõ là dữ liệu mẫu.",
            discussion: "Từ chối cơ sở dữ liệu đã có số liệu. Kết thúc với mã 65 khi từ chối.")

        @Option(help: "Số gieo: cùng số thì cùng dữ liệu.")
        var seed: UInt64 = 161

        @Option(help: "Số tài khoản của Hệ thống QLVB&ĐH.")
        var accounts: Int = 30_000

        func run() async throws {
            guard (1...200_000).contains(accounts) else {
                throw ValidationError("--accounts: cần từ 1 đến 200000.")
            }
            let password = String(Token().text.filter(\.isLetter).prefix(14)).lowercased()
            do {
                let outcome = try await Workbench.with { bench in
                    try await DemoLoader(
                        database: bench.database, hasher: PasswordHasher(), dataDirectory: bench.resources.data
                    ).load(
                        seed: seed, accounts: accounts, address: "http://127.0.0.1:\(bench.settings.port)",
                        password: password, at: WallClock.system.now)
                }
                tell(outcome, password: password)
            } catch let refusal as DemoLoader.NotEmpty {
                Failure.complain(
                    refusal.isDemo
                        ? "Cơ sở dữ liệu đã có dữ liệu mẫu. Muốn nạp lại, dùng một TRUCBAN_DATA khác."
                        : "Cơ sở dữ liệu đã có số liệu thật (\(refusal.found.joined(separator: ", "))); không nạp dữ liệu mẫu vào đó.")
                throw ExitCode(65)
            }
        }

        private func tell(_ outcome: DemoLoader.Outcome, password: String) {
            print(
                """
                Đã nạp dữ liệu mẫu (số gieo \(seed)): \(outcome.agencies) cơ quan, \(outcome.monitors) điểm giám sát, \
                \(outcome.outages) lần gián đoạn, \(outcome.incidents) sự cố, \(outcome.requests) yêu cầu, \
                \(outcome.accounts) tài khoản.
                Đăng nhập bằng một trong các tên sau, mật khẩu chung: \(password)
                """)
            for person in outcome.people { print("  \(person.username)  \(person.role.label)") }
        }
    }
}
