import ArgumentParser
import Foundation
import Logging

/// `trucban serve`: the console itself.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Chạy bàn trực.")

    @Flag(help: "In cài đặt có hiệu lực (che bí mật) rồi thoát.")
    var printSettings = false

    func run() async throws {
        do {
            let settings = try ConsoleSettings(environment: ProcessInfo.processInfo.environment)
            if printSettings {
                print(settings.masked)
                return
            }
            var logger = Logger(label: "trucban")
            logger.logLevel = .notice
            try await App(settings: settings, resources: .find(), logger: logger).run()
        } catch {
            throw Failure.exit(error)
        }
    }
}

extension ConsoleSettings {
    /// The effective settings, a line each, without what may hold a password.
    fileprivate var masked: String {
        [
            "TRUCBAN_DATABASE_URL=\(databaseURL == nil ? "(PostgreSQL nhúng)" : "***")",
            "TRUCBAN_DATA=\(data)", "TRUCBAN_HOST=\(host)", "TRUCBAN_PORT=\(port)",
            "TRUCBAN_BASE_URL=\(baseURL ?? "(theo yêu cầu)")",
            "TRUCBAN_SMTP_URL=\(mailServer == nil ? "(không gửi thư)" : "***")",
            "TRUCBAN_LOCATION=\(location ?? "(nơi đo chính)")",
            "TRUCBAN_SECRET=\(secret == nil ? "(tự sinh trong TRUCBAN_DATA)" : "***")",
        ].joined(separator: "\n")
    }
}
