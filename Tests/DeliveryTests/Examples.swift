import Civil
import Database
import Organization

@testable import Delivery

let now = Instant(seconds: 1_795_485_600)

extension Letter {
    static func example(
        _ number: Int = 1, to address: String = "xayenkhanh@example.vn", about code: String = "TB-2026-0001",
        agency: Agency.ID? = nil
    ) -> Letter {
        Letter(
            key: "notice:\(code):published:\(number)", about: code, agency: agency, recipientName: "Nguyễn Văn Bình",
            recipientAddress: address, subject: "[\(code)] Nâng cấp máy chủ",
            body: "Kính gửi UBND xã Yên Khánh,\n.\nThư số \(number).")
    }
}

extension Database {
    func enqueue(_ letters: [Letter], at moment: Instant = now) async throws {
        try await transaction { $0.enqueue(letters, at: moment) }
    }

    /// All letters, oldest first.
    func letters() async throws -> [Delivery] {
        try await all("SELECT \(columns: Delivery.self) FROM deliveries ORDER BY id")
    }
}
