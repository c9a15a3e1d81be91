import ArgumentParser
import Database
import Foundation
import Logging

/// `trucban migrate`: brings the schema of TRUCBAN_DATABASE_URL up to date. Run it as the owner of the tables; the
/// console itself then connects as a login role that is a member of `trucban_app`.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Cập nhật lược đồ cơ sở dữ liệu.")

    func run() async throws {
        do {
            let settings = try ConsoleSettings(environment: ProcessInfo.processInfo.environment)
            let resources = try Resources.find()
            let logger = Logger(label: "trucban")
            guard let url = settings.databaseURL else {
                try await OpenDatabase.open(settings, resources: resources, logger: logger).close()
                print("PostgreSQL nhúng đã có lược đồ mới nhất.")
                return
            }
            let applied = try await OpenDatabase.migrate(
                DatabaseConfiguration(conninfo: url, applicationName: "trucban migrate"), resources: resources,
                logger: logger)
            print(applied.isEmpty ? "Lược đồ đã mới nhất." : "Đã áp dụng: \(applied.joined(separator: ", ")).")
        } catch {
            throw Failure.exit(error)
        }
    }
}
