import Foundation
import Synchronization

/// A real server for a test to talk to, in Python, as a process of its own. It says on its first line which port the
/// kernel gave it, and afterwards whatever its script prints.
package final class PythonServer: Sendable {
    package let port: Int
    private let lines: AsyncStream<String>

    private init(port: Int, lines: AsyncStream<String>) {
        self.port = port
        self.lines = lines
    }

    /// Runs `body` while the server runs.
    package static func with<T>(
        script: String, _ arguments: [String] = [], _ body: (PythonServer) async throws -> T
    ) async throws -> T {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-u", "-c", script] + arguments
        let output = Pipe()
        process.standardOutput = output
        // A server sees its input end when the tests die, and goes too.
        let input = Pipe()
        process.standardInput = input
        let lines = lines(of: output)
        let ended = AsyncStream<Void>.makeStream()
        process.terminationHandler = { _ in ended.continuation.finish() }
        try process.run()
        let result: Result<T, any Error>
        do {
            guard let line = await lines.first(where: { _ in true }), let port = Int(line) else { throw DidNotStart() }
            result = .success(try await body(PythonServer(port: port, lines: lines)))
        } catch {
            result = .failure(error)
        }
        // SIGTERM does not reach it: a process that is started on a thread of Swift's pool inherits its blocked signals.
        kill(process.processIdentifier, SIGKILL)
        for await _ in ended.stream {}
        try? input.fileHandleForWriting.close()
        return try result.get()
    }

    private static func lines(of output: Pipe) -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream<String>.makeStream()
        let rest = Mutex(Data())
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            guard !data.isEmpty else {
                handle.readabilityHandler = nil
                return continuation.finish()
            }
            rest.withLock { rest in
                rest.append(data)
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    continuation.yield(String(decoding: rest[..<end], as: UTF8.self))
                    rest = Data(rest[(end + 1)...])
                }
            }
        }
        return stream
    }

    /// What the server prints next; nil when it has ended.
    package func nextLine() async -> String? {
        await lines.first { _ in true }
    }

    package struct DidNotStart: Error {}
}
