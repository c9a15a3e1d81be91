import Database
import Foundation

/// Something that happened to a record and that other systems are told of, if an administrator has set them up
/// (`/settings/channels`). The database writes it into the outbox with the fact itself (`announce`, migrations/0025).
package enum Announcement {
    package enum Event: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable, PostgresArrayElement {
        case incidentOpened = "incident.opened"
        case incidentResumed = "incident.resumed"
        case incidentClosed = "incident.closed"
        case noticePublished = "notice.published"
        case noticeRevised = "notice.revised"
        case noticeCancelled = "notice.cancelled"

        package var label: String {
            switch self {
            case .incidentOpened: "Sự cố mở"
            case .incidentResumed: "Sự cố: sử dụng lại được"
            case .incidentClosed: "Sự cố đóng"
            case .noticePublished: "Thông báo đăng"
            case .noticeRevised: "Thông báo sửa sau khi đăng"
            case .noticeCancelled: "Thông báo hủy"
            }
        }
    }

    private struct Payload: Decodable {
        struct Record: Decodable {
            let code: String
            let title: String
        }
        let type: String
        let data: Record
    }

    /// What a payload says, in one sentence for people, short enough for a telephone.
    static func sentence(of payload: String) -> String? {
        guard let payload = try? JSONDecoder().decode(Payload.self, from: Data(payload.utf8)) else { return nil }
        guard let event = Event(rawValue: payload.type) else { return payload.data.title }
        return "\(payload.data.code): \(event.label.lowercased()). \(payload.data.title)"
    }
}
