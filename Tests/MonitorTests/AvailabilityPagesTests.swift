import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Monitor

/// `/availability`, `/outages` and `/availability/hours` over HTTP, as several people.
struct AvailabilityPagesTests {
    private static let nasty = #"<script>alert(1)</script>"'&"#
    private static let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"

    /// A town with one monitor of the whole system, made ten days ago, and an outage of an hour yesterday from 08:00 on.
    private static func town(
        agency: Bool = false, _ body: @escaping @Sendable (Town, Monitor.ID, Outage.ID) async throws -> Void
    ) async throws {
        try await Town.with { routes, database in
            let store = MonitorStore(database: database)
            AvailabilityPages(monitors: store).add(to: &routes)
            ServiceHoursPages(monitors: store).add(to: &routes)
            OutagePages(monitors: store).add(to: &routes)
        } _: { town in
            let owner = agency ? town.yenKhanh : nil
            let id = try await town.database.value(
                """
                INSERT INTO monitors (name, kind, url, component, agency_id, created_at)
                VALUES ('=Cổng QLVB', 'http', 'http://127.0.0.1/', 'Cổng', \(owner), \(town.now - .seconds(864_000))) RETURNING id
                """, as: Monitor.ID.self)
            let outage = try await town.database.value(
                """
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                VALUES (\(id), \(TimeRange(from: town.now - .seconds(90_000), to: town.now - .seconds(86_400))), \(town.now), \(nasty))
                RETURNING id
                """, as: Outage.ID.self)
            try await body(town, id, outage)
        }
    }

    /// A published notice of another component.
    private static func notice(_ town: Town, _ code: String, from: Int, to: Int, published: Int) async throws {
        let (during, at) = (TimeRange(from: town.now + .seconds(from), to: town.now + .seconds(to)), town.now + .seconds(published))
        let linh = town.person(.linh).id
        try await town.database.run(
            """
            INSERT INTO notices (code, kind, title, impact, during, created_by, created_at, published_by, published_at, lead_days,
                                 components)
            VALUES (\(code), 'maintenance', 'Bảo trì', 'Tạm dừng', \(during), \(linh), \(at), \(linh), \(at), 0, ARRAY['Khác'])
            """)
    }

    private static let judged: [(String, String)] = [
        ("classification", "false_alarm"), ("notice", ""), ("cause", "Máy đo hết bộ nhớ"), ("reason", "Nhật ký máy đo ngày 23/11"),
    ]

    private static func judged(_ changes: (String, String)...) -> [(String, String)] {
        judged.map { field in changes.first { $0.0 == field.0 } ?? field }
    }

    private static let week = "/availability?from=2026-11-20&to=2026-11-24"

    // MARK: Outages judged again

    @Test func aFalseAlarmIsNotMeasuredAndEverybodySeesWhoSaidSo() async throws {
        try await Self.town { town, id, outage in
            let (linh, path) = (town.browser(.linh), "/outages/\(outage.rawValue)")
            let before = try await linh.get(Self.week)
            try before.checkedXML()
            #expect(before.body.contains("1:00:00") && !before.body.contains("do phân loại lại</small>"))
            let shown = try await linh.get(path)
            try shown.checkedXML()
            #expect(shown.body.contains(Self.escaped) && shown.body.contains("Chưa phân loại lại lần nào."))
            let answer = try await linh.post("\(path)/revisions", Self.judged(("reason", Self.nasty)))
            #expect(answer.location == path)
            let after = try await linh.get(path)
            try after.checkedXML()
            #expect(after.body.contains(Self.escaped) && after.body.contains("Phạm Thùy Linh") && after.body.contains("badge unknown"))
            let page = try await town.browser(.binh).get(Self.week)
            try page.checkedXML()
            #expect(page.body.contains("1 lần, bởi Phạm Thùy Linh (1); không tính 1 giờ"))
            #expect(page.body.contains("đã trừ 1:00:00 do phân loại lại") && page.body.contains(path))
            // The interval that was seen stays.
            let rows = try await town.database.all("SELECT \(columns: Outage.self) FROM outages o", as: Outage.self)
            #expect(rows.map(\.during) == [TimeRange(from: town.now - .seconds(90_000), to: town.now - .seconds(86_400))])
            // Taken back, it counts again; both judgements stay.
            _ = try await linh.post("\(path)/revisions", Self.judged(("classification", "unplanned"), ("reason", "Xem lại nhật ký")))
            let back = try await linh.get(path)
            #expect(back.body.contains("Xem lại nhật ký") && back.body.contains(Self.escaped))
            let store = MonitorStore(database: town.database)
            let window = TimeRange(from: town.now - .seconds(172_800), to: town.now)
            let figures = try await store.availability(window: window, asOf: town.now, for: town.person(.tam))
            #expect(figures.map(\.availability.down) == [.seconds(3600)] && figures[0].availability.reclassified == .zero)
            #expect(try await store.reclassified(within: window).isEmpty)
            #expect(try await store.revisions(of: outage).map(\.classification) == [.unplanned, .falseAlarm])
            let trail = try await town.database.values("SELECT action FROM audit_entries WHERE action LIKE 'outage.%'", as: String.self)
            #expect(trail == ["outage.revised", "outage.revised"])
        }
    }

