import Civil
import Database
import Foundation
import Logging
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

    /// It failed before it was sent: the server does not know it, and what waited to be sent with it is gone.
    @Test(arguments: [true, false])
    func whatFailsOnThisSideFailsTheWholeToo(isFirst: Bool) async throws {
        try await withDatabase { database in
            await #expect(throws: DatabaseError.self) {
                try await database.transaction { tx in
                    if !isFirst { try await tx.run("INSERT INTO settings (key, value, updated_at) VALUES ('a', 'b', now())") }
                    tx.later("INSERT INTO settings (key, value, updated_at) VALUES ('c', 'd', now())")
                    _ = try? await tx.run("SELECT nothing_there")
                    _ = try? await tx.run("INSERT INTO settings (key, value, updated_at) VALUES ('e', 'f', now())")
                }
            }
            try await #expect(database.value("SELECT count(*) FROM settings", as: Int.self) == 0)
        }
    }

    @Test func whoIsCancelledInTheMiddleCommitsNothing() async throws {
        try await withDatabase { database in
            let task = Task {
                try await database.transaction { tx in
                    try await tx.run("INSERT INTO settings (key, value, updated_at) VALUES ('a', 'b', now())")
                    tx.later("INSERT INTO settings (key, value, updated_at) VALUES ('c', 'd', now())")
                    withUnsafeCurrentTask { $0?.cancel() }
                    _ = try? await tx.run("SELECT 1")
                }
            }
            await #expect(throws: DatabaseError.self) { try await task.value }
            try await #expect(database.value("SELECT count(*) FROM settings", as: Int.self) == 0)
        }
    }

    // MARK: What nobody waits for

    private static func oneSession(of database: Database) -> Database {
        var configuration = database.configuration
        configuration.connections = 1
        return Database(configuration, logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func whatNobodyWaitsForTravelsWithTheNextStatementOrTheCommit() async throws {
        try await withDatabase { database in
            let before = database.statementCount
            let seen = try await database.transaction { tx in
                tx.later("INSERT INTO settings (key, value, updated_at) VALUES ('a', 'b', now())")
                tx.later("INSERT INTO settings (key, value, updated_at) VALUES (\("c"), \("d"), now())")
                let seen = try await tx.values("SELECT key FROM settings ORDER BY key", as: String.self)
                tx.later("DELETE FROM settings WHERE key = \("a")")
                return seen
            }
            #expect(seen == ["a", "c"] && database.statementCount - before == 4)
            try await #expect(database.values("SELECT key FROM settings", as: String.self) == ["c"])
        }
    }

    /// A transaction of which nothing was ever asked sends nothing.
    @Test func nothingIsBegunForNothing() async throws {
        try await withDatabase { database in
            let one = Self.oneSession(of: database)
            try await one.run("SELECT 'the last that was asked'")
            #expect(try await one.transaction { _ in 7 } == 7)
            await #expect(throws: Stop.self) { try await one.transaction { _ in throw Stop() } }
            try await #expect(
                database.value("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT ''the last that was asked'''", as: Int.self) == 1)
            await one.close()
        }
    }

    struct Broken: Sendable, CustomStringConvertible {
        let name: String
        let body: @Sendable (Transaction) async throws -> Void
        var testDescription: String { name }
        var description: String { name }
    }

    static let broken: [Broken] = [
        Broken(name: "thrown by the next statement, with its own text") { tx in
            tx.later("SELECT 1 / 0")
            try await tx.run("INSERT INTO settings (key, value, updated_at) VALUES ('x', 'y', now())")
        },
        Broken(name: "thrown by the commit") { tx in
            try await tx.run("INSERT INTO settings (key, value, updated_at) VALUES ('x', 'y', now())")
            tx.later("SELECT 1 / 0")
            tx.later("INSERT INTO settings (key, value, updated_at) VALUES ('z', 'y', now())")
        },
        Broken(name: "thrown before rows are copied") { tx in
            tx.later("SELECT 1 / 0")
            try await tx.copyIn("settings", columns: ["key", "value", "updated_at"], rows: [["a", "b", Instant(seconds: 0)]])
        },
    ]

    @Test(arguments: broken) func whatItBreaksIsThrownAndNothingIsLeft(_ broken: Broken) async throws {
        try await withDatabase { database in
            do {
                try await database.transaction(broken.body)
                Issue.record("division by zero")
            } catch let error as DatabaseError {
                #expect(error.sqlState == "22012" && error.statement == "SELECT 1 / 0")
            }
            try await #expect(database.value("SELECT count(*) FROM settings", as: Int.self) == 0)
        }
    }

    /// The server goes away between what was sent together.
    @Test func aSessionThatEndsInTheMiddleIsSaidToBeUnavailable() async throws {
        try await withDatabase { database in
            do {
                try await database.transaction { tx in
                    tx.later("INSERT INTO settings (key, value, updated_at) VALUES ('a', 'b', now())")
                    tx.later("SELECT pg_terminate_backend(pg_backend_pid())")
                    tx.later("INSERT INTO settings (key, value, updated_at) VALUES ('c', 'd', now())")
                }
                Issue.record("a session that was ended committed")
            } catch let error as DatabaseError {
                #expect(error.isUnavailable, "\(error)")
            }
            try await #expect(database.value("SELECT count(*) FROM settings", as: Int.self) == 0)
        }
    }

    /// As a proxy does it that gives another session: what was prepared is not there.
    @Test func whatIsNotPreparedAnyMoreBeginsTheTransactionAnew() async throws {
        try await withDatabase { database in
            let one = Self.oneSession(of: database)
            func write() async throws -> Int {
                try await one.transaction { tx in
                    tx.later("INSERT INTO settings (key, value, updated_at) VALUES (\(UUID().uuidString), 'b', now())")
                    return try await tx.value("SELECT count(*) FROM settings")
                }
            }
            try await #expect(write() == 1)
            try await one.run("DEALLOCATE ALL")
            try await #expect(write() == 2)
            await one.close()
        }
    }

    /// From one statement to the next no other thread is woken.
    @Test func aTransactionRunsOnTheThreadOfItsSession() async throws {
        try await withDatabase { database in
            let threads = try await database.transaction { tx in
                var threads: Set<UInt> = [threadNumber()]
                for number in 1...3 {
                    try await tx.run("SELECT \(number)")
                    threads.insert(threadNumber())
                }
                return threads
            }
            #expect(threads.count == 1 && threads != [threadNumber()])
        }
    }

    /// What waits for the server waits on the session's thread, and on none of those that all tasks share.
    @Test func aStatementAloneRunsOnTheThreadOfItsSession() async throws {
        try await withDatabase { database in
            let one = Self.oneSession(of: database)
            let session = try await one.transaction { _ in threadNumber() }
            for _ in 1...20 {
                let threads = try await one.query("SELECT generate_series(1, 3)") { _ in threadNumber() }.rows
                #expect(Set(threads) == [session])
            }
            await one.close()
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

private func threadNumber() -> UInt { UInt(pthread_self()) }

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
