import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Hotline

/// `/requests` as several people see it.
struct SupportRequestPagesTests {
    private static let fields: KeyValuePairs<String, String> = [
        "caller_name": "Chị \"Lan\" <script>alert(1)</script>", "caller_phone": "0912 000 111", "kind": "fault",
        "channel": "phone", "text": "Không ký số được & chậm", "received_at": "2026-11-24T08:50",
    ]

    private func replacing(_ changes: [String: String]) -> [(String, String)] {
        Self.fields.map { ($0.key, changes[$0.key] ?? $0.value) }
    }

    @Test func theTemplatesAndTheViewsAgree() throws {
        #expect(try namesThatDiffer(SupportRequestListView.self) == [])
        #expect(try namesThatDiffer(SupportRequestFormView.self) == [])
        #expect(try namesThatDiffer(SupportRequestView.self) == [])
    }

    @Test func fromTheCallToTheAnswer() async throws {
        try await Desk.with { desk in
            try await desk.addIncident()
            let hoa = desk.town.browser(.hoa)
            let form = try await hoa.get("/requests/new")
            try form.checkedXML()
            #expect(form.body.contains("value=\"2026-11-24T09:00\"") && form.body.contains("UBND xã Yên Khánh"))
            let logged = try await hoa.post("/requests", Self.fields)
            #expect(logged.status == .seeOther && logged.location == "/requests/YC-2026-00001")
            let page = try await hoa.get("/requests/YC-2026-00001")
            try page.checkedXML()
            #expect(page.body.contains("Chị &quot;Lan&quot; &lt;script&gt;") && !page.body.contains("<script>alert"))
            #expect(page.body.contains("Nhận xử lý</button>") && page.body.contains("08:50 24/11/2026"))

            let taken = try await hoa.post("/requests/YC-2026-00001/assignment")
            #expect(taken.status == .seeOther)
            let linked = try await hoa.post("/requests/YC-2026-00001/incident", ["incident": " sc-2026-0007 "])
            #expect(linked.status == .seeOther)
            let resolved = try await hoa.post("/requests/YC-2026-00001/resolution", ["resolution": "Đã hướng dẫn <cài lại>"])
            #expect(resolved.status == .seeOther)
            let after = try await hoa.get("/requests/YC-2026-00001")
            try after.checkedXML()
            for words in ["Đã giải quyết", "Đã hướng dẫn &lt;cài lại&gt;", "href=\"/incidents/SC-2026-0007\"", "Lê Thanh Hòa"] {
                #expect(after.body.contains(words), "\(words)")
            }
            #expect(!after.body.contains("/assignment") && !after.body.contains("/resolution"))
            let list = try await hoa.get("/requests")
            try list.checkedXML()
            #expect(list.body.contains("YC-2026-00001") && !list.body.contains("<script>alert"))
        }
    }

    // MARK: Refusals

