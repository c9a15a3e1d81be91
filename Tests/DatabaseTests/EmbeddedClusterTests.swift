import Foundation
import Logging
import Testing

@testable import Database

/// Real clusters, made, killed and taken over.
@Suite(.serialized) struct EmbeddedClusterTests {
    private let quiet = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tbc-\(UUID().uuidString.prefix(8))").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func ask(
        _ cluster: EmbeddedCluster, _ sql: SQL, as configuration: DatabaseConfiguration? = nil
    ) async throws -> String {
        let database = Database(configuration ?? cluster.ownerConfiguration, logger: quiet)
        do {
            let answer = try await database.value(sql, as: String.self)
            await database.close()
            return answer
        } catch {
            await database.close()
            throw error
        }
    }

    @Test func itIsPrivateAndKeepsWhatWasWritten() async throws {
        try await withFolder { folder in
            let first = try await EmbeddedCluster.start(in: folder, isDurable: false, logger: quiet)
            try await #expect(ask(first, "SELECT current_setting('listen_addresses')") == "")
            let sockets = try await ask(
                first, "SELECT current_setting('unix_socket_directories')", as: first.superuserConfiguration)
            let mode = try FileManager.default.attributesOfItem(atPath: sockets)[.posixPermissions] as? Int
            #expect(mode == 0o700)
            try await #expect(ask(first, "SELECT rolsuper::text FROM pg_roles WHERE rolname = 'trucban'") == "false")
            let owner = Database(first.ownerConfiguration, logger: quiet)
            try await owner.run("CREATE TABLE kept AS SELECT 'x' AS x")
            await owner.close()
            await first.stop()
            let second = try await EmbeddedCluster.start(in: folder, isDurable: false, logger: quiet)
            try await #expect(ask(second, "SELECT x FROM kept") == "x")
            await second.stop()
        }
    }

    /// The server is killed under a database that is in use: it is unavailable, and then it works again by itself.
    @Test func aDatabaseComesBackByItself() async throws {
        try await withFolder { folder in
            let cluster = try await EmbeddedCluster.start(in: folder, isDurable: false, logger: quiet)
            let database = Database(cluster.consoleConfiguration, logger: quiet)
            try await #expect(database.value("SELECT 1", as: Int.self) == 1)
            await cluster.stop()
            do {
                try await database.run("SELECT 1")
                Issue.record("a stopped server answered")
            } catch let error as DatabaseError {
                #expect(error.isUnavailable)
            }
            let again = try await EmbeddedCluster.start(in: folder, isDurable: false, logger: quiet)
            try await #expect(database.value("SELECT 1", as: Int.self) == 1)
            await database.close()
            await again.stop()
        }
    }

    /// As in a container whose first process fetches nobody: the server was killed, and its number is still taken.
    @Test func aServerThatEndedAndWasNotFetchedIsReplaced() async throws {
        try await withFolder { folder in
            let programs = try ClusterPrograms.find()
            let place = try ClusterPlace.prepare(in: folder, owner: programs.owner)
            let first = try await EmbeddedCluster.start(in: folder, isDurable: false, logger: quiet)
            await first.stop()
            // Our own child, so that nobody but us could fetch it.
            let asOwner = programs.owner.map { ["/usr/bin/setpriv", "--reuid=\($0.id)", "--regid=\($0.group)", "--init-groups", "--"] }
            let words = ((asOwner ?? []) + ["\(programs.directory)/postgres", "-D", place.data]).map { strdup($0) } + [nil]
            defer { words.forEach { free($0) } }
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            SpawnedProgram.inheritNothing(&actions)
            var pid = pid_t()
            try #require(posix_spawn(&pid, words[0]!, &actions, nil, words, nil) == 0)
            // Found running, it is taken over.
            while (try? await programs.run("pg_isready", ["-q", "-h", place.sockets])) == nil {}
            let second = try await EmbeddedCluster.start(in: folder, isDurable: false, logger: quiet)
            try #require(place.isServerAlive)

            kill(pid, SIGKILL)
            var info = siginfo_t()
            try #require(waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) == 0)
            #expect(kill(pid, 0) == 0 && !place.isServerAlive)
            let keeper = Task { await second.keepRunning() }
            while !place.isServerAlive { await Task.yield() }
            while (try? await ask(second, "SELECT 'here'")) != "here" {}
            keeper.cancel()
            await keeper.value
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            await second.stop()
        }
    }

    /// The console was killed while it made its cluster; initdb goes on, and the next console does not wait for it.
    @Test func anInitdbThatWasLeftBehindIsInNobodysWay() async throws {
        try await withFolder { folder in
            let place = try ClusterPlace.prepare(in: folder, owner: try ClusterPrograms.find().owner)
            let left = place.freshUnfinished()
            try FileManager.default.createDirectory(atPath: left + "/base", withIntermediateDirectories: true)
            #expect(left != place.freshUnfinished())
            let cluster = try await EmbeddedCluster.start(in: folder, isDurable: false, logger: quiet)
            #expect(!FileManager.default.fileExists(atPath: left))
            try await #expect(ask(cluster, "SELECT 'here'") == "here")
            await cluster.stop()
        }
    }

    /// A second program beside the first one uses its server and does not stop it.
    @Test func aSecondProgramOnlyUsesWhatRuns() async throws {
        try await withFolder { folder in
            let first = try await EmbeddedCluster.start(in: folder, isDurable: false, logger: quiet)
            let second = try await EmbeddedCluster.start(in: folder, isDurable: false, logger: quiet)
            try await #expect(ask(second, "SELECT 'here'") == "here")
            await second.stop()
            try await #expect(ask(first, "SELECT 'still here'") == "still here")
            await first.stop()
        }
    }

    @Test func aPathTooLongForASocketStillWorks() async throws {
        try await withFolder { folder in
            let deep = folder + "/" + String(repeating: "thư mục dài/", count: 8)
            let cluster = try await EmbeddedCluster.start(in: deep, isDurable: false, logger: quiet)
            try await #expect(ask(cluster, "SELECT 'here'") == "here")
            await cluster.stop()
        }
    }
}
