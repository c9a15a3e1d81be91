import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Monitor

/// `/monitors/maintenance` over HTTP, as several people.
struct MaintenancePagesTests {
    private static let nasty = #"<script>alert(1)</script>"'&"#
    private static let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"

    private static func town(_ body: @escaping @Sendable (Town) async throws -> Void) async throws {
        try await Town.with { routes, database in
            let monitors = MonitorStore(database: database)
            MonitorPages(monitors: monitors, agencies: AgencyStore(database: database)).add(to: &routes)
            MaintenancePages(maintenance: MaintenanceStore(database: database), monitors: monitors).add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    /// Now is 09:00 on 24/11/2026, a Tuesday.
    private static func typed(_ changes: [(String, String)] = []) -> [(String, String)] {
        [
            ("title", "Thay ổ cứng"), ("scope", "system"), ("group", ""), ("component", ""), ("monitors", ""),
            ("repeats", "once"), ("begins", "2026-11-24T10:00"), ("ends", "2026-11-24T11:00"), ("notice", ""),
            ("at", "22:00"), ("minutes", "120"), ("first_day", "2026-11-24"), ("last_day", ""), ("week", "1"),
            ("weekday", "7"),
        ].map { field in changes.first { $0.0 == field.0 } ?? field } + changes.filter { $0.0 == "weekdays" }
    }

    private static func ids(_ town: Town) async throws -> [Int64] {
        try await town.database.values("SELECT id FROM maintenance_windows ORDER BY id", as: Int64.self)
    }

    @Test func aWindowIsPlannedStartedAndEnded() async throws {
        try await Self.town { town in
            let browser = town.browser(.linh)
            let empty = try await browser.get("/monitors/maintenance/new?monitor=%22%3E")
            try empty.checkedXML()
            try await browser.get("/monitors/maintenance").checkedXML()
            let key = try #require(empty.formKey)
            let fields = Self.typed([("title", Self.nasty)]) + [("form_key", key)]
            let first = try await browser.post("/monitors/maintenance", fields)
            let second = try await browser.post("/monitors/maintenance", fields)
            #expect(first.location == "/monitors/maintenance" && second.location == first.location)
            let id = try #require(try await Self.ids(town).first)
            #expect(try await Self.ids(town).count == 1)
            let planned = try await browser.get("/monitors/maintenance")
            try planned.checkedXML()
            #expect(planned.body.contains(Self.escaped) && !planned.body.contains("<script>alert"))
            #expect(planned.body.contains("Đã lên lịch") && planned.body.contains("Chưa thông báo"))

            let path = "/monitors/maintenance/\(id)"
            #expect(try await browser.post("\(path)/end").status == .unprocessableContent)
            #expect(try await browser.post("\(path)/start").status == .seeOther)
            #expect(try await browser.post("\(path)/start").status == .unprocessableContent)
            #expect(try await browser.post("\(path)/cancellation").status == .unprocessableContent)
            let started = try await browser.get("/monitors/maintenance")
            try started.checkedXML()
            #expect(started.body.contains("Đang bảo trì") && started.body.contains("Kế hoạch: 10:00 24/11/2026"))
            #expect(try await browser.post("\(path)/end").status == .seeOther)
            // The town's clock stands: it began and ended in the same second, and lasted one.
            let during = try await town.database.value("SELECT during FROM maintenance_windows", as: TimeRange.self)
            #expect(during == TimeRange(from: town.now, to: town.now + .seconds(1)))
            let trail = try await town.database.values(
                "SELECT action FROM audit_entries WHERE action LIKE 'maintenance.%' ORDER BY seq", as: String.self)
            #expect(trail == ["maintenance.planned", "maintenance.started", "maintenance.ended"])
            #expect(try await browser.post("/monitors/maintenance/99/start").status == .notFound)
        }
    }

    @Test func aScheduleIsPlannedAndEnded() async throws {
        try await Self.town { town in
            let browser = town.browser(.linh)
            let weekly = Self.typed([("repeats", "weekly"), ("weekdays", "7"), ("weekdays", "3"), ("begins", ""), ("ends", "")])
            #expect(try await browser.post("/monitors/maintenance", weekly).status == .seeOther)
            #expect(try await browser.post("/monitors/maintenance", Self.typed([("repeats", "monthly")])).status == .seeOther)
            let page = try await browser.get("/monitors/maintenance")
            try page.checkedXML()
            #expect(page.body.contains("Thứ Tư, Chủ Nhật hằng tuần, 22:00, kéo dài 2 giờ"))
            #expect(page.body.contains("Chủ Nhật đầu tiên hằng tháng"))
            #expect(page.body.contains("22:00 25/11/2026"))
            let schedule = try await town.database.value("SELECT min(id) FROM maintenance_schedules", as: Int64.self)
            #expect(try await browser.post("/monitors/maintenance/schedules/\(schedule)/end").status == .seeOther)
            #expect(try await browser.post("/monitors/maintenance/schedules/\(schedule)/end").status == .unprocessableContent)
            try await browser.get("/monitors/maintenance").checkedXML()
        }
    }

    @Test func whatIsRefusedStaysTyped() async throws {
        try await Self.town { town in
            let browser = town.browser(.linh)
            let refused = try await browser.post(
                "/monitors/maintenance",
                Self.typed([
                    ("title", Self.nasty), ("scope", "monitors"), ("monitors", "Không có\n"), ("ends", "2026-11-24T09:30"),
                ]))
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent && refused.body.contains(Self.escaped))
            #expect(refused.body.contains("Giờ kết thúc phải sau giờ bắt đầu") && refused.body.contains(">Không có</textarea>"))
            let unknown = try await browser.post(
                "/monitors/maintenance", Self.typed([("scope", "monitors"), ("monitors", "Không có")]))
            #expect(unknown.status == .unprocessableContent && unknown.body.contains("không có điểm nào tên “Không có”"))
            let badly = try await browser.post(
                "/monitors/maintenance",
                Self.typed([("repeats", "weekly"), ("at", "25:00"), ("minutes", "x"), ("first_day", "mai")]))
            try badly.checkedXML()
            for words in ["Giờ bắt đầu: cần có dạng", "Kéo dài: cần một số nguyên", "Từ ngày: ngày cần có dạng"] {
                #expect(badly.body.contains(words), "\(words)")
            }
            #expect(try await Self.ids(town).isEmpty)
        }
    }

    @Test func onlyWhoKeepsMonitorsPlansAndAnAgencySeesItsOwn() async throws {
        try await Self.town { town in
            let store = MonitorStore(database: town.database)
            var draft = MonitorDraft(name: "Đường truyền Yên Khánh", target: .tcp(host: "127.0.0.1", port: 9))
            draft.agency = town.yenKhanh
            _ = try await store.add(draft, by: .system("test"), at: town.now)
            _ = try await town.browser(.linh).post(
                "/monitors/maintenance",
                Self.typed([("title", "Của Yên Khánh"), ("scope", "monitors"), ("monitors", "Đường truyền Yên Khánh")]))
            _ = try await town.browser(.linh).post("/monitors/maintenance", Self.typed([("title", "Của tất cả")]))
            let id = try #require(try await Self.ids(town).first)
            for name in [TownPerson.binh, .chi, .dung, .hoa, .vinh, .tam] {
                let browser = town.browser(name)
                let page = try await browser.get("/monitors/maintenance")
                try page.checkedXML()
                #expect(page.body.contains("Của tất cả") && !page.body.contains("Lên lịch bảo trì"), "\(name)")
                #expect(page.body.contains("Của Yên Khánh") == (name != .chi), "\(name)")
                #expect(try await browser.get("/monitors/maintenance/new").status == .forbidden, "\(name)")
                for path in ["/monitors/maintenance", "/monitors/maintenance/\(id)/start", "/monitors/maintenance/\(id)/end"] {
                    #expect(try await browser.post(path, Self.typed()).status == .forbidden, "\(name) \(path)")
                }
            }
            let seen = try await MaintenanceStore(database: town.database).find(.init(rawValue: id), for: town.person(.chi))
            #expect(seen == nil)
            #expect(try await town.browser(.an).post("/monitors/maintenance/\(id)/cancellation").status == .seeOther)
            #expect(try await town.browser(.an).get("/monitors/maintenance").body.contains("Đã hủy"))
        }
    }

    @Test func aMonitorInMaintenanceSaysSo() async throws {
        try await Self.town { town in
            let store = MonitorStore(database: town.database)
            let id = try await store.add(
                MonitorDraft(name: "Cổng", target: .tcp(host: "127.0.0.1", port: 9)), by: .system("test"), at: town.now)
            #expect(try await store.summary(id, for: town.person(.linh), at: town.now)?.isUnderMaintenance == false)
            _ = try await town.browser(.linh).post("/monitors/maintenance", Self.typed([("begins", "2026-11-24T09:00")]))
            #expect(try await store.summary(id, for: town.person(.linh), at: town.now)?.isUnderMaintenance == true)
            #expect(try await town.browser(.linh).get("/monitors").body.contains("Bảo trì"))
        }
    }

    @Test func theTemplatesAndTheViewsKnowTheSameNames() throws {
        #expect(try namesThatDiffer(MaintenanceListView.self) == [])
        #expect(try namesThatDiffer(MaintenanceFormView.self) == [])
    }
}
