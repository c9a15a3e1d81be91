import Civil
import Database
import Organization
import Web

/// A notice that waits for somebody.
struct WaitingNotice: PostgresRow {
    enum Wish: String, PostgresDecodable {
        /// Its time is over, and nobody has said when the work really went on: what goes on still counts as downtime.
        case completion
        /// It was submitted, and waits to be approved.
        case approval
        /// Not all recipients have said that they know it (Điều 21.7).
        case acknowledgement
    }

    let code: String
    let title: String
    let during: TimeRange
    let wish: Wish
    let acknowledged: Int
    let recipients: Int
    /// Who wrote it, and who wrote in it last: they do not approve it, unless a setting says so.
    let writers: [User.ID]

    static var columns: String { "n.code, n.title, n.during, n.wish, r.acknowledged, r.recipients, n.writers" }

    init(row: inout RowReader) throws {
        code = try row.read()
        title = try row.read()
        during = try row.read()
        wish = try row.read()
        acknowledged = try row.read()
        recipients = try row.read()
        writers = try row.read()
    }
}

extension HomeStore {
    /// What waits for the Department comes first, overrun before unapproved; somebody of an agency is told of what their own
    /// has not acknowledged, while it is of use.
    func notices(for person: Person, at now: Instant) async throws -> [WaitingNotice] {
        try await database.all(
            """
            SELECT \(columns: WaitingNotice.self)
            FROM  (SELECT id, code, title, during,
                          CASE WHEN published_at IS NULL THEN 'approval' WHEN upper(during) <= \(now) THEN 'completion'
                               ELSE 'acknowledgement' END AS wish,
                          array_remove(ARRAY[created_by, updated_by], NULL) AS writers
                   FROM   notices
                   WHERE  cancelled_at IS NULL AND completed_at IS NULL
                   AND    CASE WHEN \(person.scope)::bigint IS NULL
                               THEN published_at IS NOT NULL
                                    OR (submitted_at IS NOT NULL AND approved_at IS NULL AND upper(during) > \(now))
                               ELSE published_at IS NOT NULL AND upper(during) > \(now) END) AS n
            CROSS  JOIN LATERAL (SELECT count(r.acknowledged_at) AS acknowledged, count(*) AS recipients
                                 FROM   notice_recipients r
                                 WHERE  r.notice_id = n.id AND (\(person.scope)::bigint IS NULL OR r.agency_id = \(person.scope))) AS r
            WHERE  n.wish <> 'acknowledgement' OR r.acknowledged < r.recipients
            ORDER  BY array_position(ARRAY['completion', 'approval'], n.wish), lower(n.during), n.id LIMIT 10
            """)
    }
}

/// The most urgent thing that a notice asks of this person.
extension WaitingNotice {
    func step(for person: Person) -> HomeStepView? {
        let href = "/notices/\(code)"
        switch wish {
        case .completion where person.may(.writeNotices):
            return HomeStepView(
                text: "\(code) đã quá giờ dự kiến: ghi thời gian thực hiện, hoặc báo lùi giờ (Điều 21.7).", href: href,
                label: "Mở thông báo")
        case .approval where person.may(.approveNotices) && !writers.contains(person.id):
            return HomeStepView(text: "\(code) chờ duyệt.", href: href, label: "Đọc và duyệt")
        case .acknowledgement where person.may(.acknowledgeNotices):
            return HomeStepView(text: "Thông báo \(code) chờ cơ quan xác nhận đã nhận.", href: href, label: "Mở thông báo")
        default: return nil
        }
    }
}

struct HomeNoticeView: View {
    let notice: WaitingNotice

    private var badge: BadgeView? {
        switch notice.wish {
        case .completion: BadgeView(kind: "overdue", label: "Quá giờ dự kiến")
        case .approval: BadgeView(kind: "due", label: "Chờ duyệt")
        case .acknowledgement: nil
        }
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "noticeHref": { "/notices/\($0.notice.code)" }, "code": \.notice.code, "title": \.notice.title,
        "window": {
            [$0.notice.during.lower, $0.notice.during.upper].compactMap { $0.map(VietnameseFormat.moment) }
                .joined(separator: " – ")
        },
        "wish": \.badge,
        "acknowledged": { view in
            view.notice.recipients > 0 && view.notice.wish != .approval
                ? "đã xác nhận \(view.notice.acknowledged)/\(view.notice.recipients) nơi nhận" : nil
        },
    ]
}
