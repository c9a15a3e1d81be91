import Civil
import Database
import Notices
import Organization
import WorkingTime

/// Notices of the maintenance that was, of one that is coming, and a draft.
struct DemoNotices: Sendable {
    struct Notice: Hashable {
        let code: String
        let kind: Notices.Notice.Kind
        let title: String
        let during: TimeRange
        /// Nil for a draft.
        let published: Instant?
        let leadDays: Int?
        let shortLeadReason: String?
    }

    struct Recipient: Hashable {
        let code: String
        let agency: Agency.ID
        let acknowledged: Instant?
        let isDelivered: Bool
    }

    let list: [Notice]
    let recipients: [Recipient]

    init(_ history: DemoHistory, agencies: [Agency], now: Instant, random: inout DemoRandom) {
        var windows = history.maintenance
        let next = CivilDate(inVietnam: now).adding(days: 12)
        for start in [next.startInVietnam + .seconds(22 * 3600), next.adding(days: 14).startInVietnam + .seconds(22 * 3600)] {
            windows.append(TimeRange(from: start, to: start + .seconds(3 * 3600)))
        }
        var list: [Notice] = []
        var recipients: [Recipient] = []
        var numbers: [Int: Int] = [:]
        for (place, window) in windows.enumerated() {
            guard let begins = window.lower else { continue }
            let isDraft = place == windows.count - 1
            let published = isDraft ? nil : min(begins - .seconds((place % 3 == 2 ? 4 : 13) * 86_400) + .seconds(11 * 3600), now)
            let year = CivilDate(inVietnam: published ?? now).year
            numbers[year, default: 0] += 1
            let code = CodePrefix.notice.code(year: year, number: numbers[year] ?? 0)
            let lead = published.map { WorkingCalendar.stateOffice.wholeWorkingDays(from: $0, to: begins) }
            list.append(
                Notice(
                    code: code, kind: place % 3 == 1 ? .upgrade : .maintenance, title: Self.titles[place % Self.titles.count],
                    during: window, published: published, leadDays: lead,
                    shortLeadReason: lead.map { $0 < 7 } ?? false ? "Nhà cung cấp báo lỗi bảo mật cần vá ngay." : nil))
            guard let published else { continue }
            let isComing = begins > now
            recipients += agencies.map { agency in
                let acknowledged = published + random.longTailed(shortest: 1800, doublings: 8)
                let hasAcknowledged = random.happens(isComing ? 70 : 96) && acknowledged < min(begins, now)
                return Recipient(
                    code: code, agency: agency.id, acknowledged: hasAcknowledged ? acknowledged : nil,
                    isDelivered: random.happens(98))
            }
        }
        self.list = list
        self.recipients = recipients
    }

    private static let titles = [
        "Bảo trì hệ thống lưu trữ văn bản", "Nâng cấp phiên bản 5.2: ký số trên thiết bị di động",
        "Vá lỗ hổng bảo mật máy chủ ứng dụng", "Bảo dưỡng cơ sở dữ liệu", "Nâng cấp kết nối Trục liên thông văn bản quốc gia",
        "Thay thiết bị chuyển mạch lõi", "Bảo trì hệ thống sao lưu",
    ]
}

