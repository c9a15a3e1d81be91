import Civil
import Organization
import Testing

@testable import Incidents

/// What may be typed of an incident and of a communication.
struct DraftTests {
    struct Typed: Sendable, CustomTestStringConvertible {
        let name: String
        let change: @Sendable (inout IncidentDraft) -> Void
        /// `field: sentence`, all of them.
        var problems: [String] = []
        var testDescription: String { name }
    }

    /// It is 10:00.
    private static let now = nine.after(minutes: 60)

    static let drafts: [Typed] = [
        Typed(name: "chỉ có tên và hai mốc", change: { _ in }),
        Typed(name: "không có tên", change: { $0.title = "" }, problems: ["title: Cần ghi sự cố là gì, trong một câu."]),
        Typed(name: "tên đúng 200 ký tự", change: { $0.title = String(repeating: "ế", count: 200) }),
        Typed(
            name: "tên 201 ký tự", change: { $0.title = String(repeating: "ế", count: 201) },
            problems: ["title: Tên sự cố dài quá 200 ký tự, đang có 201."]),
        Typed(name: "phát hiện ngay bây giờ", change: { $0.detectedAt = now }),
        Typed(
            name: "phát hiện ở tương lai", change: { $0.detectedAt = now + .microseconds(1) },
            problems: ["detected_at: Phát hiện: không được ở tương lai."]),
        Typed(
            name: "phát hiện trước khi bắt đầu", change: { $0.detectedAt = nine - .seconds(1) },
            problems: ["detected_at: Phát hiện không thể sớm hơn lúc bắt đầu."]),
        Typed(
            name: "tạm dừng trước khi bắt đầu", change: { $0.suspendedAt = nine - .seconds(1) },
            problems: ["suspended_at: Tạm dừng không thể sớm hơn lúc bắt đầu."]),
        Typed(name: "sử dụng lại đúng lúc tạm dừng", change: { ($0.suspendedAt, $0.resumedAt) = (nine, nine) }),
        Typed(
            name: "sử dụng lại trước khi tạm dừng",
            change: { ($0.suspendedAt, $0.resumedAt) = (nine.after(minutes: 5), nine) },
            problems: ["resumed_at: Sử dụng lại không thể sớm hơn lúc tạm dừng."]),
        Typed(
            name: "sử dụng lại mà không tạm dừng", change: { $0.resumedAt = nine },
            problems: ["suspended_at: Có thời gian sử dụng lại thì cần thời gian tạm dừng."]),
        Typed(name: "được báo đúng lúc bắt đầu", change: { $0.reportedAt = nine }),
        Typed(
            name: "được báo trước khi bắt đầu", change: { $0.reportedAt = nine - .seconds(1) },
            problems: ["reported_at: Được báo không thể sớm hơn lúc bắt đầu."]),
        Typed(name: "ổn định đúng lúc sử dụng lại", change: { ($0.suspendedAt, $0.resumedAt, $0.stableAt) = (nine, nine, nine) }),
        Typed(name: "ổn định mà không tạm dừng", change: { $0.stableAt = now }),
        Typed(
            name: "ổn định khi còn tạm dừng", change: { ($0.suspendedAt, $0.stableAt) = (nine, now) },
            problems: ["stable_at: Có thời gian tạm dừng thì cần thời gian sử dụng lại trước."]),
        Typed(
            name: "ổn định trước khi sử dụng lại",
            change: { ($0.suspendedAt, $0.resumedAt, $0.stableAt) = (nine, nine.after(minutes: 2), nine.after(minutes: 1)) },
            problems: ["stable_at: Ổn định không thể sớm hơn lúc sử dụng lại."]),
        Typed(
            name: "được báo và ổn định ở tương lai", change: { ($0.reportedAt, $0.stableAt) = (now.after(minutes: 1), now.after(minutes: 1)) },
            problems: ["reported_at: Được báo: không được ở tương lai.", "stable_at: Ổn định: không được ở tương lai."]),
        Typed(
            name: "nhiều chỗ sai được báo cùng lúc",
            change: {
                $0.title = ""
                ($0.suspendedAt, $0.resumedAt) = (nine.after(minutes: 90), nine.after(minutes: 80))
            },
            problems: [
                "title: Cần ghi sự cố là gì, trong một câu.", "suspended_at: Tạm dừng: không được ở tương lai.",
                "resumed_at: Sử dụng lại: không được ở tương lai.",
                "resumed_at: Sử dụng lại không thể sớm hơn lúc tạm dừng.",
            ]),
    ]

