import ArgumentParser
import Database
import Organization

/// `trucban audit verify`: walks the audit trail from its first line.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Nhật ký.", subcommands: [Verify.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Kiểm tra chuỗi nhật ký.",
            discussion: "Mã thoát: 0 nguyên vẹn; 1 bị phá, nêu dòng sai đầu tiên và sai thế nào; 2 không đọc được.")

        func run() async throws {
            do {
                try await Workbench.with { bench in
                    let chain = try await AuditStore(database: bench.database).verify()
                    guard let head = chain.head else {
                        print("Nhật ký chưa có dòng nào.")
                        return
                    }
                    print("Nguyên vẹn: \(chain.count) dòng. Dòng cuối: \(head.seq) \(hexadecimal(head.hash))")
                }
            } catch let broken as AuditChain.Break {
                print("Bị phá ở dòng \(broken.seq): \(broken.fault.rawValue) (\(broken.fault.text)).")
                throw ExitCode(1)
            } catch let code as ExitCode {
                // It has been said why. A bad setting keeps its own status.
                throw code.rawValue == 78 ? code : ExitCode(2)
            } catch {
                Failure.complain("Không đọc được nhật ký: \(error)")
                throw ExitCode(2)
            }
        }
    }
}
