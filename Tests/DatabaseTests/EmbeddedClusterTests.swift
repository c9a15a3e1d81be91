import Database
import Foundation
import Logging
import Testing

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
