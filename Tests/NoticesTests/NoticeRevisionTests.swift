import Civil
import Database
import Delivery
import Monitor
import Organization
import TestKit
import Testing

@testable import Notices

/// Announcing something else than was announced, on a real database.
struct NoticeRevisionTests {
    @Test func aRevisionIsDeliveredAgainAndTheEarlierWordIsOfTheEarlierRevision() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            try await board.answer { _ in .delivered("250") }
            try await board.store.acknowledge(code, by: board.town.person(.binh), address: "", at: now)
            try await board.revise(code, at: now + .seconds(60))

            let notice = try #require(try await board.notice(code))
            #expect(notice.revision == 2 && notice.begins == at("2026-12-05T22:00") && notice.acknowledged == 0)
            #expect(notice.leadDays == 8, "Saturday 05/12: counted to the new start")
            let letters = try await board.letters(code)
            #expect(letters.map(\.state) == [.delivered, .delivered, .ready, .ready])
            #expect(Set(letters.map(\.key)).count == 4)
            let letter = try #require(letters.last)
            #expect(letter.subject == "[\(code)] THAY ĐỔI (bản 2): Bảo trì máy chủ cơ sở dữ liệu")
            for words in ["- Bắt đầu: 22:00 04/12/2026 → 22:00 05/12/2026", "Lý do: Đổi lịch theo đề nghị", "Bắt đầu: 22:00 05/12/2026"] {
                #expect(letter.body.contains(words), "\(words)")
            }
            // Bình's word is of revision 1, and renewing it makes it one of revision 2.
            let before = try #require(try await board.recipients(code, as: .binh).first)
            #expect(before.said?.revision == 1 && before.acknowledgement(of: notice, at: now) == .outdated)
            try await board.store.acknowledge(code, by: board.town.person(.binh), address: "", at: now + .seconds(120))
            let after = try #require(try await board.recipients(code, as: .binh).first)
            #expect(after.acknowledgement(of: notice, at: now) == .given)
            #expect(try await board.town.database.value("SELECT count(*) FROM notice_acknowledgements") == 2)

