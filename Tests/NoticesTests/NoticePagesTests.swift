import Civil
import Database
import Delivery
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Notices

/// `/notices` as several people see it.
struct NoticePagesTests {
    private static let fields: KeyValuePairs<String, String> = [
        "kind": "maintenance", "title": "Bảo trì \"máy chủ\" <script>alert(1)</script>", "impact": "Không đăng nhập được & chậm",
        "begins": "2026-12-04T22:00", "ends": "2026-12-05T02:00", "scope": "system",
    ]

    private func replacing(_ field: String, _ value: String) -> [(String, String)] {
        Self.fields.map { ($0.key, $0.key == field ? value : $0.value) }
    }

    @Test func theTemplatesAndTheViewsAgree() throws {
        #expect(try namesThatDiffer(NoticeListView.self) == [])
        #expect(try namesThatDiffer(NoticeFormView.self) == [])
        #expect(try namesThatDiffer(NoticeView.self) == [])
        #expect(try namesThatDiffer(NoticeRevisionFormView.self) == [])
        #expect(try namesThatDiffer(UpgradeTestFormView.self) == [])
        #expect(try namesThatDiffer(PhoneWordView.self) == [])
        #expect(try namesThatDiffer(LinkView.self) == [])
        #expect(try namesThatDiffer(NoticeDocumentView.self) == [])
        #expect(try namesThatDiffer(NoticeCalendarView.self) == [])
    }

    @Test func fromTheFormToTheAcknowledgement() async throws {
        try await Board.with { board in
            let (linh, binh) = (board.town.browser(.linh), board.town.browser(.binh))
            try await linh.get("/notices/new").checkedXML()
            let added = try await linh.post("/notices", Self.fields)
            #expect(added.status == .seeOther && added.location == "/notices/TB-2026-0001")
            let draft = try await linh.get("/notices/TB-2026-0001")
            try draft.checkedXML()
            for words in ["Dự thảo", "Trình duyệt", "7 ngày làm việc", "22:00 04/12/2026"] {
                #expect(draft.body.contains(words), "\(words)")
            }
            #expect(draft.body.contains("Bảo trì &quot;máy chủ&quot; &lt;script&gt;alert(1)&lt;/script&gt;"))
            #expect(!draft.body.contains("<script>alert"))
            let hidden = try await binh.get("/notices/TB-2026-0001")
            #expect(hidden.status == .notFound)

            #expect(try await linh.post("/notices/TB-2026-0001/review").status == .seeOther)
            let own = try await linh.post("/notices/TB-2026-0001/approval")
            #expect(own.status == .unprocessableContent && own.body.contains("không tự duyệt"))
            let review = try await board.town.browser(.an).get("/notices/TB-2026-0001")
            try review.checkedXML()
            #expect(review.body.contains(">Duyệt</button>") && review.body.contains("Trả lại người soạn"))
            // What was read is what is approved: a page from before the last submission approves nothing.
            let stale = try await board.town.browser(.an).post("/notices/TB-2026-0001/approval", [("seen", "1")])
            #expect(stale.status == .unprocessableContent && stale.body.contains("trình lại sau khi bạn mở trang"))
            #expect(try await board.town.browser(.an).post("/notices/TB-2026-0001/approval").status == .seeOther)
            let approved = try await linh.get("/notices/TB-2026-0001")
            try approved.checkedXML()
            #expect(approved.body.contains("Đăng thông báo") && approved.body.contains("Còn 7 ngày làm việc"))
            let published = try await linh.post("/notices/TB-2026-0001/publication")
            #expect(published.status == .seeOther)
            try await board.answer { $0.delivery.agency == board.town.giaVien ? .failed("550 5.1.1 <khong> co") : .delivered("250 OK") }

            let mine = try await binh.get("/notices/TB-2026-0001")
            try mine.checkedXML()
            #expect(mine.body.contains("Xác nhận đã nhận") && mine.body.contains("UBND xã Yên Khánh"))
            // Neither the other agency nor the sums that hold it.
            #expect(!mine.body.contains("Gia Viễn") && !mine.body.contains("nơi nhận · thư") && !mine.body.contains("Gửi lại"))
            let said = try await binh.post("/notices/TB-2026-0001/acknowledgement")
            #expect(said.status == .seeOther)
            let after = try await binh.get("/notices/TB-2026-0001")
            #expect(!after.body.contains("Xác nhận đã nhận</button>"))

            let page = try await linh.get("/notices/TB-2026-0001")
            try page.checkedXML()
            for words in ["2 nơi nhận", "nhận: <strong>1</strong>", "xác nhận: <strong>1</strong>", "<span class=\"badge down\">Không gửi được</span>", "550 5.1.1 &lt;khong&gt; co", "<span class=\"badge done\">Đã xác nhận</span>", "<span class=\"badge due\">Chưa xác nhận</span>", "Gửi lại"] {
                #expect(page.body.contains(words), "\(words)")
            }
            let list = try await linh.get("/notices")
            try list.checkedXML()
            #expect(list.body.contains("1/2") && !list.body.contains("<script>alert"))
        }
    }

