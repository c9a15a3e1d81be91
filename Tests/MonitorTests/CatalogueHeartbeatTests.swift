import Civil
import Database
import Foundation
import Organization
import TestKit
import Testing

@testable import Monitor

/// Heartbeats in the file of the catalogue: with them goes the address that others have written into their jobs.
@Suite struct CatalogueHeartbeatTests {
    private static let head = "version: 1\nmonitors: []\nheartbeats:\n"

    private static func drafts(_ town: Town) -> [HeartbeatDraft] {
        let zone = HeartbeatSchedule.standardZone
        let schedules = [
            HeartbeatSchedule(every: .seconds(90)), HeartbeatSchedule(.cron, "5 1 * * *", zone: zone),
            HeartbeatSchedule(.cron, "*/5 * * * *", zone: "UTC"), HeartbeatSchedule(.calendar, "*-*-01 02:00", zone: zone),
            HeartbeatSchedule(.calendar, "Mon..Fri 08:30", zone: "Europe/Berlin"), HeartbeatSchedule(every: .seconds(86_400)),
        ].compactMap(\.self)
        var drafts = schedules.enumerated().map { index, schedule in
            HeartbeatDraft(name: "Việc số \(index): \"a\" # b", schedule: schedule, grace: .seconds(Int64(60 * (index + 1) + index)))
        }
        (drafts[0].slug, drafts[0].component, drafts[0].agency) = ("dong-bo_1", "Kho: dữ liệu", town.yenKhanh)
        (drafts[1].name, drafts[1].isDailyBackup) = ("Sao lưu", true)
        drafts[5].name = "Sao lưu"
        return drafts
    }

    private static func codes(_ room: CatalogueRoom) async throws -> [UUID] {
        try await room.town.database.values(
            "SELECT h.code FROM heartbeats h JOIN monitors m ON m.id = h.monitor_id WHERE m.deleted_at IS NULL ORDER BY m.id",
            as: UUID.self)
    }

