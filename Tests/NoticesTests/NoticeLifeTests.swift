import Civil
import Database
import Organization
import Testing

@testable import Notices

/// The life of a notice: what may be done from where, by whom, and when it moves on by itself.
struct NoticeLifeTests {
    /// Every step in every state.
    static let table: [(step: NoticeStep, from: [Notice.State], roles: [Role])] = [
        (.change, [.draft, .inReview, .approved], [.operator]),
        (.test, [.draft, .inReview, .approved], [.operator]),
        (.address, [.draft, .inReview, .approved], [.operator]),
        (.submit, [.draft], [.operator]),
        (.sendBack, [.inReview, .approved], [.operator, .administrator]),
        (.approve, [.inReview], [.operator, .administrator]),
        (.publish, [.approved], [.operator]),
        (.revise, [.published, .underWay, .overrun], [.operator]),
        (.cancel, [.draft, .inReview, .approved, .published, .underWay], [.operator]),
        (.complete, [.underWay, .overrun], [.operator]),
        (.acknowledge, [.published, .underWay, .overrun, .completed], [.agencyAdmin, .agencyHead]),
        (.record, [.published, .underWay, .overrun, .completed], [.operator, .hotline]),
        (.number, [.approved, .published, .underWay, .overrun, .completed, .cancelled], [.operator]),
    ]

    @Test func theTableNamesEveryStep() {
        #expect(Self.table.map(\.step) == NoticeStep.allCases)
    }

    @Test(arguments: table.map(\.step), Notice.State.allCases)
    func aStepIsTakenFromItsStatesOnly(step: NoticeStep, state: Notice.State) {
        let isAllowed = Self.table.first { $0.step == step }?.from.contains(state) ?? false
        #expect(fields { () throws(Refusal) in try step.check(.example(), in: state) } == (isAllowed ? [] : [""]))
    }

    @Test(arguments: table.map(\.step), Role.allCases)
    func aStepIsTakenByItsRolesOnly(step: NoticeStep, role: Role) {
        #expect(step.permission.roles.contains(role) == Self.table.first { $0.step == step }?.roles.contains(role))
    }

    @Test(arguments: [
        ("dự thảo", Notice.example(state: .draft), now, Notice.State.draft),
        ("trình duyệt", .example(state: .inReview), now, .inReview), ("duyệt", .example(state: .approved), now, .approved),
        ("duyệt mà quá giờ vẫn là đã duyệt", .example(state: .approved), at("2026-12-06T00:00"), .approved),
        ("đã đăng", .example(), at("2026-12-04T21:59"), .published),
        ("đúng giờ bắt đầu", .example(), at("2026-12-04T22:00"), .underWay),
        ("đúng giờ kết thúc", .example(), at("2026-12-05T02:00"), .overrun),
        ("ghi hoàn thành", .example(state: .completed), at("2026-12-05T02:00"), .completed),
        ("hủy", .example(state: .cancelled), at("2026-12-04T23:00"), .cancelled),
    ])
    func states(name: String, notice: Notice, moment: Instant, expected: Notice.State) {
        #expect(notice.state(at: moment) == expected)
    }

    // MARK: Revisions