            let told = try await board.store.revisions(of: notice)
            #expect(told.map(\.number) == [2, 1])
            #expect(told[1].begins == at("2026-12-04T22:00"))
            #expect(told[0].reason == "Đổi lịch theo đề nghị của Văn phòng UBND tỉnh" && told[0].changes(from: told[1]).count == 2)
            #expect(try await board.audited("notice.revised") == 1)
        }
    }

    /// Who has heard nothing yet does not read of changes to what they never saw.
    @Test func whoWasNotToldYetReadsItAsItIs() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            let claimed = try #require(try await board.outbox.claim(1, at: now).first)
            try await board.outbox.finish(claimed, .delivered("250"), at: now)
            try await board.revise(code)
            let letters = try await board.letters(code)
            #expect(letters.map(\.state) == [.delivered, .withdrawn, .ready, .ready])
            let told = letters.suffix(2).filter { $0.subject.contains("THAY ĐỔI") }
            #expect(told.map(\.agency) == [claimed.delivery.agency])
            #expect(letters.suffix(2).allSatisfy { $0.body.contains("22:00 05/12/2026") })
        }
    }

    @Test func movingItIntoAShortLeadKeepsTheReason() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            try await board.revise(code, begins: at("2026-11-26T22:00"), ends: at("2026-11-26T23:00"))
            let notice = try #require(try await board.notice(code))
            #expect(notice.leadDays == 1 && notice.shortLeadReason == "Đổi lịch theo đề nghị của Văn phòng UBND tỉnh")
        }
    }

    @Test func twoRevisionsAtOnceAreOne() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            let notice = try #require(try await board.notice(code))
            var draft = notice.revisionDraft(because: "Đổi")
            draft.ends = at("2026-12-05T03:00")
            let linh = board.town.person(.linh)
            try await board.store.revise(code, to: draft, version: notice.version, by: linh, address: "", at: now)
            var second = draft
            second.impact = "Chỉ chậm."
            let late = second
            await #expect(throws: ChangedMeanwhile.self) {
                try await board.store.revise(code, to: late, version: notice.version, by: linh, address: "", at: now)
            }
            #expect(try await board.notice(code)?.revision == 2)
        }
    }

    // MARK: What leaves availability

    struct Story: Sendable, CustomTestStringConvertible {
        /// Announced from 22:00 to 02:00; 0 is 22:00, in hours.
        let testDescription: String
        var revisions: [(at: Double, begins: Double, ends: Double)] = []
        var cancelled: Double?
        var worked: (begins: Double, ends: Double)?
        let excused: [ClosedRange<Double>]
    }

    static let stories: [Story] = [
        Story(testDescription: "như đã báo", excused: [0...4]),
        Story(testDescription: "dời sang ngày sau, báo trước", revisions: [(-5, 24, 28)], excused: [24...28]),
        Story(testDescription: "dời sớm lên, báo trước giờ mới", revisions: [(-5, -4, -2)], excused: [-4 ... -2]),
        Story(testDescription: "dời hai lần", revisions: [(-9, 24, 28), (-5, 10, 12)], excused: [10...12]),
        Story(testDescription: "dời đi rồi dời về", revisions: [(-9, 24, 28), (-5, 0, 4)], excused: [0...4]),
        Story(testDescription: "kéo dài, báo trước lúc bắt đầu", revisions: [(-1, 0, 6)], excused: [0...6]),
        Story(testDescription: "kéo dài khi đang làm: phần thêm không được trừ", revisions: [(1, 0, 6)], excused: [0...4]),
        Story(testDescription: "rút ngắn khi đang làm", revisions: [(1, 0, 2)], excused: [0...2]),
        Story(testDescription: "rút ngắn rồi lại kéo dài khi đang làm", revisions: [(1, 0, 2), (1.5, 0, 4)], excused: [0...2]),
        Story(testDescription: "quá giờ mới báo kéo dài", revisions: [(4.5, 0, 6)], excused: [0...4]),
        Story(testDescription: "dời rồi hủy giữa chừng", revisions: [(-5, 24, 28)], cancelled: 25, excused: [24...25]),
        Story(testDescription: "dời rồi hủy trước", revisions: [(-5, 24, 28)], cancelled: 1, excused: []),
        Story(testDescription: "xong sớm", worked: (0, 1.5), excused: [0...1.5]),
        Story(testDescription: "bắt đầu muộn, xong muộn", worked: (1, 5), excused: [1...4]),
        Story(testDescription: "làm trước giờ đã báo", worked: (-2, 1), excused: [0...1]),
        Story(testDescription: "kéo dài khi đang làm, xong trong phần kéo dài", revisions: [(1, 0, 6)], worked: (0, 5), excused: [0...4]),
    ]

    @Test(arguments: stories) func onlyWhatWasAnnouncedBeforeItBeganIsExcused(_ story: Story) async throws {
        try await Board.with { board in
            let zero = at("2026-12-04T22:00")
            func moment(_ hours: Double) -> Instant { zero + .seconds(hours * 3600) }
            let (linh, database) = (board.town.person(.linh), board.town.database)
            _ = try await board.watch("Đăng nhập")
            let code = try await board.publish()
            for one in story.revisions {
                try await board.revise(code, begins: moment(one.begins), ends: moment(one.ends), at: moment(one.at))
            }
            if let cancelled = story.cancelled {
                try await board.store.cancel(code, reason: "Hoãn", by: linh, address: "", at: moment(cancelled))
            }
            if let worked = story.worked {
                try await board.store.complete(
                    code, from: moment(worked.begins), to: moment(worked.ends), by: linh, address: "", at: moment(worked.ends))
            }
            let windows = try await database.values("SELECT during FROM planned_windows ORDER BY 1", as: TimeRange.self)
            #expect(windows == story.excused.map { TimeRange(from: moment($0.lowerBound), to: moment($0.upperBound)) })
            let week = TimeRange(from: at("2026-12-01T00:00"), to: at("2026-12-08T00:00"))
            let found = try await MonitorStore(database: database).availability(window: week, asOf: at("2026-12-08T00:00"))
            let hours = story.excused.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
            #expect(found.map(\.availability.planned) == [.seconds(hours * 3600)])
        }
    }

    // MARK: What the database takes from nobody

    static let guards: [(String, StaticString, String)] = [
        ("đổi giờ mà không có bản mới", "UPDATE notices SET during = '[2026-12-10 00:00+07, 2026-12-10 01:00+07)'", "notices_revision"),
        ("đổi ảnh hưởng mà không có bản mới", "UPDATE notices SET impact = 'khác'", "notices_revision"),
        ("bản mới mà không đổi gì", "UPDATE notices SET revision = 2, revised_at = published_at, revised_by = created_by, revised_reason = ''", "notices_revision"),
        ("dời giờ sau khi đã bắt đầu", "UPDATE notices SET revision = 2, revised_at = '2026-12-04 23:00+07', revised_by = created_by, revised_reason = 'x', during = '[2026-12-04 23:30+07, 2026-12-05 02:00+07)'", "notices_revised_before"),
        ("báo giờ đã qua", "UPDATE notices SET revision = 2, revised_at = '2026-12-03 00:00+07', revised_by = created_by, revised_reason = 'x', during = '[2026-12-02 22:00+07, 2026-12-02 23:00+07)'", "notices_revised_before"),
        ("thêm phạm vi", "UPDATE notices SET components = '{Khác}'", "notices_stays_what_it_is"),
        ("bỏ đăng", "UPDATE notices SET published_at = NULL, published_by = NULL, lead_days = NULL", "notices_stays_published"),
        ("thực hiện ở tương lai", "UPDATE notices SET completed_at = published_at, completed_by = created_by, worked = during", "notices_worked_check"),
        ("hoàn thành cái đã hủy", "UPDATE notices SET completed_at = upper(during), cancelled_at = upper(during), cancelled_reason = 'x'", "notices_completed_check"),
    ]

    @Test(arguments: guards.map(\.0)) func theDatabaseRefuses(name: String) async throws {
        try await Board.with { board in
            _ = try await board.publish()
            let row = try #require(Self.guards.first { $0.0 == name })
            await #expect { try await board.town.database.run(SQL(stringLiteral: "\(row.1)")) } throws: {
                ($0 as? DatabaseError)?.constraint == row.2
            }
        }
    }

    @Test func nobodyPassesOverTheGateInSQLEither() async throws {
        try await Board.with { board in
            let database = board.town.database
            let code = try await board.draft(.example(kind: .upgrade))
            let publish: SQL = "UPDATE notices SET published_at = \(now), published_by = created_by, lead_days = 7 WHERE code = \(code)"
            await #expect { try await database.run(publish) } throws: { ($0 as? DatabaseError)?.constraint == "notices_approved" }
            try await board.approve(code)
            await #expect { try await database.run(publish) } throws: { ($0 as? DatabaseError)?.constraint == "notices_tested" }
            try await board.store.keep(.example(failed: 1, verdict: .failed), for: code, version: 0, by: board.town.person(.linh), address: "", at: now)
            try await board.approve(code)
            await #expect { try await database.run(publish) } throws: { ($0 as? DatabaseError)?.constraint == "notices_tested" }
            await #expect { try await database.run("UPDATE notice_tests SET verdict = 'passed'") } throws: {
                ($0 as? DatabaseError)?.constraint == "notice_tests_passed_check"
            }
            await #expect { try await database.run("UPDATE notice_tests SET approver = upper(tester)") } throws: {
                ($0 as? DatabaseError)?.constraint == "notice_tests_approver_check"
            }
            try await database.run("UPDATE notice_tests SET verdict = 'passed', cases_failed = 0")
            try await database.run(publish)
            for change: SQL in ["UPDATE notice_tests SET plan = 'khác'", "DELETE FROM notice_tests"] {
                await #expect { try await database.run(change) } throws: { ($0 as? DatabaseError)?.constraint == "notice_tests_frozen" }
            }
            await #expect(throws: DatabaseError.self) { try await database.run("UPDATE notice_revisions SET reason = 'khác'") }
        }
    }
}
