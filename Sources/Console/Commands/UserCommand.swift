import ArgumentParser
import Civil
import Database
import Foundation
import Logging
import Organization
import Web

/// `trucban user add`: a user from the command line, for the first day and for the day on which nobody can sign in.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Người dùng của Trực Ban.", subcommands: [Add.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Thêm người dùng; mật khẩu đọc từ đầu vào chuẩn, một dòng.")

        @Argument(help: "Tên đăng nhập.")
        var username: String

        @Option(help: "Họ và tên.")
        var name: String

        @Option(help: "Vai trò: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
        var role: String

        @Option(help: "Mã cơ quan, bắt buộc với agency_admin và agency_head.")
        var agency: String?

        func run() async throws {
            guard let role = Role(rawValue: role) else {
                throw ValidationError("--role: không có vai trò “\(self.role)”.")
            }
            guard let password = readLine(strippingNewline: true) else {
                throw ValidationError("Cần mật khẩu trên đầu vào chuẩn.")
            }
            do {
                try await Workbench.with { bench in
                    let agencyID = try await bench.agency(code: agency)
                    let users = try UserStore(database: bench.database, hasher: PasswordHasher())
                    try await users.add(
                        UserDraft(
                            username: username, fullName: name, role: role, agency: agencyID,
                            password: FormText.normalized(password)),
                        by: .system("command line"), at: WallClock.system.now)
                }
            } catch let refusal as Refusal {
                throw ValidationError(refusal.problems.map(\.text).joined(separator: " "))
            }
            print("Đã thêm “\(username)”.")
        }
    }
}
