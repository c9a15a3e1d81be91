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
}

extension AccountImport: PostgresRow {
    package static var columns: String {
        """
        i.kind, i.file_name, i.taken_on, i.rows, i.imported_at, u.full_name,
        (SELECT count(*) FROM account_findings f WHERE f.found_by = i.id),
        (SELECT count(*) FROM account_findings f WHERE f.closed_by = i.id)
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
    package let rows: Int
    package let found: Int
    package let closed: Int
}
