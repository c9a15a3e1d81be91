import ArgumentParser
import Database
import Foundation
import Logging
import Organization

/// What a command that is not the console itself works with: settings, files and the database, opened and closed.
struct Workbench: Sendable {
    let settings: ConsoleSettings
    let resources: Resources
    let database: Database

    static func with<T>(_ body: (Workbench) async throws -> T) async throws -> T {
        do {
            let settings = try ConsoleSettings(environment: ProcessInfo.processInfo.environment)
            let resources = try Resources.find()
            let opened = try await OpenDatabase.open(settings, resources: resources, logger: Logger(label: "trucban"))
            let bench = Workbench(settings: settings, resources: resources, database: opened.database)
            do {
                let result = try await body(bench)
                await opened.close()
                return result
            } catch {
                await opened.close()
                throw error
            }
        } catch {
            throw Failure.exit(error)
        }
    }

    /// - Returns: nil for no code.
    func agency(code: String?) async throws -> Agency.ID? {
        guard let code else { return nil }
        let ids = try await database.values("SELECT id FROM agencies WHERE code = \(code)", as: Agency.ID.self)
        guard let id = ids.first else { throw ValidationError("Không có cơ quan nào mang mã “\(code)”.") }
        return id
    }

    /// Somebody who may sign in, as the one who answers for what a command does.
    func person(username: String) async throws -> Person {
        let people: [Person] = try await database.all(
            """
            SELECT \(columns: Person.self) FROM users u LEFT JOIN agencies a ON a.id = u.agency_id
            WHERE  u.username = \(username) AND u.disabled_at IS NULL
            """)
        guard let person = people.first else {
            throw ValidationError("--by: không có người dùng nào mang tên đăng nhập “\(username)”.")
        }
        return person
    }
}