    @Test func whatWasSaidOfAnOutageIsNeverChanged() async throws {
        try await Self.town { town, _, outage in
            _ = try await town.browser(.linh).post("/outages/\(outage.rawValue)/revisions", Self.judged)
            for sql: SQL in ["UPDATE outage_revisions SET reason = 'khác'", "DELETE FROM outage_revisions", "TRUNCATE outage_revisions"] {
                await #expect(throws: DatabaseError.self) { try await town.database.run(sql) }
            }
        }
    }

    @Test func onlyWorkThatWasAnnouncedBeforeItBeganIsPlanned() async throws {
        try await Self.town { town, _, outage in
            let (linh, path) = (town.browser(.linh), "/outages/\(outage.rawValue)/revisions")
            // The outage: from 90,000 s to 86,400 s ago. The notice: half an hour of it.
            try await Self.notice(town, "TB-2026-0001", from: -91_000, to: -88_200, published: -200_000)
            try await Self.notice(town, "TB-2026-0002", from: -89_000, to: -88_200, published: -89_999)
            try await Self.notice(town, "TB-2026-0003", from: -80_000, to: -70_000, published: -200_000)
            let refused: [(String, String)] = [
                ("", "Mã thông báo: cần nhập"), ("TB-2026-9999", "Không có thông báo nào đã phát hành"),
                ("TB-2026-0002", "phát hành sau khi gián đoạn bắt đầu"), ("TB-2026-0003", "nằm ngoài thời gian"),
            ]
            for (code, text) in refused {
                let answer = try await linh.post(path, Self.judged(("classification", "planned"), ("notice", code)))
                try answer.checkedXML()
                #expect(answer.status == .unprocessableContent && answer.body.contains(text), "\(code)")
                #expect(answer.body.contains("Nhật ký máy đo ngày 23/11") && answer.body.contains("Lỗi: "))
            }
            #expect(try await linh.post(path, Self.judged(("classification", "planned"), ("notice", "tb-2026-0001"))).status == .seeOther)
            let window = TimeRange(from: town.now - .seconds(172_800), to: town.now)
            let found = try await MonitorStore(database: town.database).availability(window: window, asOf: town.now)[0].availability
            // What went beyond the announced time is down.
            #expect(found.planned == .seconds(1800) && found.down == .seconds(1800) && found.reclassified == .seconds(1800))
            let page = try await linh.get(Self.week)
            #expect(page.body.contains("href=\"/notices/TB-2026-0001\""))
        }
    }

    @Test func whatGoesOnIsNotJudgedAndAReasonIsNeeded() async throws {
        try await Self.town { town, id, _ in
            let open = try await town.database.value(
                """
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                VALUES (\(id), \(TimeRange(from: town.now - .seconds(60), to: nil)), \(town.now), 'x') RETURNING id
                """, as: Outage.ID.self)
            let answer = try await town.browser(.linh).post("/outages/\(open.rawValue)/revisions", Self.judged)
            #expect(answer.status == .unprocessableContent && answer.body.contains("còn đang diễn ra"))
            let empty = try await town.browser(.linh).post("/outages/\(open.rawValue)/revisions", Self.judged(("classification", "x"), ("reason", "")))
            #expect(empty.body.contains("Phân loại: cần chọn") && empty.body.contains("Lý do: cần nhập") && empty.body.contains("Máy đo hết bộ nhớ"))
            try empty.checkedXML()
        }
    }

    @Test func aFormThatIsSentTwiceMakesOneJudgement() async throws {
        try await Self.town { town, _, outage in
            let path = "/outages/\(outage.rawValue)"
            let key = try #require(try await town.browser(.linh).get(path).formKey)
            for _ in 0..<2 {
                let answer = try await town.browser(.linh).post("\(path)/revisions", Self.judged + [("form_key", key)])
                #expect(answer.location == path)
            }
            #expect(try await town.database.value("SELECT count(*) FROM outage_revisions") == 1)
        }
    }

