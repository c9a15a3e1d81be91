/// A real server for a test to talk to, in Python, as a process of its own. It says on its first line which port the
/// kernel gave it, and afterwards whatever its script prints.
package final class PythonServer: Sendable {
    package let port: Int
    private let child: Child

    private init(port: Int, child: Child) {
        self.port = port
        self.child = child
    }

    /// Runs `body` while the server runs.
    package static func with<T>(
        script: String, _ arguments: [String] = [], _ body: (PythonServer) async throws -> T
    ) async throws -> T {
        let child = try Child("/usr/bin/python3", ["-u", "-c", script] + arguments)
        let result: Result<T, any Error>
        do {
            guard let line = await child.lines.first(where: { _ in true }), let port = Int(line) else { throw DidNotStart() }
            result = .success(try await body(PythonServer(port: port, child: child)))
        } catch {
            result = .failure(error)
        }
        await child.end()
        return try result.get()
    }

    /// What the server prints next; nil when it has ended.
    package func nextLine() async -> String? {
        await child.lines.first { _ in true }
    }

    package struct DidNotStart: Error {}
}
