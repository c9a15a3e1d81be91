import Civil
import Database

extension Transaction {
    /// The public page with what users of the system know by name; the machines under it stay inside.
    func openStatusPage(at now: Instant) async throws {
        let components = [
            ("Ứng dụng", "Đăng nhập và xử lý văn bản"), ("Liên thông", "Gửi, nhận văn bản liên thông"), ("Ký số", "Ký số"),
            ("Cơ sở dữ liệu", "Tra cứu văn bản"), ("Lưu trữ", "Tải lên, tải về tệp văn bản"),
        ]
        try await run(
            """
            INSERT INTO public_components (name, title, position, is_public)
            SELECT t.name, t.title, t.place * 10, true
            FROM   unnest(\(components.map(\.0)), \(components.map(\.1))) WITH ORDINALITY AS t (name, title, place)
            """)
        try await run("UPDATE status_page SET is_on = true, version = version + 1, updated_at = \(now)")
    }
}
