import Database
import Foundation
import Synchronization
import TestKit

/// The built program, run as people run it.
struct Program {
    let status: Int32
    let output: String
    let complaint: String

    /// - Parameters:
    ///   - environment: Variables beside `PATH`.
    ///   - database: Whose address the program is told as `TRUCBAN_DATABASE_URL`.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], database: Database? = nil
    ) async throws -> Program {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: repositoryRoot + "/.build/debug/trucban")
        process.arguments = arguments
        var environment = environment
        environment["PATH"] = ProcessInfo.processInfo.environment["PATH"]
        if let database { environment["TRUCBAN_DATABASE_URL"] = address(of: database) }
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        let (output, complaint) = (File(), File())
        process.standardOutput = output.handle
        process.standardError = complaint.handle
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        for await _ in ended {}
        return Program(status: process.terminationStatus, output: output.text, complaint: complaint.text)
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

    /// What a program writes, in a file: a pipe would have to be read while it is being written.
    private final class File {
        private let path = FileManager.default.temporaryDirectory.appendingPathComponent("tb-\(UUID().uuidString)").path
        let handle: FileHandle

        init() {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            handle = FileHandle(forWritingAtPath: path) ?? .nullDevice
        }

        deinit {
            try? FileManager.default.removeItem(atPath: path)
        }

        var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
    }
}
