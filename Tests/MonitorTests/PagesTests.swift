import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing
import Transfer
import Web

@testable import Monitor

/// `/monitors` over HTTP, as several people.
struct PagesTests {
    private static let nasty = #"<script>alert(1)</script>"'&"#
    private static let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"

    private static func town<T: Sendable>(_ body: @escaping @Sendable (Town) async throws -> T) async throws -> T {
        try await Town.with { routes, database in
            MonitorPages(over: database).add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    /// What the form sends.
    private static let typed: [(String, String)] = [
        ("name", "Cổng QLVB"), ("kind", "http"), ("agency", ""), ("component", "Cổng"), ("url", "https://qlvb.example.vn/dang-nhap"),
        ("method", "OPTIONS"), ("accepted_statuses", "200-299, 401"), ("keyword_mode", "absent"), ("keyword", "Bảo trì"),
        ("headers", "Accept: text/html\nX-Nguon: Trực Ban"), ("verify_tls", "yes"), ("host", ""), ("port", ""),
        ("interval", "30"), ("retry_interval", "15"), ("timeout", "12"), ("confirm_after", "4"), ("recover_after", "3"),
        ("family", "4"), ("group", "Cổng"), ("tags", "LGSP, qlvb"), ("parent", ""), ("degraded_ms", "800"),
        ("degraded_after", "4"),
    ]

    private static func typed(_ changes: (String, String)...) -> [(String, String)] {
        typed.map { field in changes.first { $0.0 == field.0 } ?? field }
    }

    /// - Returns: The monitor's path.
    private static func add(_ town: Town, _ changes: (String, String)...) async throws -> String {
        let fields = typed.map { field in changes.first { $0.0 == field.0 } ?? field }
        let answer = try await town.browser(.linh).post("/monitors", fields)
        return try #require(answer.location)
    }

    private static func monitor(_ town: Town, _ path: String) async throws -> Monitor? {
        let id = Monitor.ID(rawValue: try #require(Int64(path.split(separator: "/").last ?? "")))
        return try await MonitorStore(database: town.database).find(id, for: town.person(.linh))
    }

    // MARK: Keeping

    @Test func whatIsTypedIsWatchedAndCanBeChanged() async throws {
        try await Self.town { town in
            let browser = town.browser(.linh)
            let empty = try await browser.get("/monitors/new")
            try empty.checkedXML()
            let path = try await Self.add(town)
            let monitor = try #require(try await Self.monitor(town, path))
            var target = HTTPTarget(url: "https://qlvb.example.vn/dang-nhap")
            (target.method, target.followsRedirects, target.verifiesTLS) = (.options, false, true)
            target.acceptedStatuses = try #require(StatusRanges("200-299,401"))
            target.keyword = HTTPTarget.Keyword(text: "Bảo trì", isExpected: false)
            target.headers = [.init(name: "Accept", value: "text/html"), .init(name: "X-Nguon", value: "Trực Ban")]
            #expect(monitor.target == .http(target) && monitor.family == .v4)
            #expect(monitor.interval == .seconds(30) && monitor.retryInterval == .seconds(15) && monitor.timeout == .seconds(12))
            #expect(monitor.confirmAfter == 4 && monitor.recoverAfter == 3 && monitor.component == "Cổng" && monitor.agency == nil)

            let editor = try await browser.get("\(path)/edit")
            try editor.checkedXML()
            #expect(monitor.place == MonitorPlace(group: "Cổng", tags: ["lgsp", "qlvb"], parent: ""))
            #expect(monitor.slowness.threshold == .milliseconds(800) && monitor.slowness.after == 4)
            #expect(editor.body.contains("value=\"lgsp, qlvb\"") && editor.body.contains("value=\"800\""))
            #expect(editor.body.contains("value=\"Bảo trì\"") && editor.body.contains("X-Nguon: Trực Ban</textarea>"))
            let changed = try await browser.post(
                "\(path)/edit", Self.typed(("kind", "tcp"), ("host", "qlvb.example.vn"), ("port", "443"), ("name", "Máy chủ")))
            #expect(changed.location == path)
            #expect(try await Self.monitor(town, path)?.target == .tcp(TCPTarget(host: "qlvb.example.vn", port: 443)))
            let shown = try await browser.get(path)
            try shown.checkedXML()
            #expect(shown.body.contains("qlvb.example.vn:443") && shown.body.contains("Kết nối TCP"))
            let trail = try await town.database.values("SELECT action FROM audit_entries WHERE action LIKE 'monitor.%' ORDER BY seq", as: String.self)
            #expect(trail == ["monitor.added", "monitor.changed"])
        }
    }

    @Test func onlyOperatorsAndAdministratorsKeepMonitors() async throws {
        try await Self.town { town in
            let path = try await Self.add(town)
            let commands = ["/monitors", "\(path)/edit", "\(path)/pause", "\(path)/resumption", "\(path)/deletion"]
            for name in [TownPerson.binh, .dung, .hoa, .vinh, .tam] {
                let browser = town.browser(name)
                for command in commands {
                    #expect(try await browser.post(command, Self.typed).status == .forbidden, "\(name) \(command)")
                }
                for page in ["/monitors/new", "\(path)/edit", "\(path)/deletion"] {
                    #expect(try await browser.get(page).status == .forbidden, "\(name) \(page)")
                }
                let shown = try await browser.get(path)
                try shown.checkedXML()
                #expect(shown.status == .ok && !shown.body.contains("/pause") && !shown.body.contains("/edit"), "\(name)")
                #expect(try await !browser.get("/monitors").body.contains("/monitors/new"), "\(name)")
            }
            #expect(try await town.browser(.an).get("\(path)/edit").status == .ok)
        }
    }

    @Test func anAgencysMonitorIsUnknownToAnother() async throws {
        try await Self.town { town in
            let path = try await Self.add(town, ("agency", "\(town.yenKhanh.rawValue)"), ("name", "Đường truyền Yên Khánh"))
            for (name, sees) in [(TownPerson.binh, true), (.dung, true), (.chi, false), (.linh, true), (.tam, true)] {
                let browser = town.browser(name)
                #expect(try await browser.get(path).status == (sees ? .ok : .notFound), "\(name)")
                #expect(try await browser.get("/monitors").body.contains("Đường truyền Yên Khánh") == sees, "\(name)")
            }
            for path in ["/monitors/999", "/monitors/abc", "/monitors/999/edit"] {
                #expect(try await town.browser(.linh).get(path).status == .notFound, "\(path)")
            }
        }
    }

    @Test func pausingAndTakingUpAgain() async throws {
        try await Self.town { town in
            let browser = town.browser(.linh)
            let path = try await Self.add(town)
            #expect(try await browser.post("\(path)/pause").location == path)
            let paused = try await browser.get(path)
            try paused.checkedXML()
            #expect(paused.body.contains("badge paused\">Tạm dừng đo") && paused.body.contains("\(path)/resumption"))
            let again = try await browser.post("\(path)/pause")
            #expect(again.status == .unprocessableContent && again.body.contains("Điểm giám sát này đang tạm dừng đo."))
            try again.checkedXML()
            #expect(try await browser.post("\(path)/resumption").location == path)
            let resumed = try await browser.get(path)
            #expect(resumed.body.contains("badge unknown\">Chưa đo") && resumed.body.contains("\(path)/pause"))
            #expect(try await browser.post("\(path)/resumption").status == .unprocessableContent)
            // What nobody measured is open until the next sample, however often it was paused.
            let gaps = try await town.database.values("SELECT reason FROM measurement_gaps WHERE upper_inf(during) ORDER BY 1", as: String.self)
            #expect(gaps == ["not_started", "paused"])
        }
    }

    @Test func aDeletedMonitorLeavesTheListAndItsOutagesStay() async throws {
        try await Self.town { town in
            let browser = town.browser(.linh)
            let path = try await Self.add(town)
            let monitor = try #require(try await Self.monitor(town, path))
            let (begun, ended) = (town.now - .seconds(7200), town.now - .seconds(3600))
            try await town.database.run("UPDATE monitors SET created_at = \(begun - .seconds(3600)) WHERE id = \(monitor.id)")
            try await town.database.run("DELETE FROM measurement_gaps WHERE monitor_id = \(monitor.id)")
            for range in [TimeRange(from: begun, to: ended), TimeRange(from: town.now - .seconds(600), to: nil)] {
                try await town.database.run(
                    """
                    INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                    VALUES (\(monitor.id), \(range), \(range.lower), 'Không kết nối được')
                    """)
            }
            let asked = try await browser.get("\(path)/deletion")
            try asked.checkedXML()
            #expect(asked.body.contains("Lịch sử đo, gián đoạn và sự cố vẫn được giữ"))
            #expect(try await browser.post("\(path)/deletion").location == "/monitors")
            #expect(try await !browser.get("/monitors").body.contains("Cổng QLVB"))
            for page in [path, "\(path)/edit", "\(path)/deletion"] { #expect(try await browser.get(page).status == .notFound) }
            #expect(try await browser.post("\(path)/pause").status == .notFound)
            let window = TimeRange(from: begun - .seconds(3600), to: town.now + .seconds(3600))
            let kept = try await MonitorStore(database: town.database).availability(window: window, asOf: town.now)
            #expect(kept.map(\.name) == ["Cổng QLVB"] && kept[0].availability.down == .seconds(4200))
            #expect(kept[0].availability.outages == 2)
            // What was open ended when nobody looked any more.
            #expect(try await town.database.value("SELECT count(*) FROM outages WHERE upper_inf(during)") == 0)
        }
    }

    @Test func aFormThatIsSentTwiceCountsOnce() async throws {
        try await Self.town { town in
            let browser = town.browser(.linh)
            func twice(_ path: String, from page: String, _ fields: [(String, String)] = []) async throws -> String {
                let keys = try await browser.get(page).body.matches(
                    of: /action="([^"]+)"[^>]*>\s*<input type="hidden" name="form_key" value="([^"]+)"/)
                let key = String(try #require(keys.first { $0.1 == path }).2)
                async let first = browser.post(path, fields + [("form_key", key)])
                async let second = browser.post(path, fields + [("form_key", key)])
                let answers = try await [first, second, browser.post(path, fields + [("form_key", key)])]
                #expect(answers.allSatisfy { $0.status == .seeOther }, "\(path): \(answers.map(\.status))")
                #expect(Set(answers.map(\.location)).count == 1, "\(path)")
                return try #require(answers[0].location)
            }
            let path = try await twice("/monitors", from: "/monitors/new", Self.typed)
            _ = try await twice("\(path)/edit", from: "\(path)/edit", Self.typed(("name", "Cổng khác")))
            _ = try await twice("\(path)/pause", from: path)
            _ = try await twice("\(path)/resumption", from: path)
            _ = try await twice("\(path)/deletion", from: "\(path)/deletion")
            let trail = try await town.database.values("SELECT action FROM audit_entries WHERE action LIKE 'monitor.%' ORDER BY seq", as: String.self)
            #expect(trail == ["monitor.added", "monitor.changed", "monitor.paused", "monitor.resumed", "monitor.deleted"])
        }
    }

    // MARK: Refused and hostile text

    @Test func aRefusedFormKeepsEverythingThatWasTyped() async throws {
        try await Self.town { town in
            let path = try await Self.add(town)
            let wrong = Self.typed(
                ("name", ""), ("accepted_statuses", "tất cả"), ("interval", "3"), ("timeout", "12"), ("headers", "không có hai chấm\nB: c"),
                ("confirm_after", "0"))
            for action in ["/monitors", "\(path)/edit"] {
                let answer = try await town.browser(.linh).post(action, wrong)
                #expect(answer.status == .unprocessableContent, "\(action)")
                try answer.checkedXML()
                #expect(answer.body.contains("<title>Lỗi: "))
                let summary = try #require(answer.body.firstMatch(of: /id="problems"(?s:.*?)<\/section>/)).0
                let links = summary.matches(of: /href="#([^"]+)"/).map { String($0.1) }
                #expect(links == ["name", "accepted_statuses", "interval", "confirm_after"])
                for link in links { #expect(answer.body.contains("id=\"\(link)\""), "\(link)") }
                for (name, value) in wrong where !value.isEmpty && name != "kind" && name != "agency" {
                    let isKept =
                        answer.body.contains("value=\"\(value)\"") || answer.body.contains(">\(value)</textarea>")
                    #expect(isKept, "\(action) \(name)")
                }
                #expect(answer.body.contains("name=\"follow_redirects\" value=\"yes\"/>"))
                #expect(answer.body.contains("name=\"verify_tls\" value=\"yes\" checked=\"checked\"/>"))
            }
            // An agency that is not there is a mistake of the form, not of the server.
            let stranger = try await town.browser(.linh).post("/monitors", Self.typed(("agency", "9999")))
            #expect(stranger.status == .unprocessableContent && stranger.body.contains("href=\"#agency\""))
            #expect(try await town.database.value("SELECT count(*) FROM monitors") == 1)
        }
    }

    @Test func whatWasTypedIsOnlyText() async throws {
        try await Self.town { town in
            let path = try await Self.add(
                town, ("name", "name" + Self.nasty), ("component", "component" + Self.nasty), ("keyword", "keyword" + Self.nasty))
            let browser = town.browser(.linh)
            try await town.database.run(
                """
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                SELECT id, tstzrange(\(town.now - .seconds(60)), NULL), \(town.now), \("reason" + Self.nasty) FROM monitors
                """)
            let shown = try await browser.get(path)
            let pages = [shown, try await browser.get("/monitors"), try await browser.get("\(path)/edit"), try await browser.get("\(path)/deletion")]
            for page in pages {
                try page.checkedXML()
                #expect(page.body.contains("name" + Self.escaped) && !page.body.contains("<script>alert"))
            }
            #expect(shown.body.contains("reason" + Self.escaped) && shown.body.contains("component" + Self.escaped))
            #expect(pages[2].body.contains("keyword" + Self.escaped))
        }
    }

    // MARK: Reading

    @Test func theListTellsHowEachOneStands() async throws {
        try await Self.town { town in
            let up = try await Self.add(town, ("name", "Đang chạy"))
            let down = try await Self.add(town, ("name", "Đang hỏng"))
            _ = try await Self.add(town, ("name", "Chưa ai đo"))
            let paused = try await Self.add(town, ("name", "Nghỉ"))
            _ = try await town.browser(.linh).post("\(paused)/pause")
            let hour = town.now - .seconds(3600)
            try await town.database.run("INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(hour), \(town.now), 'test')")
            try await town.database.run("UPDATE monitors SET created_at = \(hour)")
            for (path, state) in [(up, "up"), (down, "down")] {
                let monitor = try #require(try await Self.monitor(town, path))
                try await town.database.run("DELETE FROM measurement_gaps WHERE monitor_id = \(monitor.id)")
                try await town.database.run(
                    """
                    UPDATE monitor_states SET state = \(state), since = \(hour), last_sample_at = \(town.now), total_us = 48000,
                           last_failure = CASE \(state) WHEN 'down' THEN 'connect' END,
                           last_detail = CASE \(state) WHEN 'down' THEN 'Connection refused' END,
                           certificate_expires_at = \(town.now + .seconds(10 * 86_400))
                    WHERE  monitor_id = \(monitor.id)
                    """)
                if state == "down" {
                    try await town.database.run(
                        """
                        INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                        VALUES (\(monitor.id), tstzrange(\(town.now - .seconds(360)), NULL), \(town.now), 'x')
                        """)
                }
            }
            let page = try await town.browser(.linh).get("/monitors")
            try page.checkedXML()
            // The worst first; each with its word.
            var rest = page.body[...]
            for (name, badge) in [
                ("Đang hỏng", "badge down\">Gián đoạn"), ("Chưa ai đo", "badge unknown\">Chưa đo"),
                ("Đang chạy", "badge up\">Hoạt động"), ("Nghỉ", "badge paused\">Tạm dừng đo"),
            ] {
                let row = try #require(rest.firstRange(of: ">\(name)</a>"), "\(name)")
                rest = rest[row.upperBound...]
                let shown = try #require(rest.firstRange(of: badge), "\(name)")
                #expect(rest.firstRange(of: "</tr>").map { shown.lowerBound < $0.lowerBound } == true, "\(name)")
            }
            for words in [
                "Không kết nối được: Connection refused", "90,0000%", "48 ms", "còn 10 ngày", "Tỷ lệ sẵn sàng = ", "không đo",
                "Gián đoạn (1)", "Tất cả (4)", "0 ngày hoạt động, 1 ngày có gián đoạn",
            ] {
                #expect(page.body.contains(words), "\(words)")
            }
            let filtered = try await town.browser(.linh).get("/monitors?state=down&q=DANG+HONG")
            #expect(filtered.body.contains("Đang hỏng</a>") && !filtered.body.contains("Đang chạy</a>"))
            let none = try await town.browser(.linh).get("/monitors?q=%22%3E%3Cscript%3E")
            try none.checkedXML()
            #expect(none.body.contains("Chưa có điểm giám sát nào khớp."))
        }
    }

    @Test func whileNobodyLooksNothingIsClaimed() async throws {
        try await Self.town { town in
            let path = try await Self.add(town)
            let hour = town.now - .seconds(3600)
            try await town.database.run("INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(hour), \(hour), 'test')")
            try await town.database.run("UPDATE monitor_states SET state = 'up'")
            let list = try await town.browser(.linh).get("/monitors")
            #expect(list.body.contains("Bộ giám sát không chạy từ 08:00 24/11/2026."))
            #expect(list.body.contains("badge unknown\">Chưa đo") && !list.body.contains("badge up\">Hoạt động"))
            #expect(try await town.browser(.linh).get(path).body.contains("badge unknown\">Chưa đo"))
        }
    }

    @Test func theListAndThePageAskFewQuestions() async throws {
        try await Self.town { town in
            var path = ""
            for number in 0..<8 { path = try await Self.add(town, ("name", "Điểm \(number)")) }
            for page in ["/monitors", "/monitors?q=diem&state=unknown", path] {
                let before = town.database.statementCount
                #expect(try await town.browser(.linh).get(page).status == .ok)
                let asked = town.database.statementCount - before
                // On a monitor's own page two more: the times of flapping, and what other places see.
                #expect(asked <= (page == path ? 7 : 5), "\(page): \(asked)")
            }
        }
    }

    @Test func theChartReadsItsSamplesByTheIndex() async throws {
        try await Self.town { town in
            let monitor = try #require(try await Self.monitor(town, try await Self.add(town)))
            // Two days of six monitors, a sample a minute.
            try await town.database.run("SELECT create_sample_partitions(0, \(town.now))")
            try await town.database.run(
                """
                INSERT INTO samples (monitor_id, at, total_us)
                SELECT \(monitor.id) + n, \(town.now) - m * interval '1 minute', 50000
                FROM   generate_series(0, 5) AS n, generate_series(1, 2880) AS m
                """)
            try await town.database.asOwner { _ = try await $0.run("ANALYZE samples") }
            let window = LatencyWindow()
            let start = window.start(endingAt: town.now)
            let plan = try await town.database.plan(of: MonitorStore.latencyQuery(of: monitor.id, window, from: start, to: town.now))
            #expect(plan.contains("Index") && !plan.contains("Seq Scan"), "\(plan)")
            let day = TimeRange(from: town.now - .seconds(86_400), to: town.now)
            let told = try await town.database.plan(of: MonitorStore.sampleQuery(of: monitor.id, in: day))
            #expect(told.contains("Index") && !told.contains("Seq Scan"), "\(told)")
            let readings = try await MonitorStore(database: town.database).latency(of: monitor.id, window, at: town.now).readings
            // 48 half hours, of which the last one has only begun, and all together.
            let whole = try #require(readings.last)
            #expect(whole.begunAt == nil && whole.median == .milliseconds(50) && whole.failed == 0)
            #expect(whole.good == Int((town.now - start).inSeconds / 60))
            let page = try await town.browser(.linh).get("/monitors/\(monitor.id.rawValue)")
            try page.checkedXML()
            #expect(page.body.contains("trung vị 50 ms, 95% không quá 50 ms, chậm nhất 50 ms.") && page.body.contains("<polyline"))
        }
    }

    @Test func theTemplatesAndTheViewsKnowTheSameNames() throws {
        #expect(try namesThatDiffer(MonitorListView.self) == [])
        #expect(try namesThatDiffer(MonitorFormView.self) == [])
        #expect(try namesThatDiffer(MonitorDetailView.self) == [])
        #expect(try namesThatDiffer(MonitorDeletionView.self) == [])
    }
}
