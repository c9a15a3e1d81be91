package import Civil
package import Database
import Organization

/// A call to the hotline, or a suggestion that came another way (Điều 21.9). "Request" is Hummingbird's word for
/// something else, hence the longer name.
package struct SupportRequest: Hashable, Sendable {
    package typealias ID = RowID<SupportRequest>

    package enum Kind: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case fault, question, account, suggestion, other

        package var label: String {
            switch self {
            case .fault: "Báo lỗi, gián đoạn"
            case .question: "Hỏi cách sử dụng"
            case .account: "Tài khoản, mật khẩu"
            case .suggestion: "Đề xuất, góp ý"
            case .other: "Khác"
            }
        }
    }

    package enum Channel: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case phone, mail
        case documentSystem = "document_system"
        case inPerson = "in_person"

        package var label: String {
            switch self {
            case .phone: "Điện thoại"
            case .mail: "Thư điện tử"
            case .documentSystem: "Hệ thống QLVB&ĐH"
            case .inPerson: "Trực tiếp"
            }
        }
    }

    package enum State: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        case new, open, resolved

        package var label: String {
            switch self {
            case .new: "Mới"
            case .open: "Đang xử lý"
            case .resolved: "Đã giải quyết"
            }
        }

        /// The look of its badge; see docs/look.md.
        package var badge: String {
            switch self {
            case .new: "new"
            case .open: "open"
            case .resolved: "done"
            }
        }
    }

    package let id: ID
    /// YC-2026-00123
    package let code: String
    package let kind: Kind
    package let channel: Channel
    package let callerName: String
    package let callerPhone: String
    package let agencyName: String?
    package let text: String
    package let receivedAt: Instant
    package let receivedBy: String
    package let takenAt: Instant?
    package let takenBy: String?
    package let resolvedAt: Instant?
    package let resolvedBy: String?
    package let resolution: String?
    /// SC-2026-0007, where the call is about an incident.
    package let incidentCode: String?

    package var state: State {
        resolvedAt != nil ? .resolved : takenAt != nil ? .open : .new
    }
}

extension SupportRequest: PostgresRow {
    package static var columns: String {
        """
        r.id, r.code, r.kind, r.channel, r.caller_name, r.caller_phone, a.name, r.text, r.received_at,
        receiver.full_name, r.taken_at, taker.full_name, r.resolved_at, resolver.full_name, r.resolution, i.code
        """
    }

    package init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
        kind = try row.read()
        channel = try row.read()
        callerName = try row.read()
        callerPhone = try row.read()
        agencyName = try row.read()
        text = try row.read()
        receivedAt = try row.read()
        receivedBy = try row.read()
        takenAt = try row.read()
        takenBy = try row.read()
        resolvedAt = try row.read()
        resolvedBy = try row.read()
        resolution = try row.read()
        incidentCode = try row.read()
    }
}
