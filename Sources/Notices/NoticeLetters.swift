import Civil
import Database
import Delivery
import Organization

/// What is written to an agency, in words that can be printed as they stand.
enum NoticeLetters {
    /// On which occasion an agency is written to.
    enum Stage: String {
        case published, cancelled
    }

    static func key(_ code: String, _ stage: Stage, _ agency: Agency.ID) -> String {
        "notice:\(code):\(stage.rawValue):\(agency.rawValue)"
    }

    static func publication(of notice: Notice, to agency: Agency, link: String) -> Letter {
        letter(
            notice, agency, .published, subject: "[\(notice.code)] \(notice.title)",
            body: """
                Kính gửi \(agency.name),

                Sở Khoa học và Công nghệ thông báo \(notice.kind.label.lowercased()) Hệ thống quản lý văn bản và điều hành tỉnh Ninh Bình (Điều 21.7 Quy chế ban hành kèm theo Quyết định 161/2025/QĐ-UBND).

                Nội dung: \(notice.title)
                Phạm vi: \(notice.scopeText)
                Bắt đầu: \(VietnameseFormat.moment(notice.begins))
                Dự kiến sử dụng lại: \(VietnameseFormat.moment(notice.ends))
                Ảnh hưởng: \(notice.impact)

                Đề nghị người phụ trách đăng nhập để xác nhận đã nhận: \(link)
                """)
    }

    static func cancellation(of notice: Notice, reason: String, to agency: Agency) -> Letter {
        letter(
            notice, agency, .cancelled, subject: "[\(notice.code)] HỦY: \(notice.title)",
            body: """
                Kính gửi \(agency.name),

                Thông báo \(notice.code) (\(notice.title)), thời gian \(VietnameseFormat.moment(notice.begins)) – \(VietnameseFormat.moment(notice.ends)), đã hủy.

                Lý do: \(reason)
                """)
    }

    private static func letter(
        _ notice: Notice, _ agency: Agency, _ stage: Stage, subject: String, body: String
    ) -> Letter {
        Letter(
            key: key(notice.code, stage, agency.id), about: notice.code, agency: agency.id,
            recipientName: agency.contactName.isEmpty ? agency.name : agency.contactName,
            recipientAddress: agency.contactEmail, subject: subject, body: body)
    }
}

extension Notice {
    /// What it concerns, in words.
    var scopeText: String { components?.joined(separator: ", ") ?? "Toàn hệ thống" }
}
