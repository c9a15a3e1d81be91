import Foundation

/// PostgreSQL's programs on this machine, and who may run them: the server refuses to run as root.
struct ClusterPrograms: Sendable {
    let directory: String
    /// Who runs them when this program is root; nil for whoever runs this program.
    let owner: SystemUser?

    /// The newest installed version that is at least 15.
    static func find() throws -> ClusterPrograms {
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? [])
            .compactMap { Int($0) }.filter { $0 >= 15 }.sorted(by: >)
        let candidates =
            versions.map { "/usr/lib/postgresql/\($0)/bin" }
            + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        guard
            let directory = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") })
        else { throw EmbeddedCluster.Obstacle.noBinaries }
        guard geteuid() == 0 else { return ClusterPrograms(directory: directory, owner: nil) }
        guard let owner = SystemUser(named: "postgres") else { throw EmbeddedCluster.Obstacle.noUser("postgres") }
        return ClusterPrograms(directory: directory, owner: owner)
    }

    /// - Throws: `EmbeddedCluster.Obstacle.failed` with what the program said.
    @discardableResult
    func run(_ program: String, _ arguments: [String]) async throws -> String {
        let path = "\(directory)/\(program)"
        let asOwner = owner.map {
            ["/usr/bin/setpriv", "--reuid=\($0.id)", "--regid=\($0.group)", "--init-groups", "--"]
        }
        let (status, output) = try await SpawnedProgram.run((asOwner ?? []) + [path] + arguments)
        guard status == 0 else { throw EmbeddedCluster.Obstacle.failed(command: program, output: output) }
        return output
    }
}
