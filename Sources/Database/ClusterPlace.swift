import Foundation

/// The directories of an embedded cluster.
struct ClusterPlace: Sendable {
    let root: String
    let sockets: String

    var data: String { root + "/postgres" }
    private var unfinished: String { data + ".unfinished" }
    var log: String { root + "/postgres.log" }
    var lock: String { root + "/lock" }

    /// A socket's path has room for 107 bytes (unix(7)); PostgreSQL adds `/.s.PGSQL.5432.lock` to its directory.
    private static let socketDirectoryLimit = 107 - 20

    /// - Parameter owner: Who runs the server, when that is not whoever runs this program.
    static func prepare(in directory: String, owner: SystemUser?) throws -> ClusterPlace {
        let path = URL(fileURLWithPath: directory).standardizedFileURL.path
        try make(path, mode: 0o755)
        let root = try owner.map { try reachableRoot(path, for: $0) } ?? path + "/cluster"
        try make(root, mode: 0o700, owner: owner)
        var sockets = root + "/socket"
        if sockets.utf8.count > socketDirectoryLimit {
            // Too long a path: a short one, found again by its name, that nobody else can have made.
            sockets = "/tmp/trucban-\(geteuid())-\(String(stableHash(root), radix: 36))"
        }
        try make(sockets, mode: 0o700, owner: owner)
        try checkPrivate(sockets, owner: owner)
        return ClusterPlace(root: root, sockets: sockets)
    }

    private var serverFile: String { data + "/postmaster.pid" }
    private var socketFile: String { sockets + "/.s.PGSQL.5432.lock" }

    var isServerAlive: Bool { RecordedServer(in: serverFile)?.isAlive ?? false }

    /// Removes what a server that has ended without a word left, which would keep the next one from starting. To be asked
    /// while no server is alive.
    ///
    /// - Throws: `Obstacle.directory` when sessions of that server have not ended within ten seconds.
    func clearLeftovers() async throws {
        for _ in 0..<100 where RecordedServer(in: serverFile)?.hasSessions ?? false {
            try await Task.sleep(for: .milliseconds(100))
        }
        if RecordedServer(in: serverFile)?.hasSessions ?? false {
            throw EmbeddedCluster.Obstacle.directory("các phiên của PostgreSQL đã dừng vẫn còn giữ \(data)")
        }
        for file in [serverFile, socketFile] where !(RecordedServer(in: file)?.isAlive ?? false) { unlink(file) }
    }

    /// Writes what the server is started with. The file is ours: it is made anew at each start.
    func writeSettings(isDurable: Bool, owner: SystemUser?) throws {
        let settings = """
            # Trực Ban ghi tệp này mỗi lần khởi động.
            listen_addresses = ''
            unix_socket_directories = '\(sockets.replacing("'", with: "''"))'
            unix_socket_permissions = 0700
            max_connections = 60
            shared_buffers = '128MB'
            work_mem = '8MB'
            jit = off
            timezone = 'UTC'
            log_timezone = 'UTC'
            lc_messages = 'C.UTF-8'
            wal_compression = on
            random_page_cost = 1.1
            \(isDurable ? "" : "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 300")

            """
        try write(settings, to: data + "/trucban.conf", owner: owner)
        let main = data + "/postgresql.conf"
        let text = try String(contentsOfFile: main, encoding: .utf8)
        if !text.contains("include 'trucban.conf'") {
            try write(text + "\ninclude 'trucban.conf'\n", to: main, owner: owner)
        }
    }

    /// Where an initdb may work that nobody else works in: one whose console was killed may still be at it.
    func freshUnfinished() -> String { "\(unfinished)-\(UUID().uuidString.lowercased())" }

    /// Removes what initdbs that did not finish have left.
    func clearUnfinished() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        for path in names.map({ "\(root)/\($0)" }) where path.hasPrefix(unfinished) {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    private func write(_ text: String, to path: String, owner: SystemUser?) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        chmod(path, 0o600)
        if let owner { chown(path, owner.id, owner.group) }
    }

    /// Where `owner` can get: below `path`, or where a directory above it is closed to others, below /var/lib. The choice is
    /// written down, so that removing `path` also forgets the cluster.
    private static func reachableRoot(_ path: String, for owner: SystemUser) throws -> String {
        let note = path + "/cluster.path"
        if let known = try? String(contentsOfFile: note, encoding: .utf8) { return known.trimmed }
        if owner.canReach(path) { return path + "/cluster" }
        try make("/var/lib/trucban", mode: 0o755)
        let root = "/var/lib/trucban/\(UUID().uuidString.lowercased())"
        try Data(root.utf8).write(to: URL(fileURLWithPath: note), options: .atomic)
        return root
    }

    private static func make(_ path: String, mode: mode_t, owner: SystemUser? = nil) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw EmbeddedCluster.Obstacle.directory("không tạo được thư mục \(path): \(error.localizedDescription)")
        }
        guard mode == 0o700 else { return }
        chmod(path, mode)
        if let owner { chown(path, owner.id, owner.group) }
    }

    private static func checkPrivate(_ path: String, owner: SystemUser?) throws {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_mode & 0o077 == 0,
            status.st_uid == owner?.id ?? geteuid()
        else { throw EmbeddedCluster.Obstacle.directory("thư mục \(path) phải là của riêng người chạy PostgreSQL") }
    }

    /// FNV-1a: Swift's own hash differs from run to run.
    private static func stableHash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
