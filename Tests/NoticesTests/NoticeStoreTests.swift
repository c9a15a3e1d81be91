import Civil
import Database
import Delivery
import Foundation
import Monitor
import Organization
import TestKit
import Testing

@testable import Notices

/// Notices on a real database.
struct NoticeStoreTests {
    @Test func publishingFreezesTheRecipientsAndWritesOneLetterToEachAddress() async throws {
        try await Board.with { board in
            let hoaLu = try await board.addAgencyWithoutAddress()
            let code = try await board.publish()
            let agencies = AgencyStore(database: board.town.database)
            let linh = board.town.person(.linh)

            // What becomes of the agencies afterwards changes nothing.
            let yenKhanh = try #require(try await agencies.find(board.town.yenKhanh, for: linh))
            var moved = yenKhanh.draft
            (moved.contactName, moved.contactEmail) = ("Người mới", "moi@example.vn")
            try await agencies.change(yenKhanh.id, to: moved, version: 1, by: linh, address: "", at: now)
            try await agencies.add(AgencyDraft(code: "sau", name: "Cơ quan lập sau", kind: .other, contactEmail: "sau@example.vn"), by: .system("test"), at: now)

            let notice = try #require(try await board.notice(code))
            #expect(notice.publishedAt == now && notice.leadDays == 7)
            let recipients = try await board.recipients(code)
            #expect(Set(recipients.map(\.agency)) == [board.town.yenKhanh, board.town.giaVien, hoaLu])
            #expect(recipients.first { $0.agency == board.town.yenKhanh }?.contactEmail == "xayenkhanh@example.vn")

            let letters = try await board.letters(code)
            #expect(letters.map(\.recipientAddress).sorted() == ["xagiavien@example.vn", "xayenkhanh@example.vn"])
            let letter = try #require(letters.first { $0.agency == board.town.yenKhanh })
            #expect(letter.subject == "[\(code)] Bảo trì máy chủ cơ sở dữ liệu")
            #expect(letter.recipientName == "Nguyễn Văn Bình")
            for words in ["Kính gửi UBND xã Yên Khánh,", "Bắt đầu: 22:00 04/12/2026", "Dự kiến sử dụng lại: 02:00 05/12/2026", "http://truc.example/notices/\(code)", "http://truc.example/acknowledgements/", "Điều 21.7"] {
                #expect(letter.body.contains(words), "\(words)")
            }
            #expect(try await board.audited("notice.published") == 1)
        }
    }

    @Test func anAgencyThatIsClosedIsNotTold() async throws {
        try await Board.with { board in
            try await board.town.database.run("UPDATE agencies SET closed_at = \(now) WHERE id = \(board.town.giaVien)")
            let code = try await board.publish()
            #expect(try await board.letters(code).map(\.agency) == [board.town.yenKhanh])
        }
    }

    @Test func twoAtOncePublishItOnce() async throws {
        try await Board.with { board in
            let code = try await board.approved()
            let done = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        (try? await board.store.publish(code, by: board.town.person(.linh), address: "", at: now)) != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(done == 1)
            #expect(try await board.letters(code).count == 2)
            #expect(try await board.audited("notice.published") == 1)
        }
    }

