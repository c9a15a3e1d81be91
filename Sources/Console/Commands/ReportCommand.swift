import ArgumentParser
import Civil
import Foundation
import Organization
import Reports
import Web
import WorkingTime

/// `trucban report`: the report of a half-year, or of any days, as a file.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Lập báo cáo gửi UBND tỉnh (Điều 21.10).")

    @Option(help: "Kỳ 6 tháng theo NĐ 09/2019/NĐ-CP: 2026-H1 (15/12–14/6) hoặc 2026-H2 (15/6–14/12).")
    var period: String?

    @Option(help: "Từ ngày, ví dụ 2026-03-01.")
    var from: String?

    @Option(help: "Đến hết ngày.")
    var to: String?

    @Option(help: "Dạng tệp: \(ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: String = "md"

    @Option(help: "Tệp để ghi; không có thì in ra đầu ra chuẩn.")
    var output: String?

    func run() async throws {
        let window = try window()
        guard let format = ReportFormat(rawValue: format) else {
            throw ValidationError("--format: không có dạng “\(self.format)”.")
        }
        let data = try await Workbench.with { bench in
            let press = try await ReportPress(bench.resources, database: bench.database)
            return try await press.file(
                press.text(of: press.report(window, at: WallClock.system.now)), format)
        }
        guard let output else {
            FileHandle.standardOutput.write(data)
            return
        }
        do {
            try data.write(to: URL(fileURLWithPath: output), options: .atomic)
        } catch {
            throw ValidationError("--output: không ghi được “\(output)”: \(error.localizedDescription)")
        }
    }

    private func window() throws -> ReportWindow {
        switch (period, from, to) {
        case (let period?, nil, nil):
            guard let known = ReportingPeriod(period) else {
                throw ValidationError("--period: “\(period)” không phải kỳ như 2026-H1.")
            }
            return ReportWindow(known)
        case (nil, let from?, let to?):
            guard let first = CivilDate(parsing: from) else { throw ValidationError("--from: “\(from)” không phải ngày.") }
            guard let last = CivilDate(parsing: to) else { throw ValidationError("--to: “\(to)” không phải ngày.") }
            do {
                return try ReportWindow(from: first, to: last)
            } catch {
                throw ValidationError(error.problems.map { "--\($0.field): \($0.text)" }.joined(separator: " "))
            }
        default:
            throw ValidationError("Cần --period, hoặc cả --from và --to.")
        }
    }
}
