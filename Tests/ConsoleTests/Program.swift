import Database
import Foundation
import TestKit

/// The built program, run as people run it.
struct Program {
    let status: Int32
    let output: String
    let complaint: String

    static let path = repositoryRoot + "/.build/debug/trucban"

    /// - Parameters:
    ///   - environment: Variables beside `PATH`.
    ///   - database: Whose address the program is told as `TRUCBAN_DATABASE_URL`.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], database: Database? = nil
    ) async throws -> Program {
        var environment = environment
        environment["PATH"] = ProcessInfo.processInfo.environment["PATH"]
        if let database { environment["TRUCBAN_DATABASE_URL"] = address(of: database) }
        let finished = try await Child.run(path, arguments, environment: environment)
        return Program(finished)
    }

    private init(_ finished: Child.Finished) {
        status = finished.status
        output = String(decoding: finished.output, as: UTF8.self)
        complaint = String(decoding: finished.complaint, as: UTF8.self)
    }

    /// `host='/tmp/x' user=u dbname=d` as a URL.
    private static func address(of database: Database) -> String {
        func part(_ name: String) -> String {
            let text = database.configuration.conninfo
            guard let begin = text.range(of: "\(name)=") else { return "" }
            return text[begin.upperBound...].prefix { $0 != " " }.filter { $0 != "'" }
        }
        return "postgresql://\(part("user"))@/\(part("dbname"))?host=\(part("host"))"
    }
}
