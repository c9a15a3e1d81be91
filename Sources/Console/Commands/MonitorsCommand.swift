import ArgumentParser
import Civil
import Foundation
import Monitor
import Organization

/// `trucban monitors`: the whole catalogue of monitors as one file, out and back in.
struct MonitorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitors", abstract: "Xuất và nhập danh mục điểm giám sát và tín hiệu tự báo bằng tệp YAML.",
        subcommands: [Export.self, Apply.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "In danh mục ra màn hình (chuyển vào tệp bằng dấu >).",
            discussion: "Mật khẩu, giá trị của headers và mã báo tín hiệu có trong tệp: giữ tệp này như giữ mật khẩu.")

        func run() async throws {
            let text = try await Workbench.with { bench in
                try await CatalogueStore(database: bench.database).export()
            }
            print(text, terminator: "")
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Làm cho danh mục đúng như tệp: in kế hoạch thêm, sửa, xóa rồi thực hiện, tất cả hoặc không gì cả.",
            discussion: "Mã thoát: 0 xong; 65 tệp có chỗ sai, kể ra từng dòng, và không đổi gì; 66 không đọc được tệp.")

        @Argument(help: "Tệp YAML, bảng mã UTF-8.")
        var file: String

        @Option(help: "Tên đăng nhập Trực Ban của người thực hiện.")
        var by: String

        @Flag(help: "Chỉ in kế hoạch, không đổi gì.")
        var dryRun = false

        @Flag(help: "Xóa cả những điểm giám sát không có trong tệp, và những tín hiệu không có trong danh sách heartbeats của tệp nếu tệp có; lịch sử vẫn được giữ.")
        var deleteMissing = false

        func run() async throws {
            guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: file)), let text = String(data: bytes, encoding: .utf8)
            else {
                Failure.complain("Không đọc được tệp “\(file)”.")
                throw ExitCode(66)
            }
            do {
                let plan = try await Workbench.with { bench in
                    let person = try await bench.person(username: by)
                    guard person.may(.keepMonitors) else {
                        throw ValidationError("--by: “\(by)” không có quyền sửa điểm giám sát.")
                    }
                    return try await CatalogueStore(database: bench.database).apply(
                        text, deletesMissing: deleteMissing, isRehearsal: dryRun,
                        by: .person(person, address: "command line"), at: WallClock.system.now)
                }
                print(plan.text)
                print(plan.changesNothing ? "Không có gì phải đổi." : dryRun ? "Chạy thử: chưa đổi gì." : "Đã thực hiện.")
            } catch let refusal as Refusal {
                for problem in refusal.problems { Failure.complain(problem.text) }
                throw ExitCode(65)
            }
        }
    }
}
