import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Compliance

/// The register of backups, Điều 18.2.
@Suite struct BackupTests {
    /// 24/11/2026 09:00 in Vietnam
    private static let now = Instant(seconds: 1_795_485_600)
    private static let today = CivilDate(inVietnam: now)

    @Test(arguments: [
        ("hôm nay", BackupDraft(day: today), []),
        ("hôm nay, lúc này", BackupDraft(day: today, takenAt: now), []),
        ("hôm nay, lát nữa", BackupDraft(day: today, takenAt: now + .seconds(60)), ["time"]),
        ("ngày đầu tiên có thể", BackupDraft(day: CivilDate(dayNumber: 10_957)), []),
        ("trước năm 2000", BackupDraft(day: CivilDate(dayNumber: 10_956)), ["day"]),
        ("ngày mai", BackupDraft(day: today.adding(days: 1)), ["day"]),
        ("hỏng, không ghi vì sao", BackupDraft(day: today, result: .failed), ["note"]),
        ("hỏng, có ghi", BackupDraft(day: today, result: .failed, note: "Hết chỗ trên ổ đĩa."), []),
    ])
    func aBackupIsRecordedOrRefused(case name: String, draft: BackupDraft, fields: [String]) {
        #expect(refusedFields { try draft.check(at: Self.now) } == fields, "\(name)")
    }

    private static func backup(_ result: Backup.Result) -> Backup {
        Backup(
            day: today, takenAt: nil, kind: .daily, result: result, note: "", recordedAt: now, recordedBy: "Linh", isSignal: false)
    }

    @Test(arguments: [
        ("có bản tốt", 0, [backup(.good)], BackupDay.State.good),
        ("hỏng rồi làm lại", 0, [backup(.failed), backup(.good)], .good),
        ("chỉ có bản hỏng", 0, [backup(.failed)], .failed),
        ("hôm nay, chưa ghi", 0, [], .awaited),
        ("hôm qua, không có", -1, [], .missing),
    ] as [(String, Int, [Backup], BackupDay.State)])
    func aDayIsAsGoodAsItsBestBackup(case name: String, back: Int, backups: [Backup], state: BackupDay.State) {
        let day = BackupDay(day: Self.today.adding(days: back), backups: backups)
        #expect(day.state(on: Self.today) == state, "\(name)")
    }

