package import Database
import Foundation
import Logging
import Synchronization

/// The repository's root, from where this file was compiled.
package let repositoryRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// Runs `body` on a database of its own: a copy of the migrated template, gone afterwards. The console's role is used, so a
/// test may do what the console may do, and no more.
package func withDatabase<T: Sendable>(
    _ body: @Sendable (Database) async throws -> T
) async throws -> T {
    let cluster = try await TestCluster.shared.value
    return try await cluster.withDatabase(body)
}

extension Database {
    /// The same database as the owner of its tables: for what the console itself may not do.
    package func asOwner<T: Sendable>(_ body: @Sendable (Database) async throws -> T) async throws -> T {
        let owner = Database(TestCluster.asOwner(configuration), logger: TestCluster.logger)
        do {
            let result = try await body(owner)
            await owner.close()
            return result
        } catch {
            await owner.close()
            throw error
        }
    }
}

/// One embedded PostgreSQL for all tests of a process. It is started by the first test that needs it.
package struct TestCluster: Sendable {
    package static let shared = Task { try await TestCluster.start() }

    static let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    package let cluster: EmbeddedCluster
    private let admin: Database
    private let lastNumber = SharedNumber()

    /// PostgreSQL copies one template at a time.
    private let copying = AsyncLock()

    /// In memory where there is room: ext4 searches long for inodes when thousands of files come and go, and three quarters
    /// of the time of copying the template went there (perf). A database takes some 12 MB while its test runs.
    private static var place: String {
        let memory = "/dev/shm"
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: memory)
        let isRoomy = (attributes?[.systemFreeSize] as? NSNumber).map { $0.int64Value >= 4 << 30 } ?? false
        return isRoomy && FileManager.default.isWritableFile(atPath: memory) ? memory : FileManager.default.temporaryDirectory.path
    }

    private static func start() async throws -> TestCluster {
        let directory = "\(place)/tb-\(getpid())"
        let cluster = try await EmbeddedCluster.start(in: directory, isDurable: false, logger: logger)
        StopAtExit.remember(directory: directory)
        let owner = Database(cluster.ownerConfiguration, logger: logger)
        _ = try await Migrator(directory: repositoryRoot + "/migrations").migrate(owner)
        await owner.close()
        return TestCluster(cluster: cluster, admin: Database(cluster.superuserConfiguration, logger: logger))
    }

    private init(cluster: EmbeddedCluster, admin: Database) {
        self.cluster = cluster
        self.admin = admin
    }

    func withDatabase<T: Sendable>(_ body: @Sendable (Database) async throws -> T) async throws -> T {
        let name = "test_\(lastNumber.next())"
        try await copying.locked {
            try await admin.run(
                SQL(stringLiteral: "CREATE DATABASE \(name) TEMPLATE trucban OWNER trucban_owner STRATEGY wal_log"))
        }
        let database = Database(configuration(of: name), logger: Self.logger)
        let result: Result<T, any Error>
        do { result = .success(try await body(database)) } catch { result = .failure(error) }
        await database.close()
        try await admin.run(SQL(stringLiteral: "DROP DATABASE \(name) WITH (FORCE)"))
        return try result.get()
    }

    private func configuration(of name: String) -> DatabaseConfiguration {
        let console = cluster.consoleConfiguration
        return DatabaseConfiguration(
            conninfo: console.conninfo.replacing("dbname=trucban", with: "dbname=\(name)"), applicationName: "tests",
            waitLimit: .seconds(60), statementTimeout: .seconds(120))
    }

    static func asOwner(_ configuration: DatabaseConfiguration) -> DatabaseConfiguration {
        DatabaseConfiguration(
            conninfo: configuration.conninfo.replacing("user=trucban ", with: "user=trucban_owner "),
            applicationName: "tests as owner", statementTimeout: .seconds(120))
    }
}

private final class SharedNumber: Sendable {
    private let number = Atomic<Int>(0)

    func next() -> Int { number.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// One at a time, waiting without a thread.
private actor AsyncLock {
    private var isTaken = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    func locked(_ body: @Sendable () async throws -> Void) async throws {
        if isTaken { await withCheckedContinuation { waiters.append($0) } }
        isTaken = true
        defer {
            if waiters.isEmpty { isTaken = false } else { waiters.removeFirst().resume() }
        }
        try await body()
    }
}

/// Stops the server and removes its files when the tests' process ends.
private enum StopAtExit {
    private static let directory = Mutex("")

    static func remember(directory: String) {
        self.directory.withLock { $0 = directory }
        atexit { StopAtExit.stop() }
    }

    /// At exit no task runs any more, so the server is asked directly: SIGQUIT, because nothing in it must survive.
    private static func stop() {
        let directory = directory.withLock { $0 }
        var root = directory + "/cluster"
        if let elsewhere = try? String(contentsOfFile: directory + "/cluster.path", encoding: .utf8) { root = elsewhere }
        if let line = try? String(contentsOfFile: root + "/postgres/postmaster.pid", encoding: .utf8).split(separator: "\n").first,
            let pid = pid_t(line)
        {
            kill(pid, SIGQUIT)
            // Ten seconds at most: where nobody reaps orphans, a dead server still has its number.
            for _ in 0..<500 where kill(pid, 0) == 0 { usleep(20_000) }
        }
        try? FileManager.default.removeItem(atPath: root)
        try? FileManager.default.removeItem(atPath: directory)
    }
}
