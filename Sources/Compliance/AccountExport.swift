package import Civil
package import Organization

/// The accounts of the document system, as its administrator exported them.
package struct AccountExport: Hashable, Sendable {
    /// One account.
    package struct Row: Hashable, Sendable {
        package let username: String
        package let fullName: String
        /// Nil when the list names none: the agency is then found by the name's beginning (Điều 7.4 a).
        package let agencyCode: String?
        package let isLocked: Bool
        package let lockedOn: CivilDate?
        package let lastLoginOn: CivilDate?
    }

    package let rows: [Row]

    /// - Throws: `Refusal` that names line and column of everything unreadable, at most twenty.
    package init(csv file: [UInt8]) throws(Refusal) {
        var reader = ListReader()
        var rows: [Row] = []
        var lines: [String: Int] = [:]
        reader.read(file, columns: Self.columns) { list in
            let username = list.required(Self.username)?.lowercased()
            let fullName = list.required(Self.fullName)
            let isLocked = list.word(Self.state, Self.states, example: "“Hoạt động” hoặc “Đã khóa”")
            let lockedOn = list.day(Self.lockedOn)
            let lastLoginOn = list.day(Self.lastLogin)
            guard let username, let fullName, let isLocked else { return }
            if let first = lines.updateValue(list.line, forKey: username) {
                list.note(Self.username, "“\(username.prefix(60))” đã có ở dòng \(first).")
            }
            let agency = list.text(Self.agency).lowercased()
            rows.append(
                Row(
                    username: username, fullName: fullName,
                    agencyCode: agency.isEmpty ? AccountName.agencyCode(of: username) : agency, isLocked: isLocked,
                    lockedOn: isLocked ? lockedOn : nil, lastLoginOn: lastLoginOn))
        }
        if rows.isEmpty, reader.problems.isEmpty { reader.note("Danh sách không có tài khoản nào.") }
        try reader.problems.check()
        self.rows = rows
    }

    private static let username = ListReader.Column(
        "tên đăng nhập", ["ten dang nhap", "tai khoan", "ten tai khoan", "username"])
    private static let fullName = ListReader.Column("họ và tên", ["ho va ten", "ho ten", "full name"])
    private static let agency = ListReader.Column(
        "mã cơ quan", ["ma co quan", "ma don vi", "agency", "agency code"], isRequired: false)
    private static let state = ListReader.Column("trạng thái", ["trang thai", "state", "status"])
    private static let lockedOn = ListReader.Column("ngày khóa", ["ngay khoa", "locked on"], isRequired: false)
    private static let lastLogin = ListReader.Column(
        "đăng nhập gần nhất", ["dang nhap gan nhat", "dang nhap lan cuoi", "last login", "last login on"],
        isRequired: false)
    private static let columns = [username, fullName, agency, state, lockedOn, lastLogin]

    private static let states = [
        "hoat dong": false, "dang hoat dong": false, "active": false,
        "khoa": true, "da khoa": true, "bi khoa": true, "tam khoa": true, "da xoa": true, "locked": true, "deleted": true,
    ]
}
