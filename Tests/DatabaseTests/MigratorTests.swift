import Database
import Foundation
import TestKit
import Testing

@Suite struct MigratorTests {
    private func withFiles<T>(_ files: [String: String], _ body: (String) async throws -> T) async throws -> T {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in files { try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8) }
        return try await body(folder)
    }

    /// A database with nothing in it.
    private func withEmpty(_ body: @escaping @Sendable (Database) async throws -> Void) async throws {
        try await withDatabase { database in
            try await database.asOwner { owner in
                try await owner.run("DROP TABLE schema_migrations")
                try await body(owner)
            }
        }
    }

    @Test func eachFileRunsOnceInOrder() async throws {
        try await withEmpty { database in
            try await withFiles(["0002_b.sql": "INSERT INTO made VALUES (2)", "0001_a.sql": "CREATE TABLE made (n int); INSERT INTO made VALUES (1)"]) { folder in
                let migrator = Migrator(directory: folder)
                try await #expect(migrator.pending(database) == ["0001_a.sql", "0002_b.sql"])
                try await #expect(migrator.migrate(database) == ["0001_a.sql", "0002_b.sql"])
                try await #expect(migrator.migrate(database) == [])
                try await #expect(migrator.pending(database) == [])
                try await #expect(database.values("SELECT n FROM made ORDER BY n", as: Int.self) == [1, 2])
            }
        }
    }

    @Test func aFileThatFailsLeavesNoTrace() async throws {
        try await withEmpty { database in
            try await withFiles(["0001_a.sql": "CREATE TABLE made (n int); SELECT 1 / 0"]) { folder in
                await #expect(throws: DatabaseError.self) { try await Migrator(directory: folder).migrate(database) }
                try await #expect(database.value("SELECT to_regclass('made') IS NULL", as: Bool.self))
                try await #expect(Migrator(directory: folder).pending(database) == ["0001_a.sql"])
            }
        }
    }

    @Test func aChangedFileIsRefusedByName() async throws {
        try await withEmpty { database in
            try await withFiles(["0001_a.sql": "CREATE TABLE made (n int)"]) { folder in
                _ = try await Migrator(directory: folder).migrate(database)
                try "CREATE TABLE made (n bigint)".write(toFile: folder + "/0001_a.sql", atomically: true, encoding: .utf8)
                do {
                    _ = try await Migrator(directory: folder).migrate(database)
                    Issue.record("a changed file was accepted")
                } catch let obstacle as Migrator.Obstacle {
                    #expect(obstacle.description.contains("0001_a.sql"))
                }
            }
        }
    }

    @Test func aNewerDatabaseIsRefused() async throws {
        try await withEmpty { database in
            try await withFiles(["0001_a.sql": "SELECT 1", "0002_b.sql": "SELECT 1"]) { folder in
                _ = try await Migrator(directory: folder).migrate(database)
                try FileManager.default.removeItem(atPath: folder + "/0002_b.sql")
                await #expect(throws: Migrator.Obstacle.self) { try await Migrator(directory: folder).migrate(database) }
            }
        }
    }

    @Test func twoAtOnceTakeTurns() async throws {
        try await withEmpty { database in
            try await withFiles(["0001_a.sql": "CREATE TABLE made (n int)"]) { folder in
                async let first = Migrator(directory: folder).migrate(database)
                async let second = Migrator(directory: folder).migrate(database)
                try await #expect((first + second) == ["0001_a.sql"])
            }
        }
    }
}
