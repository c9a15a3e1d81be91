import Database
import Foundation
import Logging
import TestKit
import Testing

@Suite struct ConnectionTests {
    private let quiet = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    @Test func aCancelledTaskStopsItsStatementAndTheSessionGoesOn() async throws {
        try await withDatabase { database in
            let marker = "SELECT pg_sleep(600), 'cancel me'"
            let task = Task { try await database.run("SELECT pg_sleep(600), 'cancel me'") }
            try await until { try await database.value("SELECT count(*) FROM pg_stat_activity WHERE query = \(marker) AND state = 'active'", as: Int.self) == 1 }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try await until { try await database.value("SELECT count(*) FROM pg_stat_activity WHERE query = \(marker) AND state = 'active'", as: Int.self) == 0 }
            try await #expect(database.value("SELECT 1", as: Int.self) == 1)
        }
    }

    @Test func aFullPoolIsUnavailableAfterItsWaitLimit() async throws {
        try await withDatabase { database in
            var configuration = database.configuration
            configuration.connections = 1
            configuration.waitLimit = .milliseconds(50)
            let small = Database(configuration, logger: quiet)
            try await small.withConnection { _ in
                do {
                    try await small.run("SELECT 1")
                    Issue.record("a second session out of a pool of one")
                } catch let error as DatabaseError {
                    #expect(error.isUnavailable)
                }
            }
            try await #expect(small.value("SELECT 1", as: Int.self) == 1)
            await small.close()
        }
    }

    @Test func manyTasksShareFewSessions() async throws {
        try await withDatabase { database in
            let sum = try await withThrowingTaskGroup { group in
                for number in 1...500 { group.addTask { try await database.value("SELECT \(number)", as: Int.self) } }
                return try await group.reduce(0, +)
            }
            #expect(sum == 125_250)
            let sessions: Int = try await database.value(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            #expect(sessions <= 10)
        }
    }

    @Test func aSessionThatTheServerEndedIsReplacedWithoutAFailure() async throws {
        try await withDatabase { database in
            let old: Int = try await database.value("SELECT pg_backend_pid()")
            _ = try? await database.run("SELECT pg_terminate_backend(pg_backend_pid())")
            let new: Int = try await database.value("SELECT pg_backend_pid()")
            #expect(new != old)
        }
    }

    @Test func planChangesAreSurvived() async throws {
        try await withDatabase { database in
            try await database.withConnection { connection in
                try await connection.run("CREATE TEMP TABLE changing (a bigint)")
                _ = try await connection.query("SELECT * FROM changing") { _ in }
                try await connection.run("ALTER TABLE changing ADD COLUMN b bigint")
                _ = try await connection.query("SELECT * FROM changing") { _ in }
            }
        }
    }

    @Test func newsIsHeard() async throws {
        try await withDatabase { database in
            let listener = Listener(database.configuration, logger: quiet)
            var news = listener.notifications(on: ["outages"]).makeAsyncIterator()
            #expect(await news.next() == .missed)
            try await database.run("SELECT pg_notify('outages', '7')")
            #expect(await news.next() == .said(channel: "outages", payload: "7"))
        }
    }
}

/// Asks again until it is so; the tests' runner ends what never is.
func until(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(10)) }
}
