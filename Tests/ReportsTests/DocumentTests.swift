import Civil
import Database
import Foundation
import HTTPTypes
import Incidents
import Organization
import TestKit
import Testing
import Web
import WorkingTime

@testable import Reports

/// The document: its layout, what people typed in it, and the file that is printed.
struct DocumentTests {
    private static let nasty = "a|b `c` <script>alert(1)</script> [x](javascript:alert(1)) **d** \"'&"

    static func press(_ database: Database) async throws -> ReportPress {
        ReportPress(
            store: ReportStore(database: database), templates: try await Templates(directory: repositoryRoot + "/templates"),
            style: try String(contentsOfFile: repositoryRoot + "/public/report.css", encoding: .utf8))
    }

    @Test func whatPeopleTypedIsOnlyText() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            try await archive.monitor("Điểm " + Self.nasty, component: "Nhóm " + Self.nasty, measuredFrom: archive.at(0, 0))
            try await archive.plan("Bảo trì " + Self.nasty, archive.at(2, 0), archive.at(3, 0))
            var draft = IncidentDraft(beganAt: archive.at(8, 0), detectedAt: archive.at(8, 0))
            (draft.title, draft.cause) = ("Sự cố " + Self.nasty, "Nguyên nhân " + Self.nasty)
            _ = try await IncidentStore(database: town.database)
                .open(draft, by: town.person(.linh), address: "", at: town.now)
            let press = try await Self.press(town.database)
            let text = press.text(of: try await archive.report())

            let escaped = #"a\|b \`c\` \<script\>alert(1)\</script\> \[x\](javascript:alert(1)) \*\*d\*\*"#
            for name in ["Điểm", "Nhóm", "Bảo trì", "Sự cố", "Nguyên nhân"] {
                #expect(text.markdown.contains("\(name) \(escaped)"), "\(name)")
                #expect(text.html.contains("\(name) a|b `c` &lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert(1)) **d**"), "\(name)")
            }
            #expect(!text.html.contains("<script") && !text.html.contains("href=\"javascript"))
            let page = Answer(status: .ok, headers: [:], bytes: Array(text.html.utf8))
            try page.checkedXML()
        }
    }

    /// The parts of a báo cáo in the order of Nghị định 30/2020/NĐ-CP.
    @Test func itIsLaidOutAsADocumentOfTheState() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            try await archive.history()
            let report = try await archive.report()
            let html = try await Self.press(town.database).text(of: report).html
            let parts = [
                "UBND TỈNH NINH BÌNH", "SỞ KHOA HỌC VÀ CÔNG NGHỆ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                "Độc lập - Tự do - Hạnh phúc", "Số:        /BC-SKHCN", "Ninh Bình, ngày       tháng       năm 2026",
                "<h1>BÁO CÁO</h1>", "Kính gửi: Ủy ban nhân dân tỉnh Ninh Bình.", "<h2>I. ", "<h2>II. ", "<h2>III. ", "./.",
                "Nơi nhận:", "- Như trên;", "- Lưu: VT.", "GIÁM ĐỐC", "PHỤ LỤC I. ", "PHỤ LỤC II. ",
            ]
            var rest = html[...]
            for part in parts {
                let found = try #require(rest.range(of: part), "\(part)")
                rest = rest[found.upperBound...]
            }
            // “./.” ends the text, once.
            #expect(html.components(separatedBy: "./.").count == 2)
            #expect(html == html.precomposedStringWithCanonicalMapping)

            let markdown = report.markdown
            #expect(markdown.hasPrefix("UBND TỈNH NINH BÌNH – **SỞ KHOA HỌC VÀ CÔNG NGHỆ**\n\nSố: /BC-SKHCN\n\n# BÁO CÁO\n"))
            #expect(markdown.contains("Kính gửi: Ủy ban nhân dân tỉnh Ninh Bình.") && markdown.contains("- Như trên;"))
        }
    }

    @Test func demoDataSaysSoInEveryForm() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            let press = try await Self.press(town.database)
            let real = press.text(of: try await archive.report())
            #expect(!real.html.contains("DỮ LIỆU MẪU") && !real.markdown.contains("DỮ LIỆU MẪU"))
            try await town.database.run("INSERT INTO settings (key, value, updated_at) VALUES ('demo.seed', '7', \(town.now))")
            let report = try await archive.report()
            let demo = press.text(of: report)
            #expect(report.facts.isDemo && demo.html.contains("DỮ LIỆU MẪU") && demo.markdown.contains("DỮ LIỆU MẪU"))
            let code = try await press.store.issue(report, demo, by: town.person(.linh), address: "", at: town.now)
            #expect(try await town.database.value("SELECT is_demo FROM reports WHERE code = \(code)", as: Bool.self))
        }
    }

    @Test func thePDFIsPrintedFromTheRealPage() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            try await archive.history()
            let press = try await Self.press(town.database)
            let text = press.text(of: try await archive.report())
            #expect(try await press.file(text, .markdown) == Data(text.markdown.utf8))
            #expect(try await press.file(text, .html) == Data(text.html.utf8))
            let pdf = try await press.file(text, .pdf)
            #expect(pdf.starts(with: Data("%PDF-".utf8)))
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).pdf").path
            try pdf.write(to: URL(fileURLWithPath: file))
            defer { try? FileManager.default.removeItem(atPath: file) }

            let information = try await Program.output("pdfinfo", file)
            #expect(information.contains("pts (A4)"), "\(information)")
            #expect(information.contains("Tagged:          yes"))
            let words = try await Program.output("pdftotext", "-layout", file, "-").precomposedStringWithCanonicalMapping
            for part in [
                "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SỞ KHOA HỌC VÀ CÔNG NGHỆ", "Kính gửi: Ủy ban nhân dân tỉnh Ninh Bình.",
                "97,07%", "Nơi nhận:", "GIÁM ĐỐC", "PHỤ LỤC I",
            ] {
                #expect(words.contains(part), "\(part)")
            }
            // The first page bears no number, the second one bears its own at the top.
            let pages = words.split(separator: "\u{c}").map { page in
                page.split(separator: "\n").first { !$0.allSatisfy(\.isWhitespace) }?.trimmingCharacters(in: .whitespaces)
            }
            #expect(pages.count >= 3 && pages[0] != "1" && pages[1] == "2" && pages[2] == "3")
            // Tinos has all Vietnamese letters; another font would have been put in its place.
            let fonts = try await Program.output("pdffonts", file)
            #expect(fonts.split(separator: "\n").dropFirst(2).allSatisfy { $0.contains("Tinos") }, "\(fonts)")
        }
    }
}

/// A program of the system, run to its end.
enum Program {
    static func output(_ name: String, _ arguments: String...) async throws -> String {
        String(decoding: try await Child.run("/usr/bin/\(name)", arguments).output, as: UTF8.self)
    }
}
