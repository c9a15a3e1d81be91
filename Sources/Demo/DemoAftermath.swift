import Civil
import Database
import Organization

extension Transaction {
    /// What follows from incidents that are closed: the provider's times of the longer ones, reviews of the grave ones and
    /// what was undertaken; the actions of the last month are not all done.
    func insertAftermath(operator: User.ID) async throws {
        try await run(
            """
            INSERT INTO incident_handovers (incident_id, handed_over_at, answered_at, fixed_at, updated_by, updated_at)
            SELECT i.id, handed, least(handed + (4 + i.id % 37) * interval '1 minute', i.resumed_at), i.resumed_at,
                   \(`operator`), i.resumed_at
            FROM   incidents i, LATERAL (SELECT i.detected_at + (3 + i.id % 9) * interval '1 minute') AS v (handed)
            WHERE  i.outage_id IS NOT NULL AND NOT i.is_open AND i.resumed_at >= handed
            """)
        try await run(
            """
            INSERT INTO incident_reviews (incident_id, causes, went_well, to_mend, updated_by, updated_at)
            SELECT i.id, i.cause, 'Thông báo đủ người, đúng nội dung; doanh nghiệp trả lời sớm.',
                   'Chưa có cảnh báo trước khi hết dung lượng, quá tải.', \(`operator`), i.closed_at
            FROM   incidents i WHERE NOT i.is_open AND i.severity IN ('M1', 'M2')
            """)
        try await run(
            """
            INSERT INTO incident_actions (incident_id, text, owner, due_on, created_at, created_by, done_at, done_by, done_note)
            SELECT i.id, v.text, v.owner, (i.closed_at + v.days * interval '1 day')::date, i.closed_at, \(`operator`),
                   CASE WHEN v.is_done THEN i.closed_at + (v.days - 1) * interval '1 day' END,
                   CASE WHEN v.is_done THEN \(`operator`)::bigint END, CASE WHEN v.is_done THEN 'Đã làm, đã thử lại.' END
            FROM   incidents i JOIN incident_reviews r ON r.incident_id = i.id
            CROSS  JOIN LATERAL (
                SELECT text, owner, days, i.closed_at + (days + (i.id % 5) * 7) * interval '1 day' < newest AS is_done
                FROM  (VALUES ('Đặt cảnh báo dung lượng, tải ở 80%', 'Tổ hạ tầng', 14),
                              ('Diễn tập chuyển sang máy chủ dự phòng', 'Tổ vận hành', 30)) AS w (text, owner, days),
                      (SELECT max(detected_at) AS newest FROM incidents) AS n) AS v
            ORDER  BY i.id, v.days
            """)
    }
}
