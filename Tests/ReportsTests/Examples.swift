import Civil
import Database
import Monitor
import Organization
import TestKit

@testable import Reports

extension CivilDate {
    /// A day of November 2026 unless told otherwise.
    static func day(_ day: Int, month: Int = 11, year: Int = 2026) -> CivilDate {
        // The tests name days that there are.
        CivilDate(year: year, month: month, day: day)!
    }
}

/// A database with a history that can be added up by hand, and the report of 20 November 2026.
struct Archive {
    let town: Town
    let store: ReportStore
    // The tests name days that there are.
    let day = try! ReportWindow(from: .day(20), to: .day(20))

    init(_ town: Town) {
        self.town = town
        store = ReportStore(database: town.database)
    }

    /// A moment of 20 November 2026.
    func at(_ hour: Int, _ minute: Int, _ second: Int = 0) -> Instant {
        CivilDate.day(20).startInVietnam + .seconds(3600 * hour + 60 * minute + second)
    }

    func range(_ from: Instant, _ to: Instant?) -> TimeRange { TimeRange(from: from, to: to) }

    /// A monitor that has been measured since `measured`.
    @discardableResult
    func monitor(_ name: String, component: String = "", measuredFrom measured: Instant) async throws -> Monitor.ID {
        let store = MonitorStore(database: town.database)
        var draft = MonitorDraft(name: name, target: .http(HTTPTarget(url: "https://qlvb.example.vn/")))
        draft.component = component
        let id = try await store.add(draft, by: .system("test"), at: CivilDate.day(1).startInVietnam)
        try await town.database.run(
            "UPDATE measurement_gaps SET during = tstzrange(lower(during), \(measured)) WHERE monitor_id = \(id)")
        return id
    }

    func outage(_ monitor: Monitor.ID, _ from: Instant, _ to: Instant) async throws {
        try await town.database.run(
            """
            INSERT INTO outages (monitor_id, during, confirmed_at, reason)
            VALUES (\(monitor), \(range(from, to)), \(from), 'Không kết nối được')
            """)
    }

    func gap(_ monitor: Monitor.ID, _ from: Instant, _ to: Instant) async throws {
        try await town.database.run(
            """
            INSERT INTO measurement_gaps (monitor_id, during, reason)
            VALUES (\(monitor), \(range(from, to)), 'process_down')
            """)
    }

    /// Announced work on everything.
    func plan(_ title: String, _ from: Instant, _ to: Instant) async throws {
        let before = from - .seconds(10 * 86_400)
        let linh = town.person(.linh).id
        try await town.database.run(
            """
            INSERT INTO notices (code, kind, title, impact, during, created_by, created_at, published_by, published_at, lead_days)
            VALUES ('TB-2026-0001', 'maintenance', \(title), 'Tạm dừng', \(range(from, to)), \(linh), \(before), \(linh), \(before), 8)
            """)
    }

    /// The day of `FiguresTests.theSecondsAreThoseOfTheHistory`.
    @discardableResult
    func history() async throws -> Monitor.ID {
        let monitor = try await monitor("Cổng QLVB", component: "Cổng", measuredFrom: at(0, 10))
        try await outage(monitor, at(1, 0), at(1, 30, 5))
        try await outage(monitor, at(1, 50), at(2, 10))
        try await plan("Nâng cấp máy chủ", at(2, 0), at(3, 0))
        return monitor
    }

    func report(_ window: ReportWindow? = nil, at now: Instant? = nil) async throws -> Report {
        Report(try await store.facts(window ?? day, at: now ?? town.now))
    }
}
