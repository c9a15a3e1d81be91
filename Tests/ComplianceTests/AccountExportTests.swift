import Civil
import Organization
import Testing

@testable import Compliance

/// The list of all accounts.
@Suite struct AccountExportTests {
    private static let head = "Tên đăng nhập;Họ và tên;Mã cơ quan;Trạng thái;Ngày khóa;Đăng nhập gần nhất\n"

    /// What stands in the way, a line each; empty when the list is fit.
    private static func problems(_ text: String) -> [String] {
        do {
            _ = try AccountExport(csv: Array(text.utf8))
            return []
        } catch {
            return error.problems.map(\.text)
        }
    }

    @Test func aCellThatIsTooLongIsNamedByLineAndColumn() {
        let (long, fits) = (String(repeating: "ế", count: 167), String(repeating: "ế", count: 166))
        #expect(Self.problems(Self.head + "\(fits);\(fits);;Hoạt động;;\n") == [])
        #expect(
            Self.problems(Self.head + "skhcn_a;A;;Hoạt động;;\n\(long);\(long);;Hoạt động;;\n") == [
                "dòng 3, cột “tên đăng nhập”: dài quá 500 byte (UTF-8), đang có 501.",
                "dòng 3, cột “họ và tên”: dài quá 500 byte (UTF-8), đang có 501.",
            ])
    }

    @Test func aListIsReadByItsHeadings() throws {
        let list = try AccountExport(
            csv: Array(
                """
                status,username,full name,last login
                Active,SKHCN_nguyenvana,Nguyễn Văn A,23/11/2026 08:15
                locked,a@ninhbinh.gov.vn,Trần Thị B,2026-10-30T17:00

                """.utf8))
        #expect(
            list.rows == [
                .init(
                    username: "skhcn_nguyenvana", fullName: "Nguyễn Văn A", agencyCode: "skhcn", isLocked: false,
                    lockedOn: nil, lastLoginOn: CivilDate(year: 2026, month: 11, day: 23)),
                .init(
                    username: "a@ninhbinh.gov.vn", fullName: "Trần Thị B", agencyCode: nil, isLocked: true, lockedOn: nil,
                    lastLoginOn: CivilDate(year: 2026, month: 10, day: 30)),
            ])
    }

    @Test(arguments: [
        ("Hoạt động", false), ("ĐANG HOẠT ĐỘNG", false), ("hoat dong", false), ("Đã khóa", true), ("Đã khoá", true),
        ("Bị khóa", true), ("Tạm khóa", true), ("Đã xóa", true), ("locked", true),
    ])
    func aStateIsAWord(word: String, isLocked: Bool) throws {
        let list = try AccountExport(csv: Array((Self.head + "skhcn_a;A;;\(word);;").utf8))
        #expect(list.rows.map(\.isLocked) == [isLocked])
    }

    @Test func aDayOfLockOfAnActiveAccountIsNotOne() throws {
        let list = try AccountExport(csv: Array((Self.head + "skhcn_a;A;;Hoạt động;01/11/2026;").utf8))
        #expect(list.rows.map(\.lockedOn) == [nil])
    }

    @Test func theAgencysColumnIsAskedBeforeTheName() throws {
        let list = try AccountExport(csv: Array((Self.head + "skhcn_a;A;XaYenKhanh;Hoạt động;;").utf8))
        #expect(list.rows.map(\.agencyCode) == ["xayenkhanh"])
    }

    @Test func cellsThatAreLeftOutAtTheEndAreEmpty() throws {
        let list = try AccountExport(csv: Array((Self.head + "skhcn_a;A;;Đã khóa\n").utf8))
        #expect(list.rows.map(\.lockedOn) == [nil])
    }

    private static let badHeads: [(String, String)] = [
        ("", "Tệp trống: không có dòng tiêu đề nào."),
        ("Tên đăng nhập;Họ và tên;Trạng thái\n", "Danh sách không có tài khoản nào."),
        ("Họ và tên;Trạng thái\nA;Đã khóa\n", "dòng 1: thiếu cột “tên đăng nhập”."),
        ("Tài khoản;Username;Họ và tên;Trạng thái\n", "dòng 1: có 2 cột “tên đăng nhập”."),
    ]

    @Test(arguments: badHeads)
    func aListWithoutItsHeadingsIsNone(text: String, problem: String) {
        #expect(Self.problems(text) == [problem])
    }

    private static let badLines: [(String, String)] = [
        (";A;;Đã khóa;;", "dòng 2, cột “tên đăng nhập”: cần nhập."),
        ("skhcn_a;;;Đã khóa;;", "dòng 2, cột “họ và tên”: cần nhập."),
        ("skhcn_a;A;;;;", "dòng 2, cột “trạng thái”: cần nhập."),
        ("skhcn_a;A;;Nghỉ phép;;", "dòng 2, cột “trạng thái”: “Nghỉ phép” không rõ nghĩa; cần “Hoạt động” hoặc “Đã khóa”."),
        ("skhcn_a;A;;Đã khóa;31/02/2026;", "dòng 2, cột “ngày khóa”: “31/02/2026” không phải ngày; cần dạng 24/11/2026."),
        ("skhcn_a;A;;Đã khóa;;\nSKHCN_A;B;;Đã khóa;;", "dòng 3, cột “tên đăng nhập”: “skhcn_a” đã có ở dòng 2."),
        ("skhcn_a;A;;Đã khóa;;;thừa", "dòng 2: có 7 ô, dòng tiêu đề có 6 ô."),
        ("skhcn_a;\"A;;Đã khóa;;", "dòng 2: dấu nháy kép mở ở dòng này không được đóng."),
    ]

    @Test(arguments: badLines)
    func aProblemNamesLineAndColumn(line: String, problem: String) {
        #expect(Self.problems(Self.head + line).first == problem)
    }

    @Test func everythingIsToldAtOnceButNotMoreThanTwenty() {
        let lines = (2...31).map { "skhcn_\($0);A;;lạ;;\n" }.joined()
        let problems = Self.problems(Self.head + lines)
        #expect(problems.count == 21)
        #expect(problems[19].hasPrefix("dòng 21,"))
        #expect(problems[20] == "Còn 10 chỗ nữa chưa kể ra ở đây.")
    }

    @Test func exactlyTwentyProblemsHaveNoRest() {
        let problems = Self.problems(Self.head + (2...21).map { "skhcn_\($0);A;;lạ;;\n" }.joined())
        #expect(problems.count == 20)
    }
}
