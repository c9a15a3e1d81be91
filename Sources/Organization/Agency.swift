package import Civil
package import Database

/// Cơ quan, đơn vị that uses the system (Điều 2.1).
package struct Agency: Hashable, Sendable {
    package typealias ID = RowID<Agency>

    package enum Kind: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case department, commune, other

        package var label: String {
            switch self {
            case .department: "Sở, ban, ngành"
            case .commune: "Xã, phường"
            case .other: "Đơn vị khác"
            }
        }
    }

    package let id: ID
    /// Prefix of the agency's account names, Điều 7.4 a: `skhcn` in `skhcn_nguyenvana`.
    package let code: String
    /// Mã định danh điện tử (Quyết định 20/2020/QĐ-TTg), where it is known.
    package let identifier: String?
    package let name: String
    package let kind: Kind
    package let contactName: String
    package let contactEmail: String
    package let contactPhone: String
    package let closedAt: Instant?
    /// Counts edits: an edit names the version that it began from.
    package let version: Int
}

extension Agency: PostgresRow {
    package static var columns: String {
        "id, code, identifier, name, kind, contact_name, contact_email, contact_phone, closed_at, version"
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
        identifier = try row.read()
        name = try row.read()
        kind = try row.read()
        contactName = try row.read()
        contactEmail = try row.read()
        contactPhone = try row.read()
        closedAt = try row.read()
        version = try row.read()
    }
}
