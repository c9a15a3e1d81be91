import Civil
import Documents
import Markdown
import Organization
import Web

/// The written notice of Điều 21.7: a “thông báo” in the layout of Nghị định 30/2020/NĐ-CP. It has no “Kính gửi”, and its
/// “Nơi nhận” begins without “Như trên”.
struct NoticeDocument {
    let notice: Notice
    let test: UpgradeTest?
    /// What is otherwise than in the revision before.
    let changes: [NoticeChange]
    let number: NoticeNumber?

    let recipients = [
        "Các cơ quan, đơn vị, cá nhân sử dụng Hệ thống QLVB&ĐH;", "Văn phòng UBND tỉnh;", "Lãnh đạo Sở;", "Lưu: VT.",
    ]

    /// The trích yếu: `Về việc bảo trì máy chủ`. The first letter is made small where that makes no other word of it.
    var subject: String {
        if notice.title.lowercased().hasPrefix("về việc") { return notice.title }
        let letters = notice.title.prefix(2)
        let isWord = letters.dropFirst().first?.isLowercase ?? false
        return "Về việc \(isWord ? letters.prefix(1).lowercased() + notice.title.dropFirst() : notice.title)"
    }

    var body: Document {
        Document(
            [
                .paragraph(
                    """
                    Thực hiện khoản 7 Điều 21 Quy chế quản lý, vận hành và sử dụng Hệ thống quản lý văn bản và điều hành trong \
                    các cơ quan hành chính nhà nước trên địa bàn tỉnh Ninh Bình ban hành kèm theo Quyết định số \
                    161/2025/QĐ-UBND ngày 23 tháng 11 năm 2025 của Ủy ban nhân dân tỉnh Ninh Bình, Sở Khoa học và Công nghệ \
                    thông báo việc \(notice.kind.label.lowercased()) Hệ thống quản lý văn bản và điều hành (Hệ thống QLVB&ĐH) như sau:
                    """)
            ] + amendment + facts + tested + [
                .paragraph(
                    """
                    Đề nghị các cơ quan, đơn vị, cá nhân thông báo cho người sử dụng biết và xác nhận đã nhận thông báo này; \
                    có vướng mắc đề nghị liên hệ đường dây nóng hỗ trợ kỹ thuật của Sở Khoa học và Công nghệ./.
                    """)
            ])
    }

    private var amendment: [Block] {
        guard notice.revision > 1 else { return [] }
        return [
            .paragraph(
                """
                Thông báo này thay thế nội dung đã thông báo lần \(notice.revision - 1) (mã \(notice.code)). \
                Lý do: \(notice.revisedReason ?? VietnameseFormat.noFigure). Các nội dung thay đổi:
                """),
            .bullets(changes.map { [.text("\($0.text).")] }),
        ]
    }

    private var facts: [Block] {
        let span = notice.ends - notice.begins
        return [
            titled("1. Nội dung", "\(notice.title)."), titled("2. Phạm vi", "\(notice.scopeText)."),
            titled(
                "3. Thời gian",
                """
                từ \(Self.moment(notice.begins)) đến \(Self.moment(notice.ends)) (\(VietnameseFormat.duration(span))). \
                Thời điểm dự kiến sử dụng lại: \(Self.moment(notice.ends)).
                """),
            .paragraph([.strong("4. Ảnh hưởng và biện pháp tạm thời:")]),
        ] + notice.impact.split(separator: "\n").map { .paragraph(String($0)) }
    }

    private var tested: [Block] {
        guard notice.kind == .upgrade, let draft = test?.draft else { return [] }
        return [
            titled(
                "5. Kiểm tra, thử nghiệm trước khi thông báo (khoản 6 Điều 21)",
                """
                phiên bản \(draft.version); môi trường: \(draft.environment); \(VietnameseFormat.number(draft.casesPassed)) ca đạt, \
                \(VietnameseFormat.number(draft.casesFailed)) ca không đạt; kết luận: \(draft.verdict.label.lowercased()).
                """)
        ]
    }

    private func titled(_ title: String, _ text: String) -> Block {
        .paragraph([.strong("\(title): "), .text(text)])
    }

    /// `22 giờ 00 ngày 04 tháng 12 năm 2026`
    static func moment(_ instant: Instant) -> String {
        let parts = VietnameseFormat.time(instant).split(separator: ":")
        return "\(parts[0]) giờ \(parts[1]) \(VietnameseFormat.documentDate(CivilDate(inVietnam: instant)))"
    }
}

/// The written notice as one page of HTML. It stands alone: its style is inside it.
struct NoticeDocumentView: PageView {
    static let template = "notices/document"
    static let parts: [any View.Type] = [NoticeDocumentLineView.self]

    let document: NoticeDocument
    /// `public/report.css`
    let style: String
    let isDemo: Bool
    let now: Instant

    private var notice: Notice { document.notice }
    /// What says of itself that it is no notice yet, or none any more.
    private var warning: String? {
        switch notice.state(at: now) {
        case .draft, .inReview: "DỰ THẢO – chưa được duyệt, không dùng làm thông báo"
        case .cancelled: "ĐÃ HỦY – thông báo này không còn hiệu lực"
        default: nil
        }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "style": \.style, "subject": \.document.subject, "isDemo": \.isDemo, "warning": \.warning,
        "issuerParent": { _ in Letterhead.issuerParent }, "issuer": { _ in Letterhead.issuer },
        "numberLine": { Letterhead.numberLine($0.document.number?.number, kind: "TB") },
        "placeAndDate": {
            Letterhead.placeAndDate(
                $0.document.number?.issuedOn, year: CivilDate(inVietnam: $0.notice.announcedAt ?? $0.now).year)
        },
        "body": \.document.body.html, "recipients": { $0.document.recipients.map(NoticeDocumentLineView.init) },
    ]
}

struct NoticeDocumentLineView: View {
    let line: String

    static let fields: [String: @Sendable (Self) -> Any?] = ["line": \.line]
}
