import Civil
import Database
import Organization
import TestKit
import Testing
import Web

@testable import Monitor

/// Samples are summed up by the hour and by the day, once, and again when one comes late.
struct RollupTests {
    /// 24/11/2026 09:00 in Vietnam; the hour of the samples begins at 07:00.
    private static let now = Instant(seconds: 1_795_485_600)
    private static let hour = now - .seconds(7200)

    private struct Sum: PostgresRow {
        let begun: Instant
        let counts: [Int]
        let total: [Int64]?
        let tls: [Int64]?
        let slowest: Int64?

        static var columns: String { "begun_at, good, failed, total_us, tls_us, slowest_us" }

        init(row: inout RowReader) throws {
            begun = try row.read()
            counts = [try row.read(), try row.read()]
            total = try row.read()
            tls = try row.read()
            slowest = try row.read()
        }
    }

    /// 200 good answers within an hour that took 1 to 200 ms, a tenth of it TLS, and two failures that took long.
    private static func fill(_ database: Database) async throws {
        try await database.run("SELECT create_sample_partitions(0, \(now))")
        try await database.run(
            """
            INSERT INTO samples (monitor_id, at, failure, tls_us, total_us)
            SELECT 1, \(hour) + (n * 17 % 200) * interval '18 seconds', NULL, n * 100, n * 1000 FROM generate_series(1, 200) AS n
            UNION ALL
            SELECT 1, \(hour) + n * interval '7 minutes' + interval '1 second', 'timeout', 0, 10000000 FROM generate_series(1, 2) AS n
            """)
    }

    private static func sums(_ database: Database, _ table: SQL = "hourly_rollups") async throws -> [Sum] {
        try await database.all("SELECT \(columns: Sum.self) FROM \(sql: table) ORDER BY begun_at")
    }

    @Test func anHourIsItsGoodAnswersPercentiles() async throws {
        try await withDatabase { database in
            try await Self.fill(database)
            let store = MonitorStore(database: database)
            // Ten minutes after its end, and not a second before.
            let ended = Self.hour + .seconds(3600)
            #expect(try await store.rollUp(at: ended + .seconds(599)) == 0)
            #expect(try await store.rollUp(at: ended + .seconds(600)) == 1)
            let sum = try #require(try await Self.sums(database).first)
            #expect(sum.begun == Self.hour && sum.counts == [200, 2])
            #expect(sum.total == [100_000, 190_000, 198_000] && sum.tls == [10_000, 19_000, 19_800] && sum.slowest == 200_000)
            #expect(try await Self.sums(database, "daily_rollups").isEmpty)
            #expect(try await store.rollUp(at: ended + .seconds(601)) == 0)
        }
    }

    @Test func aDayIsVietnamsAndFromTheSamplesThemselves() async throws {
        try await withDatabase { database in
            try await Self.fill(database)
            let midnight = CivilDate(inVietnam: Self.now).startInVietnam
            // The last second of the day before, and one answer in another hour of this one.
            try await database.run(
                """
                INSERT INTO samples (monitor_id, at, total_us)
                VALUES (1, \(midnight - .seconds(1)), 5000), (1, \(midnight + .seconds(80_000)), 400000)
                """)
            _ = try await MonitorStore(database: database).rollUp(at: midnight + .seconds(87_000))
            let days = try await Self.sums(database, "daily_rollups")
            #expect(days.map(\.begun) == [midnight - .seconds(86_400), midnight])
            #expect(days.map(\.counts) == [[1, 0], [201, 2]])
            #expect(days[1].total == [101_000, 191_000, 199_000] && days[1].slowest == 400_000)
            // Hours without a sample have no row, and were passed over.
            #expect(try await Self.sums(database).count == 3)
        }
    }

    @Test func aSampleThatComesLateIsSummedUpAfterwards() async throws {
        try await withDatabase { database in
            try await Self.fill(database)
            let store = MonitorStore(database: database)
            _ = try await store.rollUp(at: Self.now)
            let late = Sample(at: Self.hour + .seconds(2), phases: Phases(total: .seconds(1)))
            try await database.transaction { tx in try await tx.saveSamples([.init(monitor: .init(rawValue: 1), sample: late)]) }
            _ = try await store.rollUp(at: Self.now)
            #expect(try await Self.sums(database).map(\.counts) == [[201, 2]])
            #expect(try await Self.sums(database).first?.slowest == 1_000_000)
        }
    }

    @Test func severalProcessesSumUpOnce() async throws {
        try await withDatabase { database in
            try await Self.fill(database)
            let store = MonitorStore(database: database)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await store.rollUp(at: Self.now) } }
                for try await _ in group {}
            }
            #expect(try await Self.sums(database).map(\.counts) == [[200, 2]])
        }
    }

    @Test func samplesThatNobodySummedUpStay() async throws {
        try await withDatabase { database in
            let old = Self.now - .seconds(500 * 86_400)
            try await database.run("SELECT create_sample_partitions(0, \(old))")
            try await database.run("INSERT INTO samples (monitor_id, at, total_us) VALUES (1, \(old), 1000)")
            let store = MonitorStore(database: database)
            #expect(try await store.dropOldestSamples(at: Self.now) == [])
            _ = try await store.rollUp(at: Self.now)
            #expect(try await store.dropOldestSamples(at: Self.now) == ["samples_2025_07"])
            #expect(try await Self.sums(database).count == 1)
            // Hours are kept for twenty-five months, days for ever.
            let later = Self.now + .seconds(400 * 86_400)
            #expect(try await store.dropOldestSamples(at: later).contains("hourly_rollups_2025_07"))
            #expect(try await Self.sums(database).isEmpty)
            #expect(try await Self.sums(database, "daily_rollups").count == 1)
        }
    }

    @Test(arguments: [
        ("", "24 giờ qua, trung vị và 95% từng nửa giờ", "trung vị 100 ms, 95% không quá 190 ms"),
        ("?latency=7d", "7 ngày qua, trung vị và 95% từng giờ", "167 trong 168 giờ không đo"),
        ("?latency=7d&phase=tls", "pha “Bắt tay TLS” 7 ngày", "200 lần đo tốt, 2 lần lỗi"),
        ("?latency=90d", "90 ngày qua, trung vị và 95% từng ngày", "90 ngày qua chưa có số liệu"),
        ("?latency=x&phase=%3Cscript%3E", "24 giờ qua", "trung vị 100 ms"),
    ])
    func theChartTells(query: String, title: String, words: String) async throws {
        try await Town.with { routes, database in
            MonitorPages(monitors: MonitorStore(database: database), agencies: AgencyStore(database: database)).add(to: &routes)
        } _: { town in
            try await town.database.run(
                "INSERT INTO monitors (name, kind, url, created_at) VALUES ('Cổng', 'http', 'http://127.0.0.1/', \(Self.hour))")
            try await town.database.run("INSERT INTO monitor_states (monitor_id, since) SELECT id, \(Self.hour) FROM monitors")
            try await Self.fill(town.database)
            _ = try await MonitorStore(database: town.database).rollUp(at: town.now)
            let before = town.database.statementCount
            let page = try await town.browser(.tam).get("/monitors/1\(query)")
            #expect(town.database.statementCount - before <= 7)
            try page.checkedXML()
            #expect(page.body.contains(title) && page.body.contains(words))
        }
    }
}
