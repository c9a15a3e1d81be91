import Foundation
import Testing

@testable import Compliance

/// Điều 7.4: `<mã cơ quan>_<họ tên viết liền không dấu>`.
@Suite struct AccountNameTests {
    struct Example: CustomTestStringConvertible {
        let username: String
        let fullName: String
        let isRegular: Bool
        let why: String

        var testDescription: String { "\(username) của \(fullName): \(why)" }
    }

    private static let examples: [Example] = [
        Example(username: "skhcn_nguyenvana", fullName: "Nguyễn Văn A", isRegular: true, why: "ví dụ của Quy chế"),
        Example(username: "skhcn_dotiendung", fullName: "Đỗ Tiến Dũng", isRegular: true, why: "đ viết là d"),
        Example(username: "skhcn_nguyenvana2", fullName: "Nguyễn Văn A", isRegular: true, why: "trùng tên, thêm số (b)"),
        Example(username: "skhcn_nguyenvana.vp", fullName: "Nguyễn Văn A", isRegular: true, why: "trùng tên, thêm phòng (b)"),
        Example(username: "skhcn_hhennie", fullName: "H’Hen Niê", isRegular: true, why: "dấu nháy không viết"),
        Example(username: "a.nguyenvan@ninhbinh.gov.vn", fullName: "Nguyễn Văn A", isRegular: true, why: "thư công vụ (c)"),
        Example(username: "a@skhcn.ninhbinh.gov.vn", fullName: "Nguyễn Văn A", isRegular: true, why: "thư công vụ (c)"),
        Example(username: "a@gmail.com", fullName: "Nguyễn Văn A", isRegular: false, why: "thư riêng"),
        Example(username: "a@gov.vn.example.com", fullName: "Nguyễn Văn A", isRegular: false, why: "tên miền giả"),
        Example(username: "a b@ninhbinh.gov.vn", fullName: "A B", isRegular: false, why: "khoảng trống trong địa chỉ"),
        Example(username: "nguyenvana", fullName: "Nguyễn Văn A", isRegular: false, why: "thiếu mã cơ quan"),
        Example(username: "_nguyenvana", fullName: "Nguyễn Văn A", isRegular: false, why: "mã cơ quan trống"),
        Example(username: "skhcn_anv", fullName: "Nguyễn Văn A", isRegular: false, why: "viết tắt"),
        Example(username: "skhcn_nguyễnvăna", fullName: "Nguyễn Văn A", isRegular: false, why: "có dấu"),
        Example(username: "skhcn_nguyen van a", fullName: "Nguyễn Văn A", isRegular: false, why: "có khoảng trống"),
        Example(username: "sở_nguyenvana", fullName: "Nguyễn Văn A", isRegular: false, why: "mã cơ quan có dấu"),
        Example(username: "skhcn_admin", fullName: "Quản trị", isRegular: false, why: "tài khoản dùng chung"),
        Example(username: "skhcn_", fullName: "", isRegular: false, why: "không có họ tên"),
        Example(username: "skhcn_x", fullName: "—", isRegular: false, why: "họ tên không có chữ"),
    ]

    @Test(arguments: examples)
    func aNameIsBuiltAsTheArticleSays(example: Example) {
        #expect(AccountName.isRegular(example.username, fullName: example.fullName) == example.isRegular)
    }

    @Test(arguments: examples)
    func theNormalFormDoesNotMatter(example: Example) {
        for form in [example.fullName.precomposedStringWithCanonicalMapping, example.fullName.decomposedStringWithCanonicalMapping] {
            #expect(AccountName.isRegular(example.username, fullName: form) == example.isRegular)
        }
    }

    @Test(arguments: [
        ("skhcn_nguyenvana", "skhcn"), ("xayenkhanh_a_b", "xayenkhanh"), ("nguyenvana", nil), ("_a", nil),
        ("so_a@ninhbinh.gov.vn", nil), ("", nil),
    ] as [(String, String?)])
    func theAgencyStandsBeforeTheFirstUnderscore(username: String, code: String?) {
        #expect(AccountName.agencyCode(of: username) == code)
    }
}
