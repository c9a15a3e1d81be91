import Civil
import Testing
import Transfer

@testable import Delivery

/// What a mail server's answer means, and what is done next.
struct DeliveryRulesTests {
    struct Reply: Sendable, CustomTestStringConvertible {
        let name: String
        let code: Int32
        let status: Int
        let reply: String
        var message = ""
        let expected: DeliveryOutcome
        var testDescription: String { name }
    }

    static let replies: [Reply] = [
        Reply(name: "đã nhận", code: 0, status: 250, reply: "250 2.0.0 OK", expected: .accepted("250 2.0.0 OK")),
        Reply(name: "hộp thư đầy, thử lại sau", code: 55, status: 452, reply: "452 4.2.2 full", expected: .transient("452 4.2.2 full")),
        Reply(name: "danh sách xám", code: 55, status: 451, reply: "451 4.7.1 greylisted", expected: .transient("451 4.7.1 greylisted")),
        Reply(name: "máy chủ sắp tắt", code: 8, status: 421, reply: "421 closing", expected: .transient("421 closing")),
        Reply(name: "không có hộp thư", code: 55, status: 550, reply: "550 5.1.1 unknown", expected: .permanent("550 5.1.1 unknown")),
        Reply(name: "thư bị coi là thư rác", code: 8, status: 554, reply: "554 5.7.1 spam", expected: .permanent("554 5.7.1 spam")),
        Reply(name: "không phải địa chỉ", code: 43, status: 0, reply: "", message: "not an address", expected: .permanent("Không phải là địa chỉ thư điện tử.")),
        Reply(name: "không nối được", code: 7, status: 0, reply: "", message: "Connection refused", expected: .transient("Không liên lạc được với máy chủ thư: Connection refused")),
        Reply(name: "không có tên máy chủ", code: 6, status: 0, reply: "", message: "Could not resolve host", expected: .transient("Không liên lạc được với máy chủ thư: Could not resolve host")),
        Reply(name: "đứt sau khi máy chủ nói 250 cho người nhận", code: 28, status: 250, reply: "250 OK", message: "Timeout", expected: .transient("Không liên lạc được với máy chủ thư: Timeout")),
        Reply(name: "chứng thư không đúng", code: 60, status: 220, reply: "220 go on", message: "certificate expired", expected: .transient("Không liên lạc được với máy chủ thư: certificate expired")),
        Reply(name: "mật khẩu sai: lỗi cài đặt, không phải lỗi của thư", code: 67, status: 535, reply: "535 5.7.8 no", expected: .transient("Máy chủ thư không nhận tài khoản của Trực Ban: 535 5.7.8 no")),
        Reply(name: "đòi đăng nhập: lỗi cài đặt", code: 55, status: 530, reply: "530 5.7.0 sign in", expected: .transient("Máy chủ thư không nhận tài khoản của Trực Ban: 530 5.7.0 sign in")),
        Reply(name: "từ chối không lời", code: 55, status: 550, reply: "", message: "RCPT failed: 550", expected: .permanent("RCPT failed: 550")),
    ]

    @Test(arguments: replies) func aReplyMeans(_ row: Reply) {
        var outcome = Outcome()
        (outcome.code, outcome.status, outcome.reply, outcome.message) = (row.code, row.status, row.reply, row.message)
        #expect(DeliveryOutcome(outcome) == row.expected)
    }

    private static let now = Instant(seconds: 1_795_485_600)

    struct Step: Sendable, CustomTestStringConvertible {
        let name: String
        let outcome: DeliveryOutcome
        let attempt: Int
        var jitter = 0.0
        let expected: DeliveryRules.Next
        var testDescription: String { name }
    }

    static let steps: [Step] = [
        Step(name: "nhận ngay lần đầu", outcome: .accepted("250"), attempt: 1, expected: .delivered("250")),
        Step(name: "nhận ở lần cuối", outcome: .accepted("250"), attempt: 80, expected: .delivered("250")),
        Step(name: "từ chối hẳn: không thử nữa", outcome: .permanent("550"), attempt: 1, expected: .failed("550")),
        Step(name: "lần 1 bận: 2 giây sau", outcome: .transient("451"), attempt: 1, expected: .again(at: now + .seconds(2), "451")),
        Step(name: "lần 2 bận: 17 giây sau", outcome: .transient("451"), attempt: 2, expected: .again(at: now + .seconds(17), "451")),
        Step(name: "lần 3 bận: 82 giây sau", outcome: .transient("451"), attempt: 3, expected: .again(at: now + .seconds(82), "451")),
        Step(name: "lần 7 bận: 40 phút sau", outcome: .transient("451"), attempt: 7, expected: .again(at: now + .seconds(2402), "451")),
        Step(name: "từ lần 8: mỗi giờ", outcome: .transient("451"), attempt: 8, expected: .again(at: now + .seconds(3600), "451")),
        Step(name: "lần 79: vẫn mỗi giờ", outcome: .transient("451"), attempt: 79, expected: .again(at: now + .seconds(3600), "451")),
        Step(name: "lần 80: thôi", outcome: .transient("451"), attempt: 80, expected: .failed("451")),
        Step(name: "cùng hỏng thì không cùng quay lại: thêm tới một phần tư", outcome: .transient("451"), attempt: 8, jitter: 1, expected: .again(at: now + .seconds(4500), "451")),
    ]

    @Test(arguments: steps) func whatIsDoneNext(_ row: Step) {
        #expect(DeliveryRules.next(after: row.outcome, attempt: row.attempt, jitter: row.jitter, at: Self.now) == row.expected)
    }

    @Test func itTriesForMoreThanAWeekend() {
        let waits = (1..<DeliveryRules.maximumAttempts).map { attempt in
            guard case .again(let at, _) = DeliveryRules.next(
                after: .transient(""), attempt: attempt, jitter: 0, at: Self.now) else { return Duration.zero }
            return at - Self.now
        }
        #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 })
        // From the end of work on a Friday to the beginning on a Monday.
        #expect(waits.reduce(.zero, +) > .seconds(62 * 3600))
    }

    @Test func aLeaseIsLongerThanATransfer() throws {
        let server = try #require(MailServer(url: "smtp://thu.example"))
        #expect(MailTransfer(server: server, from: "", to: [], message: []).timeout < DeliveryRules.lease)
    }

    @Test(arguments: [Delivery.State.ready, .running, .delivered, .failed, .withdrawn])
    func everyStateHasItsOwnWords(_ state: Delivery.State) {
        let others = [Delivery.State.ready, .running, .delivered, .failed, .withdrawn].filter { $0 != state }
        #expect(!others.map(\.label).contains(state.label) && !others.map(\.badge).contains(state.badge))
    }
}
