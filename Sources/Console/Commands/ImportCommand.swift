import ArgumentParser
import Civil
import Compliance
import Database
import Foundation
import Organization

/// `trucban import`: the lists of `/accounts/import` from the command line, by the same rules.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Nhập danh sách từ tệp CSV (Điều 23.1 c).",
        discussion: "Mã thoát: 0 đã nhập; 65 tệp có chỗ sai, kể ra từng dòng, và không nhập gì; 66 không đọc được tệp.",
        subcommands: [Accounts.self, Leavers.self])

    struct Accounts: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Nhập danh sách toàn bộ tài khoản.")

        @OptionGroup var list: List

        @Flag(help: "Đây là toàn bộ tài khoản, dù thiếu phần lớn tài khoản của lần trước.")
        var complete = false

        func run() async throws {
            try await list.bring(isComplete: complete) { store, upload, person in
                try await store.importExport(upload, by: person, address: "command line", at: WallClock.system.now)
            }
        }
    }

    struct Leavers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Nhập danh sách nghỉ việc, chuyển công tác.")

        @OptionGroup var list: List

        func run() async throws {
            try await list.bring(isComplete: false) { store, upload, person in
                try await store.importLeavers(upload, by: person, address: "command line", at: WallClock.system.now)
            }
        }
    }

    /// What both commands ask for.
    struct List: ParsableArguments {
        @Argument(help: "Tệp CSV, bảng mã UTF-8.")
        var file: String

        @Option(help: "Ngày lập danh sách, ví dụ 2026-11-24.")
        var takenOn: String

        @Option(help: "Tên đăng nhập Trực Ban của người nhập.")
        var by: String

        func bring(
            isComplete: Bool,
            _ command: (AccountImportStore, AccountUpload, Person) async throws -> ImportOutcome
        ) async throws {
            guard let takenOn = CivilDate(parsing: takenOn) else {
                throw ValidationError("--taken-on: “\(self.takenOn)” không phải ngày.")
            }
            let url = URL(fileURLWithPath: file)
            guard let bytes = try? Data(contentsOf: url) else {
                Failure.complain("Không đọc được tệp “\(file)”.")
                throw ExitCode(66)
            }
            let upload = AccountUpload(
                fileName: url.lastPathComponent, bytes: Array(bytes), takenOn: takenOn, isComplete: isComplete)
            do {
                let outcome = try await Workbench.with { bench in
                    let person = try await bench.person(username: by)
                    guard person.may(.importAccounts) else {
                        throw ValidationError("--by: “\(by)” không có quyền nhập danh sách.")
                    }
                    return try await command(AccountImportStore(database: bench.database), upload, person)
                }
                print(outcome.summary)
            } catch let refusal as Refusal {
                for problem in refusal.problems { Failure.complain(problem.text) }
                throw ExitCode(65)
            }
        }
    }
}
