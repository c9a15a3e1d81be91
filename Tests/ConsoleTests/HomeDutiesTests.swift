import Civil
import Database
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
