import Civil
import Database
import Organization
import TestKit
import Testing

@testable import Monitor

/// What maintenance excuses, and what it only silences.
struct MaintenanceStoreTests {
    /// An outage from 10:00 to 12:00 on 24/11/2026, seen at noon; a notice says 10:00 to 12:00.
    struct Story: Sendable, CustomTestStringConvertible {
        let name: String
        /// Whether a notice was published for 10:00–12:00.
        let isAnnounced: Bool
        /// Windows as they were planned, when they were ended or cancelled, and whether the notice is theirs.
        let windows: [Window]
        /// Minutes between 09:00 and 13:00.
        let planned: Int
        let down: Int
        /// Minutes in which an alarm keeps quiet.
        let silent: Int
        var testDescription: String { name }

        struct Window: Sendable {
            let from: String
            let to: String
            var scope = MaintenanceScope.system
            var startedAt: String?
            var endedAt: String?
            var cancelledAt: String?
            var isLinked = false
        }
    }

    static let stories: [Story] = [
        Story(
            name: "Có thông báo, không lập đợt: trừ đúng giờ đã thông báo", isAnnounced: true, windows: [],
            planned: 120, down: 0, silent: 120),
        Story(
            name: "Không thông báo: im cảnh báo, vẫn tính gián đoạn", isAnnounced: false,
            windows: [.init(from: "10:00", to: "12:00")], planned: 0, down: 120, silent: 120),
        Story(
            name: "Có thông báo, đợt làm đúng giờ", isAnnounced: true,
            windows: [.init(from: "10:00", to: "12:00", isLinked: true)], planned: 120, down: 0, silent: 120),
        Story(
            name: "Xong sớm lúc 11 giờ: gián đoạn sau đó không được tha", isAnnounced: true,
            windows: [.init(from: "10:00", to: "12:00", endedAt: "11:00", isLinked: true)], planned: 60, down: 60,
            silent: 60),
        Story(
            name: "Bắt đầu sớm hơn thông báo: phần sớm chỉ im, không trừ", isAnnounced: true,
            windows: [.init(from: "10:30", to: "12:00", startedAt: "09:30", isLinked: true)], planned: 120, down: 0,
            silent: 150),
        Story(
            name: "Làm quá giờ đã thông báo: phần quá chỉ im, không trừ", isAnnounced: true,
            windows: [.init(from: "11:00", to: "12:30", isLinked: true)], planned: 60, down: 60, silent: 90),
        Story(
            name: "Hủy đợt: thông báo không còn tha gì", isAnnounced: true,
            windows: [.init(from: "10:00", to: "12:00", cancelledAt: "09:30", isLinked: true)], planned: 0, down: 120,
            silent: 0),
        Story(
            name: "Hai đợt trong một thông báo: trừ hai quãng", isAnnounced: true,
            windows: [
                .init(from: "10:00", to: "10:30", isLinked: true), .init(from: "11:30", to: "12:00", isLinked: true),
            ], planned: 60, down: 60, silent: 60),
        Story(
            name: "Đợt chỉ cho nhóm khác: điểm này không được tha", isAnnounced: true,
            windows: [.init(from: "10:00", to: "12:00", scope: .group("Thư"), isLinked: true)], planned: 0, down: 120,
            silent: 0),
        Story(
            name: "Đợt cho đúng nhóm", isAnnounced: true,
            windows: [.init(from: "10:00", to: "12:00", scope: .group("Cổng"), isLinked: true)], planned: 120, down: 0,
            silent: 120),
        Story(
            name: "Đợt cho thành phần", isAnnounced: false,
            windows: [.init(from: "10:00", to: "11:00", scope: .component("Đăng nhập"))], planned: 0, down: 120,
            silent: 60),
        Story(
            name: "Đợt cho điểm được chọn", isAnnounced: false,
            windows: [.init(from: "10:00", to: "11:00", scope: .monitors(["Cổng QLVB"]))], planned: 0, down: 120,
            silent: 60),
    ]

    @Test(arguments: stories)
    func whatIsExcused(_ story: Story) async throws {
        try await Town.with(now: at("08:00")) { town in
            let database = town.database
            let monitor = try await Self.watched(town)
            if story.isAnnounced { try await Self.announce(town) }
            let store = MaintenanceStore(database: database)
            let person = town.person(.linh)
            for window in story.windows {
                try await store.plan(
                    MaintenanceDraft(
                        title: "Thay ổ cứng", scope: window.scope, timing: .once(begins: at(window.from), ends: at(window.to)),
                        notice: window.isLinked ? "TB-2026-0001" : ""),
                    by: person, address: "", at: at("08:00"))
                let id = try await database.value("SELECT max(id) FROM maintenance_windows", as: MaintenanceWindow.ID.self)
                if let moment = window.cancelledAt { try await store.cancel(id, by: person, address: "", at: at(moment)) }
                if let moment = window.startedAt { try await store.start(id, by: person, address: "", at: at(moment)) }
                if let moment = window.endedAt { try await store.end(id, by: person, address: "", at: at(moment)) }
            }
            let availability = try await MonitorStore(database: database).availability(
                window: TimeRange(from: at("09:00"), to: at("13:00")), asOf: at("13:00"))
            let own = try #require(availability.first { $0.monitor == monitor }).availability
            #expect(own.planned == .seconds(story.planned * 60))
            #expect(own.down == .seconds(story.down * 60))
            let silent = try await database.value(
                """
                SELECT coalesce(sum(extract(epoch FROM upper(part) - lower(part))), 0)::bigint / 60
                FROM (SELECT unnest(range_agg(during)) AS part FROM silent_windows
                      WHERE monitor_id = \(monitor) OR monitor_id IS NULL) AS parts
                """, as: Int.self)
            #expect(silent == story.silent)
        }
    }

