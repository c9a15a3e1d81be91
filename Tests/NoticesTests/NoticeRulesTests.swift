import Civil
import Database
import Organization
import Testing

@testable import Notices

/// What Điều 21.6 and 21.7 ask of a notice.
struct NoticeRulesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let notice: Notice
        var leadDays = 7
        var wantedLeadDays = 7
        var watched: Set<String> = ["Ứng dụng", "Ký số"]
        var reason = "Hoãn"
        /// The fields that are refused; "" is the notice as a whole.
        let refused: [String]
        var testDescription: String { name }
    }

    private func fields(_ check: () throws(Refusal) -> Void) -> [String] {
        do throws(Refusal) {
            try check()
            return []
        } catch {
            return error.problems.map(\.field)
        }
    }

    static let publishing: [Row] = [
        Row(name: "bảo trì, báo đủ ngày", notice: .example(publishedAt: nil), refused: []),
        Row(name: "nâng cấp đã thử nghiệm", notice: .example(kind: .upgrade, testRecord: "Bản 4.2 đạt", publishedAt: nil), refused: []),
        Row(name: "Điều 21.6: nâng cấp chưa thử nghiệm", notice: .example(kind: .upgrade, publishedAt: nil), refused: ["test_record"]),
        Row(name: "Điều 21.6: kết quả thử nghiệm để trống", notice: .example(kind: .upgrade, testRecord: "", publishedAt: nil), refused: ["test_record"]),
        Row(name: "lý do báo gấp không thay được thử nghiệm", notice: .example(kind: .upgrade, reason: "Vá lỗ hổng", publishedAt: nil), leadDays: 1, refused: ["test_record"]),
        Row(name: "báo gấp không lý do", notice: .example(publishedAt: nil), leadDays: 6, refused: ["short_lead_reason"]),
        Row(name: "báo gấp có lý do", notice: .example(reason: "Vá lỗ hổng nghiêm trọng", publishedAt: nil), leadDays: 0, refused: []),
        Row(name: "mục tiêu 0 ngày: báo trong ngày", notice: .example(publishedAt: nil), leadDays: 0, wantedLeadDays: 0, refused: []),
        Row(name: "Điều 21.7: giờ bắt đầu là bây giờ", notice: .example(begins: now, reason: "Gấp", publishedAt: nil), leadDays: 0, refused: ["begins"]),
        Row(name: "Điều 21.7: giờ bắt đầu đã qua, chưa thử, không lý do", notice: .example(kind: .upgrade, begins: now - .seconds(1), publishedAt: nil), leadDays: 0, refused: ["begins", "test_record", "short_lead_reason"]),
        Row(name: "phạm vi là hai thành phần đang giám sát", notice: .example(components: ["Ký số", "Ứng dụng"], publishedAt: nil), refused: []),
        Row(name: "phạm vi có thành phần không còn giám sát", notice: .example(components: ["Lưu trữ", "Ứng dụng"], publishedAt: nil), refused: ["component"]),
        Row(name: "toàn hệ thống, dù chưa giám sát gì", notice: .example(publishedAt: nil), watched: [], refused: []),
        Row(name: "đã đăng", notice: .example(), refused: [""]),
        Row(name: "đã hủy", notice: .example(publishedAt: nil, cancelledAt: now), refused: [""]),
    ]

    @Test(arguments: publishing) func isPublished(_ row: Row) {
        #expect(fields { () throws(Refusal) in
            try row.notice.checkPublishing(
                leadDays: row.leadDays, wantedLeadDays: row.wantedLeadDays, watched: row.watched, at: now)
        } == row.refused)
    }

    static let cancelling: [Row] = [
        Row(name: "dự thảo", notice: .example(publishedAt: nil), refused: []),
        Row(name: "đã đăng, chưa bắt đầu", notice: .example(), refused: []),
        Row(name: "đang thực hiện", notice: .example(begins: now - .seconds(60), publishedAt: now - .seconds(90)), refused: []),
        Row(name: "đã xong", notice: .example(begins: now - .seconds(60), ends: now, publishedAt: now - .seconds(90)), refused: [""]),
        Row(name: "dự thảo quá giờ vẫn bỏ được", notice: .example(begins: now - .seconds(60), ends: now, publishedAt: nil), refused: []),
        Row(name: "đã hủy", notice: .example(cancelledAt: now), refused: [""]),
        Row(name: "không lý do", notice: .example(), reason: "", refused: ["reason"]),
    ]

    @Test(arguments: cancelling) func isCancelled(_ row: Row) {
        #expect(fields { () throws(Refusal) in try row.notice.checkCancelling(reason: row.reason, at: now) } == row.refused)
    }

    @Test(arguments: [
        Row(name: "dự thảo", notice: .example(publishedAt: nil), refused: []),
        Row(name: "đã đăng thì không sửa", notice: .example(), refused: [""]),
        Row(name: "đã hủy thì không sửa", notice: .example(publishedAt: nil, cancelledAt: now), refused: [""]),
    ])
    func changing(_ row: Row) {
        #expect(fields { () throws(Refusal) in try row.notice.checkChanging() } == row.refused)
    }

    @Test(arguments: [
        Row(name: "dự thảo chưa có gì để xác nhận", notice: .example(publishedAt: nil), refused: [""]),
        Row(name: "đã đăng", notice: .example(), refused: []),
        Row(name: "đã xong: muộn vẫn hơn không", notice: .example(begins: now - .seconds(60), ends: now), refused: []),
        Row(name: "đã hủy", notice: .example(cancelledAt: now), refused: [""]),
    ])
    func acknowledging(_ row: Row) {
        #expect(fields { () throws(Refusal) in try row.notice.checkAcknowledging() } == row.refused)
    }

    @Test(arguments: [
        ("đủ", NoticeDraft.example(), []),
        ("hai năm nữa", .example(begins: at("2028-11-24T09:00"), ends: at("2028-11-24T10:00")), []),
        ("hơn hai năm nữa", .example(begins: at("2028-11-24T09:01"), ends: at("2028-11-24T10:00")), ["begins"]),
        ("không trích yếu", .example(title: ""), ["title"]),
        ("kết thúc bằng bắt đầu", .example(ends: at("2026-12-04T22:00")), ["ends"]),
        ("kết thúc trước bắt đầu", .example(ends: at("2026-12-04T21:59")), ["ends"]),
        ("đúng 14 ngày", .example(ends: at("2026-12-18T22:00")), []),
        ("quá 14 ngày", .example(ends: at("2026-12-18T22:01")), ["ends"]),
    ] as [(String, NoticeDraft, [String])])
    func drafts(name: String, draft: NoticeDraft, refused: [String]) {
        #expect(fields { () throws(Refusal) in try draft.check(at: now) } == refused)
    }

    @Test(arguments: [
        ("dự thảo", Notice.example(publishedAt: nil), now, Notice.State.draft),
        ("đã đăng", .example(), at("2026-12-04T21:59"), .published),
        ("đúng giờ bắt đầu", .example(), at("2026-12-04T22:00"), .underWay),
        ("đúng giờ kết thúc", .example(), at("2026-12-05T02:00"), .completed),
        ("hủy", .example(cancelledAt: now), at("2026-12-04T23:00"), .cancelled),
    ])
    func states(name: String, notice: Notice, moment: Instant, expected: Notice.State) {
        #expect(notice.state(at: moment) == expected)
    }

    @Test(arguments: [
        ("chưa bắt đầu", nil, nil, at("2026-12-04T21:59"), Acknowledgement.awaited),
        ("đã bắt đầu mà chưa xác nhận", nil, nil, at("2026-12-04T22:00"), .overdue),
        ("xác nhận trước", now, nil, at("2026-12-04T22:00"), .given),
        ("hủy rồi", nil, now, at("2026-12-04T22:00"), .notNeeded),
        ("xác nhận rồi mới hủy", now, now, at("2026-12-04T22:00"), .given),
    ] as [(String, Instant?, Instant?, Instant, Acknowledgement)])
    func acknowledgements(name: String, acknowledgedAt: Instant?, cancelledAt: Instant?, moment: Instant, expected: Acknowledgement) {
        let recipient = NoticeRecipient(
            agency: Agency.ID(rawValue: 1), agencyName: "", contactName: "", contactEmail: "", contactPhone: "",
            acknowledgedAt: acknowledgedAt, acknowledgedBy: nil)
        #expect(recipient.acknowledgement(of: .example(cancelledAt: cancelledAt), at: moment) == expected)
    }
}
