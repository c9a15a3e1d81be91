package import Civil
import Database
package import Organization

/// People who left or were transferred, as their agencies report them.
package struct LeaverList: Hashable, Sendable {
    package enum Reason: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case leaving, transfer

        package var label: String {
            switch self {
            case .leaving: "Nghỉ việc"
            case .transfer: "Chuyển công tác"
            }
        }
    }

    /// Whose account it is: by its name, or by the person's name where the agency knows nothing else.
    package enum Account: Hashable, Sendable {
        case named(String)
        case of(fullName: String, agencyCode: String)
    }

    /// One person.
    package struct Row: Hashable, Sendable {
        package let line: Int
        package let account: Account
        package let fullName: String
        package let leftOn: CivilDate
        package let reason: Reason
        package let decisionNumber: String
    }

    package let rows: [Row]

    /// - Throws: `Refusal` that names line and column of everything unreadable, at most twenty.
    package init(csv file: [UInt8]) throws(Refusal) {
        var reader = ListReader()
        var rows: [Row] = []
        reader.read(file, columns: Self.columns) { list in
            let account = Self.account(&list)
            if list.text(Self.leftOn).isEmpty { list.note(Self.leftOn, "cần nhập.") }
            let leftOn = list.day(Self.leftOn)
            let reason = list.word(Self.reason, Self.reasons, example: "“Nghỉ việc” hoặc “Chuyển công tác”")
            guard let account, let leftOn, let reason else { return }
            rows.append(
                Row(
                    line: list.line, account: account, fullName: list.text(Self.fullName), leftOn: leftOn,
                    reason: reason, decisionNumber: list.text(Self.decision)))
        }
        if rows.isEmpty, reader.problems.isEmpty { reader.note("Danh sách không có người nào.") }
        try reader.problems.check()
        self.rows = rows
    }

    private static func account(_ list: inout ListReader) -> Account? {
        let username = list.text(username).lowercased()
        if !username.isEmpty { return .named(username) }
        let fullName = list.text(fullName)
        let agency = list.text(agency).lowercased()
        if !fullName.isEmpty, !agency.isEmpty { return .of(fullName: fullName, agencyCode: agency) }
        list.note(Self.username, "cần tên đăng nhập, hoặc cả họ tên và mã cơ quan.")
        return nil
    }

    private static let username = ListReader.Column(
        "tên đăng nhập", ["ten dang nhap", "tai khoan", "ten tai khoan", "username"], isRequired: false)
    private static let fullName = ListReader.Column(
        "họ và tên", ["ho va ten", "ho ten", "full name"], isRequired: false)
    private static let agency = ListReader.Column(
        "mã cơ quan", ["ma co quan", "ma don vi", "agency", "agency code"], isRequired: false)
    private static let leftOn = ListReader.Column(
        "ngày nghỉ", ["ngay nghi", "ngay nghi viec", "ngay nghi, chuyen", "left on"])
    private static let reason = ListReader.Column("lý do", ["ly do", "reason"])
    private static let decision = ListReader.Column(
        "số quyết định", ["so quyet dinh", "quyet dinh", "decision", "decision number"], isRequired: false)
    private static let columns = [username, fullName, agency, leftOn, reason, decision]

    private static let reasons: [String: Reason] = [
        "nghi viec": .leaving, "nghi huu": .leaving, "thoi viec": .leaving, "leaving": .leaving,
        "chuyen cong tac": .transfer, "chuyen": .transfer, "transfer": .transfer,
    ]
}
