import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Monitor

/// The list of 1,200 monitors.
struct MonitorListTests {
    /// 600 of the whole system, 600 of two agencies; every 100th is down, every 100th slow, every 100th not measured,
    /// every 100th paused. Names count up.
    private static func town(
        watching: Bool = true, _ body: @escaping @Sendable (Town) async throws -> Void
    ) async throws {
        try await Town.with { routes, database in
            MonitorPages(over: database).add(to: &routes)
        } _: { town in
            let (hour, beat) = (town.now - .seconds(3600), town.now - .seconds(watching ? 1 : 3600))
            try await town.database.run("INSERT INTO monitor_groups (name, created_at) VALUES ('Trục LGSP', \(hour))")
            try await town.database.run(
                """
                INSERT INTO monitors (name, kind, url, component, agency_id, group_id, tags, created_at, paused_at)
                SELECT 'Điểm ' || lpad(n::text, 4, '0'), 'http', 'http://127.0.0.1/', 'Cổng',
                       CASE n % 4 WHEN 2 THEN \(town.yenKhanh) WHEN 3 THEN \(town.giaVien) END,
                       CASE WHEN n <= 60 THEN (SELECT max(id) FROM monitor_groups) END,
                       CASE WHEN n % 300 = 1 THEN ARRAY['trục'] ELSE '{}' END, \(hour), CASE WHEN n % 100 = 40 THEN \(hour) END
                FROM   generate_series(1, 1200) AS n
                """)
            try await town.database.run(
                """
                INSERT INTO monitor_states (monitor_id, state, since, degraded_since)
                SELECT id, CASE WHEN right(name, 2) = '10' THEN 'down' ELSE 'up' END, \(hour),
                       CASE WHEN right(name, 2) = '20' THEN \(hour) END FROM monitors
                ON CONFLICT (monitor_id) DO UPDATE SET state = excluded.state, degraded_since = excluded.degraded_since
                """)
            try await town.database.run(
                """
                INSERT INTO measurement_gaps (monitor_id, during, reason)
                SELECT id, tstzrange(\(hour), NULL), CASE WHEN paused_at IS NULL THEN 'parent_down' ELSE 'paused' END
                FROM   monitors WHERE right(name, 2) IN ('30', '40') ON CONFLICT DO NOTHING
                """)
            try await town.database.run("INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(hour), \(beat), 'test')")
            try await body(town)
        }
    }

    private static func names(_ page: Answer) -> [String] {
        page.body.matches(of: #/href="/monitors/\d+">(Điểm \d+)</a>/#).map { String($0.output.1) }
    }

    @Test func everyMonitorStandsOnOnePageAndTheWorstFirst() async throws {
        try await Self.town { town in
            let browser = town.browser(.tam)
            var found: [String] = []
            for number in 1...48 {
                let page = try await browser.get("/monitors?page=\(number)")
                if [1, 48].contains(number) { try page.checkedXML() }
                found += Self.names(page)
            }
            let all = (1...1200).map { "Điểm \(String($0 + 10_000).dropFirst())" }
            #expect(found.count == 1200 && Set(found) == Set(all))
            let kinds = ["10", "30", "20"]
            let worst = kinds.flatMap { kind in all.filter { $0.hasSuffix(kind) } }
            #expect(Array(found.prefix(36)) == worst)
            #expect(Array(found.suffix(12)) == all.filter { $0.hasSuffix("40") })
            #expect(found.dropFirst(36).dropLast(12).elementsEqual(all.filter { !(kinds + ["40"]).contains(String($0.suffix(2))) }))
            let first = try await browser.get("/monitors")
            for words in ["Gián đoạn (12)", "Chưa đo (12)", "Suy giảm (12)", "Hoạt động (1152)", "Tạm dừng đo (12)", "1–25 trong 1200"] {
                #expect(first.body.contains(words), "\(words)")
            }
            // Below 50 kB, strips of 90 days and all.
            #expect(first.body.utf8.count < 50_000)
        }
    }

    @Test(arguments: [
        ("state=down", 12), ("state=unknown", 12), ("state=degraded", 12), ("state=up", 1152), ("state=paused", 12),
        ("group=1", 60), ("group=1&state=down", 1), ("group=99", 0), ("group=abc", 1200), ("tag=tr%E1%BB%A5c", 4),
        ("tag=TR%E1%BB%A4C", 4), ("tag=tr", 0), ("tag=tru%CC%A3c", 4), ("q=diem+001", 10), ("q=%C4%91i%E1%BB%83m+001&state=up", 9),
        ("q=%25", 0), ("agency=yen+khanh", 300), ("agency=kh%C3%B4ng+c%C3%B3", 0), ("agency=yen+khanh&state=down", 12),
        ("state=none", 1200), ("state=up&page=99", 0),
    ])
    func theFilterFinds(query: String, count: Int) async throws {
        try await Self.town { town in
            let page = try await town.browser(.tam).get("/monitors?\(query)")
            try page.checkedXML()
            #expect(Self.names(page).count == min(count, 25))
            if count > 0 { #expect(page.body.contains("trong \(count) điểm giám sát") || query.contains("page")) }
        }
    }

    @Test func anAgencySeesTheSystemsAndItsOwn() async throws {
        try await Self.town { town in
            let page = try await town.browser(.binh).get("/monitors?q=diem")
            #expect(page.body.contains("1–25 trong 900 điểm giám sát") && !page.body.contains("name=\"agency\""))
            #expect(try await town.browser(.binh).get("/monitors?agency=gia+vien").body.contains("Không có điểm giám sát nào"))
        }
    }

    @Test func whileNobodyLooksEveryOneIsUnknownAndInItsPlace() async throws {
        try await Self.town(watching: false) { town in
            let browser = town.browser(.tam)
            let page = try await browser.get("/monitors")
            #expect(Self.names(page).first == "Điểm 0001" && page.body.contains("Chưa đo (1188)") && page.body.contains("Hoạt động (0)"))
            #expect(try await browser.get("/monitors?state=unknown").body.contains("trong 1188 điểm"))
            for state in ["up", "down", "degraded"] {
                #expect(try await Self.names(browser.get("/monitors?state=\(state)")).isEmpty, "\(state)")
            }
        }
    }

    @Test func theListFollowsTheIndexOfNames() async throws {
        try await Self.town { town in
            try await town.database.asOwner { _ = try await $0.run("ANALYZE monitors, monitor_states, measurement_gaps") }
            let person = town.person(.tam)
            let query = MonitorStore.pageQuery(MonitorFilter(), for: person, at: town.now, offset: 100, limit: 25)
            #expect(try await town.database.plan(of: query).contains("monitors_name_index"))
        }
    }
}
