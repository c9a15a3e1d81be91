package import CPostgres
import Foundation

/// Runs a program and waits for it on a thread of its own.
///
/// Foundation's `Process` learns of a child's end when a socket closes that the child inherits; the server that
/// `pg_ctl start` leaves behind inherits it too, so that end never comes. Here waitpid(2) is asked.
package enum SpawnedProgram {
    /// - Parameter arguments: The program's path first.
    /// - Returns: Its exit status (128 and the signal when it was killed), and what it wrote.
    static func run(_ arguments: [String]) async throws -> (status: Int32, output: String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try spawn(arguments) }) }.start()
        }
    }

    private static func spawn(_ arguments: [String]) throws -> (status: Int32, output: String) {
        // A file and not a pipe: a server that is left behind keeps what it inherits open for as long as it lives.
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("trucban-\(UUID().uuidString)").path
        let output = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failed("open \(path)", errno) }
        defer {
            close(output)
            unlink(path)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        inheritNothing(&actions)

        // Somewhere that every user may be: the directory we are in may be closed to the server's.
        let arguments = ["/usr/bin/env", "-C", "/"] + arguments
        let environment = copies(of: ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"])
        let words = copies(of: arguments)
        defer { (environment + words).forEach { free($0) } }
        var pid = pid_t()
        let failure = posix_spawn(&pid, arguments[0], &actions, nil, words, environment)
        guard failure == 0 else { throw failed(arguments[0], failure) }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { throw failed("waitpid", errno) }
        }
        let text = (try? String(contentsOfFile: path, encoding: .utf8))?.trimmed ?? ""
        let signal = status & 0x7f
        return (signal == 0 ? (status >> 8) & 0xff : 128 + signal, text)
    }

    /// Beside its three standard files. A server outlives this: whatever else it inherited, such as the socket by which
    /// Foundation learns of another child's end, it would keep open.
    package static func inheritNothing(_ actions: inout posix_spawn_file_actions_t) {
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    }

    /// As C has them: a nil ends the list.
    private static func copies(of texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }

    private static func failed(_ what: String, _ code: Int32) -> EmbeddedCluster.Obstacle {
        .failed(command: what, output: String(cString: strerror(code)))
    }
}
