import Civil
import Database
import Foundation
import Logging
import TestKit
import Testing

/// A server whose connection stands, and that takes and says nothing any more.
@Suite struct SilentServerTests {
    /// Passes on what goes to the real server and back, until so many bytes have gone there; then it reads no more of them.
    private static let proxy = """
        import socket, sys, threading
        ours, theirs, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
        def pump(source, target, limit):
            passed = 0
            while data := source.recv(65536):
                target.sendall(data)
                passed += len(data)
                if limit and passed > limit: threading.Event().wait()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(ours)
        listener.listen()
        print(0)
        while True:
            client = listener.accept()[0]
            server = socket.socket(socket.AF_UNIX)
            server.connect(theirs)
            for way in ((client, server, limit), (server, client, 0)):
                threading.Thread(target=pump, args=way, daemon=True).start()
        """

    @Test func aCopyIsNotSentForEver() async throws {
        try await withDatabase { database in
            let host = try #require(database.configuration.conninfo.firstMatch(of: /host='(.+?)'/)?.1)
            let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tb-\(UUID().uuidString.prefix(8))")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: directory) }
            let name = ".s.PGSQL.5432"
            try await PythonServer.with(
                script: Self.proxy, [directory.appendingPathComponent(name).path, "\(host)/\(name)", "300000"]
            ) { _ in
                let silent = DatabaseConfiguration(
                    conninfo: database.configuration.conninfo.replacing(host, with: directory.path), connections: 1,
                    statementTimeout: .seconds(1))
                let one = Database(silent, logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
                let row: [any PostgresEncodable] = ["a", String(repeating: "x", count: 1000), Instant(seconds: 0)]
                do {
                    _ = try await one.transaction {
                        try await $0.copyIn(
                            "settings", columns: ["key", "value", "updated_at"], rows: Array(repeating: row, count: 5000))
                    }
                    Issue.record("a server that had stopped reading took 5 MB")
                } catch let error as DatabaseError {
                    #expect("\(error)".contains("the server did not answer"), "\(error)")
                }
                await one.close()
            }
            try await #expect(database.value("SELECT count(*) FROM settings", as: Int.self) == 0)
        }
    }
}