    @Test(arguments: drafts)
    func whatIsTypedOfAnIncident(_ typed: Typed) async {
        var draft = IncidentDraft.example()
        typed.change(&draft)
        if typed.problems.isEmpty {
            #expect(throws: Never.self) { try draft.check(at: Self.now) }
        } else {
            #expect(await refusal { try draft.check(at: Self.now) } == typed.problems)
        }
    }

    struct TypedCommunication: Sendable, CustomTestStringConvertible {
        let name: String
        let change: @Sendable (inout CommunicationDraft) -> Void
        var problems: [String] = []
        var testDescription: String { name }
    }

    static let communications: [TypedCommunication] = [
        TypedCommunication(name: "đủ", change: { _ in }),
        TypedCommunication(
            name: "không có nội dung nào", change: { $0.facts = [] },
            problems: ["facts: Đã báo nội dung nào: cần chọn ít nhất một trong năm nội dung."]),
        TypedCommunication(
            name: "báo cáo theo luật gửi cơ quan chuyên trách, không kèm năm nội dung",
            change: { ($0.audience, $0.facts, $0.reports) = (.authority, [], [.cyberFirst]) }),
        TypedCommunication(
            name: "báo cáo theo luật gửi nhầm nơi", change: { $0.reports = [.cyberFirst] },
            problems: ["reports: Báo cáo theo luật chỉ gửi cơ quan chuyên trách an ninh mạng."]),
        TypedCommunication(
            name: "không ghi ai báo", change: { $0.toldBy = "" }, problems: ["told_by: Ai đã báo: cần nhập."]),
        TypedCommunication(name: "báo ngay bây giờ", change: { $0.toldAt = now }),
        TypedCommunication(
            name: "báo ở tương lai", change: { $0.toldAt = now + .seconds(1) },
            problems: ["told_at: Lúc báo không được ở tương lai."]),
        TypedCommunication(
            name: "báo trong cùng phút sự cố bắt đầu: trang chỉ hỏi đến phút", change: { $0.toldAt = nine - .seconds(59) }),
        TypedCommunication(
            name: "báo trước khi sự cố bắt đầu", change: { $0.toldAt = nine - .seconds(60) },
            problems: ["told_at: Lúc báo không thể sớm hơn lúc sự cố bắt đầu."]),
    ]

    @Test(arguments: communications)
    func whatIsTypedOfACommunication(_ typed: TypedCommunication) async {
        var draft = CommunicationDraft(
            audience: .head, channel: .phone, toldAt: nine, toldBy: "Nguyễn Văn Bình", facts: [.incident])
        typed.change(&draft)
        if typed.problems.isEmpty {
            #expect(throws: Never.self) { try draft.check(.complete(), at: Self.now) }
        } else {
            #expect(await refusal { try draft.check(.complete(), at: Self.now) } == typed.problems)
        }
    }

    @Test func whatIsStoredShowsInTheFormAndInTheTrail() {
        var draft = IncidentDraft.full()
        draft.suspendedAt = nine + .microseconds(600_000)
        draft.hasPersonalData = true
        let fields = Dictionary(uniqueKeysWithValues: draft.fields.map { ($0.name, $0.typed) })
        #expect(fields["began_at"] == "2026-11-24T09:00:00" && fields["suspended_at"] == "2026-11-24T09:00:00")
        #expect(fields["is_cyber"] == "no" && fields["has_personal_data"] == "yes" && fields["proposals"] == "")
        #expect(draft.audited["resumed_at"] == "2026-11-24T09:00:00+07:00")
        #expect(draft.audited["proposals"] == .some(nil))
        // A fraction of a second that no form shows is no difference.
        #expect(draft.differences(from: .full()).map(\.name) == ["has_personal_data"])
    }
}
