import Civil
import Database
import Delivery

/// A certificate that ends soon, as letters tell of it.
private struct EndingCertificate: Hashable, Sendable, PostgresRow {
    let monitor: Int64
    let name: String
    let expiresAt: Instant
    let days: Int

    static var columns: String { "w.monitor_id, m.name, w.expires_at, w.days" }

    init(row: inout RowReader) throws {
        monitor = try row.read()
        name = try row.read()
        expiresAt = try row.read()
        days = try row.read()
    }

    func letter(to recipient: EscalationStep.Recipient, baseURL: String, at now: Instant) -> Letter {
        let left = expiresAt.wholeDays(from: now)
        let when = left == 0 ? "còn chưa tới một ngày" : "còn \(left) ngày"
        return Letter(
            key: "certificate:\(monitor):\(expiresAt.seconds):\(days):\(recipient.address)", about: "certificate:\(monitor)",
            agency: nil, recipientName: recipient.name, recipientAddress: recipient.address,
            subject: "Chứng thư số \(when): \(name)",
            body: """
                Chứng thư số của “\(name)” \(when), hết hạn lúc \(VietnameseFormat.moment(expiresAt)).
                Cần thay trước lúc đó; quá hạn, người dùng không truy cập được.

                \(baseURL)/monitors/\(monitor)

                Thư tự động của Trực Ban, Sở Khoa học và Công nghệ. Báo một lần ở mỗi mốc 30, 14, 7 và 1 ngày.
                """)
    }
}

extension EscalationStore {
    /// Writes the letters of certificates that end soon, to whom the first step names: once for each threshold, whichever
    /// process asks. A warning that nobody could be told of for a day is not made up for, nor one of a certificate that has
    /// been renewed since.
    func tellOfCertificates(at now: Instant) async throws {
        guard let first = try await steps().first else { return }
        try await database.transaction { tx in
            let ending: [EndingCertificate] = try await tx.all(
                """
                SELECT \(columns: EndingCertificate.self)
                FROM   certificate_warnings w JOIN monitors m ON m.id = w.monitor_id
                JOIN   monitor_states s ON s.monitor_id = w.monitor_id AND s.certificate_expires_at = w.expires_at
                WHERE  w.told_at IS NULL AND w.warned_at > \(now - .seconds(86_400)) AND w.expires_at > \(now)
                AND    m.deleted_at IS NULL AND m.paused_at IS NULL
                ORDER  BY w.warned_at, w.monitor_id LIMIT 200 FOR UPDATE OF w SKIP LOCKED
                """)
            guard !ending.isEmpty else { return }
            tx.enqueue(
                ending.flatMap { certificate in
                    first.recipients.map { certificate.letter(to: $0, baseURL: baseURL, at: now) }
                }, at: now)
            try await tx.run(
                """
                UPDATE certificate_warnings w SET told_at = \(now)
                FROM   unnest(\(ending.map(\.monitor)), \(ending.map(\.expiresAt)), \(ending.map(\.days)))
                           AS told (monitor_id, expires_at, days)
                WHERE  (w.monitor_id, w.expires_at, w.days) = (told.monitor_id, told.expires_at, told.days)
                """)
        }
    }
}