    @Test func theyComeBackAsTheyWereWithTheirAddresses() async throws {
        try await CatalogueRoom.with { room in
            let store = HeartbeatStore(database: room.town.database)
            let drafts = Self.drafts(room.town)
            #expect(drafts.count == 6)
            for draft in drafts { _ = try await store.add(draft, by: room.town.actor(.linh), at: room.town.now) }
            let first = try #require(
                try await store.list(HeartbeatFilter(), for: room.town.person(.linh), at: room.town.now, limit: 9)
                    .first { $0.heartbeat.slug == "dong-bo_1" })
            try await store.pause(first.heartbeat, by: room.town.actor(.linh), at: room.town.now)
            let text = try await room.store.export()
            let again = try await room.apply(text, deletesMissing: true)
            #expect(again.changesNothing && again.text == "Thêm 0, sửa 0, xóa 0, giữ ngoài tệp 0, không đổi 6.")
            let codes = try await Self.codes(room)
            try await CatalogueRoom.with { other in
                let plan = try await other.apply(text)
                #expect(plan.text.hasSuffix("Thêm 6, sửa 0, xóa 0, giữ ngoài tệp 0, không đổi 0."))
                #expect(!codes.contains { plan.text.contains($0.uuidString.lowercased()) }, "a plan shows no secrets")
                #expect(try await other.store.export() == text)
                #expect(try await Self.codes(other) == codes)
                // A job that was moved with its house reports where it always did.
                let ping = Beat(id: .init(rawValue: 0), code: codes[1], store: HeartbeatStore(database: other.town.database), begun: other.town.now)
                #expect(try await ping.ping(second: 1) == .ok)
            }
        }
    }

    @Test func whatBecomesOfThemIsSaidAndDone() async throws {
        try await CatalogueRoom.with { room in
            let backup = Self.head + """
                  - name: Sao lưu
                    schedule: cron
                    expression: 5 1 * * *
                    zone: Asia/Ho_Chi_Minh
                    grace: 30
                    grace_unit: minutes
                    is_daily_backup: true

                """
            let sync = "  - name: Đồng bộ\n    schedule: period\n    period: 10\n    period_unit: minutes\n"
            let added = try await room.apply(backup + sync)
            #expect(added.text == """
                + thêm tín hiệu “Sao lưu”
                    schedule: cron
                    expression: 5 1 * * *
                    zone: Asia/Ho_Chi_Minh
                    grace: 30
                    grace_unit: minutes
                    is_daily_backup: true
                + thêm tín hiệu “Đồng bộ”
                    schedule: period
                    period: 10
                    period_unit: minutes
                    grace: 1
                    grace_unit: hours
                Thêm 2, sửa 0, xóa 0, giữ ngoài tệp 0, không đổi 0.
                """)
            let codes = try await Self.codes(room)
            // What says nothing of its code keeps it; 120 seconds are 2 minutes.
            let changed = try await room.apply(
                backup.replacing("grace: 30", with: "grace: 45") + sync.replacing("10\n", with: "120\n").replacing("minutes", with: "seconds")
                    + "    paused: true\n", deletesMissing: true)
            #expect(changed.text == """
                ~ sửa tín hiệu “Sao lưu”
                    grace: 30 → 45
                ~ sửa tín hiệu “Đồng bộ”
                    period: 10 → 2
                    paused: false → true
                Thêm 0, sửa 2, xóa 0, giữ ngoài tệp 0, không đổi 0.
                """)
            #expect(try await Self.codes(room) == codes)
            // A file that does not speak of heartbeats takes none away, one that has none of them does.
            let silent = try await room.apply("version: 1\nmonitors: []\n", deletesMissing: true)
            #expect(silent.changesNothing && silent.text == "Thêm 0, sửa 0, xóa 0, giữ ngoài tệp 0, không đổi 0.")
            let text = try await room.store.export()
            let gone = try await room.apply("version: 1\nmonitors: []\nheartbeats: []\n", deletesMissing: true)
            #expect(gone.text == "- xóa tín hiệu “Sao lưu”\n- xóa tín hiệu “Đồng bộ”\nThêm 0, sửa 0, xóa 2, giữ ngoài tệp 0, không đổi 0.")
            // They can be brought back, under the addresses that they had.
            _ = try await room.apply(text)
            #expect(try await Self.codes(room) == codes)
            #expect(try await room.store.export() == text)
            _ = try await room.apply(text.replacing("paused: true", with: "paused: false"))
            #expect(try await room.trail() == [
                "heartbeat.added Sao lưu", "heartbeat.added Đồng bộ", "heartbeat.changed Sao lưu", "heartbeat.changed Đồng bộ",
                "heartbeat.paused Đồng bộ", "heartbeat.deleted Sao lưu", "heartbeat.deleted Đồng bộ", "heartbeat.added Sao lưu",
                "heartbeat.added Đồng bộ", "heartbeat.paused Đồng bộ", "heartbeat.resumed Đồng bộ",
            ])
        }
    }

    /// The code says which heartbeat is meant, so that a new name is a new name and not another heartbeat.
    @Test func aHeartbeatIsKnownByItsCode() async throws {
        try await CatalogueRoom.with { room in
            for name in ["A", "B"] {
                let draft = HeartbeatDraft(name: name, schedule: HeartbeatSchedule(every: .seconds(3600)), grace: .seconds(60))
                _ = try await HeartbeatStore(database: room.town.database).add(draft, by: room.town.actor(.linh), at: room.town.now)
            }
            let (codes, text) = (try await Self.codes(room), try await room.store.export())
            let swapped = text.replacing("name: A", with: "name: X").replacing("name: B", with: "name: A").replacing("name: X", with: "name: B")
            let plan = try await room.apply(swapped)
            #expect(plan.text == """
                ~ sửa tín hiệu “A”
                    name: A → B
                ~ sửa tín hiệu “B”
                    name: B → A
                Thêm 0, sửa 2, xóa 0, giữ ngoài tệp 0, không đổi 0.
                """)
            #expect(try await Self.codes(room) == codes)
            #expect(try await room.names() == ["B", "A"])
            // A code that nobody has is the new address of who is named.
            let fresh = UUID().uuidString.lowercased()
            let renewed = try await room.apply(swapped.replacing(codes[0].uuidString.lowercased(), with: fresh))
            #expect(renewed.text == "~ sửa tín hiệu “B”\n    code: đổi; địa chỉ báo tín hiệu đang dùng sẽ không dùng được nữa\nThêm 0, sửa 1, xóa 0, giữ ngoài tệp 0, không đổi 1.")
            #expect(try await Self.codes(room).first?.uuidString.lowercased() == fresh)
            let told = try await room.town.database.values("SELECT after FROM audit_entries ORDER BY seq DESC LIMIT 1", as: String.self)
            #expect(told.first?.contains("\"code\":\"\(redacted)\"") == true)
            let twice = text.replacing(codes[1].uuidString.lowercased(), with: codes[0].uuidString.lowercased())
            #expect(try await room.refused(twice) == ["Dòng 14: code: một tín hiệu khác trong tệp đã có mã này."])
        }
    }

    @Test func whatCannotBeReadIsRefusedWithItsLine() async throws {
        try await CatalogueRoom.with { room in
            let said = try await room.refused(Self.head + """
                  - name: Một
                    schedule: cron
                    expression: 61 * * * *
                    zone: Sao Hỏa
                  - name: Hai
                    period: 0
                    code: abc
                  - name: Ba
                    schedule: hàng ngày
                  - name: Bốn
                    expression: 5 1 * * *
                    kind: http
                  - name: Năm
                    slug: Không Được
                    agency: khongco
                    is_daily_backup: true
                """)
            #expect(said == [
                "Dòng 6: Biểu thức cron: cần năm phần như trong crontab, ví dụ 5 1 * * * (01:05 hằng ngày).",
                "Dòng 7: Múi giờ: cần tên trong danh mục IANA, ví dụ Asia/Ho_Chi_Minh.",
                "Dòng 9: Chu kỳ: cần một số nguyên từ 1 đến 31622400.",
                "Dòng 12: Lịch hẹn: cần chọn một mục trong danh sách.",
                "Dòng 14: expression: lịch hẹn period không có trường này.",
                "Dòng 15: kind: lịch hẹn period không có trường này.",
                "Dòng 17: Tên ngắn: chỉ gồm chữ thường a–z, số, dấu - và _, tối đa 100 ký tự.",
                "Dòng 18: agency: không có cơ quan nào mang mã “khongco”.",
            ])
            let code = try await room.refused(Self.head + "  - name: Một\n    code: abc\n    period: 1\n")
            #expect(code == ["Dòng 5: code: cần mã 36 ký tự trong địa chỉ báo tín hiệu, hoặc bỏ trống để có mã mới."])
            #expect(try await room.names() == [])
            #expect(try await room.trail() == [])
        }
    }

    /// A new rule is for what is new: one that never comes again stays as it is, and stands in no file's way.
    @Test func whatWasRightOnceStaysInTheFile() async throws {
        try await CatalogueRoom.with { room in
            let once = Self.head + "  - name: Một lần\n    schedule: calendar\n    expression: 2020-01-01 02:00\n"
            let refused = try await room.refused(once)
            #expect(refused == ["Dòng 6: Biểu thức: không có lần nào đến hẹn kể từ bây giờ."])
            _ = try await room.apply(once.replacing("2020-01-01 02:00", with: "'*-01-01 02:00'"))
            try await room.town.database.run("UPDATE heartbeats SET expression = '2020-01-01 02:00'")
            let text = try await room.store.export()
            #expect(try await room.apply(text).changesNothing)
            let renamed = try await room.apply(text.replacing("Một lần", with: "Một lượt"))
            #expect(renamed.text.hasPrefix("~ sửa tín hiệu “Một lần”\n    name: Một lần → Một lượt\n"))
            // And of one that cannot be read here a file of monitors need not know.
            try await room.town.database.run("UPDATE heartbeats SET zone = 'Sao/Hỏa'")
            let monitor = "version: 1\nmonitors:\n  - name: Cổng\n    url: http://a.example.vn/\n"
            #expect(try await room.apply(monitor).text.hasSuffix("Thêm 1, sửa 0, xóa 0, giữ ngoài tệp 0, không đổi 0."))
        }
    }

    /// What nobody heard while no console ran is not taken for heard because a file was applied meanwhile.
    @Test func silenceBeforeACatalogueStaysSilence() async throws {
        try await CatalogueRoom.with { room in
            let beat = try await Beat.add(room.town)
            #expect(try await beat.ping(second: 1) == .ok)
            try await beat.listen(from: 2, to: 20, step: 6)
            let lost = try await room.town.database.value("SELECT last_beat_at FROM heartbeat_hearing", as: Instant.self)
            let text = try await room.store.export()
            _ = try await room.apply(text.replacing("schedule: period", with: "schedule: period\n  paused: true"), isRehearsal: true)
            #expect(try await room.town.database.value("SELECT last_beat_at FROM heartbeat_hearing", as: Instant.self) == lost)
            _ = try await room.apply(text.replacing("schedule: period", with: "schedule: period\n  paused: true"))
            let gaps = try await room.town.database.values(
                "SELECT reason FROM measurement_gaps WHERE monitor_id = \(beat.id) AND during @> \(lost + .seconds(60)) ORDER BY reason",
                as: String.self)
            #expect(gaps.contains("process_down"))
            // Who applies a catalogue takes no pings: until a console does, it is silent still.
            let heard = try await room.town.database.value("SELECT last_beat_at FROM heartbeat_hearing", as: Instant.self)
            #expect(heard == room.town.now - HeartbeatStore.silence)
        }
    }

    /// The trail is one for all commands: whoever holds it waits for nothing else.
    @Test func aCatalogueAndAPageWaitForEachOtherInOneOrder() async throws {
        try await CatalogueRoom.with { room in
            let beat = try await Beat.add(room.town)
            let text = try await room.store.export()
            let wanted = text.replacing("monitors: []", with: "monitors:\n- name: Cổng\n  url: http://a.example.vn/")
                .replacing("grace_unit: seconds", with: "grace_unit: minutes")
            let late = try await room.town.database.transaction { tx in
                // As a page does that sorts a monitor in, and one that changes a heartbeat.
                try await tx.run("SELECT pg_advisory_xact_lock(161202512)")
                try await tx.run("SELECT FROM heartbeat_states WHERE monitor_id = \(beat.id) FOR UPDATE")
                let late = Task { try await room.apply(wanted) }
                try await room.somebodyWaits()
                let holders = try await room.town.database.value(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 161202501 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())", as: Int.self)
                #expect(holders == 0, "whoever waits does not hold the trail")
                tx.record("heartbeat.changed", "Sao lưu", by: room.town.actor(.linh), at: room.town.now)
                return late
            }
            #expect(try await late.value.text.hasSuffix("Thêm 1, sửa 1, xóa 0, giữ ngoài tệp 0, không đổi 0."))
        }
    }

    /// A ping that came while its heartbeat was being changed.
    @Test func aPingThatWaitedIsJudgedByWhatTheHeartbeatIsNow() async throws {
        try await CatalogueRoom.with { room in
            let beat = try await Beat.add(room.town)
            func ping(while change: SQL) async throws -> HeartbeatStore.PingAnswer {
                let waiting = try await room.town.database.transaction { tx in
                    try await tx.run("SELECT FROM heartbeat_states WHERE monitor_id = \(beat.id) FOR UPDATE")
                    try await tx.run(change)
                    let waiting = Task { try await beat.ping(second: 5) }
                    try await room.somebodyWaits()
                    return waiting
                }
                return try await waiting.value
            }
            #expect(try await ping(while: "UPDATE heartbeats SET period_seconds = 600") == .ok)
            let deadline = try await room.town.database.value(
                "SELECT extract(epoch FROM alert_after - last_ping_at)::bigint FROM heartbeat_states", as: Int64.self)
            #expect(deadline == 630)
            #expect(try await ping(while: "UPDATE heartbeats SET code = gen_random_uuid()") == .notFound)
        }
    }
}
