import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Incidents

/// The provider's times (Điều 24.2–24.3), in wall time, and how it has done in a period.
struct ProviderTests {
    private static let targets = ProviderTargets(Settings())

    private static func handover(_ answered: Int?, _ fixed: Int?) -> Handover {
        Handover(
            handedOverAt: nine, answeredAt: answered.map { nine.after(minutes: $0) }, fixedAt: fixed.map { nine.after(minutes: $0) })
    }

    // MARK: Rules

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let times: Handover
        var stored: Handover?
        var reason = ""
        var said: [String] = []
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "mới bàn giao", times: handover(nil, nil)),
        Case(name: "trả lời và khắc phục cùng lúc bàn giao", times: handover(0, 0)),
        Case(
            name: "bàn giao trước khi có sự cố", times: Handover(handedOverAt: nine - .seconds(60)),
            said: ["handed_over_at: Bàn giao không thể sớm hơn lúc sự cố bắt đầu."]),
        Case(
            name: "ngược thứ tự", times: handover(-1, -2),
            said: [
                "answered_at: Trả lời không thể sớm hơn lúc bàn giao.", "fixed_at: Khắc phục xong không thể sớm hơn lúc trả lời.",
            ]),
        Case(
            name: "khắc phục mà chưa trả lời", times: handover(nil, 60),
            said: ["answered_at: Có lúc khắc phục xong thì cần lúc trả lời."]),
        Case(
            name: "ở tương lai", times: handover(10, 241),
            said: ["fixed_at: Khắc phục xong: không được ở tương lai."]),
        Case(name: "thêm lúc trả lời không phải là đính chính", times: handover(10, nil), stored: handover(nil, nil)),
        Case(
            name: "đính chính không có lý do", times: handover(12, nil), stored: handover(10, nil),
            said: ["handover_reason: Đính chính thời điểm đã ghi: cần ghi lý do."]),
        Case(
            name: "bỏ một thời điểm cũng là đính chính", times: handover(nil, nil), stored: handover(10, nil),
            said: ["handover_reason: Đính chính thời điểm đã ghi: cần ghi lý do."]),
        Case(name: "đính chính có lý do", times: handover(12, nil), stored: handover(10, nil), reason: "Ghi nhầm"),
    ]

    @Test(arguments: cases)
    func whichTimesMayBeWritten(_ example: Case) async {
        let (incident, now) = (Incident.complete(), nine.after(minutes: 240))
        if example.said.isEmpty {
            #expect(throws: Never.self) {
                try example.times.check(incident, stored: example.stored, reason: example.reason, at: now)
            }
        } else {
            let said1 = await refusal {
                try example.times.check(incident, stored: example.stored, reason: example.reason, at: now)
            }
            #expect(said1 == example.said)
        }
    }

    @Test(arguments: [
        ("trả lời đúng phút thứ 30", handover(30, nil), .inTime, .m1, 60, .awaited),
        ("trả lời phút thứ 31", handover(31, nil), .late, .m1, 60, .awaited),
        ("chưa trả lời, còn hạn", handover(nil, nil), .awaited, .m1, 30, .awaited),
        ("chưa trả lời, quá hạn", handover(nil, nil), .overdue, .m1, 31, .awaited),
        ("M1 khắc phục đúng giờ thứ tư", handover(1, 240), .inTime, .m1, 600, .inTime),
        ("M1 khắc phục muộn một phút", handover(1, 241), .inTime, .m1, 600, .late),
        ("M1 chưa khắc phục, quá bốn giờ", handover(1, nil), .inTime, .m1, 241, .overdue),
        ("M2 có tám giờ", handover(1, 241), .inTime, .m2, 600, .inTime),
        ("M4 có ba ngày, cả cuối tuần", handover(1, 72 * 60), .inTime, .m4, 9000, .inTime),
        ("chưa rõ mức thì chưa đánh giá", handover(1, 9000), .inTime, .undetermined, 9001, .unjudged),
    ] as [(String, Handover, ProviderMark, Incident.Severity, Int, ProviderMark)])
    func howItStands(
        name: String, times: Handover, answer: ProviderMark, severity: Incident.Severity, at minutes: Int, fix: ProviderMark
    ) {
        let now = nine.after(minutes: minutes)
        #expect(times.answer(Self.targets, at: now) == answer, "\(name)")
        #expect(times.fix(severity, Self.targets, at: now) == fix, "\(name)")
    }

    @Test func aScorecardCountsItsRows() {
        func one(_ code: String, _ severity: Incident.Severity, _ answered: Int?, _ fixed: Int?) -> ProviderCase {
            ProviderCase(code: code, title: "", severity: severity, times: Self.handover(answered, fixed))
        }
        let card = ProviderScorecard(
            cases: [one("A", .m1, 10, 200), one("B", .m1, 40, 300), one("C", .m3, 20, nil), one("D", .m3, nil, nil)],
            targets: Self.targets, asOf: nine.after(minutes: 500))
        let expected: [(ProviderScorecard.Selection, String)] = [
            (.all, "ABCD"), (.answeredInTime, "AC"), (.answeredLate, "B"), (.answered, "ABC"), (.unanswered, "D"),
            (.fixedInTime, "A"), (.fixedLate, "B"), (.fixed, "AB"), (.unfixed, "CD"),
        ]
        for (selection, codes) in expected {
            #expect(card.rows(selection).map(\.code).joined() == codes, "\(selection)")
            #expect(card.count(selection) == codes.count)
        }
        #expect(card.medianAnswer == .seconds(20 * 60) && card.medianFix == .seconds(200 * 60))
        #expect(card.longestAnswer?.code == "B" && card.longestFix?.code == "B")
        let empty = ProviderScorecard(cases: [], targets: Self.targets, asOf: nine)
        #expect(empty.medianAnswer == nil && empty.medianFix == nil && empty.longestAnswer == nil && empty.longestFix == nil)
    }

    // MARK: Pages

    private static func fields(_ handed: String, _ answered: String = "", _ fixed: String = "", version: Int = 0, reason: String = "") -> [(String, String)] {
        [
            ("handed_over_at", handed), ("answered_at", answered), ("fixed_at", fixed), ("handover_version", "\(version)"),
            ("handover_reason", reason),
        ]
    }

    @Test func timesAreWrittenCorrectedAndAudited() async throws {
        try await PagesTests.town { town in
            let code = try await PagesTests.open(town, as: .linh)
            let (browser, path) = (town.browser(.linh), "/incidents/\(code)/handover")
            let page = try await browser.get("/incidents/\(code)")
            #expect(page.body.contains("Chưa bàn giao"))
            #expect(try await browser.post(path, Self.fields("2026-11-24T08:10")).location == "/incidents/\(code)#provider-title")
            #expect(try await browser.post(path, Self.fields("2026-11-24T08:10", "2026-11-24T08:50", version: 1)).status == .seeOther)
            let late = try await browser.get("/incidents/\(code)")
            try late.checkedXML()
            #expect(late.body.contains("08:50:00 24/11/2026, sau 40 phút") && late.body.contains("badge missing\">Muộn"))
            let unexplained = try await browser.post(path, Self.fields("2026-11-24T08:10", "2026-11-24T08:30", version: 2))
            try unexplained.checkedXML()
            #expect(unexplained.status == .unprocessableContent && unexplained.body.contains("cần ghi lý do"))
            #expect(unexplained.body.contains("value=\"2026-11-24T08:30\"") && unexplained.body.contains("<details open=\"open\">"))
            let stale = try await browser.post(
                path, Self.fields("2026-11-24T08:10", "2026-11-24T08:30", version: 1, reason: "Nhầm"))
            try stale.checkedXML()
            #expect(stale.status == .unprocessableContent && stale.body.contains("bản đã lưu là “08:50:00 24/11/2026”"))
            #expect(stale.body.contains("name=\"handover_version\" value=\"2\""))
            let corrected = try await browser.post(
                path, Self.fields("2026-11-24T08:10", "2026-11-24T08:30", version: 2, reason: PagesTests.nasty))
            #expect(corrected.status == .seeOther)
            let done = try await browser.get("/incidents/\(code)")
            try done.checkedXML()
            #expect(done.body.contains("Đính chính, trả lời: 08:50:00 24/11/2026 thành 08:30:00 24/11/2026. Lý do: \(PagesTests.escaped)"))
            let audit = try await town.audit("incident.handed_over", of: code)
            #expect(audit.count == 3 && audit.contains { $0.before?.contains("08:50:00") == true && $0.after?.contains("reason") == true })
            for odd in [[], Self.fields("không phải giờ")] {
                let refused = try await browser.post(path, odd)
                try refused.checkedXML()
                #expect(refused.status == .unprocessableContent)
            }
        }
    }

    @Test func theScorecardLeadsToItsRows() async throws {
        try await PagesTests.town { town in
            let path = "/incidents/provider?period=2026-H2"
            let empty = try await town.browser(.vinh).get(path)
            try empty.checkedXML()
            #expect(empty.body.matches(of: /chưa có số liệu/).count == 11 && !empty.body.contains(">0<"))

            let whole = try await PagesTests.open(town, as: .linh, ("title", PagesTests.nasty))
            let binhs = try await PagesTests.open(town, as: .binh)
            _ = try await town.browser(.linh).post("/incidents/\(whole)/handover", Self.fields("2026-11-24T08:10", "2026-11-24T08:20", "2026-11-24T08:40"))
            _ = try await town.browser(.binh).post("/incidents/\(binhs)/handover", Self.fields("2026-11-24T08:10"))
            let before = town.database.statementCount
            let page = try await town.browser(.vinh).get(path)
            #expect(town.database.statementCount - before <= 5)
            try page.checkedXML()
            #expect(page.body.contains(PagesTests.escaped) && page.body.contains(binhs) && page.body.contains("10 phút"))
            // Every figure leads to as many rows as it says.
            for link in page.body.matches(of: /href="(\/incidents\/provider\?[^"]*show=[^"#]*)[^"]*">(\d+)<span/) {
                let rows = try await town.browser(.vinh).get(String(link.1).replacing("&amp;", with: "&"))
                try rows.checkedXML()
                #expect(rows.body.matches(of: /<th scope="row">/).count == Int(link.2), "\(link.1)")
            }
            #expect(page.body.matches(of: /show=/).count >= 9)
            // Another agency counts the whole system's and not Bình's.
            let chis = try await town.browser(.chi).get(path)
            #expect(!chis.body.contains(binhs) && chis.body.contains(whole))
            #expect(try await town.browser(.vinh).get("/incidents/provider?period=2026-H1").body.contains("Không có sự cố nào."))
            let odd = try await town.browser(.vinh).get("/incidents/provider?period=<b>")
            try odd.checkedXML()
            #expect(odd.status == .unprocessableContent)
        }
    }
}
