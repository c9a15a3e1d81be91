import Civil
import Database
import Documents
import HTTPTypes
import Markdown
import Organization
import TestKit
import Testing

@testable import Notices

/// The written notice of Điều 21.7, as Nghị định 30/2020/NĐ-CP lays it out.
struct NoticeDocumentTests {
    @Test func itHasItsPartsAndNoAddressee() async throws {
        try await Board.with { board in
            let linh = board.town.browser(.linh)
            let code = try await board.publish(.example(kind: .upgrade, title: "Nâng cấp <b>phiên bản</b> 4.2"))
            let html = try await linh.get("/notices/\(code)/document.html")
            #expect(html.headers[.contentDisposition] == "attachment; filename=\"TB20260001.html\"")
            for words in [
                "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "UBND TỈNH NINH BÌNH", "Số:        /TB-SKHCN",
                "Ninh Bình, ngày       tháng       năm 2026", "<h1>THÔNG BÁO</h1>", "Về việc nâng cấp &lt;b&gt;phiên bản&lt;/b&gt; 4.2",
                "khoản 7 Điều 21", "22 giờ 00 ngày 04 tháng 12 năm 2026", "02 giờ 00 ngày 05 tháng 12 năm 2026",
                "38 ca đạt, 0 ca không đạt; kết luận: đạt", "Nơi nhận:", "Lưu: VT.", "./.", "GIÁM ĐỐC",
            ] {
                #expect(html.body.contains(words), "\(words)")
            }
            #expect(!html.body.contains("Kính gửi") && !html.body.contains("Như trên") && !html.body.contains("DỰ THẢO"))
            let draft = try await board.draft()
            #expect(try await linh.get("/notices/\(draft)/document.html").body.contains("DỰ THẢO – chưa được duyệt"))
            #expect(try await board.town.browser(.binh).get("/notices/\(draft)/document.html").status == .notFound)
        }
    }

    @Test func itIsPrinted() async throws {
        try await Board.with { board in
            let code = try await board.publish()
            let linh = board.town.browser(.linh)
            let pdf = try await linh.get("/notices/\(code)/document.pdf")
            #expect(pdf.status == .ok && pdf.headers[.contentType] == "application/pdf")
            #expect(pdf.headers[.contentDisposition] == "attachment; filename=\"TB20260001.pdf\"" && pdf.body.hasPrefix("%PDF-"))
            try await board.revise(code)
            let revised = try await linh.get("/notices/\(code)/document.html")
            #expect(revised.headers[.contentDisposition] == "attachment; filename=\"TB20260001BAN2.html\"")
            #expect(revised.body.contains("thay thế nội dung đã thông báo lần 1") && revised.body.contains("22:00 04/12/2026, nay là 22:00 05/12/2026"))
        }
    }

    @Test func theNumberIsEnteredWhenTheDocumentSystemHasGivenIt() async throws {
        try await Board.with { board in
            let (linh, code) = (board.town.browser(.linh), try await board.publish())
            let path = "/notices/\(code)/number"
            let refused = try await linh.post(path, ["number": "năm", "issued_on": "2026-11-25", "revision": "1", "number_version": "0"])
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent && refused.body.contains("Số, ký hiệu: cần dạng 05/TB-SKHCN."))
            #expect(refused.body.contains("Ngày văn bản không ở tương lai.") && refused.body.contains("value=\"năm\""))
            #expect(try await linh.post(path, ["number": "05/TB-SKHCN", "issued_on": "2026-11-24", "revision": "1", "number_version": "0"]).status == .seeOther)
            let late = try await linh.post(path, ["number": "06/TB-SKHCN", "issued_on": "2026-11-24", "revision": "1", "number_version": "0"])
            try late.checkedXML()
            #expect(late.status == .unprocessableContent && late.body.contains("bản đã lưu là “05/TB-SKHCN”") && late.body.contains("value=\"06/TB-SKHCN\""))
            #expect(late.body.contains("name=\"number_version\" value=\"1\""))
            let html = try await linh.get("/notices/\(code)/document.html")
            #expect(html.body.contains("Số: 05/TB-SKHCN") && html.body.contains("Ninh Bình, ngày 24 tháng 11 năm 2026"))
            let changed = try await linh.post(path, ["number": "06/TB-SKHCN", "issued_on": "2026-11-23", "revision": "1", "number_version": "1"])
            #expect(changed.status == .seeOther)
            let before = try await board.town.database.value(
                "SELECT before::jsonb->>'number' FROM audit_entries WHERE action = 'notice.numbered' ORDER BY seq DESC LIMIT 1", as: String.self)
            #expect(before == "05/TB-SKHCN")
            // What is announced anew is another document.
            try await board.revise(code)
            let second = try await linh.get("/notices/\(code)")
            #expect(second.body.contains("Số, ký hiệu của bản 2") && !second.body.contains("06/TB-SKHCN"))
            let stale = try await linh.post(path, ["number": "07/TB-SKHCN", "issued_on": "2026-11-24", "revision": "1", "number_version": "2"])
            #expect(stale.status == .unprocessableContent && stale.body.contains("Thông báo nay là bản 2") && stale.body.contains("value=\"07/TB-SKHCN\""))
            #expect(stale.body.contains("name=\"revision\" value=\"2\"") && stale.body.contains("name=\"number_version\" value=\"0\""))
            let draft = try await board.draft()
            #expect(try await linh.post("/notices/\(draft)/number", ["number": "07/TB-SKHCN", "issued_on": "2026-11-24"]).status == .unprocessableContent)
        }
    }

    @Test(arguments: [
        ("Bảo trì máy chủ", "Về việc bảo trì máy chủ"), ("QLVB&ĐH tạm dừng", "Về việc QLVB&ĐH tạm dừng"),
        ("Về việc vá lỗi", "Về việc vá lỗi"), ("5.2: nâng cấp", "Về việc 5.2: nâng cấp"), ("Đ", "Về việc Đ"),
    ])
    func theSubjectIsASentence(title: String, expected: String) {
        #expect(NoticeDocument(notice: .example(title: title), test: nil, changes: [], number: nil).subject == expected)
    }
}
