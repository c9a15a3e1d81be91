import Civil
import Database
import Delivery
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Notices

/// The forms beside the draft's: the test record, a revision, completion, people.
struct NoticeFormsTests {
    private static let test: [(String, String)] = [
        ("tested_version", "4.2 <rc>"), ("changes", "Ký số từ xa"), ("environment", "Máy chủ thử"), ("plan", "38 ca"),
        ("cases_passed", "38"), ("cases_failed", "0"), ("tester", "Phạm Thùy Linh"), ("approver", "Đinh Quang Huy"),
        ("evidence", "Biên bản 12/BB"), ("verdict", "passed"),
    ]

    private func replacing(_ fields: [(String, String)], _ field: String, _ value: String) -> [(String, String)] {
        fields.map { ($0.0, $0.0 == field ? value : $0.1) }
    }

    // MARK: The test record

    @Test func aTestIsWrittenAndTakesTheApprovalBack() async throws {
        try await Board.with { board in
            let linh = board.town.browser(.linh)
            let code = try await board.draft(.example(kind: .upgrade))
            let page = try await linh.get("/notices/\(code)")
            try page.checkedXML()
            #expect(page.body.contains("Chưa có hồ sơ") && page.body.contains("Ghi hồ sơ thử nghiệm"))
            let form = try await linh.get("/notices/\(code)/test")
            try form.checkedXML()
            #expect(form.body.contains("name=\"version\" value=\"0\""))
            let refused = try await linh.post("/notices/\(code)/test", replacing(Self.test, "approver", "pham thuy linh") + [("version", "0")])
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent && refused.body.contains("phải khác người thử"))
            #expect(refused.body.contains("value=\"4.2 &lt;rc&gt;\"") && refused.body.contains("href=\"#approver\""))
            #expect(try await linh.post("/notices/\(code)/test", Self.test + [("version", "0")]).status == .seeOther)
            try await board.approve(code)
            let approved = try await linh.get("/notices/\(code)/test")
            #expect(approved.body.contains("trở lại dự thảo"))
            #expect(try await linh.post("/notices/\(code)/test", replacing(Self.test, "plan", "40 ca") + [("version", "1")]).status == .seeOther)
            let again = try await linh.get("/notices/\(code)")
            try again.checkedXML()
            #expect(again.body.contains("Trình duyệt</button>") && again.body.contains("4.2 &lt;rc&gt;") && again.body.contains("38 đạt, 0 không đạt"))
            #expect(try await board.audited("notice.tested") == 2)
            let none = try await board.draft()
            #expect(try await linh.post("/notices/\(none)/test", Self.test + [("version", "0")]).status == .unprocessableContent)
        }
    }

    @Test func twoWhoWriteATestDoNotOverwriteEachOther() async throws {
        try await Board.with { board in
            let (linh, code) = (board.town.browser(.linh), try await board.draft(.example(kind: .upgrade)))
            try await board.store.keep(.example(passed: 12), for: code, version: 0, by: board.town.person(.an), address: "", at: now)
            let late = try await linh.post("/notices/\(code)/test", Self.test + [("version", "0")])
            try late.checkedXML()
            #expect(late.status == .unprocessableContent)
            for words in ["Hồ sơ thử nghiệm này vừa được Bùi Xuân An sửa", "Số ca đạt: bản đã lưu là “12”.", "name=\"version\" value=\"1\"", "value=\"38\""] {
                #expect(late.body.contains(words), "\(words)")
            }
            #expect(try await linh.post("/notices/\(code)/test", Self.test + [("version", "1")]).status == .seeOther)
        }
    }

    // MARK: Revisions

    @Test func aRevisionIsAnnouncedByAForm() async throws {
        try await Board.with { board in
            let (linh, code) = (board.town.browser(.linh), try await board.publish())
            let form = try await linh.get("/notices/\(code)/revisions/new")
            try form.checkedXML()
            #expect(form.body.contains("value=\"2026-12-04T22:00\"") && form.body.contains("2 nơi nhận đã chốt"))
            let fields = [
                ("title", "Bảo trì <b>"), ("impact", "Chậm"), ("begins", "2026-12-05T22:00"), ("ends", "2026-12-06T02:00"), ("reason", "Đổi lịch"),
                ("version", "1"),
            ]
            let refused = try await linh.post("/notices/\(code)/revisions", replacing(fields, "reason", ""))
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent && refused.body.contains("Lý do điều chỉnh: cần nhập."))
            #expect(refused.body.contains("value=\"2026-12-05T22:00\""))
            #expect(try await linh.post("/notices/\(code)/revisions", fields).location == "/notices/\(code)")
            let page = try await linh.get("/notices/\(code)")
            try page.checkedXML()
            for words in ["Bản 2", "Các bản đã báo", "22:00 04/12/2026 → 22:00 05/12/2026", "Bảo trì &lt;b&gt;"] {
                #expect(page.body.contains(words), "\(words)")
            }
            let late = try await linh.post("/notices/\(code)/revisions", replacing(fields, "title", "Khác"))
            try late.checkedXML()
            #expect(late.status == .unprocessableContent && late.body.contains("Thông báo này vừa được Phạm Thùy Linh sửa"))
            #expect(late.body.contains("value=\"Khác\"") && late.body.contains("name=\"version\" value=\"2\""))
            for name in [TownPerson.binh, .hoa, .tam] {
                #expect(try await board.town.browser(name).post("/notices/\(code)/revisions", fields).status == .forbidden)
            }
        }
    }

    // MARK: Review

    @Test func whatIsSentBackSaysWhy() async throws {
        try await Board.with { board in
            let (linh, an, code) = (board.town.browser(.linh), board.town.browser(.an), try await board.draft())
            #expect(try await linh.post("/notices/\(code)/review").status == .seeOther)
            let refused = try await an.post("/notices/\(code)/return", ["return_reason": ""])
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent && refused.body.contains("href=\"#return_reason\""))
            #expect(try await an.post("/notices/\(code)/return", ["return_reason": "Thiếu <giờ>"]).status == .seeOther)
            let page = try await linh.get("/notices/\(code)")
            try page.checkedXML()
            #expect(page.body.contains("Thiếu &lt;giờ&gt;") && page.body.contains("Trình duyệt</button>"))
            #expect(try await linh.post("/notices/\(code)/review").status == .seeOther)
            #expect(try await linh.post("/notices/\(code)/review").status == .unprocessableContent)
            let edit = try await linh.get("/notices/\(code)/edit")
            #expect(edit.body.contains("trở lại dự thảo"))
            #expect(try await board.notice(code)?.returnedReason == nil)
        }
    }

    @Test func anOfficeOfOneMayApproveItsOwn() async throws {
        try await Board.with { board in
            let (linh, code) = (board.town.person(.linh), try await board.draft())
            try await board.store.submit(code, by: linh, address: "", at: now)
            await #expect(throws: Refusal.self) { try await board.store.approve(code, by: linh, address: "", at: now) }
            try await SettingStore(database: board.town.database).change(
                [Setting.noticeSecondPerson.key: "0"], by: board.town.person(.an), address: "", at: now)
            try await board.store.approve(code, by: linh, address: "", at: now)
            #expect(try await board.notice(code)?.approver == "Phạm Thùy Linh")
        }
    }

    // MARK: Completion

    @Test func completionAsksForTheRealTimes() async throws {
        try await Board.with(now: at("2026-12-05T02:30")) { board in
            let (linh, code) = (board.town.browser(.linh), try await board.publish(at: now))
            let page = try await linh.get("/notices/\(code)")
            try page.checkedXML()
            #expect(page.body.contains("Quá giờ dự kiến") && page.body.contains("name=\"began\" type=\"datetime-local\" value=\"2026-12-04T22:00\""))
            let refused = try await linh.post("/notices/\(code)/completion", ["began": "2026-12-05T01:00", "ended": "2026-12-05T03:00"])
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent && refused.body.contains("Kết thúc thực tế không ở tương lai."))
            #expect(refused.body.contains("value=\"2026-12-05T03:00\"") && refused.body.contains("href=\"#ended\""))
            #expect(try await linh.post("/notices/\(code)/completion", ["began": "", "ended": "x"]).status == .unprocessableContent)
            #expect(try await linh.post("/notices/\(code)/completion", ["began": "2026-12-04T22:05", "ended": "2026-12-05T02:20"]).status == .seeOther)
            let done = try await linh.get("/notices/\(code)")
            try done.checkedXML()
            #expect(done.body.contains("22:05 04/12/2026 – 02:20 05/12/2026") && done.body.contains("Đã xong") && !done.body.contains("/completion"))
        }
    }

    // MARK: What goes into mails

    @Test func noFreeTextPutsALineIntoAHeader() async throws {
        try await Board.with { board in
            let nasty = "Bảo trì\r\nBcc: moi@nguoi.example\r\n\r\nthân"
            let linh = board.town.person(.linh)
            let code = try await board.draft(.example(title: nasty))
            try await board.store.add(PersonDraft(name: nasty, email: "tam@dn.example", phone: ""), to: code, by: linh, address: "", at: now)
            try await board.approve(code)
            try await board.store.publish(code, by: linh, address: "", at: now)
            let draft = try #require(try await board.notice(code)).revisionDraft(because: nasty)
            let revised = NoticeRevisionDraft(title: draft.title + "!", impact: nasty, begins: draft.begins, ends: draft.ends, reason: nasty)
            try await board.store.revise(code, to: revised, version: 1, by: linh, address: "", at: now)
            try await board.store.remind(at: at("2026-12-04T21:30"))
            try await board.store.cancel(code, reason: nasty, by: linh, address: "", at: now)
            let letters = try await board.letters(code)
            #expect(letters.count >= 9)
            for letter in letters {
                let mail = Mail(
                    from: "trucban@example.vn", toName: letter.recipientName, toAddress: letter.recipientAddress,
                    subject: letter.subject, body: letter.body, key: letter.key, date: letter.createdAt)
                let head = try #require(String(decoding: mail.message, as: UTF8.self).components(separatedBy: "\r\n\r\n").first)
                #expect(!head.split(separator: "\r\n").contains { $0.hasPrefix("Bcc:") || $0.contains("moi@nguoi.example") }, "\(letter.key)")
            }
        }
    }
}