    private static func with(_ body: @escaping @Sendable (Town) async throws -> Void) async throws {
        try await Town.with { routes, database in
            BackupPages(backups: BackupStore(database: database)).add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    /// What a job reports by itself counts as what somebody records; another slice keeps it, so it is written here in SQL.
    @Test func aJobThatReportsItselfCountsAsABackupOfItsDay() async throws {
        try await Self.with { town in
            try await town.database.run(
                """
                WITH made AS (INSERT INTO monitors (name, kind, created_at) VALUES ('Sao lưu <đêm>', 'heartbeat', \(Self.now)) RETURNING id),
                     kept AS (INSERT INTO heartbeats (monitor_id, code, schedule, period_seconds, zone, grace_seconds, is_daily_backup)
                              SELECT id, gen_random_uuid(), 'period', 86400, 'UTC', 3600, true FROM made RETURNING monitor_id)
                INSERT INTO heartbeat_backup_days (monitor_id, day, good_at, failed_at)
                SELECT monitor_id, v.day, v.good_at, v.failed_at
                FROM   kept, (VALUES (\(Self.today), \(Self.now - .seconds(28_800)), NULL::timestamptz),
                                     (\(Self.today.adding(days: -1)), NULL, \(Self.now - .seconds(115_200)))) AS v (day, good_at, failed_at)
                """)
            let list = try await BackupStore(database: town.database).list(from: Self.today.adding(days: -2), to: Self.today)
            #expect(list.map(\.result) == [.good, .failed] && list.allSatisfy { $0.isSignal && $0.kind == .daily })
            let page = try await town.browser(.linh).get("/obligations/backups")
            try page.checkedXML()
            #expect(page.body.contains("tác vụ “Sao lưu &lt;đêm&gt;” tự báo") && page.body.contains("lúc 01:00"))
            #expect(page.body.contains("<strong>1/30</strong>"))
        }
    }

    @Test func whatIsRecordedIsListedWithItsDayAndAudited() async throws {
        try await Town.with { town in
            let store = BackupStore(database: town.database)
            let linh = town.person(.linh)
            for draft in [
                BackupDraft(day: Self.today.adding(days: -1), result: .failed, note: "Hết chỗ."),
                BackupDraft(day: Self.today, takenAt: Self.now, kind: .adHoc),
                BackupDraft(day: Self.today.adding(days: -31)),
            ] {
                try await store.record(draft, by: linh, address: "::1", at: Self.now)
            }
            let list = try await store.list(from: Self.today.adding(days: -29), to: Self.today)
            #expect(list.map(\.day) == [Self.today, Self.today.adding(days: -1)])
            #expect(list.map(\.recordedBy) == ["Phạm Thùy Linh", "Phạm Thùy Linh"] && list[0].takenAt == Self.now)
            let days = BackupDay.last(30, to: Self.today, of: list)
            #expect(days.map { $0.state(on: Self.today) } == [.good, .failed] + Array(repeating: .missing, count: 28))
            let trail = try await town.database.values(
                "SELECT subject FROM audit_entries WHERE action = 'backup.recorded' ORDER BY seq", as: String.self)
            #expect(trail == ["2026-11-23", "2026-11-24", "2026-10-24"])
        }
    }

    @Test func theOperatorRecordsOneAndTheDaysWithoutStandOut() async throws {
        try await Self.with { town in
            let linh = town.browser(.linh)
            let page = try await linh.get("/obligations/backups")
            try page.checkedXML()
            // Where nobody ever recorded anything, nothing is known, and that is no 0.
            #expect(page.body.contains("chưa có số liệu") && !page.body.contains("0/29") && page.body.contains("Chưa ghi") && page.body.contains("Thiếu"))
            let typed = [
                ("form_key", try #require(page.formKey)), ("day", "2026-11-24"), ("time", "01:30"), ("kind", "daily"),
                ("result", "good"), ("note", "Băng <số> 4"),
            ]
            #expect(try await linh.post("/obligations/backups", typed).status == .seeOther)
            #expect(try await linh.post("/obligations/backups", typed).status == .seeOther)
            #expect(try await town.database.value("SELECT count(*) FROM backups", as: Int.self) == 1)
            let before = town.database.statementCount
            let after = try await linh.get("/obligations/backups")
            #expect(town.database.statementCount - before <= 3)
            try after.checkedXML()
            #expect(after.body.contains("1/30") && after.body.contains("lúc 01:30") && after.body.contains("Băng &lt;số&gt; 4"))
        }
    }

    @Test func whatIsRefusedKeepsEverythingThatWasTyped() async throws {
        try await Self.with { town in
            let answer = try await town.browser(.linh).post("/obligations/backups", [
                ("day", "2026-11-24"), ("time", "25:99"), ("kind", "ad_hoc"), ("result", "failed"), ("note", "\"x\" <script>"),
            ])
            try answer.checkedXML()
            #expect(answer.status == .unprocessableContent && answer.body.contains("href=\"#time\""))
            for kept in ["25:99", "value=\"ad_hoc\" selected", "value=\"failed\" selected", "&quot;x&quot; &lt;script&gt;"] {
                #expect(answer.body.contains(kept), "\(kept)")
            }
        }
    }

    @Test func everybodyReadsAndOnlyWhoKeepsMayRecord() async throws {
        try await Self.with { town in
            for name in TownPerson.allCases {
                let browser = town.browser(name)
                let page = try await browser.get("/obligations/backups")
                let posted = try await browser.post("/obligations/backups", [("day", "x")])
                let may = [.linh, .an].contains(name)
                #expect(page.status == .ok && page.body.contains("<form class=\"form\"") == may, "\(name)")
                #expect(posted.status == (may ? .unprocessableContent : .forbidden), "\(name)")
            }
        }
    }
}
