import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Incidents

/// Telling people over HTTP.
struct MessagePagesTests {
    private static func fields(_ changes: (String, String)...) -> [(String, String)] {
        let typed = [
            ("stage", "first"), ("channel", "mail"), ("audiences", "head"), ("audiences", "users"), ("others", ""),
            ("others_audience", ""), ("subject", "Tiêu đề"), ("body", "Nội dung"), ("facts", "incident"), ("note", ""),
        ]
        return typed.filter { field in !changes.contains { $0.0 == field.0 } } + changes
    }

    @Test func theFormIsFilledFromTheIncident() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .linh, ("title", PagesTests.nasty))
            let path = "/incidents/\(code)/communications/new"
            let page = try await town.browser(.linh).get("\(path)?stage=first")
            try page.checkedXML()
            #expect(page.status == .ok && page.body.contains(PagesTests.escaped))
            #expect(page.body.contains("value=\"[\(code)] Thông báo sự cố: \(PagesTests.escaped)\""))
            for fact in ["incident", "suspension", "temporary_measures", "catch_up"] {
                #expect(page.body.contains("name=\"facts\" value=\"\(fact)\" checked=\"checked\""), "\(fact)")
            }
            #expect(page.body.contains("name=\"facts\" value=\"resumption\"/>") && page.body.contains("qua đầu mối: 2 cơ quan"))
            #expect(page.body.contains("https://trucban.example.vn/incidents/\(code)"))

            let early = try await town.browser(.linh).get("\(path)?stage=resumption")
            try early.checkedXML()
            #expect(early.body.contains("thời gian bắt đầu sử dụng lại. Văn bản ở giai đoạn này cần nội dung đó"))
            #expect(early.body.contains("/incidents/\(code)/edit#resumed_at"))
            let phone = try await town.browser(.linh).get("\(path)?stage=first&channel=phone")
            try phone.checkedXML()
            #expect(phone.body.contains("name=\"told_at\"") && !phone.body.contains("name=\"others\"") && phone.body.contains("Ghi đã báo"))
            for odd in ["?stage=x&channel=y", ""] { #expect(try await town.browser(.linh).get(path + odd).status == .ok) }
        }
    }

    @Test func whoMayTellOfWhoseIncident() async throws {
        try await PagesTests.town { town in
            let whole = try await PagesTests.open(town, as: .linh)
            let binhs = try await PagesTests.open(town, as: .binh)
            let expected: [(TownPerson, String, HTTPResponse.Status)] = [
                (.chi, binhs, .notFound), (.chi, whole, .forbidden), (.binh, whole, .forbidden), (.dung, binhs, .forbidden),
                (.hoa, whole, .forbidden), (.vinh, whole, .forbidden), (.tam, whole, .forbidden), (.an, whole, .forbidden),
            ]
            for (name, code, status) in expected {
                let browser = town.browser(name)
                #expect(try await browser.get("/incidents/\(code)/communications/new").status == status, "\(name)")
                #expect(try await browser.post("/incidents/\(code)/messages", Self.fields()).status == status, "\(name)")
                #expect(try await browser.post("/incidents/\(code)/letters/1/attempts").status == status, "\(name)")
            }
            #expect(try await town.browser(.binh).post("/incidents/\(binhs)/messages", Self.fields()).status == .seeOther)
            let elsewhere = try await town.browser(.linh).postFromElsewhere("/incidents/\(whole)/messages", Self.fields())
            #expect(elsewhere.status == .forbidden)
        }
    }

    @Test func theSameFormSentTwiceIsOneMessage() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .linh)
            let browser = town.browser(.linh)
            let key = try #require(try await browser.get("/incidents/\(code)/communications/new").body
                .matches(of: /name="form_key" value="([^"]+)"/).last.map { String($0.1) })
            let fields = Self.fields(("subject", PagesTests.nasty), ("body", PagesTests.nasty)) + [("form_key", key)]
            async let first = browser.post("/incidents/\(code)/messages", fields)
            async let second = browser.post("/incidents/\(code)/messages", fields)
            for answer in try await [first, second] {
                #expect(answer.status == .seeOther && answer.location?.hasPrefix("/incidents/\(code)") == true)
            }
            #expect(try await town.database.value("SELECT count(*) FROM incident_messages", as: Int.self) == 1)
            #expect(try await town.database.value("SELECT count(*) FROM deliveries", as: Int.self) == 2)
            try await town.database.run(
                "UPDATE deliveries SET state = 'failed', finished_at = created_at, answer = \(PagesTests.nasty) WHERE agency_id = \(town.giaVien)")
            let page = try await browser.get("/incidents/\(code)")
            try page.checkedXML()
            #expect(page.body.contains("2 thư · đã gửi: 0 · đang chờ: 1") && page.body.contains("Không gửi được: 1"))
            #expect(page.body.contains("&lt;xagiavien@example.vn&gt;: \(PagesTests.escaped)") && page.body.contains("Gửi lại</button>"))
            let reader = try await town.browser(.tam).get("/incidents/\(code)")
            try reader.checkedXML()
            #expect(reader.body.contains("Không gửi được: 1") && !reader.body.contains("Gửi lại</button>"))
            // Another agency sees neither the address nor what became of the letter.
            let stranger = try await town.browser(.binh).get("/incidents/\(code)")
            #expect(!stranger.body.contains("xagiavien@example.vn") && stranger.body.contains("xayenkhanh@example.vn"))

            let letter = try #require(page.body.firstMatch(of: /letters\/(\d+)\/attempts/)).1
            #expect(try await browser.post("/incidents/\(code)/letters/\(letter)/attempts").location == "/incidents/\(code)")
            #expect(try await browser.post("/incidents/\(code)/letters/\(letter)/attempts").status == .unprocessableContent)
            #expect(try await browser.post("/incidents/\(code)/letters/x/attempts").status == .notFound)
        }
    }

    @Test func whatIsRefusedKeepsWhatWasTyped() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .linh)
            let refused = try await town.browser(.linh).post(
                "/incidents/\(code)/messages",
                Self.fields(("facts", "resumption"), ("body", "Gõ tay \(PagesTests.nasty)"), ("others", "không phải"), ("note", "n1")))
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent && refused.body.contains("<title>Lỗi: "))
            for words in [
                "Sự cố chưa ghi “Thời gian bắt đầu sử dụng lại”", "Gõ tay \(PagesTests.escaped)</textarea>",
                "Địa chỉ khác “không phải”", "value=\"n1\"", "name=\"facts\" value=\"resumption\" checked=\"checked\"",
                "name=\"audiences\" value=\"users\" checked=\"checked\"",
            ] {
                #expect(refused.body.contains(words), "\(words)")
            }
            for link in refused.body.matches(of: /<li><a href="#([^"]+)">/) {
                #expect(refused.body.contains("id=\"\(link.1)\""), "\(link.1)")
            }
            let unread = try await town.browser(.linh).post("/incidents/\(code)/messages", [])
            try unread.checkedXML()
            #expect(unread.status == .unprocessableContent)
        }
    }

    @Test func aTellingByHandIsWrittenDownAndSendsNothing() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .linh)
            let answer = try await town.browser(.linh).post(
                "/incidents/\(code)/messages",
                Self.fields(("channel", "sms"), ("audiences", "province_office"), ("told_at", "2026-11-24T08:40")))
            #expect(answer.status == .seeOther)
            #expect(try await town.database.value("SELECT count(*) FROM deliveries", as: Int.self) == 0)
            let page = try await town.browser(.linh).get("/incidents/\(code)")
            try page.checkedXML()
            #expect(page.body.contains("Báo “Thông báo đầu tiên” qua tin nhắn (Văn phòng UBND tỉnh): sự cố."))
            #expect(page.body.contains("08:40 24/11/2026"))
        }
    }

    @Test func theFormAsksFewQuestions() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .linh)
            let before = town.database.statementCount
            _ = try await town.browser(.linh).get("/incidents/\(code)/communications/new")
            #expect(town.database.statementCount - before <= 5)
        }
    }

    @Test func whatIsLateStandsOnThePageAndInTheList() async throws {
        try await PagesTests.town { town in
            let late = try await PagesTests.open(town, as: .linh, ("severity", "undetermined"), ("is_cyber", "yes"))
            let due = try await PagesTests.open(town, as: .linh, ("severity", "M1"))
            let list = try await town.browser(.linh).get("/incidents")
            try list.checkedXML()
            #expect(list.body.contains("Quá hạn xác định mức") && list.body.contains("Đến hạn cập nhật"))
            let page = try await town.browser(.linh).get("/incidents/\(late)")
            try page.checkedXML()
            #expect(page.body.contains("Chưa xác định mức độ sau 30 phút kể từ lúc phát hiện (mục tiêu nội bộ)."))
            #expect(page.body.contains("/incidents/\(late)/edit#severity\">Xác định mức</a>"))
            let other = try await town.browser(.tam).get("/incidents/\(due)")
            #expect(other.body.contains("Chưa báo lần nào từ lúc phát hiện 08:05 24/11/2026; mức này cần báo lại mỗi 30 phút"))
            #expect(!other.body.contains("Soạn cập nhật"))
        }
    }
}
