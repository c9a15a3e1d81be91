import Foundation

/// The server that a lock file of PostgreSQL names on its first line.
struct RecordedServer: Sendable {
    private let pid: pid_t
    /// Of System V, on the seventh line of `postmaster.pid`; sessions are attached to it as long as they live.
    private let sharedMemory: Int?

    /// - Returns: nil when there is no such file, or nothing in it.
    init?(in path: String) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, let pid = pid_t(first) else { return nil }
        self.pid = pid
        sharedMemory = lines.dropFirst(6).first.flatMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    }

    /// Whether it runs. Not a process that has ended and that nobody has fetched (as under a container's first process
    /// that fetches none), nor another program that was given its number since.
    var isAlive: Bool {
        // proc(5): number, name in parentheses that may hold anything, state.
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let opening = status.firstIndex(of: "("), let closing = status.lastIndex(of: ")")
        else { return false }
        let name = status[status.index(after: opening)..<closing]
        let state = status[closing...].dropFirst(2).first
        return name.hasPrefix("post") && state != "Z" && state != "X"
    }

    /// Whether sessions of it are still there: they end by themselves soon after the server, and until then no other one
    /// may touch the data.
    var hasSessions: Bool {
        guard let sharedMemory, let segments = try? String(contentsOfFile: "/proc/sysvipc/shm", encoding: .utf8) else {
            return false
        }
        // key, shmid, perms, size, cpid, lpid, nattch
        return segments.split(separator: "\n").dropFirst().contains { line in
            let fields = line.split(separator: " ")
            return fields.count > 6 && Int(fields[1]) == sharedMemory && fields[6] != "0"
        }
    }
}