    /// Watched since 07:00 without a gap; down from 10:00 to 12:00.
    private static func watched(_ town: Town) async throws -> Monitor.ID {
        let store = MonitorStore(database: town.database)
        var draft = MonitorDraft(name: "Cổng QLVB", target: .http(HTTPTarget(url: "https://qlvb.example.vn/")))
        draft.component = "Đăng nhập"
        draft.place = MonitorPlace(group: "Cổng", tags: [], parent: "")
        let id = try await store.add(draft, by: .system("test"), at: at("07:00"))
        var other = MonitorDraft(name: "Thư", target: .http(HTTPTarget(url: "https://thu.example.vn/")))
        other.place.group = "Thư"
        _ = try await store.add(other, by: .system("test"), at: at("07:00"))
        try await town.database.run("DELETE FROM measurement_gaps")
        try await town.database.run(
            """
            INSERT INTO outages (monitor_id, during, confirmed_at, reason)
            VALUES (\(id), \(TimeRange(from: at("10:00"), to: at("12:00"))), \(at("10:01")), 'Không kết nối được')
            """)
        return id
    }

    private static func announce(_ town: Town) async throws {
        try await town.database.run(
            """
            INSERT INTO notices (code, kind, title, impact, during, created_by, created_at, published_by, published_at, lead_days)
            VALUES ('TB-2026-0001', 'maintenance', 'Bảo trì', 'Không vào được',
                    \(TimeRange(from: at("10:00"), to: at("12:00"))), \(town.person(.linh).id), \(at("07:00")),
                    \(town.person(.linh).id), \(at("07:30")), 0)
            """)
    }

    @Test func aScheduleMakesItsWindowsAheadOnceAndNeverBehind() async throws {
        try await Town.with(now: at("09:00")) { town in
            let store = MaintenanceStore(database: town.database)
            let person = town.person(.linh)
            _ = try await Self.watched(town)
            // Tuesdays at 08:00 and Thursdays: today's has begun an hour ago.
            let rhythm = MaintenanceRhythm(
                .weekly([2, 4]), beginsAt: 8 * 60, minutes: 60, firstDay: CivilDate(inVietnam: town.now))
            try await store.plan(
                MaintenanceDraft(title: "Hằng tuần", scope: .group("Cổng"), timing: .repeated(rhythm)), by: person,
                address: "", at: town.now)
            func planned() async throws -> [String] {
                try await store.windows(for: person, at: town.now).filter { $0.cancelledAt == nil }
                    .compactMap { $0.planned.lower.map(VietnameseFormat.moment) }
            }
            let first = ["08:00 26/11/2026", "08:00 01/12/2026", "08:00 03/12/2026", "08:00 08/12/2026"]
            #expect(try await planned() == first)
            try await store.extend(at: town.now)
            try await store.extend(at: town.now)
            #expect(try await planned() == first)
            try await store.extend(at: town.now + .seconds(2 * 86_400))
            #expect(try await planned() == first + ["08:00 10/12/2026"])

            // A monitor that joins the group is silenced by the windows that have not begun.
            var joining = MonitorDraft(name: "Mới", target: .http(HTTPTarget(url: "https://moi.example.vn/")))
            joining.place.group = "Cổng"
            _ = try await MonitorStore(database: town.database).add(joining, by: .system("test"), at: town.now)
            try await store.extend(at: town.now)
            #expect(
                try await town.database.values(
                    "SELECT DISTINCT count(*) FROM maintenance_window_monitors GROUP BY window_id", as: Int.self) == [2])

            let schedule = try #require(try await store.schedules().first)
            #expect(schedule.rhythm == rhythm && schedule.scopeText == "Nhóm “Cổng”")
            try await store.end(schedule.id, by: person, address: "", at: town.now)
            #expect(try await planned() == [])
            #expect(try await store.schedules().isEmpty)
            await #expect(throws: Refusal.self) {
                try await store.end(schedule.id, by: person, address: "", at: town.now)
            }
            try await store.extend(at: town.now)
            #expect(try await planned() == [])
        }
    }

    @Test func whatIsNamedMustBeThere() async throws {
        try await Town.with(now: at("09:00")) { town in
            let store = MaintenanceStore(database: town.database)
            let cases: [(MaintenanceScope, String, String)] = [
                (.group("Không có"), "", "group"), (.component("Không có"), "", "component"),
                (.monitors(["Không có"]), "", "monitors"), (.system, "TB-2026-0099", "notice"),
            ]
            for (scope, notice, field) in cases {
                let refused = await #expect(throws: Refusal.self) {
                    try await store.plan(
                        MaintenanceDraft(
                            title: "Thử", scope: scope, timing: .once(begins: at("10:00"), ends: at("11:00")), notice: notice),
                        by: town.person(.linh), address: "", at: town.now)
                }
                #expect(refused?.problems.map(\.field) == [field])
            }
        }
    }
}

/// A time of day on 24/11/2026.
private func at(_ clock: String) -> Instant {
    // A literal clock always reads.
    Instant(vietnamLocal: "\(clock) 24/11/2026")!
}
