import ArgumentParser
import Database
import Foundation
import Logging

/// `trucban doctor`: what this machine lacks, and how to get it.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Kiểm tra máy có đủ thứ Trực Ban cần không.")

    private struct Finding {
        let isGood: Bool
        let text: String
        var remedy: String?
    }

    func run() async throws {
        var findings: [Finding] = []
        let settings: ConsoleSettings
        do {
            settings = try ConsoleSettings(environment: ProcessInfo.processInfo.environment)
            findings.append(Finding(isGood: true, text: "Cài đặt trong biến môi trường hợp lệ."))
        } catch {
            throw Failure.exit(error)
        }
        findings.append(tool("weasyprint", "xuất báo cáo PDF", package: "weasyprint"))
        findings.append(font())
        findings.append(certificates())
        findings.append(resources())
        if settings.databaseURL == nil { findings.append(postgres()) }
        findings.append(await database(settings))
        if settings.mailServer == nil {
            findings.append(
                Finding(isGood: true, text: "TRUCBAN_SMTP_URL chưa đặt: thông báo chưa gửi được bằng thư điện tử."))
        }
        for finding in findings {
            print("\(finding.isGood ? "✓" : "✗") \(finding.text)")
            if let remedy = finding.remedy { print("  → \(remedy)") }
        }
        if findings.contains(where: { !$0.isGood }) { throw ExitCode(1) }
    }

    private func tool(_ name: String, _ purpose: String, package: String) -> Finding {
        let found = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
        return Finding(
            isGood: found, text: found ? "\(name): có (\(purpose))." : "\(name): thiếu (\(purpose)).",
            remedy: found ? nil : "sudo apt-get install \(package)")
    }

    private func font() -> Finding {
        let found = FileManager.default.fileExists(atPath: "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf")
        return Finding(
            isGood: found, text: found ? "Phông Tinos: có." : "Phông Tinos: thiếu (báo cáo PDF theo NĐ 30/2020/NĐ-CP).",
            remedy: found ? nil : "sudo apt-get install fonts-croscore")
    }

    private func certificates() -> Finding {
        let found = FileManager.default.fileExists(atPath: "/etc/ssl/certs/ca-certificates.crt")
        return Finding(
            isGood: found, text: found ? "Chứng thư gốc: có." : "Chứng thư gốc: thiếu (không kiểm tra được HTTPS).",
            remedy: found ? nil : "sudo apt-get install ca-certificates")
    }

    private func resources() -> Finding {
        do {
            return Finding(isGood: true, text: "Khuôn trang và tệp kèm: \(try Resources.find().root).")
        } catch {
            return Finding(isGood: false, text: "\(error)", remedy: "Cài lại Trực Ban, hoặc chạy từ thư mục mã nguồn.")
        }
    }

    private func postgres() -> Finding {
        do {
            return Finding(isGood: true, text: "PostgreSQL: \(try EmbeddedCluster.binaryDirectory()).")
        } catch {
            return Finding(
                isGood: false, text: "PostgreSQL: thiếu (cơ sở dữ liệu nhúng).",
                remedy: "sudo apt-get install postgresql postgresql-contrib")
        }
    }

    private func database(_ settings: ConsoleSettings) async -> Finding {
        do {
            let opened = try await OpenDatabase.open(settings, resources: .find(), logger: Logger(label: "doctor"))
            let version = try? await opened.database.value("SHOW server_version", as: String.self)
            await opened.close()
            guard let version else { return Finding(isGood: false, text: "Cơ sở dữ liệu: không trả lời.") }
            return Finding(isGood: true, text: "Cơ sở dữ liệu: PostgreSQL \(version), trả lời được.")
        } catch {
            return Finding(
                isGood: false, text: "Cơ sở dữ liệu: \(error)",
                remedy: "Kiểm tra TRUCBAN_DATABASE_URL, hoặc thư mục TRUCBAN_DATA (\(settings.data)).")
        }
    }
}
