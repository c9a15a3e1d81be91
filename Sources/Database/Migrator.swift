import Crypto
import Foundation

/// Brings a schema up to date with a directory of files `NNNN_name.sql`, forward only: each runs once, in a transaction of
/// its own, and may not change afterwards.
package struct Migrator: Sendable {
    /// A file and what it holds.
    private struct Migration {
        let number: Int
        let name: String
        let script: String

        var checksum: String {
            SHA256.hash(data: Data(script.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// Why the schema cannot be brought up to date.
    package enum Obstacle: Error, CustomStringConvertible {
        case directory(String)
        case fileName(String)
        case changed(String)
        case unknown(number: Int)

        package var description: String {
            switch self {
            case .directory(let path): "không đọc được thư mục lược đồ \(path)"
            case .fileName(let name): "tên tệp lược đồ không đúng dạng NNNN_ten.sql: \(name)"
            case .changed(let name): "tệp lược đồ \(name) đã bị sửa sau khi áp dụng"
            case .unknown(let number): "cơ sở dữ liệu có lược đồ số \(number) mà bản Trực Ban này chưa biết"
            }
        }
    }

    private struct Applied: PostgresRow {
        let number: Int
        let checksum: String

        static var columns: String { "number, checksum" }

        init(row: inout RowReader) throws {
            number = try row.read()
            checksum = try row.read()
        }
    }

    /// 161/2025: two programs that migrate at once take turns.
    private static let lock: Int64 = 161_202_500

    private let directory: String

    package init(directory: String) {
        self.directory = directory
    }

    /// - Returns: The names of the files that were applied now.
    /// - Throws: `Obstacle`; `DatabaseError` of the statement that failed, and then that file has left no trace.
    package func migrate(_ database: Database) async throws -> [String] {
        let migrations = try load()
        return try await database.withConnection { connection in
            try await connection.execute(script: "SET statement_timeout = 0; SET lock_timeout = 0")
            try await connection.run("SELECT pg_advisory_lock(\(Self.lock))")
            do {
                let applied = try await apply(migrations, on: connection)
                try await connection.run("SELECT pg_advisory_unlock(\(Self.lock))")
                return applied
            } catch {
                // The lock goes with the session.
                await connection.close()
                throw error
            }
        }
    }

    /// - Returns: The names of the files that are still to be applied.
    package func pending(_ database: Database) async throws -> [String] {
        let isThere = try await database.value("SELECT to_regclass('schema_migrations') IS NOT NULL", as: Bool.self)
        guard isThere else { return try load().map(\.name) }
        let applied = try await database.values("SELECT number FROM schema_migrations", as: Int.self)
        return try load().filter { !applied.contains($0.number) }.map(\.name)
    }

    private func apply(_ migrations: [Migration], on connection: Connection) async throws -> [String] {
        try await connection.run(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now())
            """)
        try await connection.run("GRANT SELECT ON schema_migrations TO PUBLIC")
        let applied: [Applied] = try await connection.all("SELECT \(columns: Applied.self) FROM schema_migrations")
        let known = Dictionary(uniqueKeysWithValues: migrations.map { ($0.number, $0) })
        for row in applied {
            guard let migration = known[row.number] else { throw Obstacle.unknown(number: row.number) }
            guard migration.checksum == row.checksum else { throw Obstacle.changed(migration.name) }
        }
        let numbers = Set(applied.map(\.number))
        let missing = migrations.filter { !numbers.contains($0.number) }
        for migration in missing { try await apply(migration, on: connection) }
        return missing.map(\.name)
    }

    private func apply(_ migration: Migration, on connection: Connection) async throws {
        try await connection.control("BEGIN")
        do {
            try await connection.execute(script: migration.script)
            try await connection.run(
                """
                INSERT INTO schema_migrations (number, name, checksum)
                VALUES (\(migration.number), \(migration.name), \(migration.checksum))
                """)
            try await connection.control("COMMIT")
        } catch {
            _ = try? await connection.control("ROLLBACK")
            throw error
        }
    }

    private func load() throws -> [Migration] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw Obstacle.directory(directory)
        }
        return try names.filter { $0.hasSuffix(".sql") }.sorted().map { name in
            guard let match = name.wholeMatch(of: /(\d{4})_[a-z_]+\.sql/), let number = Int(match.1) else {
                throw Obstacle.fileName(name)
            }
            let script = try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
            return Migration(number: number, name: name, script: script)
        }
    }
}
