import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Console

/// What the first page calls late and what it calls near.
@Suite struct HomeDutiesTests {
    /// Today is Tuesday 24/11/2026, which is a working day here; the limit is one working day.
    @Test(arguments: [
        ("nobody left", nil, nil), ("left today: the limit is tomorrow", 0, "Sắp đến hạn"),
        ("left on Monday: the limit is today", 1, "Sắp đến hạn"), ("left on Friday: the limit was Monday", 4, "Quá hạn"),
        ("left a month ago", 30, "Quá hạn"),
    ] as [(String, Int?, String?)])
    func anAccountThatIsNotLocked(story: String, daysAgo: Int?, words: String?) async throws {
        try await WholeHouse.with { town, _ in
            if let daysAgo {
                try await Self.find(
                    in: town.database, leftOn: CivilDate(inVietnam: town.now).adding(days: -daysAgo), by: town.person(.linh))
            }
            let page = try await town.browser(.linh).get("/")
            let row = page.body.firstMatch(of: /(?s)Khóa tài khoản khi nghỉ việc.*?<\/tr>/).map { String($0.0) }
            #expect((row == nil) == (words == nil), "\(story)")
            #expect(row.map { $0.contains(words ?? "") } ?? true, "\(story): \(row ?? "")")
        }
    }

    /// Điều 18.2: one backup each day; yesterday was Monday 23/11/2026.
    @Test(arguments: [
        ("nobody ever recorded one", [], "Sắp đến hạn"), ("yesterday's is good", [(1, "good")], nil),
        ("yesterday's failed", [(1, "failed"), (2, "good")], "Quá hạn"), ("none since Saturday", [(3, "good")], "Quá hạn"),
    ] as [(String, [(Int, String)], String?)])
    func aDayWithoutABackup(story: String, backups: [(Int, String)], words: String?) async throws {
        try await WholeHouse.with { town, _ in
            for (daysAgo, result) in backups {
                try await town.database.run(
                    """
                    INSERT INTO backups (day, kind, result, recorded_at, recorded_by)
                    VALUES (\(CivilDate(inVietnam: town.now).adding(days: -daysAgo)), 'daily', \(result), \(town.now),
                            \(town.person(.linh).id))
                    """)
            }
            let page = try await town.browser(.linh).get("/")
            let row = page.body.firstMatch(of: /(?s)Sao lưu hằng ngày.*?<\/tr>/).map { String($0.0) }
            #expect((row == nil) == (words == nil), "\(story)")
            #expect(row.map { $0.contains(words ?? "") } ?? true, "\(story): \(row ?? "")")
            let agency = try await town.browser(.binh).get("/")
            #expect(!agency.body.contains("Sao lưu hằng ngày"), "\(story)")
        }
    }

    /// In a big outage the figure is the whole number, and where nobody looks there is none.
    @Test func theNumberOfWhatIsDownIsWholeOrMissing() async throws {
        try await WholeHouse.with { town, _ in
            let linh = town.browser(.linh)
            let empty = try await linh.get("/")
            try empty.checkedXML()
            #expect(empty.body.contains("chưa có số liệu</span> <span class=\"name\">Đang gián đoạn"))
            try await town.database.run(
                """
                WITH made AS (
                    INSERT INTO monitors (name, kind, url, created_at)
                    SELECT 'Máy ' || n, 'http', 'http://127.0.0.1:1/', \(town.now) FROM generate_series(1, 41) AS n RETURNING id),
                states AS (INSERT INTO monitor_states (monitor_id, since) SELECT id, \(town.now) FROM made)
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                SELECT id, tstzrange(\(town.now), NULL), \(town.now), 'Không kết nối được' FROM made
                """)
            try await town.database.run(
                "INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(town.now), \(town.now), 'test')")
            let page = try await linh.get("/")
            try page.checkedXML()
            #expect(page.body.contains("<span class=\"figure\">41</span>") && page.body.contains("Còn 21 điểm nữa đang gián đoạn"))
            try await town.database.run("UPDATE outages SET during = tstzrange(lower(during), \(town.now + .seconds(60)))")
            let over = try await linh.get("/")
            #expect(over.body.contains("<span class=\"figure\">0</span> <span class=\"name\">Đang gián đoạn"))
            try await town.database.run("UPDATE watches SET last_beat_at = \(town.now - .seconds(600))")
            try await town.database.run("UPDATE monitor_states SET state = 'up'")
            let blind = try await linh.get("/")
            let metrics = try await town.browser(nil).ask(.get, "/metrics", [.authorization: "Bearer token of the test"])
            #expect(metrics.body.contains("\ntrucban_monitors_up 0") && metrics.body.contains("\ntrucban_monitors_unknown 41"))
            #expect(blind.body.contains("chưa có số liệu</span> <span class=\"name\">Đang gián đoạn"))
        }
    }

    private static func find(in database: Database, leftOn: CivilDate, by person: Person) async throws {
        try await database.run(
            """
            WITH list AS (
                INSERT INTO account_imports (kind, file_name, taken_on, rows, imported_at, imported_by)
                VALUES ('export', 'a.csv', \(leftOn), 1, now(), \(person.id)) RETURNING id
            ), account AS (
                INSERT INTO accounts (username, full_name, state, first_seen_in, seen_in)
                SELECT 'xa_a', 'A', 'active', id, id FROM list RETURNING id
            ), leaver AS (
                INSERT INTO leavers (username, full_name, left_on, reason, import_id)
                SELECT 'xa_a', 'A', \(leftOn), 'leaving', id FROM list RETURNING id
            )
            INSERT INTO account_findings (account_id, leaver_id, found_at, found_by)
            SELECT account.id, leaver.id, now(), list.id FROM account, leaver, list
            """)
    }
}
