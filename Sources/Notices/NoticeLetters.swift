import Civil
import Database
import Delivery
import Organization

/// Somebody to be written to about a notice, with the contact as it was frozen.
struct Addressee: PostgresRow {
    let id: NoticeRecipient.ID
    let agency: Agency.ID?
    /// Of the agency, or of the person.
    let name: String
    let contactName: String
    let contactEmail: String
    let contactPhone: String

    /// For `notice_recipients r LEFT JOIN agencies a`.
    static var columns: String {
        "r.id, r.agency_id, coalesce(a.name, r.contact_name), r.contact_name, r.contact_email, r.contact_phone"
    }

    init(row: inout RowReader) throws {
        id = try row.read()
        agency = try row.read()
        name = try row.read()
        contactName = try row.read()
        contactEmail = try row.read()
        contactPhone = try row.read()
    }

    /// What the keys of its letters end with: the agency, or the person on the list.
    var mark: String { agency.map { String($0.rawValue) } ?? "p\(id.rawValue)" }
}

/// What is written to a recipient, in words that can be printed as they stand. What is the same for all of them is made
/// once.
struct NoticeLetters {
    /// On which occasion recipients are written to.
    enum Stage: Hashable {
        /// Of a revision.
        case announced(Int)
        case cancelled
        /// Of a revision, so many hours before the start.
        case reminder(hours: Int, Int)

        var name: String {
            switch self {
            case .announced(1): "published"
            case .announced(let revision): "revised-\(revision)"
            case .cancelled: "cancelled"
            case .reminder(let hours, let revision): "reminder-\(hours)-\(revision)"
            }
        }
    }

    let notice: Notice
    let stage: Stage
    let links: NoticeLinks
    /// What is put into calendars; nil where nothing of it has changed.
    private let invitation: CalendarInvitation?
    private let subject: String
    private let opening: String

    var keyPrefix: String { "notice:\(notice.code):\(stage.name):" }

    /// The key of the letter on an occasion of `notices n` to `notice_recipients r`, as `keyPrefix` and `mark` make it.
    static let announcedKey: SQL = """
        ('notice:' || n.code || CASE WHEN n.revision = 1 THEN ':published:' ELSE ':revised-' || n.revision || ':' END
         || coalesce(r.agency_id::text, 'p' || r.id))
        """
    static let cancelledKey: SQL = "('notice:' || n.code || ':cancelled:' || coalesce(r.agency_id::text, 'p' || r.id))"

    private init(
        _ notice: Notice, _ stage: Stage, _ links: NoticeLinks, organizer: String?, subject: String, opening: String
    ) {
        self.notice = notice
        self.stage = stage
        self.links = links
        invitation = organizer.map {
            CalendarInvitation(
                notice.event(organizer: $0, links: links), method: stage == .cancelled ? .cancel : .request)
        }
        self.subject = subject
        self.opening = opening
    }

    /// - Parameter organizer: The address that letters come from; calendars take changes only from there.
    static func publication(of notice: Notice, links: NoticeLinks, organizer: String) -> NoticeLetters {
        NoticeLetters(
            notice, .announced(notice.revision), links, organizer: organizer, subject: "[\(notice.code)] \(notice.title)",
            opening: """
                Sở Khoa học và Công nghệ thông báo \(notice.kind.label.lowercased()) Hệ thống quản lý văn bản và điều hành tỉnh Ninh Bình (Điều 21.7 Quy chế ban hành kèm theo Quyết định 161/2025/QĐ-UBND).

                \(facts(of: notice))
                """)
    }

    /// - Parameters:
    ///   - notice: As it is announced now.
    ///   - changes: What is otherwise than before.
    static func revision(
        of notice: Notice, _ changes: [NoticeChange], links: NoticeLinks, organizer: String
    ) -> NoticeLetters {
        NoticeLetters(
            notice, .announced(notice.revision), links, organizer: organizer,
            subject: "[\(notice.code)] THAY ĐỔI (bản \(notice.revision)): \(notice.title)",
            opening: """
                Thông báo \(notice.code) có thay đổi, bản \(notice.revision) thay cho bản \(notice.revision - 1). Xác nhận trước đây không còn tính cho bản này.

                Thay đổi:
                \(changes.map { "- \($0.text)" }.joined(separator: "\n"))
                Lý do: \(notice.revisedReason ?? "")

                Toàn văn bản \(notice.revision):
                \(facts(of: notice))
                """)
    }

    static func reminder(_ hours: Int, of notice: Notice, at now: Instant, links: NoticeLinks) -> NoticeLetters {
        NoticeLetters(
            notice, .reminder(hours: hours, notice.revision), links, organizer: nil,
            subject: "[\(notice.code)] NHẮC XÁC NHẬN: \(notice.title)",
            opening: """
                Còn \(VietnameseFormat.duration(notice.begins - now)) là bắt đầu, và chúng tôi chưa nhận được xác nhận của nơi nhận này.

                \(facts(of: notice))
                """)
    }

    static func cancellation(of notice: Notice, reason: String, links: NoticeLinks, organizer: String) -> NoticeLetters {
        NoticeLetters(
            notice, .cancelled, links, organizer: organizer, subject: "[\(notice.code)] HỦY: \(notice.title)",
            opening: """
                Thông báo \(notice.code) (\(notice.title)), thời gian \(VietnameseFormat.moment(notice.begins)) – \(VietnameseFormat.moment(notice.ends)), đã hủy.

                Lý do: \(reason)
                """)
    }

    private static func facts(of notice: Notice) -> String {
        """
        Nội dung: \(notice.title)
        Phạm vi: \(notice.scopeText)
        Bắt đầu: \(VietnameseFormat.moment(notice.begins))
        Dự kiến sử dụng lại: \(VietnameseFormat.moment(notice.ends))
        Ảnh hưởng: \(notice.impact)
        """
    }

    func letters(to recipients: [Addressee]) -> [Letter] { recipients.map(letter) }

    func letter(to recipient: Addressee) -> Letter {
        var body = "Kính gửi \(recipient.name),\n\n\(opening)"
        if stage != .cancelled {
            body += """


                Xác nhận đã nhận, không cần đăng nhập: \(links.acknowledgement(of: notice, by: recipient.id))
                Xem thông báo trên Trực Ban: \(links.page(of: notice.code))
                """
        }
        return Letter(
            key: keyPrefix + recipient.mark, about: notice.code, agency: recipient.agency,
            recipientName: recipient.contactName.isEmpty ? recipient.name : recipient.contactName,
            recipientAddress: recipient.contactEmail, subject: subject, body: body, thread: notice.code,
            calendar: invitation?.part(for: recipient.contactEmail))
    }
}
