import Civil
import Database
import Logging
import Monitor
import Organization
import TestKit
import Testing

@testable import Incidents

/// One incident for each outage, whatever happens and whoever looks.
struct IncidentWatchTests {
    /// A database with one monitor, and a watch over its outages.
    private struct Post {
        let database: Database
        let store: IncidentStore
        let watch: IncidentWatch
        let monitor: Monitor.ID

        init(_ database: Database) async throws {
            self.database = database
            store = IncidentStore(database: database)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            watch = IncidentWatch(
                database: database, listener: Listener(database.configuration, logger: logger),
                baseURL: "https://trucban.example.vn", logger: logger)
            let draft = MonitorDraft(name: "Đăng nhập", target: .http(HTTPTarget(url: "http://127.0.0.1:1/")))
            monitor = try await MonitorStore(database: database).add(draft, by: .system("test"), at: nine)
        }

        /// An outage from the minute `begun`, confirmed a minute later.
        @discardableResult
        func outage(from begun: Int, to ended: Int? = nil, reason: String = "Không kết nối được") async throws -> Int64 {
            let during = TimeRange(from: nine.after(minutes: begun), to: ended.map { nine.after(minutes: $0) })
            return try await database.value(
                """
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                VALUES (\(monitor), \(during), \(nine.after(minutes: begun + 1)), \(reason)) RETURNING id
                """)
        }

        func end(_ outage: Int64, at minute: Int) async throws {
            try await database.run(
                "UPDATE outages SET during = tstzrange(lower(during), \(nine.after(minutes: minute))) WHERE id = \(outage)")
        }

        func sweep(at minute: Int) async throws -> [String] { try await watch.sweep(at: nine.after(minutes: minute)) }

        func incident(_ code: String) async throws -> Incident {
            try await database.one("SELECT \(columns: Incident.self) \(sql: IncidentStore.joins) WHERE i.code = \(code)")
        }

        func story(_ code: String) async throws -> [String] {
            try await store.entries(of: try await incident(code).id).map(\.text)
        }

        func count() async throws -> Int { try await database.value("SELECT count(*) FROM incidents") }

        /// Work that was announced for the whole system.
        func plan(from begun: Int, to ended: Int, for monitor: Monitor.ID? = nil) async throws {
            let during = TimeRange(from: nine.after(minutes: begun), to: nine.after(minutes: ended))
            let before = nine - .seconds(86_400)
            let writer = try await database.value(
                """
                INSERT INTO users (username, full_name, role, password_hash, created_at)
                VALUES ('thu', 'Thử', 'operator', 'x', \(before))
                ON CONFLICT (username) DO UPDATE SET full_name = excluded.full_name RETURNING id
                """, as: Int64.self)
            let code = "TB-2026-\(1000 + begun)"
            let notice = try await database.value(
                """
                INSERT INTO notices (code, kind, title, impact, during, created_by, created_at, published_by, published_at, lead_days)
                VALUES (\(code), 'maintenance', 'Bảo trì', 'Tạm dừng', \(during), \(writer), \(before), \(writer), \(before), 0)
                RETURNING id
                """, as: Int64.self)
            if let monitor {
                try await database.run("INSERT INTO notice_monitors VALUES (\(notice), \(monitor))")
            }
        }
    }

    /// A job that does not report stops no system: its incident tells of no suspension, and of the report that came again.
    @Test func aJobThatMissedItsTimeOpensAnIncidentOfItsOwnKind() async throws {
        try await withDatabase { database in
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let watch = IncidentWatch(
                database: database, listener: Listener(database.configuration, logger: logger),
                baseURL: "https://trucban.example.vn", logger: logger)
            let draft = HeartbeatDraft(name: "Sao lưu QLVB", schedule: HeartbeatSchedule(every: .seconds(86_400)), grace: .seconds(3600))
            let job = try await HeartbeatStore(database: database).add(draft, by: .system("test"), at: nine)
            let outage = try await database.value(
                """
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                VALUES (\(job), \(TimeRange(from: nine.after(minutes: 10), to: nil)), \(nine.after(minutes: 11)), 'không có tín hiệu') RETURNING id
                """, as: Int64.self)
            let code = try #require(try await watch.sweep(at: nine.after(minutes: 12)).first)
            let store = IncidentStore(database: database)
            let incident: Incident = try await database.one("SELECT \(columns: Incident.self) \(sql: IncidentStore.joins) WHERE i.code = \(code)")
            #expect(incident.kind == .degraded && incident.suspendedAt == nil && incident.title == "Tác vụ không hoàn thành: Sao lưu QLVB")
            #expect(incident.description == "Tác vụ “Sao lưu QLVB” không hoàn thành như đã hẹn: không có tín hiệu.")
            try await database.run(
                "UPDATE outages SET during = tstzrange(lower(during), \(nine.after(minutes: 30))) WHERE id = \(outage)")
            for minute in [29, 30, 31, 32] { _ = try await watch.sweep(at: nine.after(minutes: minute)) }
            let story = try await store.entries(of: incident.id).map(\.text)
            #expect(story.count { $0 == "“Sao lưu QLVB” báo thành công trở lại." } == 1)
        }
    }

