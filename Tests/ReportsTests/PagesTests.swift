import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web
import WorkingTime

@testable import Reports

/// `/reports` over HTTP, and what issuing freezes.
struct PagesTests {
    private static func town<T: Sendable>(
        now: Instant = Instant(seconds: 1_795_485_600), _ body: @escaping @Sendable (Town) async throws -> T
    ) async throws -> T {
        try await Town.with(now: now) { routes, database in
            ReportPages(press: try await DocumentTests.press(database)).add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    @Test func whoReadsAndWhoIssues() async throws {
        try await Self.town { town in
            let readers: [(TownPerson, reads: Bool, issues: Bool)] = [
                (.linh, true, true), (.vinh, true, false), (.tam, true, false), (.an, true, false), (.hoa, false, false),
                (.binh, false, false), (.dung, false, false),
            ]
            let paths = [
                "/reports", "/reports/2026-H1", "/reports/custom?from=20/11/2026&to=20/11/2026", "/reports/2026-H1/files/md",
            ]
            for (name, reads, issues) in readers {
                for path in paths {
                    let answer = try await town.browser(name).get(path)
                    #expect(answer.status == (reads ? .ok : .forbidden), "\(name) \(path)")
                    if !path.contains("files") { try answer.checkedXML() }
                }
                let page = try await town.browser(name).get("/reports/2026-H1").body
                #expect(page.contains("action=\"/reports/2026-H1/issues\"") == issues, "\(name)")
                let answer = try await town.browser(name).post("/reports/2026-H1/issues")
                #expect(answer.status == (issues ? .seeOther : .forbidden), "\(name)")
            }
        }
    }

    @Test func thePeriodsShowHowTheyStand() async throws {
        try await Self.town { town in
            let page = try await town.browser(.linh).get("/reports")
            for words in [
                "6 tháng cuối năm 2026", "15/06/2026 – 14/12/2026", "20/12/2026", "Đang diễn ra", "6 tháng đầu năm 2026",
                "15/12/2025 – 14/06/2026", "Quá hạn gửi", "Chưa có báo cáo nào được chốt.",
            ] {
                #expect(page.body.contains(words), "\(words)")
            }
            let issued = try await town.browser(.linh).post("/reports/2026-H1/issues")
            #expect(issued.location == "/reports/issued/BC-2026-01")
            let after = try await town.browser(.vinh).get("/reports")
            try after.checkedXML()
            #expect(after.body.contains("Đã chốt BC-2026-01") && after.body.contains("Phạm Thùy Linh"))
        }
    }

    @Test func daysOfItsOwnAreAskedForWithBoth() async throws {
        try await Self.town { town in
            let browser = town.browser(.vinh)
            let wrong: [(query: String, words: String)] = [
                ("from=&to=", "Từ ngày: cần nhập ngày."), ("from=hôm+qua&to=2026-11-20", "Từ ngày: ngày cần có dạng"),
                ("from=2026-11-20&to=2026-11-19", "Đến ngày phải không sớm hơn từ ngày."),
                ("from=0001-01-01&to=9999-12-31", "Từ ngày: cần một ngày từ 01/01/2000 đến 31/12/2099."),
                ("from=2000-01-01&to=2026-11-20", "Báo cáo không quá 10 năm"),
            ]
            for (query, words) in wrong {
                let answer = try await browser.get("/reports/custom?\(query)")
                #expect(answer.status == .unprocessableContent && answer.body.contains(words), "\(query)")
                try answer.checkedXML()
            }
            for path in ["/reports/0001-01-01..9999-12-31", "/reports/0001-01-01..9999-12-31/files/md"] {
                let answer = try await browser.get(path)
                #expect(answer.status == .unprocessableContent && answer.body.contains("từ 01/01/2000 đến 31/12/2099"), "\(path)")
            }
            let kept = try await browser.get("/reports/custom?from=2026-11-20&to=%22%3E%3Cscript%3E").body
            #expect(kept.contains("value=\"2026-11-20\"") && kept.contains("value=\"&quot;&gt;&lt;script&gt;\""))
            let shown = try await browser.get("/reports/custom?from=2026-11-18&to=2026-11-20")
            #expect(shown.body.contains("Báo cáo từ ngày 18/11/2026 đến ngày 20/11/2026"))
            #expect(shown.body.contains("href=\"/reports/2026-11-18..2026-11-20/files/pdf\""))
            #expect(try await browser.get("/reports/2026-11-18..2026-11-20").status == .ok)
            for path in ["/reports/2026-H3", "/reports/2026-11-20..2026-11-18", "/reports/..", "/reports/issued/BC-2026-99"] {
                #expect(try await browser.get(path).status == .notFound, "\(path)")
            }
        }
    }

    @Test func theFilesHaveTheirNamesAndKinds() async throws {
        try await Self.town { town in
            try await Archive(town).history()
            let browser = town.browser(.linh)
            let issued = try #require(try await browser.post("/reports/2026-H1/issues").location)
            let files: [(path: String, name: String, kind: String)] = [
                ("/reports/2026-H2/files/md", "BC6T2026KY2.md", "text/markdown; charset=utf-8"),
                ("/reports/2026-H2/files/html", "BC6T2026KY2.html", "text/html; charset=utf-8"),
                ("/reports/2026-11-20..2026-11-20/files/md", "BC20261120DEN20261120.md", "text/markdown; charset=utf-8"),
                ("\(issued)/files/md", "BC202601.md", "text/markdown; charset=utf-8"),
            ]
            for (path, name, kind) in files {
                let answer = try await browser.get(path)
                #expect(answer.headers[.contentDisposition] == "attachment; filename=\"\(name)\"", "\(path)")
                #expect(answer.headers[.contentType] == kind, "\(path)")
                #expect(ElectronicFileName.fault(in: name) == nil)
            }
            #expect(try await browser.get("\(issued)/files/exe").status == .notFound)
            #expect(try await browser.get("/reports/2026-H2/files/exe").status == .notFound)
        }
    }

    @Test func itIsIssuedWhenItsWindowIsOver() async throws {
        // 14/12/2026 23:59:59 in Vietnam, and the second after it.
        let end = CivilDate.day(15, month: 12).startInVietnam
        try await Self.town(now: end - .seconds(1)) { town in
            let page = try await town.browser(.linh).get("/reports/2026-H2")
            #expect(page.body.contains("Chốt được từ sau ngày 14/12/2026.") && !page.body.contains("/issues\""))
            let early = try await town.browser(.linh).post("/reports/2026-H2/issues")
            #expect(early.status == .unprocessableContent)
            #expect(early.body.contains("Kỳ báo cáo chưa kết thúc: chốt được từ sau ngày 14/12/2026."))
            try early.checkedXML()
            #expect(try await ReportStore(database: town.database).issued().isEmpty)
        }
        try await Self.town(now: end) { town in
            #expect(try await town.browser(.linh).post("/reports/2026-H2/issues").status == .seeOther)
            let report = try #require(try await ReportStore(database: town.database).find("BC-2026-01"))
            #expect(report.periodCode == "2026-H2" && report.revision == 1 && report.asOf == end)
        }
    }

    @Test func whatWasIssuedDoesNotChangeAndALaterFindingMakesAnotherRevision() async throws {
        try await Self.town { town in
            let archive = Archive(town)
            let monitor = try await archive.history()
            let browser = town.browser(.linh)
            let path = "/reports/2026-11-20..2026-11-20"
            let preview = try await browser.get(path)
            try preview.checkedXML()
            #expect(preview.body.contains("97,07%"))
            let first = try #require(try await browser.post("\(path)/issues").location)
            let frozen = try await browser.get(first)
            try frozen.checkedXML()
            #expect(frozen.body.contains("97,07%") && frozen.body.contains("bản 1"))
            // The appendices are part of what was issued.
            #expect(frozen.body.contains("PHỤ LỤC II.") && frozen.body.contains("href=\"/monitors/\(monitor.rawValue)\""))
            let file = try await browser.get("\(first)/files/md").body

            // It turns out that nobody measured an hour of that day.
            try await archive.gap(monitor, archive.at(10, 0), archive.at(11, 0))
            #expect(try await !browser.get(path).body.contains("97,07%"))
            #expect(try await browser.get("\(first)/files/md").body == file)
            #expect(try await browser.get(first).body.contains("97,07%"))
            let second = try #require(try await browser.post("\(path)/issues").location)
            #expect(first != second)
            let again = try await browser.get(second)
            #expect(again.body.contains("bản 2") && again.body.contains("1:10:00"))
            let list = try await browser.get("/reports").body
            #expect(list.contains("BC-2026-01") && list.contains("BC-2026-02") && list.contains("bản 2"))

            let actions = try await town.database.values(
                "SELECT subject || ' ' || (after::json ->> 'revision') FROM audit_entries WHERE action = 'report.issued' ORDER BY seq",
                as: String.self)
            #expect(actions == ["BC-2026-01 1", "BC-2026-02 2"])
        }
    }

    @Test func aFormThatIsSentTwiceIssuesOnce() async throws {
        try await Self.town { town in
            let browser = town.browser(.linh)
            let key = try #require(try await browser.get("/reports/2026-H1").formKey)
            async let first = browser.post("/reports/2026-H1/issues", ["form_key": key])
            async let second = browser.post("/reports/2026-H1/issues", ["form_key": key])
            let answers = try await [first, second]
            #expect(answers.map(\.location) == ["/reports/issued/BC-2026-01", "/reports/issued/BC-2026-01"])
            #expect(try await ReportStore(database: town.database).issued().count == 1)
        }
    }

    @Test func nobodyChangesWhatWasIssued() async throws {
        try await Self.town { town in
            _ = try await town.browser(.linh).post("/reports/2026-H1/issues")
            for change in ["UPDATE reports SET html = 'khác'", "DELETE FROM reports", "TRUNCATE reports"] {
                let statement = SQL(stringLiteral: change)
                let console = await #expect(throws: DatabaseError.self) { _ = try await town.database.run(statement) }
                let owner = await #expect(throws: DatabaseError.self) {
                    try await town.database.asOwner { _ = try await $0.run(statement) }
                }
                #expect(console?.sqlState == "42501" && owner?.sqlState == "42501", "\(change)")
            }
        }
    }

    @Test func thePagesOfADemoSaySo() async throws {
        try await Self.town { town in
            try await town.database.run("INSERT INTO settings (key, value, updated_at) VALUES ('demo.seed', '7', \(town.now))")
            for path in ["/reports", "/reports/2026-H1"] {
                let page = try await town.browser(.linh).get(path)
                #expect(page.body.lowercased().contains("dữ liệu mẫu"), "\(path)")
            }
        }
    }

    @Test func theTemplatesAndTheViewsKnowTheSameNames() throws {
        #expect(try namesThatDiffer(ReportListView.self) == [])
        #expect(try namesThatDiffer(ReportPreviewView.self) == [])
        #expect(try namesThatDiffer(ReportDocumentView.self) == [])
    }
}
