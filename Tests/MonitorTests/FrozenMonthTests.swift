import Civil
import Database
import Organization
import TestKit
import Testing
import Web

@testable import Monitor

/// A month is closed once; what changes it later stands beside it.
struct FrozenMonthTests {
    /// 00:00 in Vietnam.
    private static func day(_ month: Int, _ day: Int) -> Instant { CivilDate(year: 2026, month: month, day: day)!.startInVietnam }

    private static let october = TimeRange(from: day(10, 1), to: day(11, 1))

    /// A monitor of the whole system since 15 September, down for an hour on 7 October, watched until now (24 November).
    private static func town(
        agency: Bool = false, _ body: @escaping @Sendable (Town, MonitorStore, Outage.ID) async throws -> Void
    ) async throws {
        try await Town.with { routes, database in
            AvailabilityPages(monitors: MonitorStore(database: database)).add(to: &routes)
            OutagePages(monitors: MonitorStore(database: database)).add(to: &routes)
        } _: { town in
            let owner = agency ? town.yenKhanh : nil
            let monitor = try await town.database.value(
                """
                INSERT INTO monitors (name, kind, url, component, agency_id, created_at)
                VALUES ('<b>Cổng', 'http', 'http://127.0.0.1/', 'Cổng', \(owner), \(day(9, 15))) RETURNING id
                """, as: Monitor.ID.self)
            let during = TimeRange(from: day(10, 7), to: day(10, 7) + .seconds(3600))
            let outage = try await town.database.value(
                """
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                VALUES (\(monitor), \(during), \(during.upper), 'x') RETURNING id
                """, as: Outage.ID.self)
            try await town.database.run(
                "INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(day(9, 1)), \(town.now), 'test')")
            try await body(town, MonitorStore(database: town.database), outage)
        }
    }

    private static func months(_ database: Database) async throws -> [String] {
        try await database.values(
            """
            SELECT to_char(month, 'MM') || ' ' || revision || ' ' || down_seconds || ' ' || not_measured_seconds
            FROM frozen_months ORDER BY month, revision
            """, as: String.self)
    }

    @Test func aMonthIsClosedOnceADayAfterItsEnd() async throws {
        try await Self.town { town, store, _ in
            let database = town.database
            #expect(try await store.freezeMonths(at: Self.day(10, 1) + .seconds(80_000)) == 0)
            #expect(try await store.freezeMonths(at: Self.day(10, 2)) == 1)
            #expect(try await store.freezeMonths(at: Self.day(11, 1) + .seconds(86_399)) == 0)
            #expect(try await store.freezeMonths(at: town.now) == 1)
            // Of September the first fourteen days were not measured.
            #expect(try await Self.months(database) == ["09 1 0 1209600", "10 1 3600 0"])
            #expect(try await store.freezeMonths(at: town.now + .seconds(86_400)) == 0)
            let frozen = try #require(try await store.frozenMonths(within: Self.october).first)
            let live = try await store.availability(window: Self.october, asOf: town.now)
            #expect(frozen.availability == live[0].availability && frozen.corrections == 0 && frozen.month.month == 10)
        }
    }

    @Test func aJudgementThatComesLaterIsARevisionThatEverybodySees() async throws {
        try await Self.town { town, store, outage in
            _ = try await store.freezeMonths(at: town.now)
            let path = "/outages/\(outage.rawValue)/revisions"
            let judged = [
                ("classification", "false_alarm"), ("notice", ""), ("cause", "Máy đo hết bộ nhớ"), ("reason", "Nhật ký <i>máy đo</i>"),
            ]
            _ = try await town.browser(.linh).post(path, judged)
            #expect(try await Self.months(town.database) == ["09 1 0 1209600", "10 1 3600 0", "10 2 0 3600"])
            let page = try await town.browser(.tam).get("/availability?from=2026-10-01&to=2026-10-31")
            try page.checkedXML()
            for words in [
                "Tháng 10/2026", "1 lần", "99,8655% → 100,0000%", "gián đoạn 1:00:00 → 0:00:00; không đo 0:00:00 → 1:00:00",
                "Nhật ký &lt;i&gt;máy đo&lt;/i&gt;", "Phạm Thùy Linh", "/outages/\(outage.rawValue)\">Gián đoạn được phân loại lại",
            ] {
                #expect(page.body.contains(words), "\(words)")
            }
            // Taken back: a third revision, as the first one.
            _ = try await town.browser(.linh).post(path, judged.map { $0.0 == "classification" ? ($0.0, "unplanned") : $0 })
            #expect(try await Self.months(town.database).last == "10 3 3600 0")
            // What was live is what is frozen.
            let frozen = try await store.frozenMonths(within: Self.october)
            let live = try await store.availability(window: Self.october, asOf: town.now)
            #expect(frozen.map(\.availability) == [live[0].availability] && frozen[0].corrections == 2)
        }
    }

    @Test func resultsThatComeLateAreARevisionToo() async throws {
        try await Self.town { town, store, _ in
            _ = try await store.freezeMonths(at: town.now)
            try await town.database.run(
                """
                INSERT INTO measurement_gaps (monitor_id, during, reason)
                SELECT id, \(TimeRange(from: Self.day(10, 20), to: Self.day(10, 20) + .seconds(600))), 'process_down' FROM monitors
                """)
            #expect(try await store.freezeMonths(at: town.now + .seconds(6 * 3600 - 1)) == 0)
            #expect(try await store.freezeMonths(at: town.now + .seconds(6 * 3600)) == 1)
            let corrections = try await store.monthCorrections(within: Self.october)
            #expect(corrections.map(\.revision) == [2] && corrections[0].outage == nil && corrections[0].reason == nil)
            #expect(corrections[0].after.notMeasured - corrections[0].before.notMeasured == .seconds(600))
        }
    }

    @Test func whatWasFrozenIsNeverChanged() async throws {
        try await Self.town { town, store, _ in
            _ = try await store.freezeMonths(at: town.now)
            for sql: SQL in ["UPDATE frozen_months SET down_seconds = 0", "DELETE FROM frozen_months", "TRUNCATE frozen_months"] {
                await #expect(throws: DatabaseError.self) { try await town.database.run(sql) }
            }
        }
    }

    @Test func severalProcessesCloseItOnce() async throws {
        try await Self.town { town, store, _ in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await store.freezeMonths(at: town.now) } }
                for try await _ in group {}
            }
            #expect(try await Self.months(town.database).count == 2)
        }
    }

    @Test func anotherAgencysCorrectionsAreNotShown() async throws {
        try await Self.town(agency: true) { town, store, outage in
            _ = try await store.freezeMonths(at: town.now)
            _ = try await town.browser(.linh).post(
                "/outages/\(outage.rawValue)/revisions",
                [("classification", "false_alarm"), ("notice", ""), ("cause", ""), ("reason", "Máy đo hỏng")])
            for (person, sees) in [(TownPerson.binh, true), (.chi, false)] {
                let page = try await town.browser(person).get("/availability?from=2026-10-01&to=2026-10-31")
                #expect(page.body.contains("Máy đo hỏng") == sees && page.body.contains("Tháng 10/2026") == sees)
            }
        }
    }
}