    struct Revision: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var begins = at("2026-12-05T22:00")
        var ends = at("2026-12-06T02:00")
        var impact = "Không đăng nhập được."
        var reason = "Đổi lịch"
        var moment = now
        let refused: [String]
    }

    private static let (first, last) = (at("2026-12-04T22:00"), at("2026-12-05T02:00"))

    @Test(arguments: [
        Revision(testDescription: "dời một ngày", refused: []),
        Revision(testDescription: "dời sớm lên, còn trước lúc bắt đầu", begins: now + .seconds(60), ends: now + .seconds(120), refused: []),
        Revision(testDescription: "giờ bắt đầu mới đã qua", begins: now, ends: now + .seconds(120), refused: ["begins"]),
        Revision(testDescription: "chỉ đổi ảnh hưởng", begins: first, ends: last, impact: "Chỉ chậm.", refused: []),
        Revision(testDescription: "không đổi gì", begins: first, ends: last, refused: [""]),
        Revision(testDescription: "không lý do", reason: "", refused: ["reason"]),
        Revision(testDescription: "kết thúc trước bắt đầu", ends: at("2026-12-05T21:00"), refused: ["ends"]),
        Revision(testDescription: "đang thực hiện: kéo dài", begins: first, ends: at("2026-12-05T04:00"), moment: at("2026-12-05T01:00"), refused: []),
        Revision(testDescription: "đang thực hiện: rút ngắn", begins: first, ends: at("2026-12-05T01:01"), moment: at("2026-12-05T01:00"), refused: []),
        Revision(testDescription: "đang thực hiện: kết thúc đã qua", begins: first, ends: at("2026-12-05T01:00"), moment: at("2026-12-05T01:00"), refused: ["ends"]),
        Revision(testDescription: "đang thực hiện: không dời giờ bắt đầu", moment: at("2026-12-04T22:00"), refused: ["begins"]),
        Revision(testDescription: "quá giờ: báo giờ xong mới", begins: first, ends: at("2026-12-05T05:00"), moment: at("2026-12-05T02:30"), refused: []),
    ])
    func revising(_ row: Revision) {
        let draft = NoticeRevisionDraft(
            title: "Nâng cấp máy chủ", impact: row.impact, begins: row.begins, ends: row.ends, reason: row.reason)
        #expect(fields { () throws(Refusal) in try draft.check(.example(), at: row.moment) } == row.refused)
    }

    @Test func aRevisionSaysWhatItChanges() {
        let draft = NoticeRevisionDraft(
            title: "Nâng cấp máy chủ", impact: "Chỉ chậm.", begins: at("2026-12-05T22:00"), ends: at("2026-12-05T02:00"), reason: "Đổi lịch")
        #expect(draft.changes(from: .example()).map(\.text) == [
            "Bắt đầu: 22:00 04/12/2026 → 22:00 05/12/2026", "Ảnh hưởng: Không đăng nhập được. → Chỉ chậm.",
        ])
    }

    // MARK: Reminders

    @Test(arguments: [
        ("còn 73 giờ: chưa nhắc", now, nil, -73, nil), ("đúng 72 giờ", now, nil, -72, 72), ("còn 30 giờ: vẫn là lần 72", now, nil, -30, 72),
        ("đúng 24 giờ", now, nil, -24, 24), ("còn nửa giờ", now, nil, -0.5, 1), ("đã bắt đầu", now, nil, 0, nil),
        ("đăng khi còn 48 giờ: không nhắc lần 72", first - .seconds(48 * 3600), nil, -40, nil),
        ("đăng khi còn 48 giờ: nhắc lần 24", first - .seconds(48 * 3600), nil, -24, 24),
        ("đăng khi còn 24 giờ đúng: không nhắc lần 24", first - .seconds(24 * 3600), nil, -2, nil),
        ("bản mới báo khi còn 2 giờ: chỉ nhắc lần 1", now, first - .seconds(7200), -1.5, nil),
        ("bản mới báo khi còn 2 giờ: nhắc lần 1", now, first - .seconds(7200), -1, 1),
    ] as [(String, Instant, Instant?, Double, Int?)])
    func reminding(name: String, publishedAt: Instant, revisedAt: Instant?, hours: Double, expected: Int?) {
        let notice = Notice.example(publishedAt: publishedAt, revision: revisedAt == nil ? 1 : 2, revisedAt: revisedAt)
        #expect(notice.reminder(of: [1, 24, 72], at: Self.first + .seconds(hours * 3600)) == expected)
    }

    // MARK: Links

    @Test func aLinkIsTakenOnlyAsItWasMade() throws {
        let links = NoticeLinks(address: "http://truc.example", secret: "secret of the test")
        let claim = NoticeLinks.Claim(recipient: NoticeRecipient.ID(rawValue: 42), revision: 3)
        let text = String(links.path(claim).dropFirst("/acknowledgements/".count))
        #expect(links.claim(in: text) == claim)
        #expect(links.acknowledgement(of: .example(revision: 3, revisedAt: now), by: claim.recipient) == "http://truc.example/acknowledgements/\(text)")
        #expect(NoticeLinks(address: "http://truc.example", secret: "another secret").claim(in: text) == nil)
        let signature = text.dropFirst("42-3-".count)
        for forged in [
            "43-3-\(signature)", "42-2-\(signature)", "042-3-\(signature)", "42-3-\(signature)x", "42-3-\(signature.dropLast())", "42-3-", "42-3",
            "", "-", "--", "x-y-z", "42-3-\(String(repeating: "A", count: 43))", "9223372036854775808-1-\(signature)", "42--3-\(signature)",
        ] {
            #expect(links.claim(in: forged) == nil, "\(forged)")
        }
    }
}
