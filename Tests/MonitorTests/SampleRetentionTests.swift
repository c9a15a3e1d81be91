import Civil
import Database
import TestKit
import Testing

@testable import Monitor

/// Months of samples that have served are dropped whole; the standard setting keeps thirteen besides the one that runs.
struct SampleRetentionTests {
    /// 24/11/2026 09:00 in Vietnam.
    private let now = Instant(seconds: 1_795_485_600)

    private func months(_ database: Database) async throws -> [String] {
        try await database.values(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'samples'::regclass ORDER BY 1", as: String.self
        ).filter { $0 != "samples_default" && $0 < "samples_2026_11" }
    }

    /// Partitions of September to November 2025, with a sample each.
    private func old(_ database: Database) async throws {
        let september = Instant(seconds: 1_757_030_400)
        try await database.run("SELECT create_sample_partitions(2, \(september))")
        for month in 0..<3 {
            try await database.run(
                "INSERT INTO samples (monitor_id, at) VALUES (1, \(september + .seconds(Int64(month) * 30 * 86_400)))")
        }
        #expect(try await months(database) == ["samples_2025_09", "samples_2025_10", "samples_2025_11"])
        _ = try await MonitorStore(database: database).rollUp(at: now)
    }

    @Test func theOldestMonthGoesFirstAndTheThirteenYoungestStay() async throws {
        try await withDatabase { database in
            try await old(database)
            let store = MonitorStore(database: database)
            #expect(try await store.dropOldestSamples(at: now) == ["samples_2025_09"])
            #expect(try await database.value("SELECT count(*) FROM samples", as: Int.self) == 2)
            // November 2026 runs; October 2025 is the thirteenth month before it.
            #expect(try await store.dropOldestSamples(at: now) == [])
            #expect(try await months(database) == ["samples_2025_10", "samples_2025_11"])
            try await database.run("INSERT INTO settings (key, value, updated_at) VALUES ('monitor.sample_months', '12', \(now))")
            #expect(try await store.dropOldestSamples(at: now) == ["samples_2025_10"])
            #expect(try await store.dropOldestSamples(at: now) == [])
        }
    }

    @Test func whoReadsIsNotMadeToWait() async throws {
        try await withDatabase { database in
            try await old(database)
            let store = MonitorStore(database: database)
            try await database.transaction { tx in
                // A reader holds the table; the duty gives up and comes back another time.
                _ = try await tx.value("SELECT count(*) FROM samples", as: Int.self)
                let refused = await #expect(throws: DatabaseError.self) { try await store.dropOldestSamples(at: now) }
                #expect(refused?.sqlState == "55P03")
            }
            #expect(try await store.dropOldestSamples(at: now) == ["samples_2025_09"])
        }
    }
}
