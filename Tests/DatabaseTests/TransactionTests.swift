import Civil
import Database
import Foundation
import TestKit
import Testing

@Suite struct TransactionTests {
    private struct Stop: Error {}

    @Test func allOrNothing() async throws {
        try await withDatabase { database in
            await #expect(throws: Stop.self) {
                try await database.transaction { tx in
                    try await tx.run("INSERT INTO settings (key, value, updated_at) VALUES ('a', 'b', now())")
                    throw Stop()
                }
            }
            try await #expect(database.value("SELECT count(*) FROM settings", as: Int.self) == 0)
        }
    }

    @Test func aFailedStatementThatWasSwallowedFailsTheWhole() async throws {
        try await withDatabase { database in
            await #expect(throws: DatabaseError.self) {
                try await database.transaction { tx in
                    try await tx.run("INSERT INTO settings (key, value, updated_at) VALUES ('a', 'b', now())")
                    _ = try? await tx.run("SELECT 1 / 0")
                }
            }
            try await #expect(database.value("SELECT count(*) FROM settings", as: Int.self) == 0)
        }
    }

    @Test func aNestedPartFailsAlone() async throws {
        try await withDatabase { database in
            try await database.transaction { tx in
                try await tx.run("INSERT INTO settings (key, value, updated_at) VALUES ('a', 'b', now())")
                _ = try? await tx.nested { part in
                    try await part.run("INSERT INTO settings (key, value, updated_at) VALUES ('c', 'd', now())")
                    try await part.run("SELECT 1 / 0")
                }
            }
            try await #expect(database.values("SELECT key FROM settings", as: String.self) == ["a"])
        }
    }

    /// Two transactions take two rows crosswise: one is chosen to die, and is run again.
    @Test func aDeadlockIsRunAgain() async throws {
        try await withDatabase { database in
            try await database.run(
                "INSERT INTO settings (key, value, updated_at) VALUES ('a', '0', now()), ('b', '0', now())")
            let meeting = Meeting()
            try await withThrowingTaskGroup { group in
                for (first, second) in [("a", "b"), ("b", "a")] {
                    group.addTask { @Sendable in
                        try await database.transaction { tx in
                            let attempt = await meeting.count()
                            try await tx.run("UPDATE settings SET value = value::int + 1 WHERE key = \(first)")
                            if attempt <= 2 { await meeting.wait() }
                            try await tx.run("UPDATE settings SET value = value::int + 1 WHERE key = \(second)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await #expect(database.values("SELECT value FROM settings", as: String.self) == ["2", "2"])
            #expect(await meeting.attempts == 3)
        }
    }

    @Test func uniqueViolationsCarryTheirConstraint() async throws {
        try await withDatabase { database in
            try await database.run("INSERT INTO settings (key, value, updated_at) VALUES ('a', 'b', now())")
            do {
                try await database.run("INSERT INTO settings (key, value, updated_at) VALUES ('a', 'b', now())")
                Issue.record("the same key twice")
            } catch let error as DatabaseError {
                #expect(error.isUniqueViolation(of: "settings_pkey"))
                #expect(error.sqlState == "23505")
                #expect(!error.isUnavailable)
            }
        }
    }

    @Test func copyWritesWhatInsertWouldWrite() async throws {
        try await withDatabase { database in
            let now = Instant(seconds: 1_795_485_600)
            let rows: [[any PostgresEncodable]] = (0..<3000).map { ["khóa \($0)", "giá trị", now] }
            let written = try await database.transaction {
                try await $0.copyIn("settings", columns: ["key", "value", "updated_at"], rows: rows)
            }
            #expect(written == 3000)
            let found: Int = try await database.value(
                "SELECT count(*) FROM settings WHERE key LIKE 'khóa %' AND updated_at = \(now)")
            #expect(found == 3000)
        }
    }

    @Test func aBadRowOfACopyLeavesNothing() async throws {
        try await withDatabase { database in
            let rows: [[any PostgresEncodable]] = [["a", "b", Instant(seconds: 0)], ["a", "b", Instant(seconds: 0)]]
            await #expect(throws: DatabaseError.self) {
                try await database.transaction {
                    try await $0.copyIn("settings", columns: ["key", "value", "updated_at"], rows: rows)
                }
            }
            try await #expect(database.value("SELECT count(*) FROM settings", as: Int.self) == 0)
        }
    }
}

/// Counts who came, and lets two tasks go on together.
private actor Meeting {
    private(set) var attempts = 0
    private var first: CheckedContinuation<Void, Never>?

    func count() -> Int {
        attempts += 1
        return attempts
    }

    func wait() async {
        if let first {
            self.first = nil
            first.resume()
        } else {
            await withCheckedContinuation { first = $0 }
        }
    }
}
