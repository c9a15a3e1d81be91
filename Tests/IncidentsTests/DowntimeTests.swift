import Civil
import Database
import Organization
import TestKit
import Testing
import Web

@testable import Incidents

/// From when to when a system was down: what may be written, what it adds up to, and what follows from it.
struct DowntimeTests {
    // MARK: Rules

    struct Typed: Sendable, CustomTestStringConvertible {
        let name: String
        let draft: DowntimeDraft
        var stable: Int?
        /// `field: sentence`, all of them.
        var problems: [String] = []
        var testDescription: String { name }
    }

    /// It is 10:00; the incident began at 9:00, and the whole system was down from 9:10 to 9:20 already.
    private static let now = nine.after(minutes: 60)

    private static func draft(_ from: Int, _ to: Int?, _ component: String = "") -> DowntimeDraft {
        DowntimeDraft(component: component, beganAt: nine.after(minutes: from), endedAt: to.map { nine.after(minutes: $0) })
    }

    static let rows: [Typed] = [
        Typed(name: "trước khoảng đã ghi, kề nhau", draft: draft(0, 10)),
        Typed(name: "sau khoảng đã ghi, còn tiếp diễn", draft: draft(20, nil)),
        Typed(name: "kết thúc ngay bây giờ", draft: draft(30, 60)),
        Typed(name: "bắt đầu và kết thúc trong cùng phút", draft: draft(30, 30)),
        Typed(name: "trùng lúc nhưng thành phần khác", draft: draft(5, 40, "Ký số")),
        Typed(
            name: "trùng với khoảng đã ghi", draft: draft(5, 11),
            problems: [
                "downtime_from: Trùng với khoảng đã ghi toàn hệ thống, từ 09:10:00 24/11/2026 đến 09:20:00 24/11/2026: hãy sửa khoảng đó."
            ]),
        Typed(
            name: "tiếp diễn từ trước khoảng đã ghi", draft: draft(0, nil),
            problems: [
                "downtime_from: Trùng với khoảng đã ghi toàn hệ thống, từ 09:10:00 24/11/2026 đến 09:20:00 24/11/2026: hãy sửa khoảng đó."
            ]),
        Typed(name: "ở tương lai", draft: draft(61, 62), problems: [
            "downtime_from: Từ: không được ở tương lai.", "downtime_to: Đến: không được ở tương lai.",
        ]),
        Typed(
            name: "kết thúc trước khi bắt đầu", draft: draft(40, 39),
            problems: ["downtime_to: Đến: không thể sớm hơn lúc tạm dừng."]),
        Typed(
            name: "trước khi sự cố bắt đầu", draft: draft(-1, 5),
            problems: ["downtime_from: Từ: không thể sớm hơn lúc sự cố bắt đầu, 09:00:00 24/11/2026."]),
        Typed(name: "xong trước lúc đã ghi ổn định", draft: draft(25, 30), stable: 30),
        Typed(
            name: "kéo quá lúc đã ghi ổn định", draft: draft(25, 31), stable: 30,
            problems: ["downtime_to: Sự cố đã ghi ổn định lúc 09:30 24/11/2026: hãy sửa mốc đó trước."]),
        Typed(
            name: "còn tiếp diễn khi đã ghi ổn định", draft: draft(25, nil), stable: 30,
            problems: ["downtime_to: Sự cố đã ghi ổn định lúc 09:30 24/11/2026: hãy sửa mốc đó trước."]),
    ]

    @Test(arguments: rows)
    func whatIsTypedOfADowntime(_ typed: Typed) async {
        let written = Downtime.example(from: 10, to: 20)
        let incident = Incident.complete { $0.stableAt = typed.stable.map { nine.after(minutes: $0) } }
        if typed.problems.isEmpty {
            #expect(throws: Never.self) { try typed.draft.check(incident, others: [written], at: Self.now) }
        } else {
            #expect(await refusal { try typed.draft.check(incident, others: [written], at: Self.now) } == typed.problems)
        }
    }

    // MARK: On the database

    /// An incident that began an hour before the town's moment, and who keeps it.
    private static func office(
        _ body: @escaping @Sendable (Town, IncidentStore, String) async throws -> Void
    ) async throws {
        try await Town.with(now: now) { town in
            let store = IncidentStore(database: town.database)
            let code = try await store.open(.example(), by: town.person(.linh), address: "", at: town.now)
            try await body(town, store, code)
        }
    }