    @Test(arguments: [
        ("caller_name", "", "Người gọi: cần nhập."), ("caller_phone", "", "Gọi bằng điện thoại thì cần ghi số để gọi lại."),
        ("kind", "", "Loại: cần chọn"), ("channel", "pigeon", "Kênh: cần chọn"), ("text", "", "Nội dung: cần nhập."),
        ("received_at", "hôm qua", "Tiếp nhận lúc: ngày giờ"), ("received_at", "2026-11-24T09:01", "không được ở tương lai"),
    ])
    func whatIsWrongIsSaidAndWhatWasTypedIsKept(field: String, value: String, words: String) async throws {
        try await Desk.with { desk in
            let answer = try await desk.town.browser(.hoa).post("/requests", replacing([field: value]))
            #expect(answer.status == .unprocessableContent)
            try answer.checkedXML()
            #expect(answer.body.contains(words) && answer.body.contains("href=\"#\(field)\""))
            #expect(answer.body.matches(of: /<li><a href="#/).count == 1)
            if field != "caller_name" { #expect(answer.body.contains("value=\"Chị &quot;Lan&quot; &lt;script&gt;")) }
            if field != "text" { #expect(answer.body.contains("Không ký số được &amp; chậm")) }
            if field != "kind" { #expect(answer.body.contains("<option value=\"fault\" selected=\"selected\">")) }
            #expect(try await desk.codes().isEmpty)
        }
    }

    @Test func everythingThatIsWrongIsSaidAtOnce() async throws {
        try await Desk.with { desk in
            let answer = try await desk.town.browser(.hoa).post(
                "/requests", replacing(["caller_name": "", "caller_phone": "", "kind": "", "text": "", "received_at": "2027-01-01T00:00"]))
            #expect(answer.body.matches(of: /<li><a href="#/).count == 5)
        }
    }

    @Test func anAgencyThatIsNoneIsRefused() async throws {
        try await Desk.with { desk in
            let answer = try await desk.town.browser(.hoa).post("/requests", replacing([:]) + [("agency", "4711")])
            #expect(answer.status == .unprocessableContent && answer.body.contains("href=\"#agency\""))
        }
    }

    @Test func aRefusedAnswerIsKept() async throws {
        try await Desk.with { desk in
            let code = try await desk.log()
            let hoa = desk.town.browser(.hoa)
            let unanswered = try await hoa.post("/requests/\(code)/resolution", ["resolution": ""])
            #expect(unanswered.status == .unprocessableContent && unanswered.body.contains("href=\"#resolution\""))
            try unanswered.checkedXML()
            let unlinked = try await hoa.post("/requests/\(code)/incident", ["incident": "SC-<9>"])
            #expect(unlinked.status == .unprocessableContent && unlinked.body.contains("value=\"SC-&lt;9&gt;\""))
            try unlinked.checkedXML()
            // Somebody else was quicker; what was typed is not lost.
            try await desk.store.resolve(code, "Linh đã trả lời", by: desk.town.person(.linh), address: "", at: now)
            let late = try await hoa.post("/requests/\(code)/resolution", ["resolution": "Hòa cũng trả lời"])
            #expect(late.status == .unprocessableContent && late.body.contains("đã được giải quyết"))
            #expect(try await desk.request(code)?.resolution == "Linh đã trả lời")
        }
    }

    // MARK: Twice

    @Test func aFormThatIsSentTwiceIsObeyedOnce() async throws {
        try await Desk.with { desk in
            try await desk.addIncident()
            let hoa = desk.town.browser(.hoa)
            let code = "YC-2026-00001"
            let commands: [(String, [(String, String)])] = [
                ("/requests", replacing([:])), ("/requests/\(code)/assignment", []),
                ("/requests/\(code)/incident", [("incident", "SC-2026-0007")]),
                ("/requests/\(code)/resolution", [("resolution", "Đã hướng dẫn")]),
            ]
            for (path, fields) in commands {
                let key = ("form_key", UUID().uuidString)
                async let first = hoa.post(path, fields + [key])
                async let second = hoa.post(path, fields + [key])
                let answers = try await [first, second]
                #expect(answers.allSatisfy { $0.status == .seeOther && $0.location == "/requests/\(code)" }, "\(path)")
            }
            #expect(try await desk.codes() == [code])
            for action in ["logged", "taken", "linked", "resolved"] { #expect(try await desk.audited("request.\(action)") == 1, "\(action)") }
        }
    }

    // MARK: Who may

    @Test func whoMayDoWhat() async throws {
        try await Desk.with { desk in
            let code = try await desk.log(.example(agency: desk.town.yenKhanh))
            for name in TownPerson.allCases where name != .chi {
                let browser = desk.town.browser(name)
                let keeps = [.linh, .hoa].contains(name)
                let page = try await browser.get("/requests/\(code)")
                #expect(page.status == .ok, "\(name)")
                try page.checkedXML()
                #expect(page.body.contains("<form class=\"form\"") == keeps, "\(name)")
                let list = try await browser.get("/requests")
                #expect(list.body.contains("/requests/new") == keeps, "\(name)")
                let form = try await browser.get("/requests/new")
                #expect(form.status == (keeps ? .ok : .forbidden), "\(name)")
                let logged = try await browser.post("/requests", Self.fields)
                #expect(logged.status == (keeps ? .seeOther : .forbidden), "\(name)")
            }
            let stranger = try await desk.town.browser(nil).get("/requests/\(code)")
            #expect(stranger.location?.hasPrefix("/login") == true)
        }
    }

    @Test func anotherAgencysCallIsNotThere() async throws {
        try await Desk.with { desk in
            let code = try await desk.log(.example(agency: desk.town.yenKhanh))
            let chi = desk.town.browser(.chi)
            let page = try await chi.get("/requests/\(code)")
            #expect(page.status == .notFound)
            let list = try await chi.get("/requests?q=\(code)")
            #expect(!list.body.contains("/requests/\(code)"))
            try list.checkedXML()
        }
    }

    // MARK: The list

    @Test(arguments: [
        ("state=new", [1]), ("state=open", []), ("state=resolved", [2]), ("kind=fault", [1]), ("q=ky%20so", [1]),
        ("q=k%C3%BD%20s%E1%BB%91", [1]), ("state=nonsense", [1, 2]), ("q=%25%27%22%3Cb%3E", []), ("page=0", [1, 2]), ("page=9", []),
    ] as [(String, [Int])])
    func theListIsFiltered(query: String, expected: [Int]) async throws {
        try await Desk.with { desk in
            let codes = [try await desk.log(), try await desk.log(.example(kind: .question, text: "Quên mật khẩu"))]
            try await desk.store.resolve(codes[1], "Đã đặt lại", by: desk.town.person(.hoa), address: "", at: now)
            let page = try await desk.town.browser(.linh).get("/requests?\(query)")
            #expect(page.status == .ok)
            try page.checkedXML()
            #expect(codes.filter { page.body.contains("/requests/\($0)\"") } == expected.map { codes[$0 - 1] })
        }
    }

    @Test func aLongListCostsNoMoreThanAShortOne() async throws {
        try await Desk.with { desk in
            for number in 1...60 { try await desk.log(.example(caller: "Người gọi \(number)", receivedAt: now - .seconds(number))) }
            let linh = desk.town.browser(.linh)
            for path in ["/requests", "/requests?page=3&q=goi", "/requests/YC-2026-00007", "/requests/new"] {
                let before = desk.town.database.statementCount
                let page = try await linh.get(path)
                #expect(page.status == .ok)
                #expect(desk.town.database.statementCount - before <= 3, "\(path)")
            }
            let first = try await linh.get("/requests?q=goi")
            #expect(first.body.contains("1–25 trong 60 yêu cầu") && first.body.contains("q=goi&amp;page=2"))
        }
    }
}