extension Transaction {
    func insertNotices(_ notices: DemoNotices, operator: User.ID, at now: Instant) async throws {
        let (list, recipients) = (notices.list, notices.recipients)
        try await run(
            """
            INSERT INTO notices (code, kind, title, impact, during, short_lead_reason, created_by, created_at)
            SELECT v.code, v.kind, v.title, 'Không đăng nhập được trong thời gian thực hiện; văn bản gửi đến được nhận sau khi xong.',
                   tstzrange(v.begins, v.ends), v.reason, \(`operator`), coalesce(v.published, v.begins) - interval '1 day'
            FROM   unnest(\(list.map(\.code)), \(list.map(\.kind.rawValue)), \(list.map(\.title)),
                          \(list.map(\.during.lower)), \(list.map(\.during.upper)), \(list.map(\.shortLeadReason)),
                          \(list.map(\.published)))
                   AS v (code, kind, title, begins, ends, reason, published)
            """)
        try await run(
            """
            INSERT INTO notice_tests (notice_id, tested_version, changes, environment, plan, cases_passed, cases_failed, tester,
                                      approver, evidence, verdict, updated_by, updated_at)
            SELECT id, '5.2', title, 'Máy chủ kiểm thử', 'Các chức năng văn bản đi, đến, ký số, liên thông.', 42, 0,
                   'Nhà cung cấp (dữ liệu mẫu)', 'Phòng Chuyển đổi số (dữ liệu mẫu)',
                   'Biên bản thử nghiệm trước khi thông báo (dữ liệu mẫu).', 'passed', created_by, created_at
            FROM   notices WHERE kind = 'upgrade'
            """)
        try await run(
            """
            UPDATE notices n
            SET    submitted_at = v.published - interval '2 hours', submitted_by = n.created_by,
                   approved_at = v.published - interval '1 hour',
                   approved_by = coalesce((SELECT min(id) FROM users WHERE role = 'administrator'), n.created_by), published_at = v.published,
                   published_by = n.created_by, lead_days = v.lead
            FROM   unnest(\(list.map(\.code)), \(list.map(\.published)), \(list.map { $0.leadDays.map(Int64.init) }))
                   AS v (code, published, lead)
            WHERE  n.code = v.code AND v.published IS NOT NULL
            """)
        // Done within the announced hours, as the history has it.
        try await run(
            """
            UPDATE notices SET completed_at = upper(during), completed_by = created_by, worked = during
            WHERE  published_at IS NOT NULL AND upper(during) <= \(now)
            """)
        try await run(
            """
            INSERT INTO notice_recipients (notice_id, agency_id, contact_name, contact_email, contact_phone, acknowledged_at)
            SELECT n.id, a.id, a.contact_name, a.contact_email, a.contact_phone, v.acknowledged
            FROM   unnest(\(recipients.map(\.code)), \(recipients.map(\.agency.rawValue)),
                          \(recipients.map(\.acknowledged))) AS v (code, agency_id, acknowledged)
            JOIN   notices n ON n.code = v.code JOIN agencies a ON a.id = v.agency_id
            """)
        try await run(
            """
            INSERT INTO notice_acknowledgements (recipient_id, revision, acknowledged_at, method, said_by, recorded_at)
            SELECT id, 1, acknowledged_at, 'link', contact_name, acknowledged_at
            FROM   notice_recipients WHERE acknowledged_at IS NOT NULL
            """)
        try await run(
            """
            INSERT INTO deliveries (key, about, agency_id, recipient_name, recipient_address, subject, body, created_at,
                                    state, run_at, attempts, finished_at, answer)
            SELECT 'notice:' || n.code || ':published:' || a.id, n.code, a.id, a.contact_name, a.contact_email,
                   '[' || n.code || '] ' || n.title, 'Dữ liệu mẫu: thư này không được gửi.', n.published_at,
                   CASE WHEN v.delivered THEN 'delivered' ELSE 'failed' END, n.published_at, CASE WHEN v.delivered THEN 1 ELSE 12 END,
                   n.published_at + CASE WHEN v.delivered THEN interval '1 minute' ELSE interval '2 hours' END,
                   CASE WHEN v.delivered THEN '250 2.0.0 (dữ liệu mẫu)' ELSE '550 5.1.1 không có hộp thư này (dữ liệu mẫu)' END
            FROM   unnest(\(recipients.map(\.code)), \(recipients.map(\.agency.rawValue)),
                          \(recipients.map(\.isDelivered))) AS v (code, agency_id, delivered)
            JOIN   notices n ON n.code = v.code JOIN agencies a ON a.id = v.agency_id
            """)
        try await continueCodes(of: "notices")
    }
}