    @Test func whatOverlapsCountsOnceAndTheFactsFollowTheWindows() async throws {
        try await Self.office { town, store, code in
            let linh = town.person(.linh)
            func state() async throws -> (Incident, [Downtime]) {
                let incident = try #require(try await store.find(code, for: linh))
                return (incident, try await store.downtimes(of: incident.id, at: town.now))
            }
            for draft in [Self.draft(10, 20), Self.draft(15, 30, "Ký số"), Self.draft(40, 50, "Ký số")] {
                try await store.add(draft, to: code, by: linh, address: "", at: town.now)
            }
            var (incident, rows) = try await state()
            #expect(incident.suspendedAt == nine.after(minutes: 10) && incident.resumedAt == nine.after(minutes: 50))
            #expect(incident.state == .restored)
            #expect(rows.map(\.ofAll) == Array(repeating: .seconds(30 * 60), count: 3))
            #expect(rows.map(\.ofComponent) == [.seconds(10 * 60), .seconds(25 * 60), .seconds(25 * 60)])

            // One that goes on takes the use again back.
            try await store.add(Self.draft(55, nil), to: code, by: linh, address: "", at: town.now)
            (incident, rows) = try await state()
            #expect(incident.state == .open && incident.resumedAt == nil)
            #expect(rows.last?.ofAll == .seconds(35 * 60))
            let open = try #require(rows.last)
            try await store.change(
                open.id, to: Self.draft(55, 58), version: open.version, of: code, by: linh, address: "", at: town.now)
            (incident, _) = try await state()
            #expect(incident.resumedAt == nine.after(minutes: 58))
            let story = try await store.entries(of: incident.id).map(\.text)
            #expect(story.filter { $0 == "Hệ thống được sử dụng lại." }.count == 1)
            #expect(story.contains("Tạm dừng: Ký số, từ 09:15:00 24/11/2026 đến 09:30:00 24/11/2026."))
            #expect(try await town.audit("incident.downtime_added", of: code).count == 4)
            #expect(try await town.audit("incident.downtime_changed", of: code).count == 1)

            let listed = try await store.page(IncidentFilter(), for: linh, Paging("", size: 5), at: town.now).rows
            #expect(listed.map(\.downtime) == [.seconds(33 * 60)])
        }
    }

