import Civil
import Database
import Delivery
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Notices

/// Who says that they know, and how: by the link in a letter, on the phone; and who is reminded.
struct NoticeAcknowledgingTests {
    private func path(in letter: Delivery) throws -> String {
        try #require(letter.body.firstMatch(of: /http:\/\/truc\.example(\/acknowledgements\/\S+)/).map { String($0.1) })
    }

    private func letter(_ board: Board, _ code: String, to agency: Agency.ID) async throws -> Delivery {
        try #require(try await board.letters(code).last { $0.agency == agency })
    }

    @Test func onlyTheButtonOfALinkAcknowledges() async throws {
        try await Board.with { board in
            let code = try await board.publish(.example(title: "Bảo trì <b>"))
            let path = try path(in: await letter(board, code, to: board.town.yenKhanh))
            let nobody = board.town.browser(nil)
            for _ in 1...2 {
                let page = try await nobody.get(path)
                try page.checkedXML()
                #expect(page.status == .ok && page.body.contains("Xác nhận thay mặt UBND xã Yên Khánh") && page.body.contains("Bảo trì &lt;b&gt;"))
                _ = try await nobody.ask(.head, path)
            }
            #expect(try await board.notice(code)?.acknowledged == 0)

            let said = try await nobody.post(path)
            #expect(said.status == .seeOther && said.location == path)
            let page = try await nobody.get(path)
            try page.checkedXML()
            #expect(page.body.contains("Đã xác nhận") && !page.body.contains("<button"))
            // Twice is once.
            #expect(try await nobody.post(path).status == .seeOther)
            #expect(try await board.notice(code)?.acknowledged == 1)
            #expect(try await board.audited("notice.acknowledged") == 1)
            let row = try #require(try await board.recipients(code).first { $0.agency == board.town.yenKhanh })
            #expect(row.said == .init(revision: 1, at: now, method: .link, by: "Nguyễn Văn Bình", recorder: nil))
            #expect(try await nobody.ask(.post, path, [.origin: "https://elsewhere.example"]).status == .seeOther)
        }
    }

