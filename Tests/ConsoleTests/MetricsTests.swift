import Civil
import Database
import HTTPTypes
import TestKit
import Testing
import Web

@testable import Console

/// What `/metrics` tells of monitors.
@Suite struct MetricsTests {
    private static func exposition(_ town: Town) async throws -> String {
        try await town.browser(nil).ask(.get, "/metrics", [.authorization: "Bearer token of the test"]).body
    }

    @Test func whatNobodyWatchesIsUnknown() async throws {
        try await WholeHouse.with { town, _ in
            try await town.database.run(
                """
                WITH made AS (
                    INSERT INTO monitors (name, kind, url, created_at, paused_at, deleted_at)
                    SELECT 'Máy ' || n, 'http', 'http://127.0.0.1:1/', \(town.now), CASE n WHEN 3 THEN \(town.now)::timestamptz END,
                           CASE n WHEN 4 THEN \(town.now)::timestamptz END
                    FROM   generate_series(1, 4) AS n RETURNING id)
                INSERT INTO monitor_states (monitor_id, since, state) SELECT id, \(town.now), 'up' FROM made
                """)
            try await town.database.run(
                "INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(town.now), \(town.now - .seconds(30)), 'test')")
            let seen = try await Self.exposition(town)
            #expect(seen.contains("\ntrucban_monitors_up 2.0\n") && seen.contains("\ntrucban_monitors_unknown 0.0\n"), "\(seen)")
            #expect(seen.contains("\ntrucban_monitors_paused 1.0\n"))
            try await town.database.run("UPDATE watches SET last_beat_at = \(town.now - .seconds(31))")
            let blind = try await Self.exposition(town)
            #expect(blind.contains("\ntrucban_monitors_up 0.0\n") && blind.contains("\ntrucban_monitors_unknown 2.0\n"), "\(blind)")
        }
    }
}