    @Test func aRefusedPublicationLeavesADraft() async throws {
        try await Board.with { board in
            let code = try await board.approved(.example(kind: .upgrade))
            await #expect(throws: Refusal.self) {
                try await board.store.publish(code, by: board.town.person(.linh), address: "", at: now)
            }
            let notice = try #require(try await board.notice(code))
            #expect(notice.state(at: now) == .approved)
            #expect(try await board.letters(code).isEmpty)
            // The attempt outlives the refusal (Điều 21.6).
            let reason = try await board.town.database.value(
                "SELECT after::jsonb->>'reason' FROM audit_entries WHERE action = 'notice.publication_refused' AND subject = \(code)",
                as: String.self)
            #expect(reason.contains("Điều 21.6") && reason.contains("chưa có hồ sơ thử nghiệm"))
        }
    }

    @Test func theLeadIsTheSettings() async throws {
        try await Board.with { board in
            let code = try await board.approved(.example(begins: at("2026-11-26T22:00"), ends: at("2026-11-26T23:00")))
            await #expect(throws: Refusal.self) {
                try await board.store.publish(code, by: board.town.person(.linh), address: "", at: now)
            }
            try await SettingStore(database: board.town.database).change(
                ["notices.lead_days": "1"], by: board.town.person(.an), address: "", at: now)
            try await board.store.publish(code, by: board.town.person(.linh), address: "", at: now)
            #expect(try await board.notice(code)?.leadDays == 1)
            #expect(board.store.leadDays(from: now, to: at("2026-11-26T22:00")) == 1)
            // A draft that was stored before there was a limit costs no more than one at the limit.
            #expect(board.store.leadDays(from: now, to: at("9999-12-31T22:00")) == board.store.leadDays(from: now, to: now + NoticeDraft.furthest))
        }
    }

    @Test func aDraftIsChangedAndAPublishedNoticeIsNot() async throws {
        try await Board.with { board in
            let code = try await board.draft()
            let linh = board.town.person(.linh)
            try await board.store.change(code, to: .example(title: "Tên mới"), version: 1, by: linh, address: "", at: now)
            let notice = try #require(try await board.notice(code))
            #expect(notice.title == "Tên mới" && notice.editor?.name == "Phạm Thùy Linh")
            try await board.approve(code)
            try await board.store.publish(code, by: linh, address: "", at: now)
            await #expect(throws: Refusal.self) {
                try await board.store.change(code, to: .example(), version: 2, by: linh, address: "", at: now)
            }
            #expect(try await board.audited("notice.changed") == 1)
        }
    }

    // MARK: Cancelling

    @Test func cancellingTellsThoseWhoWereTold() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            try await board.answer { _ in .delivered("250 OK") }
            try await board.store.cancel(code, reason: "Hoãn sang năm sau", by: board.town.person(.linh), address: "", at: now)
            let letters = try await board.letters(code)
            #expect(letters.map(\.state) == [.delivered, .delivered, .ready, .ready])
            #expect(letters.suffix(2).allSatisfy { $0.subject.hasPrefix("[\(code)] HỦY: ") && $0.body.contains("Lý do: Hoãn sang năm sau") })
            #expect(Set(letters.suffix(2).map(\.agency)) == [board.town.yenKhanh, board.town.giaVien])
        }
    }

    /// Otherwise the news that it is off could come before the news that it is on.
    @Test func aLetterThatNobodyTriedToSendIsWithdrawn() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            try await board.store.cancel(code, reason: "Nhầm ngày", by: board.town.person(.linh), address: "", at: now)
            #expect(try await board.letters(code).map(\.state) == [.withdrawn, .withdrawn])
            #expect(try await board.outbox.claim(10, at: now + .seconds(86_400)).isEmpty)
        }
    }

    /// It may arrive after all, so its agency hears that it is off; and it is not tried for days.
    @Test(arguments: [(.again(at: now, "451 busy"), .withdrawn), (.delivered("250"), .delivered)] as [(DeliveryRules.Next, Delivery.State)])
    func anAgencyWhoseLetterIsUnderWayIsToldThatItIsOff(next: DeliveryRules.Next, ends: Delivery.State) async throws {
        try await Board.with { board in
            let code = try await board.publish()
            let running = try #require(try await board.outbox.claim(1, at: now).first)
            try await board.store.cancel(code, reason: "Hoãn", by: board.town.person(.linh), address: "", at: now)
            try await board.outbox.finish(running, next, at: now)
            try await board.answer({ _ in .delivered("250") }, at: now + .seconds(1))
            let letters = try await board.letters(code)
            #expect(letters.map(\.state) == [ends, .withdrawn, .delivered])
            #expect(letters[2].agency == letters[0].agency && letters[2].subject.contains("HỦY"))
            #expect(try await board.outbox.claim(5, at: now + .seconds(86_400)).isEmpty)
        }
    }

    @Test func cancellingADraftTellsNobody() async throws {
        try await Board.with { board in
            let code = try await board.draft()
            try await board.store.cancel(code, reason: "Không làm nữa", by: board.town.person(.linh), address: "", at: now)
            #expect(try await board.letters(code).isEmpty)
            #expect(try await board.notice(code)?.state(at: now) == .cancelled)
        }
    }

    // MARK: Acknowledging

    @Test func anAgencyAcknowledgesOnce() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            let (binh, dung) = (board.town.person(.binh), board.town.person(.dung))
            try await board.store.acknowledge(code, by: binh, address: "", at: now + .seconds(60))
            try await board.store.acknowledge(code, by: dung, address: "", at: now + .seconds(120))
            let notice = try #require(try await board.notice(code))
            let said = try await board.recipients(code, as: .binh).first?.said
            #expect(said == .init(revision: 1, at: now + .seconds(60), method: .console, by: "Nguyễn Văn Bình", recorder: nil))
            #expect(notice.acknowledged == 1 && notice.recipients == 2)
            #expect(try await board.audited("notice.acknowledged") == 1)
        }
    }

    @Test func whoIsNoRecipientCannotAcknowledge() async throws {
        try await Board.with { board in
            try await board.town.database.run("UPDATE agencies SET closed_at = \(now) WHERE id = \(board.town.giaVien)")
            let published = try await board.publish()
            let draft = try await board.draft()
            for (name, code) in [(TownPerson.chi, published), (.binh, draft), (.binh, "TB-2026-0099")] {
                await #expect(throws: Refusal.self) {
                    try await board.store.acknowledge(code, by: board.town.person(name), address: "", at: now)
                }
            }
            #expect(try await board.audited("notice.acknowledged") == 0)
        }
    }

    @Test func aCancelledNoticeIsNotAcknowledged() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            try await board.store.cancel(code, reason: "Hoãn", by: board.town.person(.linh), address: "", at: now)
            await #expect(throws: Refusal.self) {
                try await board.store.acknowledge(code, by: board.town.person(.binh), address: "", at: now)
            }
        }
    }

    // MARK: Sending again

    @Test func aFailedLetterIsSentAgainAndACancelledNoticesIsNot() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            let linh = board.town.person(.linh)
            try await board.answer { _ in .failed("550") }
            let letters = try await board.letters(code)
            try await board.store.sendAgain(letters[0].id, of: code, by: linh, address: "", at: now)
            #expect(try await board.letters(code).map(\.state) == [.ready, .failed])
            #expect(try await board.audited("notice.sent_again") == 1)
            try await board.store.cancel(code, reason: "Hoãn", by: linh, address: "", at: now)
            await #expect(throws: Refusal.self) {
                try await board.store.sendAgain(letters[1].id, of: code, by: linh, address: "", at: now)
            }
            // What says that it is off goes out again.
            try await board.answer { _ in .failed("550") }
            let last = try #require(try await board.letters(code).last)
            #expect(last.subject.contains("HỦY") && last.state == .failed)
            try await board.store.sendAgain(last.id, of: code, by: linh, address: "", at: now)
            #expect(try await board.letters(code).last?.state == .ready)
        }
    }

    /// The news that it is off goes where the news that it is on arrived at last.
    @Test func anAddressThatWasMendedIsUsedFromThenOn() async throws {
        try await Board.with { board in
            let (code, linh) = (try await board.publish(), board.town.person(.linh))
            try await board.answer { _ in .failed("550") }
            let agencies = AgencyStore(database: board.town.database)
            let yenKhanh = try #require(try await agencies.find(board.town.yenKhanh, for: linh))
            var mended = yenKhanh.draft
            mended.contactEmail = "dung@yenkhanh.example"
            try await agencies.change(yenKhanh.id, to: mended, version: 1, by: linh, address: "", at: now)
            let failed = try #require(try await board.letters(code).first { $0.agency == yenKhanh.id })
            try await board.store.sendAgain(failed.id, of: code, by: linh, address: "", at: now)
            try await board.answer { _ in .delivered("250") }
            try await board.store.cancel(code, reason: "Hoãn", by: linh, address: "", at: now)
            let letters = try await board.letters(code).filter { $0.agency == yenKhanh.id }
            #expect(letters.map(\.recipientAddress) == ["dung@yenkhanh.example", "dung@yenkhanh.example"])
        }
    }

    // MARK: Planned time

    @Test(arguments: [
        ("dự thảo không tính", false, nil, 0), ("đã đăng: cả khoảng", true, nil, 4 * 3600),
        ("hủy trước khi bắt đầu: không", true, at("2026-12-04T21:00"), 0),
        ("hủy đúng lúc bắt đầu: không", true, at("2026-12-04T22:00"), 0),
        ("hủy giữa chừng: đến lúc hủy", true, at("2026-12-04T23:30"), 5400),
    ] as [(String, Bool, Instant?, Int)])
    func theWindowIsTakenOutOfAvailability(name: String, isPublished: Bool, cancelledAt: Instant?, planned: Int) async throws {
        try await Board.with { board in
            let database = board.town.database
            let monitors = MonitorStore(database: database)
            _ = try await board.watch("Đăng nhập")
            let code = isPublished ? try await board.publish() : try await board.draft()
            if let cancelledAt {
                try await board.store.cancel(code, reason: "Hoãn", by: board.town.person(.linh), address: "", at: cancelledAt)
            }
            let windows = try await database.value("SELECT count(*) FROM planned_windows", as: Int.self)
            #expect(windows == (planned == 0 ? 0 : 1))
            let week = TimeRange(from: at("2026-12-01T00:00"), to: at("2026-12-08T00:00"))
            let found = try await monitors.availability(window: week, asOf: at("2026-12-08T00:00"))
            #expect(found.map(\.availability.planned) == [.seconds(planned)])
        }
    }

    /// What is not announced is not taken out: neither other components nor what is watched only afterwards.
    @Test func onlyWhatTheNoticeNamesLeavesAvailability() async throws {
        try await Board.with { board in
            let monitors = MonitorStore(database: board.town.database)
            let signing = try await board.watch("Ký số", component: "Ký số")
            let login = try await board.watch("Đăng nhập", component: "Ứng dụng")
            let code = try await board.publish(.example(components: ["Ký số"]))
            let later = try await board.watch("Dấu thời gian", component: "Ký số")
            let week = TimeRange(from: at("2026-12-01T00:00"), to: at("2026-12-08T00:00"))
            let found = try await monitors.availability(window: week, asOf: at("2026-12-08T00:00"))
            let planned = Dictionary(uniqueKeysWithValues: found.map { ($0.monitor, $0.availability.planned) })
            #expect(planned == [signing: .seconds(4 * 3600), login: .zero, later: .zero])

            let notice = try #require(try await board.notice(code))
            #expect(notice.components == ["Ký số"] && notice.monitors == 1)
            #expect(try await board.letters(code).allSatisfy { $0.body.contains("Phạm vi: Ký số\n") })
            let audited = try await board.town.database.value(
                "SELECT after::jsonb->>'monitors' FROM audit_entries WHERE action = 'notice.published'", as: String.self)
            #expect(audited == String(signing.rawValue))
        }
    }

    @Test func aNoticeOfWhatIsNotWatchedAnyMoreIsNotPublished() async throws {
        try await Board.with { board in
            let code = try await board.approved(.example(components: ["Ký số"]))
            await #expect(throws: Refusal.self) {
                try await board.store.publish(code, by: board.town.person(.linh), address: "", at: now)
            }
            #expect(try await board.town.database.value("SELECT count(*) FROM notice_monitors") == 0)
            #expect(try await board.store.components(with: ["Ký số"]) == [MonitoredComponent(name: "Ký số", monitors: 0)])
        }
    }

    // MARK: Looking

    @Test(arguments: [
        ("TB-2026-0002", 1), ("tb-2026-0002", 1), ("nang cap", 1), ("NÂNG CẤP", 1),
        ("Nâng cấp".decomposedStringWithCanonicalMapping, 1), ("máy chủ", 2), ("không có", 0), ("", 2),
    ])
    func searching(words: String, expected: Int) async throws {
        try await Board.with { board in
            _ = try await board.draft()
            _ = try await board.draft(.example(title: "Nâng cấp máy chủ ứng dụng"))
            let linh = board.town.person(.linh)
            let found = try await board.store.list(for: linh, search: words, offset: 0, limit: 10)
            #expect(found.count == expected)
            #expect(try await board.store.count(for: linh, search: words) == expected)
        }
    }

    @Test func anAgencySeesWhatWasPublishedToItAndCountsItselfOnly() async throws {
        try await Board.with { board in
            _ = try await board.draft()
            let code = try await board.publish()
            let binh = board.town.person(.binh)
            let found = try await board.store.list(for: binh, search: "", offset: 0, limit: 10)
            #expect(found.map(\.code) == [code] && found.map(\.recipients) == [1])
            #expect(try await board.store.count(for: binh, search: "") == 1)
            #expect(try await board.recipients(code, as: .binh).map(\.agency) == [board.town.yenKhanh])
        }
    }
}
