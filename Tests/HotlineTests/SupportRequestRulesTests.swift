import Civil
import Organization
import Testing

@testable import Hotline

/// What Điều 21.9 asks of a call that was logged, and what may be done with it.
struct SupportRequestRulesTests {
    @Test(arguments: [
        ("đủ", SupportRequestDraft.example(), []),
        ("không có tên người gọi", .example(caller: ""), ["caller_name"]),
        ("không có nội dung", .example(text: ""), ["text"]),
        ("gọi điện mà không có số", .example(phone: ""), ["caller_phone"]),
        ("thư điện tử thì không cần số", .example(channel: .mail, phone: ""), []),
        ("hệ thống QLVB&ĐH thì không cần số", .example(channel: .documentSystem, phone: ""), []),
        ("trực tiếp thì không cần số", .example(channel: .inPerson, phone: ""), []),
        ("tiếp nhận bây giờ", .example(receivedAt: now), []),
        ("ghi lại cuộc gọi đêm qua", .example(receivedAt: now - .seconds(10 * 3600)), []),
        ("tiếp nhận ở tương lai", .example(receivedAt: now + .seconds(1)), ["received_at"]),
        ("thiếu mọi thứ", .example(caller: "", phone: "", text: "", receivedAt: now + .seconds(60)), ["caller_name", "text", "caller_phone", "received_at"]),
    ] as [(String, SupportRequestDraft, [String])])
    func drafts(name: String, draft: SupportRequestDraft, refused: [String]) {
        #expect(draft.problems(at: now).map(\.field) == refused)
    }

    @Test(arguments: [
        ("mới", SupportRequest.example(), SupportRequest.State.new), ("có người nhận", .example(takenBy: "Hòa"), .open),
        ("đã giải quyết", .example(takenBy: "Hòa", resolvedAt: now), .resolved),
    ])
    func states(name: String, request: SupportRequest, expected: SupportRequest.State) {
        #expect(request.state == expected)
    }

    struct Command: Sendable, CustomTestStringConvertible {
        let name: String
        let request: SupportRequest
        /// nil: taking; otherwise resolving with this.
        var resolution: String?
        /// What the refusal says; nil for none.
        let refused: String?
        var testDescription: String { name }
    }

    @Test(arguments: [
        Command(name: "nhận yêu cầu mới", request: .example(), refused: nil),
        Command(name: "nhận yêu cầu người khác đang làm", request: .example(takenBy: "Lê Thanh Hòa"), refused: "YC-2026-00001 đang do Lê Thanh Hòa xử lý."),
        Command(name: "nhận yêu cầu đã xong", request: .example(takenBy: "Hòa", resolvedAt: now), refused: "YC-2026-00001 đã được giải quyết."),
        Command(name: "trả lời ngay yêu cầu mới", request: .example(), resolution: "Đã hướng dẫn", refused: nil),
        Command(name: "giải quyết yêu cầu của người khác", request: .example(takenBy: "Hòa"), resolution: "Đã hướng dẫn", refused: nil),
        Command(name: "giải quyết mà không ghi kết quả", request: .example(takenBy: "Hòa"), resolution: "", refused: "Kết quả: cần ghi đã hướng dẫn, khắc phục thế nào."),
        Command(name: "giải quyết lần nữa", request: .example(takenBy: "Hòa", resolvedAt: now), resolution: "Khác", refused: "YC-2026-00001 đã được giải quyết."),
    ])
    func whatMayBeDone(_ row: Command) {
        var said: String?
        do throws(Refusal) {
            if let resolution = row.resolution {
                try row.request.checkResolving(resolution)
            } else {
                try row.request.checkTaking()
            }
        } catch {
            said = error.problems.map(\.text).joined()
        }
        #expect(said == row.refused)
    }
}
