import Foundation
import TestKit

/// A machine of its own for one program: no network but a loopback, a name server of ours, processes that die with it.
/// Everything else is this machine's (namespaces(7)).
enum Apart {
    /// Whether this machine lets its users have one.
    static let isAllowed = Task { try await run(["/bin/true"]).status == 0 }

    /// - Parameters:
    ///   - preparation: Commands of a shell, run there before it.
    static func run(
        _ program: [String], after preparation: String = "true", environment: [String: String] = [:]
    ) async throws -> Child.Finished {
        let shell = ["/bin/sh", "-ec", "ip link set lo up; \(preparation); exec \"$@\"", "sh"]
        return try await Child.run(
            "/usr/bin/unshare",
            ["--user", "--map-root-user", "--mount", "--net", "--pid", "--fork", "--kill-child"] + shell + program,
            environment: environment.merging(["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]) { $1 })
    }
}