    @Test func onlyKeepersJudgeAndStrangersSeeNothing() async throws {
        try await Self.town(agency: true) { town, _, outage in
            let path = "/outages/\(outage.rawValue)"
            for name in [TownPerson.binh, .dung, .hoa, .vinh, .tam] {
                #expect(try await town.browser(name).post("\(path)/revisions", Self.judged).status == .forbidden, "\(name)")
                #expect(try await town.browser(name).post("/availability/hours").status == .forbidden, "\(name)")
                let shown = try await town.browser(name).get(path)
                #expect(shown.status == .ok && !shown.body.contains("Ghi nhận định"), "\(name)")
            }
            _ = try await town.browser(.linh).post("\(path)/revisions", Self.judged)
            #expect(try await town.browser(.chi).get(path).status == .notFound)
            let page = try await town.browser(.chi).get(Self.week)
            try page.checkedXML()
            #expect(!page.body.contains("Cổng QLVB") && !page.body.contains(path) && page.body.contains("Không có điểm giám sát nào"))
            #expect(try await !town.browser(.chi).get("/availability/figures").body.contains("Cổng QLVB"))
            for unknown in ["/outages/999", "/outages/x"] { #expect(try await town.browser(.linh).get(unknown).status == .notFound) }
        }
    }

    // MARK: The window

    @Test(arguments: [
        ("/availability", "6 tháng cuối năm 2026, từ 15/06/2026 đến hết 14/12/2026"),
        ("/availability?period=2026-H1", "6 tháng đầu năm 2026, từ 15/12/2025 đến hết 14/06/2026"),
        ("/availability?from=2026-11-23&to=2026-11-23", "từ 23/11/2026 đến hết 23/11/2026"),
    ])
    func aWindowIsChosen(path: String, text: String) async throws {
        try await Self.town { town, _, _ in
            let page = try await town.browser(.tam).get(path)
            try page.checkedXML()
            #expect(page.status == .ok && page.body.contains(text) && page.body.contains("thời gian đo được ="))
        }
    }

    @Test(arguments: [
        ("from=2026-13-01&to=", "Từ ngày: ngày cần có dạng"), ("from=2026-11-23&to=2026-11-22", "không được trước ngày bắt đầu"),
        ("from=1990-01-01&to=2026-01-01", "Khoảng xét dài nhất là 10 năm"), ("period=2026", "Kỳ báo cáo: cần chọn"),
    ])
    func aWindowThatIsNoneIsRefused(query: String, text: String) async throws {
        try await Self.town { town, _, _ in
            let page = try await town.browser(.tam).get("/availability?\(query)")
            try page.checkedXML()
            #expect(page.status == .unprocessableContent && page.body.contains(text))
            #expect(try await town.browser(.tam).get("/availability/figures?\(query)").status == .notFound)
        }
    }

    /// Fifty monitors a page; the whole, the components and the file are of all of them.
    @Test func theMonitorsComeInPages() async throws {
        try await Self.town { town, _, _ in
            try await town.database.run(
                """
                INSERT INTO monitors (name, kind, url, component, created_at)
                SELECT 'Trạm ' || lpad(n::text, 3, '0'), 'http', 'http://127.0.0.1/', 'Trạm', \(town.now - .seconds(864_000))
                FROM   generate_series(1, 60) AS n
                """)
            let browser = town.browser(.tam)
            let window = "from=2026-11-23&to=2026-11-23"
            let first = try await browser.get("/availability?\(window)")
            try first.checkedXML()
            #expect(first.body.contains("1–50 trong 61 điểm giám sát"))
            #expect(first.body.contains("Trạm 049") && !first.body.contains("Trạm 050"))
            #expect(first.body.contains("/availability?from=2026-11-23&amp;to=2026-11-23&amp;page=2"))
            let second = try await browser.get("/availability?\(window)&page=2")
            try second.checkedXML()
            #expect(second.body.contains("Trạm 050") && second.body.contains("Trạm 060") && !second.body.contains("Trạm 049"))
            // 60 whole days and one of 23 hours, never rounded up, on every page.
            for page in [first, second] { #expect(page.body.contains("99,9316")) }
            #expect(try await browser.get("/availability/figures?\(window)").body.split(separator: "\r\n").count == 1 + 61 + 2 + 1)
        }
    }

    @Test func theTableForASpreadsheet() async throws {
        try await Self.town { town, _, _ in
            let file = try await town.browser(.tam).get("/availability/figures?from=2026-11-23&to=2026-11-23")
            #expect(file.headers[.contentType] == "text/csv; charset=utf-8")
            #expect(file.headers[.contentDisposition] == "attachment; filename=\"SanSang20261123den20261123.csv\"")
            let lines = file.body.split(separator: "\r\n")
            // 3,600 of 86,400 seconds; a name that begins like a formula is a text.
            #expect(lines[1] == "Điểm giám sát,'=Cổng QLVB,86400,0,0,0,86400,3600,1,3600,0,95.8333,0.0000")
            #expect(lines[2].hasPrefix("Thành phần,Cổng,86400") && lines[3].hasPrefix("Toàn hệ thống,Toàn hệ thống,86400"))
        }
    }

    @Test(arguments: [
        ("Cổng", "Cổng"), ("=1+1", "'=1+1"), ("+84", "'+84"), ("-x", "'-x"), ("@x", "'@x"), ("a,b", "\"a,b\""),
        ("nói \"a\"", "\"nói \"\"a\"\"\""), ("=\"a\"", "\"'=\"\"a\"\"\""), ("", ""),
    ])
    func aCellIsAText(text: String, cell: String) {
        #expect(AvailabilityTable.cell(text) == cell)
    }

    // MARK: Service hours

    private static let hours: [(String, String)] = [
        ("monitor", ""), ("mode", "weekly"), ("in_force_from", "2026-11-25"), ("reason", "Quyết định 12/QĐ"),
        ("day1", "07:30-11:30, 13:30-17:00"), ("day2", "07:30-11:30, 13:30-17:00"), ("day3", "07:30-17:00"), ("day4", "00:00-24:00"),
        ("day5", "00:00-17:00"), ("day6", ""), ("day7", ""),
    ]

    private static func hours(_ changes: (String, String)...) -> [(String, String)] {
        hours.map { field in changes.first { $0.0 == field.0 } ?? field }
    }

    @Test func hoursAreDecidedAndShown() async throws {
        try await Self.town { town, id, _ in
            let linh = town.browser(.linh)
            try await linh.get("/availability/hours").checkedXML()
            #expect(try await linh.post("/availability/hours", Self.hours).location == "/availability/hours")
            #expect(try await linh.post("/availability/hours", Self.hours(("monitor", "\(id.rawValue)"), ("mode", "inherited"))).status == .seeOther)
            let page = try await town.browser(.binh).get("/availability/hours")
            try page.checkedXML()
            #expect(page.body.contains("Thứ Hai: 07:30-11:30, 13:30-17:00; Thứ Ba: 07:30-11:30") && page.body.contains("Như toàn hệ thống"))
            let rules = try await MonitorStore(database: town.database).serviceHours(for: town.person(.linh))
            #expect(rules.map { $0.hours?.days[3] } == [nil, "00:00-24:00"])
            #expect(try await town.database.value("SELECT count(*) FROM audit_entries WHERE action = 'service_hours.decided'") == 2)
            // Wednesday the 25th and a week on: what is open in it.
            let window = try AvailabilityWindow(
                from: try #require(CivilDate(parsing: "2026-11-24")), to: try #require(CivilDate(parsing: "2026-12-01")))
            let found = try await MonitorStore(database: town.database).availability(
                window: window.range, asOf: town.now + .seconds(864_000))
            // Tue whole; Wed 9.5 h, Thu 24 h, Fri 17 h, Sat and Sun closed, Mon and Tue 7.5 h each.
            let open = [86_400, 34_200, 86_400, 61_200, 27_000, 27_000].reduce(0, +)
            #expect(found[0].availability.window.inSeconds == Int64(open))
        }
    }

    @Test func hoursThatAreNoneAreRefusedAndStayTyped() async throws {
        try await Self.town { town, _, _ in
            let answer = try await town.browser(.linh).post(
                "/availability/hours",
                Self.hours(("in_force_from", "2026-11-23"), ("reason", ""), ("day1", "17:00-7:30"), ("day2", Self.nasty)))
            try answer.checkedXML()
            #expect(answer.status == .unprocessableContent)
            for text in ["không được trước hôm nay", "Căn cứ: cần nhập", "Thứ Hai: giờ cần có dạng", Self.escaped, "17:00-7:30"] {
                #expect(answer.body.contains(text), "\(text)")
            }
            for wrong in [("mode", "inherited"), ("mode", ""), ("monitor", "999"), ("monitor", "x")] {
                #expect(try await town.browser(.linh).post("/availability/hours", Self.hours(wrong)).status == .unprocessableContent, "\(wrong)")
            }
        }
    }

    @Test(arguments: [
        ("8:00-9:00, 9:00-10:00", "08:00-10:00"), ("23:00-24:00", "23:00-24:00"), ("08:00–09:00", "08:00-09:00"),
        ("9:00-8:00", nil), ("8:00-8:00", nil), ("8:00-25:00", nil), ("8-9", nil), ("8:00-9:00, 8:30-10:00", nil), ("08:00-09:00,", nil),
    ] as [(String, String?)])
    func aDayOfHours(typed: String, read: String?) {
        #expect((try? ServiceHours(days: [typed, "", "", "", "", "", ""]))?.days[0] == read)
    }

    @Test func everyFieldIsShown() throws {
        #expect(try namesThatDiffer(AvailabilityView.self).isEmpty)
        #expect(try namesThatDiffer(OutageDetailView.self).isEmpty)
        #expect(try namesThatDiffer(ServiceHoursView.self).isEmpty)
    }
}
