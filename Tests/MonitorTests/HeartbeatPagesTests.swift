import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Monitor

/// `/heartbeats` over HTTP, as several people.
struct HeartbeatPagesTests {
    private static let nasty = #"<script>alert(1)</script>"'&"#
    private static let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"

    private static func town<T: Sendable>(_ body: @escaping @Sendable (Town) async throws -> T) async throws -> T {
        try await Town.with { routes, database in
            let monitors = MonitorStore(database: database)
            let agencies = AgencyStore(database: database)
            let heartbeats = HeartbeatStore(database: database)
            MonitorPages(over: database).add(to: &routes)
            HeartbeatPages(
                heartbeats: heartbeats, monitors: monitors, agencies: agencies, address: "https://trucban.example.vn"
            ).add(to: &routes)
            PingPages(desk: PingDesk(store: heartbeats)).add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    /// What the form sends.
    private static let typed: [(String, String)] = [
        ("name", "Sao lưu QLVB"), ("agency", ""), ("component", "CSDL"), ("schedule", "cron"), ("period", "1"), ("period_unit", "days"),
        ("expression", "5 1 * * *"), ("zone", "Asia/Ho_Chi_Minh"), ("grace", "90"), ("grace_unit", "minutes"),
        ("slug", "sao-luu-qlvb"), ("is_daily_backup", "yes"),
    ]

    private static func typed(_ changes: (String, String)...) -> [(String, String)] {
        typed.map { field in changes.first { $0.0 == field.0 } ?? field }
    }

    /// - Returns: The heartbeat's path.
    private static func add(_ town: Town, _ changes: (String, String)...) async throws -> String {
        let fields = typed.map { field in changes.first { $0.0 == field.0 } ?? field }
        let answer = try await town.browser(.linh).post("/heartbeats", fields)
        return try #require(answer.location)
    }

    /// The path under `/ping/` that the page of an operator shows.
    private static func pingPath(_ town: Town, _ path: String) async throws -> String {
        let body = try await town.browser(.linh).get(path).body
        let url = try #require(body.firstMatch(of: /https:\/\/trucban\.example\.vn(\/ping\/[0-9a-f-]{36})</))
        return String(url.1)
    }

    @Test func whatIsTypedIsExpectedAndCanBeChanged() async throws {
        try await Self.town { town in
            let browser = town.browser(.linh)
            try await browser.get("/heartbeats/new").checkedXML()
            let path = try await Self.add(town)
            let editor = try await browser.get("\(path)/edit")
            try editor.checkedXML()
            for field in ["value=\"Sao lưu QLVB\"", "value=\"5 1 * * *\"", "value=\"90\"", "value=\"sao-luu-qlvb\"", "checked=\"checked\""] {
                #expect(editor.body.contains(field), "\(field)")
            }
            let changed = try await browser.post("\(path)/edit", Self.typed(("schedule", "calendar"), ("expression", "Mon..Fri 08:30")))
            #expect(changed.location == path)
            let shown = try await browser.get(path)
            try shown.checkedXML()
            #expect(shown.body.contains("OnCalendar “Mon..Fri 08:30”, giờ Asia/Ho_Chi_Minh, ân hạn 1 giờ 30 phút"))
            #expect(shown.body.contains("Điều 18.2") && shown.body.contains("Điều 21.5"))
            let trail = try await town.database.values(
                "SELECT action || coalesce(before, '') || coalesce(after, '') FROM audit_entries WHERE action LIKE 'heartbeat.%' ORDER BY seq",
                as: String.self)
            let code = try await Self.pingPath(town, path).dropFirst("/ping/".count)
            #expect(trail.count == 2 && trail[0].hasPrefix("heartbeat.added") && trail[1].contains("Mon..Fri 08:30"))
            #expect(!trail.joined().contains(code), "the address is a secret")
            #expect(try await browser.get(path.replacing("heartbeats", with: "monitors")).location == path)
        }
    }

    @Test func theSecondOfTwoEditorsIsToldAndLosesNothing() async throws {
        try await Self.town { town in
            let path = try await Self.add(town)
            let version = try #require(try await town.browser(.linh).get("\(path)/edit").body.firstMatch(of: /name="version" value="(\d+)"/)).1
            func save(_ name: TownPerson, _ grace: String, _ version: Substring) async throws -> Answer {
                try await town.browser(name).post("\(path)/edit", Self.typed(("grace", grace)) + [("version", String(version))])
            }
            #expect(try await save(.linh, "60", version).location == path)
            let refused = try await save(.an, "45", version)
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent && refused.body.contains("Tín hiệu này vừa được Phạm Thùy Linh sửa lúc 09:00"))
            #expect(refused.body.contains("value=\"45\""), "what was typed stays")
            let next = try #require(refused.body.firstMatch(of: /name="version" value="(\d+)"/)).1
            #expect(try await save(.an, "45", next).location == path)
        }
    }

    @Test(arguments: [
        ("name", "", "Tên: cần nhập."), ("slug", "Sao lưu", "Tên ngắn: chỉ gồm chữ thường"), ("schedule", "never", "Lịch hẹn: cần chọn"),
        ("expression", "5 1 * *", "Biểu thức cron: cần năm phần"), ("expression", "0 0 30 2 *", "không có lần nào đến hẹn"),
        ("zone", "Hà Nội", "Múi giờ: cần tên"), ("grace", "0", "Thời gian ân hạn: cần một số nguyên"),
        ("grace", "9999999", "Thời gian ân hạn: cần từ 5 giây đến 366 ngày."),
    ])
    func whatIsNotFitIsToldWithEverythingKept(field: String, value: String, problem: String) async throws {
        try await Self.town { town in
            let answer = try await town.browser(.linh).post("/heartbeats", Self.typed((field, value), ("component", Self.nasty)))
            #expect(answer.status == .unprocessableContent && answer.body.contains(problem))
            #expect(answer.body.contains("<title>Lỗi: ") && answer.body.contains(Self.escaped) && !answer.body.contains("<script>alert"))
            try answer.checkedXML()
            #expect(try await town.database.value("SELECT count(*) FROM heartbeats", as: Int.self) == 0)
        }
    }

    @Test func theDailyBackupIsTheWholeSystems() async throws {
        try await Self.town { town in
            let answer = try await town.browser(.linh).post("/heartbeats", Self.typed(("agency", "\(town.yenKhanh.rawValue)")))
            #expect(answer.status == .unprocessableContent && answer.body.contains("là của toàn hệ thống"))
        }
    }

    @Test func theSameFormSentTwiceMakesOne() async throws {
        try await Self.town { town in
            let browser = town.browser(.linh)
            let key = try #require(try await browser.get("/heartbeats/new").formKey)
            let fields = Self.typed + [("form_key", key)]
            let (first, second) = (try await browser.post("/heartbeats", fields), try await browser.post("/heartbeats", fields))
            #expect(first.location == second.location && first.location?.hasPrefix("/heartbeats/") == true)
            #expect(try await town.database.value("SELECT count(*) FROM heartbeats", as: Int.self) == 1)
        }
    }

    @Test func onlyOperatorsAndAdministratorsKeepHeartbeatsAndSeeTheirAddresses() async throws {
        try await Self.town { town in
            let path = try await Self.add(town)
            #expect(try await town.browser(.linh).post("/heartbeats/keys", [("agency", "")]).location == "/heartbeats/keys")
            let key = try await town.database.value("SELECT key FROM ping_keys", as: String.self)
            let ping = try await Self.pingPath(town, path)
            #expect(try await town.browser(nil).post(ping, [("ket_qua", Self.nasty)]).status == .ok)
            for name in [TownPerson.binh, .dung, .hoa, .vinh, .tam] {
                let browser = town.browser(name)
                for command in ["/heartbeats", "/heartbeats/keys", "\(path)/edit", "\(path)/pause", "\(path)/resumption", "\(path)/deletion"] {
                    #expect(try await browser.post(command, Self.typed).status == .forbidden, "\(name) \(command)")
                }
                for page in ["/heartbeats/new", "/heartbeats/keys", "\(path)/edit", "\(path)/deletion"] {
                    #expect(try await browser.get(page).status == .forbidden, "\(name) \(page)")
                }
                let shown = try await browser.get(path)
                try shown.checkedXML()
                #expect(shown.status == .ok && !shown.body.contains("/pause") && !shown.body.contains("/edit"), "\(name)")
                #expect(!shown.body.contains(String(ping.dropFirst(6))) && !shown.body.contains(key), "\(name) sees a secret")
                #expect(shown.body.contains("ket_qua") == (name == .tam), "\(name): bodies are for the audit")
                #expect(try await !browser.get("/heartbeats").body.contains("/heartbeats/new"), "\(name)")
            }
            for name in [TownPerson.linh, .an] {
                let shown = try await town.browser(name).get(path)
                try shown.checkedXML()
                #expect(shown.body.contains("https://trucban.example.vn\(ping)") && shown.body.contains("/ping/\(key)/sao-luu-qlvb"))
                #expect(shown.body.contains("5 1 * * * pg_dump -Fc -f /var/backups/qlvb-$(date +\\%F).dump qlvb &amp;&amp; curl -fsS -m 10 --retry 5"))
                #expect(!shown.body.contains("<script>alert"))
                let keys = try await town.browser(name).get("/heartbeats/keys")
                try keys.checkedXML()
                #expect(keys.body.contains(key))
            }
            let trail = try await town.database.values(
                "SELECT coalesce(before, '') || coalesce(after, '') FROM audit_entries", as: String.self)
            #expect(!trail.joined().contains(key))
        }
    }

    @Test func aRenewedKeyTakesTheOldOnesPlace() async throws {
        try await Self.town { town in
            _ = try await Self.add(town)
            let (first, second) = (try await Beat.key(town), try await Beat.key(town))
            #expect(first != second)
            #expect(try await town.browser(nil).get("/ping/\(first)/sao-luu-qlvb").status == .notFound)
            #expect(try await town.browser(nil).get("/ping/\(second)/sao-luu-qlvb").status == .ok)
            let strange = try await town.browser(.linh).post("/heartbeats/keys", [("agency", "999")])
            #expect(strange.status == .unprocessableContent)
        }
    }

    @Test func anAgencysHeartbeatIsUnknownToAnother() async throws {
        try await Self.town { town in
            let path = try await Self.add(
                town, ("agency", "\(town.yenKhanh.rawValue)"), ("name", "Đồng bộ Yên Khánh"), ("is_daily_backup", ""))
            for (name, sees) in [(TownPerson.binh, true), (.dung, true), (.chi, false), (.linh, true), (.tam, true)] {
                let browser = town.browser(name)
                #expect(try await browser.get(path).status == (sees ? .ok : .notFound), "\(name)")
                #expect(try await browser.get("/heartbeats").body.contains("Đồng bộ Yên Khánh") == sees, "\(name)")
                let elsewhere = try await browser.get(path.replacing("heartbeats", with: "monitors"))
                #expect(elsewhere.status == (sees ? .seeOther : .notFound), "\(name)")
            }
            for path in ["/heartbeats/999", "/heartbeats/abc", "/heartbeats/999/edit"] {
                #expect(try await town.browser(.linh).get(path).status == .notFound, "\(path)")
            }
        }
    }

    @Test func theListShowsTheMissedFirstInFiveStatements() async throws {
        try await Self.town { town in
            for (name, schedule) in [("A đúng hẹn", "60"), ("B lỡ hẹn", "60"), ("C chưa báo", "60")] {
                _ = try await Self.add(town, ("name", name), ("schedule", "period"), ("period", schedule), ("period_unit", "minutes"), ("slug", ""))
            }
            let paths = try await town.database.values("SELECT '/ping/' || code FROM heartbeats ORDER BY monitor_id", as: String.self)
            #expect(try await town.browser(nil).get(paths[0]).status == .ok)
            #expect(try await town.browser(nil).get(paths[1] + "/fail").status == .ok)
            try await HeartbeatStore(database: town.database).sweep(at: town.now)
            let before = town.database.statementCount
            let list = try await town.browser(.linh).get("/heartbeats")
            #expect(town.database.statementCount - before <= 5)
            try list.checkedXML()
            let order = ["B lỡ hẹn", "A đúng hẹn", "C chưa báo"].compactMap { list.body.range(of: $0)?.lowerBound }
            #expect(order.count == 3 && order == order.sorted())
            #expect(list.body.contains("badge down\">Lỡ hẹn hoặc lỗi") && list.body.contains("badge up\">Đúng hẹn"))
            let filtered = try await town.browser(.linh).get("/heartbeats?state=down&q=lo+hen")
            #expect(filtered.body.contains("B lỡ hẹn") && !filtered.body.contains("A đúng hẹn"))
            let path = try await town.database.value("SELECT '/heartbeats/' || min(monitor_id) FROM heartbeats", as: String.self)
            let then = town.database.statementCount
            try await town.browser(.linh).get(path).checkedXML()
            #expect(town.database.statementCount - then <= 5)
        }
    }

    @Test func whileNobodyListensNothingIsClaimed() async throws {
        try await Self.town { town in
            let path = try await Self.add(town)
            #expect(try await town.browser(nil).get(Self.pingPath(town, path)).status == .ok)
            #expect(try await town.browser(.linh).get(path).body.contains("badge up"))
            try await town.database.run("INSERT INTO heartbeat_hearing (last_beat_at) VALUES (\(town.now - .seconds(31)))")
            let deaf = try await town.browser(.linh).get("/heartbeats")
            try deaf.checkedXML()
            #expect(deaf.body.contains("Không có ai nghe tín hiệu từ") && deaf.body.contains("badge unknown") && !deaf.body.contains("badge up"))
        }
    }

    @Test func pausingTakingUpAgainAndDeleting() async throws {
        try await Self.town { town in
            let browser = town.browser(.linh)
            let path = try await Self.add(town)
            let ping = try await Self.pingPath(town, path)
            #expect(try await browser.post("\(path)/resumption").status == .unprocessableContent)
            #expect(try await browser.post("\(path)/pause").location == path)
            #expect(try await browser.post("\(path)/pause").status == .unprocessableContent)
            #expect(try await town.browser(nil).get(ping).status == .ok)
            let paused = try await browser.get(path)
            try paused.checkedXML()
            #expect(paused.body.contains("badge paused") && paused.body.contains("lúc tạm dừng, không tính"))
            #expect(try await browser.post("\(path)/resumption").location == path)
            let question = try await browser.get("\(path)/deletion")
            try question.checkedXML()
            let key = try #require(question.formKey)
            #expect(try await browser.post("\(path)/deletion", ["form_key": key]).location == "/heartbeats")
            #expect(try await browser.post("\(path)/deletion", ["form_key": key]).location == "/heartbeats")
            #expect(try await browser.get(path).status == .notFound)
            #expect(try await town.browser(nil).get(ping).status == .notFound)
        }
    }

    @Test func aPageNamesWhatItsViewOffers() throws {
        #expect(try namesThatDiffer(HeartbeatListView.self) == [])
        #expect(try namesThatDiffer(HeartbeatDetailView.self) == [])
        #expect(try namesThatDiffer(HeartbeatFormView.self) == [])
        #expect(try namesThatDiffer(HeartbeatDeletionView.self) == [])
        #expect(try namesThatDiffer(PingKeyListView.self) == [])
    }
}
