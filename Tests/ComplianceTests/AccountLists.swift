import Civil
import TestKit

@testable import Compliance

/// Lists as the tests hand them in.
enum AccountLists {
    /// A day of November 2026.
    static func day(_ day: Int) -> CivilDate { CivilDate(year: 2026, month: 11, day: 1)!.adding(days: day - 1) }

    /// An export; a line is `tên đăng nhập;họ và tên;trạng thái` and what follows it.
    static func export(_ lines: String...) -> String {
        "Tên đăng nhập;Họ và tên;Trạng thái;Ngày khóa;Đăng nhập gần nhất;Mã cơ quan\n" + lines.joined(separator: "\n")
    }

    /// A list of leavers; a line is `tên đăng nhập;ngày nghỉ` and what follows it.
    static func leavers(_ lines: String...) -> String {
        "Tên đăng nhập;Ngày nghỉ;Lý do;Số quyết định;Họ và tên;Mã cơ quan\n" + lines.joined(separator: "\n")
    }

    static let active = "xayenkhanh_nguyenvana;Nguyễn Văn A;Hoạt động;;23/11/2026"
    static let locked = "xayenkhanh_nguyenvana;Nguyễn Văn A;Đã khóa;06/11/2026;23/11/2026"
    static let left = "xayenkhanh_nguyenvana;02/11/2026;Nghỉ việc;12/QĐ-UBND"
}

extension Town {
    /// Brings in an export, as Linh.
    @discardableResult
    func bringExport(_ text: String, of day: Int, isComplete: Bool = false) async throws -> ImportOutcome {
        try await AccountImportStore(database: database).importExport(
            AccountUpload(
                fileName: "taikhoan\(day).csv", bytes: Array(text.utf8), takenOn: AccountLists.day(day),
                isComplete: isComplete),
            by: person(.linh), address: "127.0.0.1", at: now)
    }

    /// Brings in a list of leavers, as Linh.
    @discardableResult
    func bringLeavers(_ text: String, of day: Int = 24) async throws -> ImportOutcome {
        try await AccountImportStore(database: database).importLeavers(
            AccountUpload(fileName: "nghiviec.csv", bytes: Array(text.utf8), takenOn: AccountLists.day(day)),
            by: person(.linh), address: "127.0.0.1", at: now)
    }

    func accounts(_ show: AccountFilter.Show, as name: TownPerson = .linh, search: String = "") async throws -> [Account] {
        var filter = AccountFilter()
        filter.show = show
        filter.search = search
        let store = AccountStore(database: database)
        let rows = try await store.list(filter, for: person(name), offset: 0, limit: 100)
        let count = try await store.count(filter, for: person(name))
        return count == rows.count ? rows : []
    }
}