    /// Who heard that the system is used again has not heard it of the time after (Điều 20.1).
    @Test func theResumptionIsToldAnewAfterASecondDowntime() async throws {
        try await Self.office { town, store, code in
            let linh = town.person(.linh)
            func tell(at minute: Int) async throws {
                for audience in [Audience.head, .users] {
                    try await store.record(
                        CommunicationDraft(
                            audience: audience, channel: .phone, toldAt: nine.after(minutes: minute), toldBy: "Linh",
                            facts: [.suspension, .resumption]),
                        of: code, by: linh, address: "", at: town.now)
                }
            }
            func told() async throws -> Int? {
                try await store.page(IncidentFilter(), for: linh, Paging("", size: 5), at: town.now).rows.first?.factsTold
            }
            try await store.add(Self.draft(10, 20), to: code, by: linh, address: "", at: town.now)
            #expect(
                await refusal { try await tell(at: 19) } == [
                    "told_at: Lúc báo không thể sớm hơn thời gian bắt đầu sử dụng lại (09:20 24/11/2026) khi đã báo nội dung đó."
                ])
            try await tell(at: 20)
            #expect(try await told() == 2)
            try await store.add(Self.draft(40, 50), to: code, by: linh, address: "", at: town.now)
            #expect(try await told() == 1)
            // Evidence of the first one is still written down.
            try await tell(at: 21)
            #expect(try await told() == 1)
            let incident = try #require(try await store.find(code, for: linh))
            let missing = obstaclesToClosing(incident, communications: try await store.communications(of: incident.id)).map(\.text)
            #expect(missing.contains { $0.contains("người sử dụng") && $0.contains("thời gian bắt đầu sử dụng lại") })
            try await tell(at: 50)
            #expect(try await told() == 2)
        }
    }

    @Test func theFactsGoWithTheLastWindow() async throws {
        try await Self.office { town, store, code in
            let linh = town.person(.linh)
            try await store.add(Self.draft(10, nil), to: code, by: linh, address: "", at: town.now)
            let incident = try #require(try await store.find(code, for: linh))
            let window = try #require(try await store.downtimes(of: incident.id, at: town.now).first)
            try await store.remove(window.id, version: window.version, of: code, by: linh, address: "", at: town.now)
            let after = try #require(try await store.find(code, for: linh))
            #expect(after.suspendedAt == nil && after.resumedAt == nil)
            #expect(
                await refusal {
                    try await store.remove(window.id, version: 1, of: code, by: linh, address: "", at: town.now)
                } == [": Khoảng tạm dừng này không còn: có người vừa bỏ nó."])
            #expect(try await town.audit("incident.downtime_removed", of: code).first?.before?.contains("09:10:00") == true)
        }
    }

    @Test func whoMeetsAnothersEditIsToldWhatChanged() async throws {
        try await Self.office { town, store, code in
            let linh = town.person(.linh)
            try await store.add(Self.draft(10, nil), to: code, by: linh, address: "", at: town.now)
            let incident = try #require(try await store.find(code, for: linh))
            let window = try #require(try await store.downtimes(of: incident.id, at: town.now).first)
            try await store.change(
                window.id, to: Self.draft(10, 20), version: 1, of: code, by: linh, address: "", at: town.now)
            do {
                try await store.change(
                    window.id, to: Self.draft(12, 25), version: 1, of: code, by: linh, address: "", at: town.now)
                Issue.record("the other's edit was overwritten")
            } catch let changed as ChangedMeanwhile {
                #expect(changed.version == 2)
                #expect(changed.problems.map(\.field) == ["", "downtime_from", "downtime_to"])
                #expect(changed.problems[2].text == "Đến: bản đã lưu là “09:20:00 24/11/2026”.")
            }
            // Whoever had the incident's own form open is told, too.
            await #expect(throws: IncidentChanged.self) {
                try await store.edit(code, to: .example(), version: 1, by: linh, address: "", at: town.now)
            }
        }
    }

    @Test func theIncidentsOwnFormTellsOneWindowAndLeavesSeveralAlone() async throws {
        try await Self.office { town, store, code in
            let linh = town.person(.linh)
            func edit(_ change: (inout IncidentDraft) -> Void) async throws {
                let incident = try #require(try await store.find(code, for: linh))
                var draft = incident.draft
                change(&draft)
                try await store.edit(code, to: draft, version: incident.version, by: linh, address: "", at: town.now)
            }
            func windows() async throws -> [String] {
                let incident = try #require(try await store.find(code, for: linh))
                return try await store.downtimes(of: incident.id, at: town.now).map(\.draft.words)
            }
            try await edit { $0.suspendedAt = nine.after(minutes: 10) }
            #expect(try await windows() == ["toàn hệ thống, từ 09:10:00 24/11/2026 đang tiếp diễn"])
            // Later beginning, later window, steady: all at once, in whatever order the database checks them.
            try await edit {
                $0.beganAt = nine.after(minutes: 20)
                $0.detectedAt = nine.after(minutes: 20)
                $0.suspendedAt = nine.after(minutes: 20)
                $0.resumedAt = nine.after(minutes: 30)
                $0.stableAt = nine.after(minutes: 31)
            }
            #expect(try await windows() == ["toàn hệ thống, từ 09:20:00 24/11/2026 đến 09:30:00 24/11/2026"])
            try await edit {
                ($0.beganAt, $0.suspendedAt, $0.resumedAt, $0.stableAt) = (nine, nine, nine, nil)
            }
            #expect(try await windows() == ["toàn hệ thống, từ 09:00:00 24/11/2026 đến 09:00:00 24/11/2026"])
            try await edit { ($0.suspendedAt, $0.resumedAt) = (nil, nil) }
            #expect(try await windows() == [])

            for draft in [Self.draft(10, 20), Self.draft(30, 40)] {
                try await store.add(draft, to: code, by: linh, address: "", at: town.now)
            }
            try await edit { $0.cause = "Hết đĩa" }
            #expect(try await windows().count == 2)
            let said = await refusal { try await edit { $0.resumedAt = nine.after(minutes: 41) } }
            #expect(
                said == [
                    "resumed_at: Thời gian bắt đầu sử dụng lại: sự cố có nhiều khoảng tạm dừng; hãy sửa từng khoảng ở trang sự cố."
                ])
        }
    }

    @Test func nothingElseMovesTheFacts() async throws {
        try await Self.office { town, store, code in
            try await store.add(Self.draft(10, nil), to: code, by: town.person(.linh), address: "", at: town.now)
            let error = await #expect(throws: DatabaseError.self) {
                try await town.database.run("UPDATE incidents SET resumed_at = \(town.now) WHERE code = \(code)")
            }
            #expect(error?.constraint == "incidents_downtimes_guard")
        }
    }
}

extension Downtime {
    static func example(from began: Int, to ended: Int?, component: String = "", merged: String? = nil) -> Downtime {
        Downtime(
            id: ID(rawValue: Int64(began)), component: component, beganAt: nine.after(minutes: began),
            endedAt: ended.map { nine.after(minutes: $0) }, version: 1, merged: merged, ofComponent: .zero, ofAll: .zero)
    }
}
