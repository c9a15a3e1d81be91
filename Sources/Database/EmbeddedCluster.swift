import Foundation
package import Logging
import Synchronization

/// A private PostgreSQL under a directory of ours: no network, a Unix socket in a directory of mode 0700, an
/// unprivileged user. It starts with the console and stops with it.
///
/// Who holds the lock on the directory looks after the server. A second program, such as `trucban report` beside a
/// running console, finds the lock taken and only uses what runs. A server that was left behind by a console that was
/// killed is taken over: the lock went with that console. A server that ends under a running console is started again
/// (`keepRunning`).
package final class EmbeddedCluster: Sendable {
    /// Why there is no server.
    package enum Obstacle: Error, CustomStringConvertible {
        case noBinaries
        case noUser(String)
        case directory(String)
        case failed(command: String, output: String)

        package var description: String {
            switch self {
            case .noBinaries: "không tìm thấy chương trình PostgreSQL (sudo apt-get install postgresql)"
            case .noUser(let name): "chạy bằng root cần người dùng hệ thống “\(name)” để chạy PostgreSQL"
            case .directory(let text): text
            case .failed(let command, let output): "\(command) không thành công: \(output)"
            }
        }
    }

    private let place: ClusterPlace
    /// Nil while another program looks after the server.
    private let lock: Mutex<ClusterLock?>
    private let programs: ClusterPrograms
    private let logger: Logger

    private init(place: ClusterPlace, lock: ClusterLock?, programs: ClusterPrograms, logger: Logger) {
        self.place = place
        self.lock = Mutex(lock)
        self.programs = programs
        self.logger = logger
    }

    /// What the console works with: a member of `trucban_app`.
    package var consoleConfiguration: DatabaseConfiguration { configuration(user: "trucban", database: "trucban") }

    /// Whoever owns the tables, and migrates.
    package var ownerConfiguration: DatabaseConfiguration { configuration(user: "trucban_owner", database: "trucban") }

    /// The cluster's superuser: tests make their databases with it.
    package var superuserConfiguration: DatabaseConfiguration { configuration(user: "postgres", database: "postgres") }

    /// - Parameters:
    ///   - directory: Where everything of the cluster lives; made when it is missing.
    ///   - isDurable: False only for tests: what was committed may be lost when the machine stops.
    /// - Throws: `Obstacle`, in the reader's words.
    package static func start(
        in directory: String, isDurable: Bool = true, logger: Logger
    ) async throws -> EmbeddedCluster {
        let programs = try ClusterPrograms.find()
        let place = try ClusterPlace.prepare(in: directory, owner: programs.owner)
        let lock = try await takeLock(place, programs)
        let cluster = EmbeddedCluster(place: place, lock: lock, programs: programs, logger: logger)
        guard lock != nil else { return cluster }
        do {
            try await cluster.makeIfMissing()
            try place.writeSettings(isDurable: isDurable, owner: programs.owner)
            try await cluster.startServer()
            try await cluster.makeRoles()
        } catch {
            lock?.release()
            throw error
        }
        return cluster
    }

    /// Where PostgreSQL's programs are.
    package static func binaryDirectory() throws -> String {
        try ClusterPrograms.find().directory
    }

    /// Stops the server when it is this program's to look after; sessions are ended, what was committed stays.
    package func stop() async {
        guard let lock = lock.withLock({ $0 }) else { return }
        do {
            try await programs.run("pg_ctl", ["stop", "-D", place.data, "-m", "fast", "-w", "-t", "60"])
        } catch {
            logger.error("PostgreSQL did not stop", metadata: ["error": "\(error)"])
        }
        lock.release()
    }

    /// Looks every second whether the server is there, and starts it again when it is not: somebody ended it, or the kernel
    /// did when memory ran out. Where another program looked after it and has ended, this one takes over. Returns when the
    /// task is cancelled.
    package func keepRunning() async {
        while !Task.isCancelled {
            if holdsLock(), !place.isServerAlive {
                logger.warning("PostgreSQL has ended; starting it again", metadata: ["directory": "\(place.data)"])
                do {
                    try await startServer()
                    logger.notice("PostgreSQL runs again", metadata: ["directory": "\(place.data)"])
                } catch {
                    logger.error("PostgreSQL did not start", metadata: ["error": "\(error)"])
                }
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Whether the server is this program's to look after; takes the lock when nobody else has it.
    private func holdsLock() -> Bool {
        lock.withLock { lock in
            if lock == nil { lock = try? ClusterLock(path: place.lock) }
            return lock != nil
        }
    }

    private func configuration(user: String, database: String) -> DatabaseConfiguration {
        DatabaseConfiguration(conninfo: "host='\(place.sockets)' user=\(user) dbname=\(database)")
    }

    /// - Returns: nil when another program looks after a server that answers. One that is just starting is waited for.
    private static func takeLock(_ place: ClusterPlace, _ programs: ClusterPrograms) async throws -> ClusterLock? {
        for _ in 0..<600 {
            if let lock = try ClusterLock(path: place.lock) { return lock }
            if (try? await programs.run("pg_isready", ["-q", "-h", place.sockets, "-d", "trucban"])) != nil { return nil }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Obstacle.directory("một tiến trình khác giữ \(place.root) nhưng PostgreSQL của nó không trả lời")
    }

    private func makeIfMissing() async throws {
        guard !FileManager.default.fileExists(atPath: place.data + "/PG_VERSION") else { return }
        logger.info("making a PostgreSQL cluster", metadata: ["directory": "\(place.data)"])
        place.clearUnfinished()
        let unfinished = place.freshUnfinished()
        try await programs.run(
            "initdb",
            [
                "-D", unfinished, "-U", "postgres", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8",
                "--locale-provider=icu", "--icu-locale=vi-VN", "--locale=C.UTF-8",
            ])
        // A cluster that was killed half made is made anew: only a whole one gets the name.
        guard rename(unfinished, place.data) == 0 else {
            throw Obstacle.directory("không đổi tên được \(unfinished)")
        }
    }

    private func startServer() async throws {
        if place.isServerAlive {
            logger.notice("taking over a PostgreSQL that was left running", metadata: ["directory": "\(place.data)"])
            let isReady = (try? await programs.run("pg_isready", ["-q", "-h", place.sockets, "-d", "postgres"])) != nil
            if isReady { return }
            try await programs.run("pg_ctl", ["stop", "-D", place.data, "-m", "fast", "-w", "-t", "60"])
        }
        try await place.clearLeftovers()
        try await programs.run("pg_ctl", ["start", "-D", place.data, "-l", place.log, "-w", "-t", "60", "-s"])
    }

    /// The roles of the embedded cluster: one owns the tables, one works with them, and neither is a superuser.
    private func makeRoles() async throws {
        let database = Database(superuserConfiguration, logger: logger)
        do {
            try await Self.makeRoles(database)
            await database.close()
        } catch {
            await database.close()
            throw error
        }
    }

    private static func makeRoles(_ database: Database) async throws {
        let names = try await database.values("SELECT rolname::text FROM pg_roles", as: String.self)
        if !names.contains("trucban_app") { try await database.run("CREATE ROLE trucban_app NOLOGIN") }
        if !names.contains("trucban_owner") { try await database.run("CREATE ROLE trucban_owner LOGIN CREATEROLE") }
        if !names.contains("trucban") { try await database.run("CREATE ROLE trucban LOGIN IN ROLE trucban_app") }
        let isThere = try await database.value(
            "SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'trucban')", as: Bool.self)
        if !isThere { try await database.run("CREATE DATABASE trucban OWNER trucban_owner") }
    }
}