    @Test func anOutageOpensItsIncidentFromTheFirstFailure() async throws {
        try await withDatabase { database in
            let post = try await Post(database)
            try await post.outage(from: 0)
            #expect(try await post.sweep(at: 2) == ["SC-2026-0001"])
            let incident = try await post.incident("SC-2026-0001")
            #expect(incident.kind == .suspension && incident.state == .open && incident.openedBy == nil)
            #expect(incident.beganAt == nine && incident.suspendedAt == nine && incident.detectedAt == nine.after(minutes: 1))
            #expect(incident.title == "Gián đoạn: Đăng nhập" && incident.monitor == post.monitor.rawValue)
            #expect(incident.description == "Không truy cập được “Đăng nhập”: Không kết nối được.")
            #expect(
                try await post.story("SC-2026-0001") == [
                    "Lần đo lỗi đầu tiên của “Đăng nhập”: Không kết nối được.", "Gián đoạn được xác nhận; sự cố tự mở.",
                ])
            #expect(try await database.value("SELECT actor FROM audit_entries WHERE action = 'incident.opened'") == "system:incident-watch")
        }
    }

    /// Nobody saw it recover: the incident does not say that it did.
    @Test func aDeletedMonitorDoesNotRestoreItsIncident() async throws {
        try await withDatabase { database in
            let post = try await Post(database)
            try await post.outage(from: 0, to: 3)
            try await post.outage(from: 5)
            #expect(try await post.sweep(at: 7) == ["SC-2026-0001", "SC-2026-0002"])
            let monitors = MonitorStore(database: database)
            let monitor = try await database.one(
                "SELECT \(columns: Monitor.self) FROM monitors m WHERE id = \(post.monitor)", as: Monitor.self)
            try await monitors.delete(monitor, by: .system("test"), at: nine.after(minutes: 9))
            for minute in [10, 11] { _ = try await post.sweep(at: minute) }
            // What had ended before had been seen to end.
            #expect(try await post.incident("SC-2026-0001").resumedAt == nine.after(minutes: 3))
            let incident = try await post.incident("SC-2026-0002")
            #expect(incident.resumedAt == nil && incident.state == .open)
            let story = try await post.story("SC-2026-0002")
            #expect(story.count { $0.contains("bị xóa khi chưa thấy trả lời trở lại") } == 1)
            #expect(!story.contains { $0.hasSuffix("trả lời trở lại.") })
        }
    }

    @Test func howeverOftenAndFromHoweverManyWatchersThereIsOneIncident() async throws {
        try await withDatabase { database in
            let post = try await Post(database)
            for number in 0..<5 { try await post.outage(from: number * 10, to: number * 10 + 5) }
            let opened = try await withThrowingTaskGroup(of: [String].self, returning: [String].self) { group in
                for _ in 0..<8 { group.addTask { try await post.sweep(at: 60) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(opened).count == 5 && opened.count == 5)
            #expect(try await post.count() == 5)
            #expect(try await post.sweep(at: 61) == [])
            let lines = try await database.value("SELECT count(*) FROM incident_entries WHERE kind = 'status'", as: Int.self)
            #expect(lines == 5)
            #expect(try await database.value("SELECT count(*) FROM audit_entries WHERE action = 'incident.opened'") == 5)
            #expect(try await database.value("SELECT count(*) FROM audit_entries WHERE action = 'incident.resumed'") == 5)
        }
    }

    struct Planned: Sendable, CustomTestStringConvertible {
        let name: String
        /// Minutes.
        let windows: [(Int, Int)]
        let outage: (Int, Int?)
        let isForThisMonitor: Bool
        let opens: Bool
        var testDescription: String { name }
    }

    @Test(arguments: [
        Planned(name: "trọn trong bảo trì đã báo", windows: [(0, 60)], outage: (10, 20), isForThisMonitor: true, opens: false),
        Planned(name: "bảo trì của toàn hệ thống", windows: [(0, 60)], outage: (10, 20), isForThisMonitor: false, opens: false),
        Planned(name: "vừa khít", windows: [(10, 20)], outage: (10, 20), isForThisMonitor: true, opens: false),
        Planned(name: "hai đợt liền nhau", windows: [(0, 15), (15, 30)], outage: (10, 20), isForThisMonitor: true, opens: false),
        Planned(name: "bắt đầu sớm hơn một phút", windows: [(11, 60)], outage: (10, 20), isForThisMonitor: true, opens: true),
        Planned(name: "kéo dài quá bảo trì", windows: [(0, 60)], outage: (10, 61), isForThisMonitor: true, opens: true),
        Planned(name: "còn đang trong bảo trì", windows: [(0, 100)], outage: (10, nil), isForThisMonitor: true, opens: false),
        Planned(name: "bảo trì đã hết mà chưa chạy lại", windows: [(0, 60)], outage: (10, nil), isForThisMonitor: true, opens: true),
    ])
    func announcedWorkIsNoIncident(_ planned: Planned) async throws {
        try await withDatabase { database in
            let post = try await Post(database)
            for window in planned.windows {
                try await post.plan(from: window.0, to: window.1, for: planned.isForThisMonitor ? post.monitor : nil)
            }
            try await post.outage(from: planned.outage.0, to: planned.outage.1)
            #expect(try await post.sweep(at: 90).isEmpty != planned.opens)
        }
    }

    @Test func oneBadOutageDoesNotKeepTheOthers() async throws {
        try await withDatabase { database in
            let post = try await Post(database)
            try await post.outage(from: 0, to: 5, reason: "hỏng")
            try await post.outage(from: 10, to: 15)
            try await database.asOwner {
                _ = try await $0.run(
                    "ALTER TABLE incidents ADD CONSTRAINT incidents_test_check CHECK (description NOT LIKE '%hỏng%')")
            }
            #expect(try await post.sweep(at: 20) == ["SC-2026-0001"])
            #expect(try await post.incident("SC-2026-0001").beganAt == nine.after(minutes: 10))
            try await database.asOwner { _ = try await $0.run("ALTER TABLE incidents DROP CONSTRAINT incidents_test_check") }
            #expect(try await post.sweep(at: 21) == ["SC-2026-0002"])
        }
    }

    @Test func theEndIsNotedOnce() async throws {
        try await withDatabase { database in
            let post = try await Post(database)
            let outage = try await post.outage(from: 0)
            let code = try #require(try await post.sweep(at: 2).first)
            #expect(try await post.incident(code).resumedAt == nil)
            try await post.end(outage, at: 7)
            for minute in 8...10 { #expect(try await post.sweep(at: minute) == []) }
            let incident = try await post.incident(code)
            #expect(incident.resumedAt == nine.after(minutes: 7) && incident.state == .restored && incident.version == 2)
            #expect(try await post.story(code).filter { $0.contains("trả lời trở lại") } == ["“Đăng nhập” trả lời trở lại."])
        }
    }

    @Test func anOutageThatWasOverBeforeItsIncidentWasOpened() async throws {
        try await withDatabase { database in
            let post = try await Post(database)
            try await post.outage(from: 0, to: 4)
            let code = try #require(try await post.sweep(at: 30).first)
            let incident = try await post.incident(code)
            #expect(incident.suspendedAt == nine && incident.resumedAt == nine.after(minutes: 4))
            #expect(incident.openedAt == nine.after(minutes: 30))
            #expect(
                try await post.store.entries(of: incident.id).map(\.happenedAt)
                    == [nine, nine.after(minutes: 1), nine.after(minutes: 4)])
        }
    }

    /// The probe saw it answer, but nobody can work with it: who takes the resumption back is not contradicted ten seconds later.
    @Test func aResumptionThatAPersonTookBackStaysSo() async throws {
        try await Town.with { town in
            let post = try await Post(town.database)
            let linh = town.person(.linh)
            try await post.outage(from: 0, to: 4)
            let code = try #require(try await post.sweep(at: 5).first)
            var draft = try await post.incident(code).draft
            #expect(draft.resumedAt == nine.after(minutes: 4))
            draft.resumedAt = nil
            try await post.store.edit(code, to: draft, version: 2, by: linh, address: "", at: nine.after(minutes: 6))
            #expect(try await post.sweep(at: 7) == [])
            // Another edit does not open the way again.
            draft.cause = "Mất điện"
            try await post.store.edit(code, to: draft, version: 3, by: linh, address: "", at: nine.after(minutes: 8))
            #expect(try await post.sweep(at: 9) == [])
            let incident = try await post.incident(code)
            #expect(incident.resumedAt == nil && incident.state == .open && incident.version == 4)
            #expect(try await post.story(code).count { $0.contains("trả lời trở lại") } == 1)
        }
    }

    @Test func whatAPersonWroteStands() async throws {
        try await Town.with { town in
            let (database, linh) = (town.database, town.person(.linh))
            let post = try await Post(database)
            let outage = try await post.outage(from: 0)
            let code = try #require(try await post.sweep(at: 2).first)
            // Somebody says that it is in use again before the probe does.
            var draft = try await post.incident(code).draft
            (draft.resumedAt, draft.severity) = (nine.after(minutes: 3), .m3)
            (draft.temporaryMeasures, draft.catchUp, draft.cause) = ("a", "b", "c")
            let now = nine.after(minutes: 5)
            try await post.store.edit(code, to: draft, version: 1, by: linh, address: "", at: now)
            for audience in [Audience.head, .users] {
                let told = CommunicationDraft(
                    audience: audience, channel: .phone, toldAt: now, toldBy: "Linh", facts: Fact.allCases)
                try await post.store.record(told, of: code, by: linh, address: "", at: now)
            }
            try await post.store.close(code, note: "", by: linh, address: "", at: now)
            let closed = try await post.incident(code)
            let story = try await post.story(code)
            try await post.end(outage, at: 9)
            #expect(try await post.sweep(at: 10) == [])
            #expect(try await post.incident(code) == closed)
            #expect(try await post.story(code) == story)
        }
    }
}
