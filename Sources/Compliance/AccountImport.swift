package import Civil
package import Database

/// A list that was brought in. What the console knows of accounts comes from these and from nothing else.
package struct AccountImport: Hashable, Sendable {
    package typealias ID = RowID<AccountImport>

    package enum Kind: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        /// All accounts of the document system.
        case export
        /// People who left or were transferred.
        case leavers

        package var label: String {
            switch self {
            case .export: "Danh sách tài khoản"
            case .leavers: "Danh sách nghỉ việc, chuyển công tác"
            }
        }
    }

    package let kind: Kind
    package let fileName: String
    /// The day that the list tells of.
    package let takenOn: CivilDate
    package let rows: Int
    package let importedAt: Instant
    package let importedBy: String
    /// Findings that it opened and, an export only, closed.
    package let found: Int
    package let closed: Int
    /// People of a list of leavers whose account no export has shown so far: a slip in the name, or an account that was
    /// gone before the first export.
    package let unmatched: Int
}

extension AccountImport: PostgresRow {
    package static var columns: String {
        """
        i.kind, i.file_name, i.taken_on, i.rows, i.imported_at, u.full_name,
        (SELECT count(*) FROM account_findings f WHERE f.found_by = i.id),
        (SELECT count(*) FROM account_findings f WHERE f.closed_by = i.id),
        (SELECT count(*) FROM leavers l
         WHERE l.import_id = i.id AND NOT EXISTS (SELECT FROM accounts a WHERE a.username = l.username))
        """
    }

    package init(row: inout RowReader) throws {
        kind = try row.read()
        fileName = try row.read()
        takenOn = try row.read()
        rows = try row.read()
        importedAt = try row.read()
        importedBy = try row.read()
        found = try row.read()
        closed = try row.read()
        unmatched = try row.read()
    }
}

/// A file as it was handed in.
package struct AccountUpload: Sendable {
    package let fileName: String
    package let bytes: [UInt8]
    /// The day that the list tells of.
    package let takenOn: CivilDate
    /// That an export which misses most of the known accounts is complete all the same.
    package let isComplete: Bool

    package init(fileName: String, bytes: [UInt8], takenOn: CivilDate, isComplete: Bool = false) {
        self.fileName = fileName
        self.bytes = bytes
        self.takenOn = takenOn
        self.isComplete = isComplete
    }
}

/// What an import brought.
package struct ImportOutcome: Hashable, Sendable {
    package let kind: AccountImport.Kind
    package let rows: Int
    package let found: Int
    package let closed: Int
    /// Accounts of people who left that no export has shown so far, in the order of the alphabet.
    package let unmatched: [String]
    /// Whether there was an export to compare with.
    package let isCompared: Bool

    /// A sentence or three for whoever brought the list.
    package var summary: String {
        let count = VietnameseFormat.number(rows)
        var text =
            switch kind {
            case .export: "Đã nhập \(count) tài khoản"
            case .leavers: "Đã nhập \(count) người nghỉ việc, chuyển công tác"
            }
        guard isCompared else {
            return text + ". Chưa có danh sách tài khoản để đối chiếu: hãy nhập danh sách tài khoản."
        }
        text += ": \(VietnameseFormat.number(found)) phát hiện mới"
        if kind == .export { text += ", \(VietnameseFormat.number(closed)) phát hiện được khép" }
        return text + "." + unmatchedText
    }

    private var unmatchedText: String {
        guard !unmatched.isEmpty else { return "" }
        let named = unmatched.prefix(3).map { "“\($0.prefix(60))”" }.joined(separator: ", ")
        let rest = unmatched.count > 3 ? " và \(VietnameseFormat.number(unmatched.count - 3)) tên nữa" : ""
        return " Chưa danh sách tài khoản nào có \(named)\(rest): hãy kiểm tra tên đăng nhập."
    }
}