    @Test func whenTheWorkHasBegunASilentAgencyIsOverdue() async throws {
        try await Board.with(now: at("2026-12-04T22:30")) { board in
            let code = try await board.publish(.example(), at: now)
            let page = try await board.town.browser(.linh).get("/notices/\(code)")
            #expect(page.body.contains("Quá hạn xác nhận: 2") && page.body.contains("Đang thực hiện"))
        }
    }

    @Test func withoutAMailServerThePageSaysSo() async throws {
        try await Board.with(sendsMail: false) { board in
            let code = try await board.publish()
            let page = try await board.town.browser(.linh).get("/notices/\(code)")
            try page.checkedXML()
            #expect(page.body.contains("Chưa có máy chủ thư") && page.body.contains("thư đang chờ: 2"))
            let mine = try await board.town.browser(.binh).get("/notices/\(code)")
            #expect(!mine.body.contains("Chưa có máy chủ thư"))
        }
    }

    @Test func aFailedLetterIsSentAgainByOneButton() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            try await board.answer { _ in .failed("550") }
            let linh = board.town.browser(.linh)
            let page = try await linh.get("/notices/\(code)")
            let action = try #require(page.body.firstMatch(of: /action="(\/notices\/[^"]+\/attempts)"/).map { String($0.1) })
            let sent = try await linh.post(action)
            #expect(sent.status == .seeOther)
            #expect(try await board.letters(code).filter { $0.state == .ready }.count == 1)
            // It waits now: another tab's button is answered, not obeyed.
            let late = try await linh.post(action)
            #expect(late.status == .unprocessableContent)
            try late.checkedXML()
            let nothing = try await linh.post("/notices/\(code)/deliveries/x/attempts")
            #expect(nothing.status == .notFound)
        }
    }

    @Test func aCancelledNoticeShowsBothLetters() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            try await board.answer { $0.delivery.agency == board.town.yenKhanh ? .delivered("250") : .again(at: now + .seconds(60), "451 bận") }
            let linh = board.town.browser(.linh)
            let waiting = try await linh.get("/notices/\(code)")
            #expect(waiting.body.contains("451 bận") && waiting.body.contains("Thử lại lúc 09:01 24/11/2026"))
            let refused = try await linh.post("/notices/\(code)/cancellation", ["reason": ""])
            #expect(refused.status == .unprocessableContent && refused.body.contains("Cần ghi lý do hủy."))
            try refused.checkedXML()
            let done = try await linh.post("/notices/\(code)/cancellation", ["reason": "Hoãn <b>"])
            #expect(done.status == .seeOther)
            let page = try await linh.get("/notices/\(code)")
            try page.checkedXML()
            #expect(page.body.contains("Hoãn &lt;b&gt;") && page.body.contains("Thư hủy:") && page.body.contains("Đã rút"))
            #expect(page.body.contains("Không cần") && !page.body.contains("Hủy thông báo</button>"))
        }
    }

    // MARK: Refusals

    @Test(arguments: [
        ("kind", "", "Loại: cần chọn"), ("kind", "party", "Loại: cần chọn"), ("title", "", "Trích yếu: cần nhập."),
        ("title", String(repeating: "à", count: 301), "Trích yếu: tối đa 300"), ("impact", "", "Ảnh hưởng: cần nhập."),
        ("begins", "", "Bắt đầu: cần nhập"), ("begins", "hôm qua", "Bắt đầu: ngày giờ"),
        ("begins", "9999-12-31T22:00", "Giờ bắt đầu không quá 2 năm"),
        ("ends", "2026-12-04T21:00", "Giờ kết thúc phải sau"), ("scope", "", "Phạm vi: cần chọn"),
    ])
    func whatIsWrongIsSaidAndWhatWasTypedIsKept(field: String, value: String, words: String) async throws {
        try await Board.with { board in
            let answer = try await board.town.browser(.linh).post("/notices", replacing(field, value))
            #expect(answer.status == .unprocessableContent)
            try answer.checkedXML()
            #expect(answer.body.contains(words) && answer.body.contains("href=\"#\(field)\""))
            if field != "impact" { #expect(answer.body.contains("Không đăng nhập được &amp; chậm")) }
            if field != "title" { #expect(answer.body.contains("Bảo trì &quot;máy chủ&quot;")) }
            if field != "ends" { #expect(answer.body.contains("value=\"2026-12-05T02:00\"")) }
            #expect(try await board.notice("TB-2026-0001") == nil)
        }
    }

    @Test func everythingThatIsWrongIsSaidAtOnce() async throws {
        try await Board.with { board in
            let answer = try await board.town.browser(.linh).post(
                "/notices", ["kind": "", "title": "", "impact": "", "begins": "2026-12-04T22:00", "ends": "2026-12-04T22:00", "scope": "components"])
            #expect(answer.body.matches(of: /<li><a href="#/).count == 5)
            #expect(answer.body.contains("cần chọn ít nhất một thành phần"))
        }
    }

    @Test func aDraftIsChangedInTheSameForm() async throws {
        try await Board.with { board in
            let linh = board.town.browser(.linh)
            let code = try await board.draft(.example(title: "Tên <cũ>"))
            let form = try await linh.get("/notices/\(code)/edit")
            try form.checkedXML()
            #expect(form.body.contains("value=\"Tên &lt;cũ&gt;\"") && form.body.contains("value=\"2026-12-04T22:00\""))
            let refused = try await linh.post("/notices/\(code)", replacing("title", ""))
            #expect(refused.status == .unprocessableContent)
            let changed = try await linh.post("/notices/\(code)", replacing("title", "Tên mới") + [("version", "1")])
            #expect(changed.location == "/notices/\(code)")
            #expect(try await board.notice(code)?.title == "Tên mới")
            try await board.approve(code)
            try await board.store.publish(code, by: board.town.person(.linh), address: "", at: now)
            let late = try await linh.get("/notices/\(code)/edit")
            #expect(late.status == .unprocessableContent && late.body.contains("không sửa được"))
        }
    }

    /// Two people edit the same draft: the second sees what the first has saved, keeps what they typed, and saves on top.
    @Test func anEditDoesNotOverwriteAnothers() async throws {
        try await Board.with { board in
            let linh = board.town.browser(.linh)
            let code = try await board.draft()
            let path = "/notices/\(code)"
            #expect(try await linh.get(path + "/edit").body.contains("name=\"version\" value=\"1\""))
            var first = try #require(try await board.notice(code)).draft
            first.title = "Tên của An <b>"
            // What is stored already is no change, whichever version it comes from.
            for _ in 1...2 {
                try await board.store.change(code, to: first, version: 1, by: board.town.person(.an), address: "", at: now)
            }
            let second = replacing("title", "Tên của Linh")
            let refused = try await linh.post(path, second + [("version", "1")])
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent)
            for words in [
                "Dự thảo này vừa được Bùi Xuân An sửa lúc 09:00 24/11/2026.", "value=\"Tên của Linh\"",
                "Trích yếu: bản đã lưu là “Tên của An &lt;b&gt;”.", "name=\"version\" value=\"2\"",
            ] {
                #expect(refused.body.contains(words), "\(words)")
            }
            #expect(!refused.body.contains("Bắt đầu: bản đã lưu"))
            #expect(try await board.notice(code)?.title == "Tên của An <b>")
            #expect(try await linh.post(path, second + [("version", "2")]).location == path)
            #expect(try await board.notice(code)?.title == "Tên của Linh")
            #expect(try await board.audited("notice.changed") == 2)
        }
    }

    @Test func whatItConcernsIsTickedAndKept() async throws {
        try await Board.with { board in
            let linh = board.town.browser(.linh)
            _ = try await board.watch("Đăng nhập", component: "Ứng dụng <web>")
            _ = try await board.watch("Ký số", component: "Ký số")
            func ticked(_ page: Answer) -> [String] {
                page.body.matches(of: /name="component" value="([^"]*)" checked/).map { String($0.1) }
            }
            let new = try await linh.get("/notices/new")
            try new.checkedXML()
            #expect(new.body.contains("Ứng dụng &lt;web&gt; (1 địa chỉ)") && ticked(new) == [])
            // Refused for something else, the boxes stay ticked.
            let fields = replacing("title", "").filter { $0.0 != "scope" } + [("scope", "components"), ("component", "Ứng dụng <web>")]
            let refused = try await linh.post("/notices", fields)
            #expect(refused.status == .unprocessableContent && ticked(refused) == ["Ứng dụng &lt;web&gt;"])
            let added = try await linh.post("/notices", fields.map { $0.0 == "title" ? ("title", "Vá lỗi") : $0 })
            #expect(added.location == "/notices/TB-2026-0001")
            let edit = try await linh.get("/notices/TB-2026-0001/edit")
            #expect(ticked(edit) == ["Ứng dụng &lt;web&gt;"])

            // A component that lost its monitor meanwhile cannot be announced; the page says which and the form still shows it.
            try await board.approve("TB-2026-0001")
            try await board.town.database.run("UPDATE monitors SET component = '' WHERE component <> 'Ký số'")
            let late = try await linh.post("/notices/TB-2026-0001/publication")
            #expect(late.status == .unprocessableContent && late.body.contains("thành phần “Ứng dụng &lt;web&gt;”"))
            let again = try await linh.get("/notices/TB-2026-0001/edit")
            #expect(again.body.contains("(không còn địa chỉ giám sát)") && ticked(again) == ["Ứng dụng &lt;web&gt;"])
        }
    }

    @Test func anUpgradeThatWasNotTestedIsNotPublished() async throws {
        try await Board.with { board in
            let linh = board.town.browser(.linh)
            let code = try await board.approved(.example(kind: .upgrade))
            let answer = try await linh.post("/notices/\(code)/publication")
            #expect(answer.status == .unprocessableContent && answer.body.contains("Điều 21.6: phải kiểm tra"))
            try answer.checkedXML()
            // The field stands on another page; no link leads nowhere.
            #expect(!answer.body.contains("href=\"#test\"") && answer.body.contains("href=\"/notices/\(code)/test\""))
            #expect(try await board.audited("notice.publication_refused") == 1)
        }
    }

    // MARK: Twice

    @Test func aFormThatIsSentTwiceIsObeyedOnce() async throws {
        try await Board.with { board in
            let linh = board.town.browser(.linh)
            func twice(_ browser: Browser, _ path: String, _ fields: [(String, String)] = []) async throws {
                let key = ("form_key", UUID().uuidString)
                let first = try await browser.post(path, fields + [key])
                let second = try await browser.post(path, fields + [key])
                #expect(first.status == .seeOther && second.status == .seeOther, "\(path)")
                #expect(first.location == second.location, "\(path)")
            }
            let code = "TB-2026-0001"
            try await twice(linh, "/notices", Self.fields.map { ($0.key, $0.value) })
            #expect(try await board.store.count(for: board.town.person(.linh), search: "") == 1)
            try await twice(linh, "/notices/\(code)", replacing("title", "Khác") + [("version", "1")])
            try await twice(linh, "/notices/\(code)/people", [("person_name", "Lê Văn Tám"), ("person_phone", "0912 345 678")])
            try await twice(linh, "/notices/\(code)/review")
            try await twice(board.town.browser(.an), "/notices/\(code)/approval")
            try await twice(linh, "/notices/\(code)/publication")
            try await twice(board.town.browser(.binh), "/notices/\(code)/acknowledgement")
            try await board.answer { _ in .failed("550") }
            let id = try #require(try await board.letters(code).first).id
            try await twice(linh, "/notices/\(code)/deliveries/\(id.rawValue)/attempts")
            let revision = replacing("title", "Tên mới") + [("version", "2"), ("reason", "Đổi tên")]
            try await twice(linh, "/notices/\(code)/revisions", revision)
            let person = try #require(try await board.recipients(code).first { $0.agency == nil }).id
            try await twice(
                board.town.browser(.hoa), "/notices/\(code)/recipients/\(person.rawValue)/acknowledgement",
                [("said_by", "Lê Văn Tám"), ("said_at", "2026-11-24T09:00")])
            try await twice(linh, "/notices/\(code)/cancellation", [("reason", "Hoãn")])
            #expect(try await board.audited("notice.acknowledged") == 2, "signed in, and on the phone")
            for action in [
                "drafted", "changed", "person_added", "submitted", "approved", "published", "sent_again", "revised", "cancelled",
            ] {
                #expect(try await board.audited("notice.\(action)") == 1, "\(action)")
            }
        }
    }

    // MARK: Who may

    @Test func whoMayDoWhat() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            for name in TownPerson.allCases {
                let browser = board.town.browser(name)
                let page = try await browser.get("/notices/\(code)")
                #expect(page.status == .ok, "\(name)")
                try page.checkedXML()
                #expect(page.body.contains("/cancellation") == (name == .linh), "\(name)")
                #expect(page.body.contains("/revisions/new") == (name == .linh), "\(name)")
                #expect(page.body.contains("/recipients/") == [.linh, .hoa].contains(name), "\(name)")
                #expect(page.body.contains("action=\"/notices/\(code)/acknowledgement") == [.binh, .chi, .dung].contains(name), "\(name)")
                let list = try await browser.get("/notices")
                #expect(list.body.contains("/notices/new") == (name == .linh), "\(name)")
                let written = try await browser.post("/notices", Self.fields)
                #expect((written.status == .forbidden) == (name != .linh), "\(name)")
            }
            let stranger = try await board.town.browser(nil).get("/notices/\(code)")
            #expect(stranger.location?.hasPrefix("/login") == true)
        }
    }

    @Test func anAgencyDoesNotSeeWhatWasNotSentToIt() async throws {
        try await Board.with { board in
            try await board.town.database.run("UPDATE agencies SET closed_at = \(now) WHERE id = \(board.town.giaVien)")
            let code = try await board.publish()
            let chi = board.town.browser(.chi)
            let page = try await chi.get("/notices/\(code)")
            #expect(page.status == .notFound)
            let said = try await chi.post("/notices/\(code)/acknowledgement")
            #expect(said.status == .notFound)
            let list = try await chi.get("/notices?q=\(code)")
            #expect(!list.body.contains("/notices/\(code)"))
        }
    }

    // MARK: Cost

    @Test func aHundredAndFiftyRecipientsCostNoMoreThanOne() async throws {
        try await Board.with { board in
            let agencies = AgencyStore(database: board.town.database)
            for number in 1...148 {
                try await agencies.add(
                    AgencyDraft(code: "xa\(number)", name: "UBND xã số \(number)", kind: .commune, contactEmail: "xa\(number)@example.vn"),
                    by: .system("test"), at: now)
            }
            let code = try await board.approved()
            let publishing = board.town.database.statementCount
            try await board.store.publish(code, by: board.town.person(.linh), address: "", at: now)
            #expect(board.town.database.statementCount - publishing <= 14, "publishing costs the same for one as for 1,500")
            try await board.answer { _ in .failed("550") }
            for (name, path) in [(TownPerson.linh, "/notices/\(code)"), (.linh, "/notices"), (.binh, "/notices/\(code)"), (.binh, "/notices")] {
                let before = board.town.database.statementCount
                let page = try await board.town.browser(name).get(path)
                #expect(page.status == .ok)
                #expect(board.town.database.statementCount - before <= 5, "\(path)")
                if name == .linh && path.hasSuffix(code) {
                    #expect(page.body.matches(of: /Gửi lại<span/).count == 25)
                    #expect(page.body.contains("1–25 trong 150 nơi nhận") && page.body.contains("Không gửi được: 150"))
                    #expect(page.body.utf8.count < 60_000)
                }
            }
        }
    }
}