    @Test func aLinkThatIsNotOurs() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            let path = try path(in: await letter(board, code, to: board.town.yenKhanh))
            let nobody = board.town.browser(nil)
            for wrong in [path + "x", String(path.dropLast()), path.replacing("-1-", with: "-2-"), "/acknowledgements/0"] {
                for answer in [try await nobody.get(wrong), try await nobody.post(wrong)] {
                    try answer.checkedXML()
                    #expect(answer.status == .notFound && answer.body.contains("Liên kết không đúng"), "\(wrong)")
                }
            }
            #expect(try await board.audited("notice.acknowledged") == 0)
        }
    }

    @Test func aLinkToAnEarlierRevisionSaysSo() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            let old = try path(in: await letter(board, code, to: board.town.yenKhanh))
            try await board.revise(code)
            let nobody = board.town.browser(nil)
            for answer in [try await nobody.get(old), try await nobody.post(old)] {
                try answer.checkedXML()
                #expect(answer.status == .gone && answer.body.contains("bản hiện hành là bản 2") && !answer.body.contains("<button"))
            }
            #expect(try await board.notice(code)?.acknowledged == 0)
            let new = try path(in: await letter(board, code, to: board.town.yenKhanh))
            #expect(try await nobody.post(new).status == .seeOther)
            #expect(try await board.notice(code)?.acknowledged == 1)
            try await board.store.cancel(code, reason: "Hoãn <i>", by: board.town.person(.linh), address: "", at: now)
            let off = try await nobody.get(new)
            try off.checkedXML()
            #expect(off.status == .gone && off.body.contains("Thông báo này đã hủy") && off.body.contains("Hoãn &lt;i&gt;"))
        }
    }

    // MARK: On the phone

    @Test func theHotlineWritesDownWhoSaidIt() async throws {
        try await Board.with { board in
            let hoaLu = try await board.addAgencyWithoutAddress()
            let code = try await board.publish()
            let row = try #require(try await board.recipients(code).first { $0.agency == hoaLu })
            let path = "/notices/\(code)/recipients/\(row.id.rawValue)/acknowledgement"
            let hoa = board.town.browser(.hoa)
            let form = try await hoa.get(path)
            try form.checkedXML()
            #expect(form.body.contains("UBND xã Hoa Lư") && form.body.contains("value=\"2026-11-24T09:00\""))
            let refused = try await hoa.post(path, ["said_by": "", "said_at": "2026-11-25T09:00"])
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent && refused.body.contains("Lúc xác nhận không ở tương lai."))
            #expect(try await hoa.post(path, ["said_by": "Bà <Nga>", "said_at": "2026-11-24T09:00"]).status == .seeOther)
            let page = try await board.town.browser(.linh).get("/notices/\(code)")
            try page.checkedXML()
            #expect(page.body.contains("Bà &lt;Nga&gt;, qua điện thoại (Lê Thanh Hòa ghi)"))
            // Once for each revision.
            let again = try await hoa.post(path, ["said_by": "Bà Nga", "said_at": "2026-11-24T09:00"])
            #expect(again.status == .unprocessableContent)
            let audited = try await board.town.database.value(
                "SELECT after::jsonb->>'said_by' FROM audit_entries WHERE action = 'notice.acknowledged'", as: String.self)
            #expect(audited == "Bà <Nga>")
            for path in ["/notices/\(code)/recipients/999999/acknowledgement", "/notices/\(code)/recipients/x/acknowledgement"] {
                #expect(try await hoa.get(path).status == .notFound)
            }
        }
    }

    // MARK: People

    @Test func peopleAreToldBesideTheAgencies() async throws {
        try await Board.with { board in
            let (code, linh) = (try await board.draft(), board.town.person(.linh))
            let tam = PersonDraft(name: "Lê Văn Tám", email: "tam@dn.example", phone: "0912 345 678")
            try await board.store.add(tam, to: code, by: linh, address: "", at: now)
            await #expect(throws: Refusal.self) {
                try await board.store.add(PersonDraft(name: "Trùng", email: "TAM@dn.example", phone: ""), to: code, by: linh, address: "", at: now)
            }
            try await board.store.add(PersonDraft(name: "Cô Năm", email: "", phone: "0912 000 000"), to: code, by: linh, address: "", at: now)
            let draft = try #require(try await board.notice(code))
            let people = try await board.store.people(of: draft)
            #expect(people.map(\.name) == ["Cô Năm", "Lê Văn Tám"])
            // Nobody outside sees whom a draft names.
            #expect(try await board.notice(code, as: .binh) == nil)
            try await board.approve(code)
            try await board.store.publish(code, by: linh, address: "", at: now)
            #expect(try await board.letters(code).map(\.recipientAddress) == ["tam@dn.example", "xayenkhanh@example.vn", "xagiavien@example.vn"])
            #expect(try await board.notice(code)?.recipients == 4)
            #expect(try await board.recipients(code, as: .binh).count == 1)
            await #expect(throws: Refusal.self) {
                try await board.store.remove(people[0].id, from: code, by: linh, address: "", at: now)
            }
            let page = try await board.town.browser(.linh).get("/notices/\(code)?show=unacknowledged&q=tam")
            try page.checkedXML()
            #expect(page.body.contains("Lê Văn Tám") && !page.body.contains("Cô Năm") && page.body.contains("cá nhân"))
        }
    }

    // MARK: Reminders

    @Test func onlyWhoIsSilentIsRemindedAndOnce() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            try await board.answer { _ in .delivered("250") }
            let begins = at("2026-12-04T22:00")
            #expect(try await board.store.remind(at: begins - .seconds(73 * 3600)) == 0)
            try await board.store.acknowledge(code, by: board.town.person(.binh), address: "", at: now)
            let due = begins - .seconds(72 * 3600)
            let written = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 { group.addTask { try await board.store.remind(at: due) } }
                return try await group.reduce(0, +)
            }
            #expect(written == 1)
            let reminder = try #require(try await board.letters(code).last)
            #expect(reminder.agency == board.town.giaVien && reminder.subject.contains("NHẮC XÁC NHẬN"))
            #expect(reminder.body.contains("Còn 3 ngày là bắt đầu") && reminder.body.contains("/acknowledgements/"))
            #expect(try await board.store.remind(at: due + .seconds(3600)) == 0)

            // A revision silences the reminders of the one before, and has its own.
            try await board.revise(code, at: due + .seconds(7200))
            #expect(try await board.letters(code).first { $0.id == reminder.id }?.state == .withdrawn)
            let moved = at("2026-12-05T22:00")
            #expect(try await board.store.remind(at: moved - .seconds(72 * 3600)) == 2)
            // Asleep over two hours: only the last one is written.
            #expect(try await board.store.remind(at: moved - .seconds(1800)) == 2)
            #expect(try await board.letters(code).count { $0.key.contains("reminder") } == 5)
            #expect(try await board.store.remind(at: moved) == 0)
        }
    }

    @Test func whatIsOffRemindsNobodyAndSoDoesASettingOfNone() async throws {
        try await Board.with { board in
            let (off, kept) = (try await board.publish(), try await board.publish())
            try await board.store.cancel(off, reason: "Hoãn", by: board.town.person(.linh), address: "", at: now)
            let due = at("2026-12-04T21:30")
            try await SettingStore(database: board.town.database).change(
                Dictionary(uniqueKeysWithValues: Setting.noticeReminders.map { ($0.key, "0") }), by: board.town.person(.an),
                address: "", at: now)
            #expect(try await board.store.remind(at: due) == 0)
            try await SettingStore(database: board.town.database).change(
                [Setting.noticeReminders[2].key: "1"], by: board.town.person(.an), address: "", at: now)
            #expect(try await board.store.remind(at: due) == 2)
            #expect(try await board.letters(kept).count == 4)
        }
    }
}
