import Civil
import Database
import Organization
import TestKit
import Testing

@testable import Notices

/// What Điều 21.6 and 21.7 ask of a notice.
struct NoticeRulesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let notice: Notice
        var test: UpgradeTest?
        var leadDays = 7
        var wantedLeadDays = 7
        var watched: Set<String> = ["Ứng dụng", "Ký số"]
        var reason = "Hoãn"
        /// The fields that are refused; "" is the notice as a whole.
        let refused: [String]
        var testDescription: String { name }
    }

    static let publishing: [Row] = [
        Row(name: "bảo trì, báo đủ ngày", notice: .example(state: .approved), refused: []),
        Row(name: "nâng cấp đã thử nghiệm", notice: .example(kind: .upgrade, state: .approved), test: .example(), refused: []),
        Row(name: "Điều 21.6: nâng cấp chưa thử nghiệm", notice: .example(kind: .upgrade, state: .approved), refused: ["test"]),
        Row(name: "Điều 21.6: thử không đạt", notice: .example(kind: .upgrade, state: .approved), test: .example(.example(failed: 1, verdict: .failed)), refused: ["test"]),
        Row(name: "Điều 21.6: ghi tự do ngày trước", notice: .example(kind: .upgrade, state: .approved), test: .example(nil, legacyText: "Đã thử, đạt"), refused: ["test"]),
        Row(name: "bảo trì không cần thử nghiệm", notice: .example(state: .approved), test: .example(.example(failed: 1, verdict: .failed)), refused: []),
        Row(name: "lý do báo gấp không thay được thử nghiệm", notice: .example(kind: .upgrade, reason: "Vá lỗ hổng", state: .approved), leadDays: 1, refused: ["test"]),
        Row(name: "nâng cấp chưa thử, chưa duyệt: vẫn nêu Điều 21.6", notice: .example(kind: .upgrade, state: .draft), refused: ["test", ""]),
        Row(name: "báo gấp không lý do", notice: .example(state: .approved), leadDays: 6, refused: ["short_lead_reason"]),
        Row(name: "báo gấp có lý do", notice: .example(reason: "Vá lỗ hổng nghiêm trọng", state: .approved), leadDays: 0, refused: []),
        Row(name: "mục tiêu 0 ngày: báo trong ngày", notice: .example(state: .approved), leadDays: 0, wantedLeadDays: 0, refused: []),
        Row(name: "Điều 21.7: giờ bắt đầu là bây giờ", notice: .example(begins: now, reason: "Gấp", state: .approved), leadDays: 0, refused: ["begins"]),
        Row(name: "Điều 21.7: giờ bắt đầu đã qua, chưa thử, không lý do", notice: .example(kind: .upgrade, begins: now - .seconds(1), state: .approved), leadDays: 0, refused: ["test", "begins", "short_lead_reason"]),
        Row(name: "phạm vi là hai thành phần đang giám sát", notice: .example(components: ["Ký số", "Ứng dụng"], state: .approved), refused: []),
        Row(name: "phạm vi có thành phần không còn giám sát", notice: .example(components: ["Lưu trữ", "Ứng dụng"], state: .approved), refused: ["component"]),
        Row(name: "toàn hệ thống, dù chưa giám sát gì", notice: .example(state: .approved), watched: [], refused: []),
        Row(name: "chưa duyệt", notice: .example(state: .inReview), refused: [""]),
        Row(name: "đã đăng", notice: .example(), refused: [""]),
        Row(name: "đã hủy", notice: .example(state: .cancelled), refused: [""]),
    ]

    @Test(arguments: publishing) func isPublished(_ row: Row) {
        #expect(fields { () throws(Refusal) in
            try row.notice.checkPublishing(
                test: row.test, leadDays: row.leadDays, wantedLeadDays: row.wantedLeadDays, watched: row.watched, at: now)
        } == row.refused)
    }

    @Test(arguments: [
        Row(name: "dự thảo", notice: .example(state: .draft), refused: []),
        Row(name: "chờ duyệt", notice: .example(state: .inReview), refused: []),
        Row(name: "đã đăng, chưa bắt đầu", notice: .example(), refused: []),
        Row(name: "đang thực hiện", notice: .example(begins: now - .seconds(60), publishedAt: now - .seconds(90)), refused: []),
        Row(name: "quá giờ: ghi hoàn thành, không hủy", notice: .example(begins: now - .seconds(60), ends: now, publishedAt: now - .seconds(90)), refused: [""]),
        Row(name: "dự thảo quá giờ vẫn bỏ được", notice: .example(begins: now - .seconds(60), ends: now, state: .draft), refused: []),
        Row(name: "đã hủy", notice: .example(state: .cancelled), refused: [""]),
        Row(name: "không lý do", notice: .example(), reason: "", refused: ["reason"]),
    ])
    func isCancelled(_ row: Row) {
        #expect(fields { () throws(Refusal) in try row.notice.checkCancelling(reason: row.reason, at: now) } == row.refused)
    }

    // MARK: The second person

    @Test(arguments: [
        ("người khác duyệt", 2, nil, true, true), ("người lập tự duyệt", 1, nil, true, false),
        ("người sửa sau cùng tự duyệt", 2, 2, true, false), ("người thứ ba duyệt", 3, 2, true, true),
        ("cài đặt cho phép tự duyệt", 1, nil, false, true),
    ] as [(String, Int64, Int64?, Bool, Bool)])
    func approving(name: String, approver: Int64, editor: Int64?, wantsSecondPerson: Bool, isAllowed: Bool) {
        let notice = Notice.example(state: .inReview, editor: editor.map { NoticeHand(id: User.ID(rawValue: $0), name: "Sửa") })
        let person = Person(
            id: User.ID(rawValue: approver), username: "x", name: "X", role: .operator, agency: nil, agencyName: nil)
        #expect(fields { () throws(Refusal) in
            try notice.checkApproving(by: person, wantsSecondPerson: wantsSecondPerson, at: now)
        } == (isAllowed ? [] : [""]))
    }

    // MARK: Completing

    private static let begun = at("2026-12-04T22:00")

    @Test(arguments: [
        ("đúng giờ đã báo", begun, at("2026-12-05T02:00"), at("2026-12-05T03:00"), []),
        ("xong sớm", begun, at("2026-12-05T00:30"), at("2026-12-05T01:00"), []),
        ("xong đúng lúc này", begun, at("2026-12-05T01:00"), at("2026-12-05T01:00"), []),
        ("kết thúc ở tương lai", begun, at("2026-12-05T01:01"), at("2026-12-05T01:00"), ["ended"]),
        ("cả hai ở tương lai", at("2026-12-05T01:01"), at("2026-12-05T01:02"), at("2026-12-05T01:00"), ["began", "ended"]),
        ("kết thúc bằng bắt đầu", begun, begun, at("2026-12-05T01:00"), ["ended"]),
        ("bắt đầu sớm hơn giờ đã báo", at("2026-12-04T21:00"), at("2026-12-05T00:00"), at("2026-12-05T01:00"), []),
        ("bắt đầu trước cả lúc đăng", now - .seconds(1), at("2026-12-05T00:00"), at("2026-12-05T01:00"), ["began"]),
        ("chưa tới giờ", at("2026-12-04T20:00"), at("2026-12-04T21:00"), at("2026-12-04T21:30"), [""]),
    ] as [(String, Instant, Instant, Instant, [String])])
    func completing(name: String, began: Instant, ended: Instant, moment: Instant, refused: [String]) {
        #expect(fields { () throws(Refusal) in
            try Notice.example().checkCompleting(from: began, to: ended, at: moment)
        } == refused)
    }

    // MARK: Drafts and acknowledgements

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
        ("đủ", PersonDraft(name: "Lê Văn Tám", email: "tam@dn.example", phone: ""), []),
        ("chỉ điện thoại", PersonDraft(name: "Lê Văn Tám", email: "", phone: "+84 (0)912.345-678"), []),
        ("không tên", PersonDraft(name: "", email: "tam@dn.example", phone: ""), ["person_name"]),
        ("tên quá dài", PersonDraft(name: String(repeating: "à", count: 201), email: "tam@dn.example", phone: ""), ["person_name"]),
        ("không cách nào báo được", PersonDraft(name: "Lê Văn Tám", email: "", phone: ""), ["person_email"]),
        ("hai địa chỉ", PersonDraft(name: "Lê Văn Tám", email: "a@b.vn, c@d.vn", phone: ""), ["person_email"]),
        ("xuống dòng trong địa chỉ", PersonDraft(name: "Lê Văn Tám", email: "a@b.vn\r\nBcc: c@d.vn", phone: ""), ["person_email"]),
        ("chữ trong số điện thoại", PersonDraft(name: "Lê Văn Tám", email: "", phone: "số máy lẻ 12"), ["person_phone"]),
    ] as [(String, PersonDraft, [String])])
    func people(name: String, draft: PersonDraft, refused: [String]) {
        #expect(fields { () throws(Refusal) in try draft.check() } == refused)
    }

    @Test(arguments: [
        ("chưa bắt đầu", nil, 1, Notice.State.published, at("2026-12-04T21:59"), Acknowledgement.awaited),
        ("đã bắt đầu mà chưa xác nhận", nil, 1, .published, at("2026-12-04T22:00"), .overdue),
        ("xác nhận trước", 1, 1, .published, at("2026-12-04T22:00"), .given),
        ("xác nhận bản trước", 1, 2, .published, at("2026-12-04T21:59"), .outdated),
        ("xác nhận bản trước, việc đã bắt đầu", 1, 2, .published, at("2026-12-04T22:00"), .overdue),
        ("xác nhận bản sau cùng", 2, 2, .published, at("2026-12-04T22:00"), .given),
        ("hủy rồi", nil, 1, .cancelled, at("2026-12-04T22:00"), .notNeeded),
        ("xác nhận bản trước rồi hủy", 1, 2, .cancelled, at("2026-12-04T22:00"), .notNeeded),
        ("xác nhận rồi mới hủy", 1, 1, .cancelled, at("2026-12-04T22:00"), .given),
    ] as [(String, Int?, Int, Notice.State, Instant, Acknowledgement)])
    func acknowledgements(
        name: String, said: Int?, revision: Int, state: Notice.State, moment: Instant, expected: Acknowledgement
    ) {
        let recipient = NoticeRecipient(
            id: NoticeRecipient.ID(rawValue: 1), agency: Agency.ID(rawValue: 1), name: "", contactName: "", contactEmail: "",
            contactPhone: "", said: said.map { .init(revision: $0, at: now, method: .link, by: "Bình", recorder: nil) })
        let notice = Notice.example(state: state, revision: revision, revisedAt: revision > 1 ? now : nil)
        #expect(recipient.acknowledgement(of: notice, at: moment) == expected)
    }

    @Test(arguments: [
        ("ngay bây giờ", "Bà Nga", now + .seconds(3600), now + .seconds(3600), []),
        ("trong phút đăng", "Bà Nga", now, now + .seconds(30), []),
        ("không tên", "", now, now, ["said_by"]),
        ("ở tương lai", "Bà Nga", now + .seconds(1), now, ["said_at"]),
        ("trước khi báo", "Bà Nga", now - .seconds(1), now, ["said_at"]),
    ] as [(String, String, Instant, Instant, [String])])
    func wordsOnThePhone(name: String, saidBy: String, saidAt: Instant, moment: Instant, refused: [String]) {
        #expect(fields { () throws(Refusal) in
            try Notice.example().checkRecording(saidBy: saidBy, at: saidAt, now: moment)
        } == refused)
    }

    // MARK: Điều 21.6

    @Test(arguments: [
        ("đủ", UpgradeTestDraft.example(), []), ("không đạt thì ghi không đạt", .example(failed: 2, verdict: .failed), []),
        ("còn ca không đạt mà kết luận đạt", .example(failed: 1), ["verdict"]),
        ("không ca nào đạt mà kết luận đạt", .example(passed: 0), ["verdict"]),
        ("người thử tự phê duyệt", .example(approver: "Phạm Thùy Linh"), ["approver"]),
        ("tự phê duyệt, viết không dấu", .example(approver: "PHAM THUY LINH"), ["approver"]),
        ("không tên ai", .example(tester: "", approver: ""), ["tester", "approver"]),
        ("số ca âm", .example(passed: -1, failed: -1, verdict: .failed), ["cases_passed", "cases_failed"]),
    ] as [(String, UpgradeTestDraft, [String])])
    func tests(name: String, draft: UpgradeTestDraft, refused: [String]) {
        #expect(draft.problems.map(\.field) == refused)
    }
}

/// The fields that a rule refuses.
func fields(_ check: () throws(Refusal) -> Void) -> [String] {
    do throws(Refusal) {
        try check()
        return []
    } catch {
        return error.problems.map(\.field)
    }
}
