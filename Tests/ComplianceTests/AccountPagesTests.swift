import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import Web
import WorkingTime

@testable import Compliance

/// `/accounts` over HTTP, as several people.
@Suite struct AccountPagesTests {
    typealias Lists = AccountLists

    private static func with(_ body: @escaping @Sendable (Town) async throws -> Void) async throws {
        try await Town.with { routes, database in
            AccountPages(
                accounts: AccountStore(database: database), imports: AccountImportStore(database: database),
                agencies: AgencyStore(database: database), settings: SettingStore(database: database),
                calendar: .stateOffice
            ).add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    /// One who left Yên Khánh and one who left Gia Viễn, both not locked; one who is locked; one with a strange name.
    private static func fill(_ town: Town) async throws {
        try await town.bringLeavers(Lists.leavers(Lists.left, "xagiavien_tranthib;23/11/2026;Chuyển công tác"))
        try await town.bringExport(
            Lists.export(
                Lists.active, "xagiavien_tranthib;Trần Thị B;Hoạt động", "xayenkhanh_levanc;Lê Văn C;Đã khóa",
                "xayenkhanh_vanthu;Đỗ Văn Đ;Hoạt động"), of: 24)
    }

    // MARK: Reading

    @Test func beforeTheFirstExportNothingIsKnown() async throws {
        try await Self.with { town in
            let page = try await town.browser(.linh).get("/accounts")
            #expect(page.status == .ok)
            try page.checkedXML()
            #expect(page.body.contains("chưa có số liệu") && !page.body.contains("class=\"figure\""))
            #expect(page.body.contains("Nhập danh sách tài khoản đầu tiên"))
            let head = try await town.browser(.dung).get("/accounts")
            try head.checkedXML()
            #expect(!head.body.contains("Việc tiếp theo") && !head.body.contains("/accounts/import"))
        }
    }

    @Test func findingsAreShownWithTheirDaysAndTheArticle() async throws {
        try await Self.with { town in
            try await Self.fill(town)
            let page = try await town.browser(.linh).get("/accounts")
            try page.checkedXML()
            for words in [
                "Theo danh sách tài khoản ngày 24/11/2026", "xayenkhanh_nguyenvana", "UBND xã Yên Khánh", "12/QĐ-UBND",
                "Quá hạn khóa", "đã 22 ngày, <span class=\"nowrap\">hạn 03/11/2026", "sau ngày nghỉ", "Điều 23.1 c",
                "2 tài khoản chưa khóa sau khi nghỉ việc, chuyển công tác, trong đó 1 quá hạn", "1–2 trong 2 phát hiện",
            ] {
                #expect(page.body.contains(words), "\(words)")
            }
            // Gia Viễn's is within its limit: the working day after leaving is today.
            #expect(page.body.contains("badge due") && page.body.contains("đã 1 ngày, <span class=\"nowrap\">hạn 24/11/2026"))
            #expect(!page.body.contains("xayenkhanh_levanc"))
        }
    }

    @Test func theLimitIsASetting() async throws {
        try await Self.with { town in
            try await Self.fill(town)
            try await SettingStore(database: town.database).change(
                [Setting.lockWarningDays.key: "20"], by: town.person(.an), address: "127.0.0.1", at: town.now)
            let page = try await town.browser(.linh).get("/accounts")
            #expect(page.body.contains("Hạn khóa: 20 ngày làm việc") && !page.body.contains("badge overdue"))
        }
    }

    static let views: [(String, [String], [String])] = [
        ("show=all", ["xayenkhanh_nguyenvana", "xayenkhanh_levanc", "xagiavien_tranthib", "xayenkhanh_vanthu"], []),
        ("show=active", ["xayenkhanh_nguyenvana", "xayenkhanh_vanthu"], ["xayenkhanh_levanc"]),
        ("show=locked", ["xayenkhanh_levanc"], ["xayenkhanh_vanthu"]),
        ("show=irregular", ["xayenkhanh_vanthu", "badge missing\">Tên trái Điều 7.4"], ["xayenkhanh_levanc"]),
        ("show=gone", ["Không có tài khoản nào khớp"], ["xayenkhanh_levanc"]),
        ("show=unassigned", ["Không có tài khoản nào khớp"], ["xayenkhanh_levanc"]),
        ("show=closed", ["Không có tài khoản nào khớp"], ["xayenkhanh_levanc"]),
        ("show=all&q=do+van", ["xayenkhanh_vanthu"], ["xayenkhanh_levanc"]),
        ("show=all&q=%C4%90%E1%BB%97+V%C4%83n", ["xayenkhanh_vanthu"], ["xayenkhanh_levanc"]),
        ("show=nonsense&agency=nonsense&page=nonsense", ["xayenkhanh_nguyenvana"], ["xayenkhanh_levanc"]),
    ]

    @Test(arguments: views)
    func theListIsFiltered(query: String, shown: [String], hidden: [String]) async throws {
        try await Self.with { town in
            try await Self.fill(town)
            let page = try await town.browser(.linh).get("/accounts?\(query)")
            try page.checkedXML()
            for words in shown { #expect(page.body.contains(words), "\(words)") }
            for words in hidden { #expect(!page.body.contains(words), "\(words)") }
        }
    }

    @Test func theListIsFilteredByAgency() async throws {
        try await Self.with { town in
            try await Self.fill(town)
            let page = try await town.browser(.linh).get("/accounts?show=all&agency=\(town.giaVien.rawValue)")
            #expect(page.body.contains("xagiavien_tranthib") && !page.body.contains("xayenkhanh_levanc"))
            #expect(page.body.contains("<option value=\"\(town.giaVien.rawValue)\" selected=\"selected\">"))
        }
    }

    @Test func theAccountThatIsAskedForByNameStandsFirst() async throws {
        try await Town.with { town in
            try await town.bringExport(
                Lists.export("xayenkhanh_an;An;Hoạt động", "a_xayenkhanh_an;An;Hoạt động"), of: 9)
            let found = try await town.accounts(.all, search: "XaYenKhanh_an")
            #expect(found.map(\.username) == ["xayenkhanh_an", "a_xayenkhanh_an"])
        }
    }

    @Test func whatIsClosedTellsHowLongItTook() async throws {
        try await Self.with { town in
            try await town.bringLeavers(Lists.leavers(Lists.left, "xayenkhanh_levanc;02/11/2026;Nghỉ việc"))
            try await town.bringExport(Lists.export(Lists.active, "xayenkhanh_levanc;Lê Văn C;Hoạt động"), of: 3)
            try await town.bringExport(Lists.export(Lists.locked, "xayenkhanh_levanc;Lê Văn C;Đã khóa"), of: 9)
            let page = try await town.browser(.linh).get("/accounts?show=closed")
            try page.checkedXML()
            #expect(page.body.contains("4 ngày, <span class=\"nowrap\">hạn 03/11/2026") && page.body.contains("tối đa 7 ngày, <span class=\"nowrap\">hạn 03/11/2026"))
            #expect(page.body.contains("từ 06/11/2026") && page.body.contains("Đã khép"))
        }
    }

    // MARK: Who sees what

    @Test(arguments: [
        (TownPerson.linh, true, true), (.binh, true, false), (.chi, false, true), (.dung, true, false),
        (.vinh, true, true), (.tam, true, true), (.an, true, true),
    ])
    func everybodySeesTheirOwn(name: TownPerson, yenKhanh: Bool, giaVien: Bool) async throws {
        try await Self.with { town in
            try await Self.fill(town)
            for path in ["/accounts", "/accounts?show=all", "/accounts?show=active", "/accounts?q=xa"] {
                let page = try await town.browser(name).get(path)
                #expect(page.status == .ok)
                try page.checkedXML()
                #expect(page.body.contains("xayenkhanh_nguyenvana") == yenKhanh, "\(path)")
                #expect(page.body.contains("xagiavien_tranthib") == giaVien, "\(path)")
            }
            // A stranger's agency asked for by its number.
            let other = name == .chi ? town.yenKhanh : town.giaVien
            let page = try await town.browser(name).get("/accounts?show=all&agency=\(other.rawValue)")
            #expect(page.body.contains("<tr class=\"none\">") == (yenKhanh != giaVien))
        }
    }

    @Test func anAgencyCountsItsOwnAndIsToldToLock() async throws {
        try await Self.with { town in
            try await Self.fill(town)
            let page = try await town.browser(.dung).get("/accounts")
            #expect(page.body.contains("Khóa 1 tài khoản dưới đây trên Hệ thống QLVB&amp;ĐH, trong đó 1 quá hạn"))
            #expect(!page.body.contains("id=\"agency\""))
            let chi = try await town.browser(.chi).get("/accounts")
            #expect(chi.body.contains("Khóa 1 tài khoản dưới đây trên Hệ thống QLVB&amp;ĐH."))
            let auditor = try await town.browser(.tam).get("/accounts")
            #expect(!auditor.body.contains("Việc tiếp theo"))
        }
    }

    @Test func theHotlineSeesNoAccountsAndOnlyTheDepartmentImports() async throws {
        try await Self.with { town in
            let answer = try await town.browser(.hoa).get("/accounts")
            #expect(answer.status == .forbidden)
            for name in [TownPerson.binh, .dung, .hoa, .vinh, .tam] {
                let page = try await town.browser(name).get("/accounts/import")
                // Whoever reads the figures sees where they came from, and no form.
                let mayRead = [.vinh, .tam].contains(name)
                #expect(page.status == (mayRead ? .ok : .forbidden))
                if mayRead { try page.checkedXML() }
                #expect(page.body.contains("Các lần nhập gần nhất") == mayRead && !page.body.contains("/accounts/exports"))
                let export = try await Self.sendExport(town, Lists.export(Lists.active), as: name)
                let leavers = try await Self.sendLeavers(town, Lists.leavers(Lists.left), as: name)
                #expect([export.status, leavers.status] == [.forbidden, .forbidden])
            }
            let imports = try await AccountImportStore(database: town.database).list(limit: 1)
            #expect(imports.isEmpty)
        }
    }

    // MARK: Importing

    private static func sendExport(
        _ town: Town, _ content: String, day: String = "2026-11-24", fields: [(String, String)] = [],
        as name: TownPerson = .linh
    ) async throws -> Answer {
        try await town.browser(name).upload(
            "/accounts/exports", fields: [("export_taken_on", day)] + fields,
            file: (field: "export_file", name: "tài khoản.csv", content: content))
    }

    private static func sendLeavers(
        _ town: Town, _ content: String, fields: [(String, String)] = [], as name: TownPerson = .linh
    ) async throws -> Answer {
        try await town.browser(name).upload(
            "/accounts/leavers", fields: [("leavers_taken_on", "2026-11-24")] + fields,
            file: (field: "leavers_file", name: "nghỉ việc.csv", content: content))
    }

    @Test func twoListsAreBroughtInAndListed() async throws {
        try await Self.with { town in
            let first = try await Self.sendExport(town, Lists.export(Lists.active))
            #expect(first.status == .seeOther && first.location == "/accounts")
            let second = try await Self.sendLeavers(
                town, Lists.leavers(Lists.left, "xayenkhanh_khongco;02/11/2026;Nghỉ việc"), as: .an)
            #expect(second.status == .seeOther && second.location == "/accounts")
            let page = try await town.browser(.linh).get("/accounts/import")
            try page.checkedXML()
            for words in [
                "tài khoản.csv", "nghỉ việc.csv", "Phạm Thùy Linh", "Bùi Xuân An", "09:00 24/11/2026",
                "1 tên chưa có trong danh sách tài khoản",
            ] {
                #expect(page.body.contains(words), "\(words)")
            }
            #expect(try await town.accounts(.open).count == 1)
        }
    }

    @Test func whatIsWrongIsToldByLineAndColumnAndWhatWasTypedIsKept() async throws {
        try await Self.with { town in
            let bad = "xayenkhanh_a;<script>\"A\" & 'B';<b>lạ</b>"
            let answer = try await Self.sendExport(
                town, Lists.export(bad, ";B;Đã khóa"), fields: [("export_complete", "yes")])
            #expect(answer.status == .unprocessableContent)
            try answer.checkedXML()
            #expect(answer.body.contains("<a href=\"#export_file\">dòng 2, cột “trạng thái”: “&lt;b&gt;lạ&lt;/b&gt;”"))
            #expect(answer.body.contains("<a href=\"#export_file\">dòng 3, cột “tên đăng nhập”: cần nhập.</a>"))
            #expect(answer.body.contains("value=\"2026-11-24\"") && answer.body.contains("checked=\"checked\""))
            #expect(!answer.body.contains("<b>lạ"))

            let leavers = try await Self.sendLeavers(town, Lists.leavers("xayenkhanh_a;hôm qua;Nghỉ việc"))
            #expect(leavers.status == .unprocessableContent)
            try leavers.checkedXML()
            #expect(leavers.body.contains("<a href=\"#leavers_file\">dòng 2, cột “ngày nghỉ”"))
            #expect(leavers.body.contains("id=\"leavers_taken_on\" name=\"leavers_taken_on\" type=\"date\" max=\"2026-11-24\" value=\"2026-11-24\""))
            let imports = try await AccountImportStore(database: town.database).list(limit: 1)
            #expect(imports.isEmpty)
        }
    }

    @Test func aNameIsEscapedWhereverItStands() async throws {
        try await Self.with { town in
            let name = "<script>alert(\"x\")</script> & 'y'"
            _ = try await town.browser(.linh).upload(
                "/accounts/exports", fields: [("export_taken_on", "2026-11-24")],
                file: (
                    field: "export_file", name: "<script>.csv",
                    content: Lists.export("xayenkhanh_<i>;\(name.replacing("\"", with: "'"));Hoạt động")
                ))
            for path in ["/accounts?show=all", "/accounts?show=all&q=%3Cscript%3E%22", "/accounts/import"] {
                let page = try await town.browser(.linh).get(path)
                try page.checkedXML()
                #expect(!page.body.contains("<script>") && !page.body.contains("<i>"), "\(path)")
                #expect(page.body.contains("&lt;script&gt;"), "\(path)")
            }
        }
    }

    @Test func aFormWithoutFileAndDayIsToldSo() async throws {
        try await Self.with { town in
            for (path, kind) in [("/accounts/exports", "export"), ("/accounts/leavers", "leavers")] {
                let answer = try await town.browser(.linh).post(path)
                #expect(answer.status == .unprocessableContent)
                try answer.checkedXML()
                #expect(answer.body.contains("<a href=\"#\(kind)_file\">Tệp: cần chọn một tệp CSV.</a>"))
                #expect(answer.body.contains("<a href=\"#\(kind)_taken_on\">Ngày lập danh sách: cần nhập ngày.</a>"))
            }
        }
    }

    @Test func aFileThatIsTooLargeIsRefused() async throws {
        try await Self.with { town in
            let answer = try await Self.sendExport(town, String(repeating: "x", count: AccountPages.largestUpload))
            #expect(answer.status == .contentTooLarge)
        }
    }

    @Test func anExportThatMissesMostAccountsWantsTheBoxTicked() async throws {
        try await Self.with { town in
            _ = try await Self.sendExport(
                town, Lists.export((1...20).map { "xayenkhanh_a\($0);A;Hoạt động\n" }.joined()))
            let refused = try await Self.sendExport(town, Lists.export(Lists.active))
            #expect(refused.status == .unprocessableContent)
            #expect(refused.body.contains("<a href=\"#export_complete\">Danh sách thiếu 20 trong 20 tài khoản"))
            let taken = try await Self.sendExport(
                town, Lists.export(Lists.active), fields: [("export_complete", "yes")])
            #expect(taken.status == .seeOther)
            let older = try await Self.sendExport(town, Lists.export(Lists.active), day: "2026-11-23")
            #expect(older.body.contains("<a href=\"#export_taken_on\">Đã nhập danh sách ngày 24/11/2026"))
        }
    }

    @Test func theSameFormSentTwiceIsOneImport() async throws {
        try await Self.with { town in
            let keys = try await town.browser(.linh).get("/accounts/import").body
                .matches(of: /name="form_key" value="([^"]+)"/).map { String($0.1) }
            #expect(Set(keys).count == 2)
            for _ in 1...2 {
                let export = try await Self.sendExport(town, Lists.export(Lists.active), fields: [("form_key", keys[0])])
                #expect(export.location == "/accounts")
                let leavers = try await Self.sendLeavers(town, Lists.leavers(Lists.left), fields: [("form_key", keys[1])])
                #expect(leavers.location == "/accounts")
            }
            #expect(try await AccountImportStore(database: town.database).list(limit: 10).count == 2)
        }
    }

    // MARK: Cost

    @Test func aPageOfFindingsCostsAsManyStatementsAsAnEmptyOne() async throws {
        try await Self.with { town in
            func cost() async throws -> Int {
                let before = town.database.statementCount
                _ = try await town.browser(.linh).get("/accounts")
                return town.database.statementCount - before
            }
            let empty = try await cost()
            let lines = (1...60).map { "xayenkhanh_nguyenvana\($0)" }
            try await town.bringLeavers(Lists.leavers(lines.map { "\($0);02/11/2026;Nghỉ việc\n" }.joined()))
            try await town.bringExport(Lists.export(lines.map { "\($0);Nguyễn Văn A;Hoạt động\n" }.joined()), of: 9)
            #expect(try await cost() == empty)
            let last = try await town.browser(.linh).get("/accounts?page=3")
            #expect(last.body.contains("51–60 trong 60 phát hiện"))
            #expect(last.body.matches(of: /<th scope="row">/).count == 10)
        }
    }
}
