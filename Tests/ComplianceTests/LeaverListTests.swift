import Civil
import Organization
import Testing

@testable import Compliance

/// The list of people who left or were transferred.
@Suite struct LeaverListTests {
    private static let head = "Tên đăng nhập;Họ và tên;Mã cơ quan;Ngày nghỉ;Lý do;Số quyết định\n"

    private static func list(_ lines: String) throws(Refusal) -> LeaverList {
        try LeaverList(csv: Array((head + lines).utf8))
    }

    private static func problems(_ body: () throws(Refusal) -> Void) -> [String] {
        do {
            try body()
            return []
        } catch {
            return error.problems.map(\.text)
        }
    }

    @Test func peopleAreNamedByTheirAccountOrByThemselves() throws {
        let list = try Self.list(
            """
            SKHCN_tranthib;Trần Thị B;skhcn;31/10/2026;Nghỉ việc;12/QĐ-SKHCN
            ;Lê Văn C;SKHCN;2026-11-01;chuyển công tác;

            """)
        #expect(
            list.rows == [
                .init(
                    line: 2, account: .named("skhcn_tranthib"), fullName: "Trần Thị B",
                    leftOn: CivilDate(year: 2026, month: 10, day: 31)!, reason: .leaving, decisionNumber: "12/QĐ-SKHCN"),
                .init(
                    line: 3, account: .of(fullName: "Lê Văn C", agencyCode: "skhcn"), fullName: "Lê Văn C",
                    leftOn: CivilDate(year: 2026, month: 11, day: 1)!, reason: .transfer, decisionNumber: ""),
            ])
    }

    @Test(arguments: [
        ("Nghỉ việc", LeaverList.Reason.leaving), ("Nghỉ hưu", .leaving), ("thoi viec", .leaving),
        ("CHUYỂN CÔNG TÁC", .transfer), ("chuyển", .transfer),
    ])
    func aReasonIsAWord(word: String, reason: LeaverList.Reason) throws {
        #expect(try Self.list("skhcn_a;;;31/10/2026;\(word);").rows.map(\.reason) == [reason])
    }

    @Test(arguments: [
        ("", "Danh sách không có người nào."),
        (";Trần Thị B;;31/10/2026;Nghỉ việc;", "dòng 2, cột “tên đăng nhập”: cần tên đăng nhập, hoặc cả họ tên và mã cơ quan."),
        ("skhcn_a;;;;Nghỉ việc;", "dòng 2, cột “ngày nghỉ”: cần nhập."),
        ("skhcn_a;;;hôm qua;Nghỉ việc;", "dòng 2, cột “ngày nghỉ”: “hôm qua” không phải ngày; cần dạng 24/11/2026."),
        ("skhcn_a;;;31/10/2026;Đi học;", "dòng 2, cột “lý do”: “Đi học” không rõ nghĩa; cần “Nghỉ việc” hoặc “Chuyển công tác”."),
        ("skhcn_a;;;31/10/2026;;", "dòng 2, cột “lý do”: cần nhập."),
    ])
    func aProblemNamesLineAndColumn(line: String, problem: String) {
        #expect(Self.problems { () throws(Refusal) in _ = try Self.list(line) } == [problem])
    }

    @Test func aListWithoutDaysIsNone() {
        let problems = Self.problems { () throws(Refusal) in
            _ = try LeaverList(csv: Array("Tên đăng nhập;Lý do\nskhcn_a;Nghỉ việc\n".utf8))
        }
        #expect(problems == ["dòng 1: thiếu cột “ngày nghỉ”."])
    }

    @Test func aPersonsNameMustMeanOneAccount() throws {
        let list = try Self.list(
            """
            ;Lê Văn C;skhcn;31/10/2026;Nghỉ việc;
            ;Trần Thị B;skhcn;31/10/2026;Nghỉ việc;
            ;Đỗ Văn Đ;skhcn;31/10/2026;Nghỉ việc;
            skhcn_e;;;31/10/2026;Nghỉ việc;
            """)
        let namesakes = [
            Namesakes(agencyCode: "skhcn", fullName: "Lê Văn C", usernames: ["skhcn_levanc"]),
            Namesakes(agencyCode: "skhcn", fullName: "Trần Thị B", usernames: ["skhcn_tranthib", "skhcn_tranthib2"]),
        ]
        let problems = Self.problems { () throws(Refusal) in
            _ = try LeaverNaming.usernames(of: list, among: namesakes)
        }
        #expect(
            problems == [
                "dòng 3, cột “họ và tên”: có 2 tài khoản mang họ tên “Trần Thị B”; hãy ghi tên đăng nhập.",
                "dòng 4, cột “họ và tên”: cơ quan này không có tài khoản nào của “Đỗ Văn Đ”; hãy ghi tên đăng nhập.",
            ])
        let fit = try Self.list("skhcn_e;;;31/10/2026;Nghỉ việc;\n;Lê Văn C;skhcn;31/10/2026;Nghỉ việc;")
        #expect(try LeaverNaming.usernames(of: fit, among: namesakes) == ["skhcn_e", "skhcn_levanc"])
    }
}
