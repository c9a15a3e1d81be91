import Civil
import Organization
import Testing

@testable import Incidents

/// Điều 20 as a table: what an incident still needs before it is closed, and what is done next.
struct ClosingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let incident: Incident
        let told: [Communication]
        /// What is missing, in the order of Điều 20.
        var missing: [String] = []
        /// What is done next.
        let next: String?
        var testDescription: String { name }
    }

    private static let allThree: [Communication] = [.told(.head), .told(.users), .told(.department)]
    private static let allTwo: [Communication] = [.told(.head), .told(.users)]
    /// Of a resumption that has not come nobody has been told.
    private static let notYet = ["Thủ trưởng cơ quan, đơn vị", "người sử dụng"].map {
        "Thông báo cho \($0): còn thiếu thời gian bắt đầu sử dụng lại [Điều 20.1]"
    }
    private static let closeNow = "Đã đủ các nội dung của Điều 20: đóng sự cố."
    private static let five =
        "sự cố, thời gian tạm dừng, thời gian bắt đầu sử dụng lại, các biện pháp tạm thời, các biện pháp cập nhật văn bản"

    static let cases: [Case] = [
        Case(name: "của cơ quan, cả ba đều đã được báo", incident: .complete(), told: allThree, next: closeNow),
        Case(
            name: "của toàn hệ thống: chính Sở quản lý, không cần báo Sở", incident: .complete(agency: nil), told: allTwo,
            next: closeNow),
        Case(
            name: "của cơ quan, Sở chưa được báo", incident: .complete(), told: allTwo,
            missing: ["Thông báo cho Sở Khoa học và Công nghệ: còn thiếu \(five) [Điều 20.3]"],
            next: "Thông báo ngay cho Sở Khoa học và Công nghệ (Điều 20.3)."),
        Case(
            name: "chưa báo cho ai", incident: .complete(), told: [],
            missing: [
                "Thông báo cho Thủ trưởng cơ quan, đơn vị: còn thiếu \(five) [Điều 20.1]",
                "Thông báo cho người sử dụng: còn thiếu \(five) [Điều 20.1]",
                "Thông báo cho Sở Khoa học và Công nghệ: còn thiếu \(five) [Điều 20.3]",
            ],
            next: "Thông báo ngay cho Thủ trưởng cơ quan, đơn vị, người sử dụng, Sở Khoa học và Công nghệ (Điều 20.1)."),
        Case(
            name: "báo làm hai lần vẫn là đủ", incident: .complete(agency: nil),
            told: [
                .told(.users), .told(.head, [.incident, .suspension]),
                .told(.head, [.resumption, .temporaryMeasures, .catchUp], after: 40),
            ],
            next: closeNow),
        Case(
            name: "tạm dừng lần hai: lần sử dụng lại đã báo trước đó không tính cho lần này", incident: .complete(agency: nil),
            told: [.told(.head, after: 20), .told(.users)],
            missing: ["Thông báo cho Thủ trưởng cơ quan, đơn vị: còn thiếu thời gian bắt đầu sử dụng lại [Điều 20.1]"],
            next: "Bổ sung 1 nội dung còn thiếu rồi đóng sự cố."),
        Case(
            name: "báo ngay trong phút được sử dụng lại (trang chỉ hỏi đến phút)",
            incident: .complete(agency: nil) { $0.resumedAt = nine.after(minutes: 35) + .seconds(59) },
            told: [.told(.head, after: 35), .told(.users)], next: closeNow),
        Case(
            name: "báo doanh nghiệp và Văn phòng không thay cho báo Thủ trưởng", incident: .complete(agency: nil),
            told: [.told(.provider), .told(.provinceOffice), .told(.users)],
            missing: ["Thông báo cho Thủ trưởng cơ quan, đơn vị: còn thiếu \(five) [Điều 20.1]"],
            next: "Thông báo ngay cho Thủ trưởng cơ quan, đơn vị (Điều 20.1)."),
        Case(
            name: "mới báo là có sự cố", incident: .complete(agency: nil),
            told: [.told(.head, [.incident]), .told(.users)],
            missing: [
                "Thông báo cho Thủ trưởng cơ quan, đơn vị: còn thiếu thời gian tạm dừng, thời gian bắt đầu sử dụng lại, "
                    + "các biện pháp tạm thời, các biện pháp cập nhật văn bản [Điều 20.1]"
            ],
            next: "Bổ sung 1 nội dung còn thiếu rồi đóng sự cố."),
        Case(
            name: "văn bản không an toàn, không tạm dừng: chỉ có sự cố để báo",
            incident: .complete(kind: .integrity, agency: nil, suspended: false),
            told: [.told(.head, [.incident]), .told(.users, [.incident])], next: closeNow),
        Case(
            name: "suy giảm không tạm dừng không cần biện pháp tạm thời",
            incident: .complete(kind: .degraded, agency: nil, suspended: false) { $0.temporaryMeasures = "" },
            told: [.told(.head, [.incident]), .told(.users, [.incident])], next: closeNow),
        Case(
            name: "an toàn thông tin mà phải tạm dừng: đủ năm nội dung",
            incident: .complete(kind: .security, agency: nil) { $0.catchUp = "" },
            told: [.told(.head, [.incident]), .told(.users)],
            missing: [
                "Ghi các biện pháp cập nhật văn bản [Điều 20.1]",
                "Thông báo cho Thủ trưởng cơ quan, đơn vị: còn thiếu thời gian tạm dừng, thời gian bắt đầu sử dụng lại, "
                    + "các biện pháp tạm thời, các biện pháp cập nhật văn bản [Điều 20.1]",
            ],
            next: "Bổ sung 2 nội dung còn thiếu rồi đóng sự cố."),
        Case(
            name: "loại tạm dừng mà chưa ghi lúc tạm dừng", incident: .complete(agency: nil, suspended: false), told: allTwo,
            missing: ["Ghi thời gian tạm dừng [Điều 20.1]", "Ghi thời gian bắt đầu sử dụng lại [Điều 20.1]"] + notYet,
            next: "Ghi thời gian tạm dừng."),
        Case(
            name: "còn đang tạm dừng", incident: .complete(agency: nil) { ($0.resumedAt, $0.state) = (nil, .open) },
            told: allTwo, missing: ["Ghi thời gian bắt đầu sử dụng lại [Điều 20.1]"] + notYet,
            next: "Theo dõi; ghi thời gian bắt đầu sử dụng lại khi hệ thống trở lại."),
        Case(
            name: "chưa xác định mức", incident: .complete(agency: nil) { $0.severity = .undetermined }, told: allTwo,
            missing: ["Xác định mức độ [mục tiêu nội bộ]"], next: "Xác định mức độ của sự cố."),
        Case(
            name: "chưa ghi gì",
            incident: .complete(agency: nil) {
                ($0.description, $0.temporaryMeasures, $0.catchUp, $0.cause) = ("", "", "", "")
            },
            told: allTwo,
            missing: [
                "Nêu rõ sự cố [Điều 20.1]", "Ghi các biện pháp tạm thời [Điều 20.1]",
                "Ghi các biện pháp cập nhật văn bản [Điều 20.1]", "Ghi nguyên nhân và biện pháp khắc phục [Điều 20.2]",
            ],
            next: "Bổ sung 4 nội dung còn thiếu rồi đóng sự cố."),
        Case(
            name: "đã đóng: không còn việc", incident: .complete(agency: nil) { $0.state = .closed }, told: allTwo, next: nil),
    ]

    @Test(arguments: cases)
    func whatIsMissingAndWhatIsNext(_ example: Case) {
        let obstacles = obstaclesToClosing(example.incident, communications: example.told)
        #expect(obstacles.map { "\($0.text) [\($0.article)]" } == example.missing)
        #expect(example.incident.nextStep(example.told)?.text == example.next)
    }

    @Test(arguments: cases)
    func itMayBeClosedWhenNothingIsMissing(_ example: Case) async {
        if example.missing.isEmpty, example.incident.state != .closed {
            #expect(throws: Never.self) { try example.incident.checkClosing(example.told) }
        } else {
            let said = await refusal { try example.incident.checkClosing(example.told) }
            #expect(said.count == max(example.missing.count, 1))
        }
    }

    @Test func aClosedIncidentIsReadAndOpenedAgainOnly() async {
        let closed = Incident.complete { $0.state = .closed }
        let open = Incident.complete()
        #expect(throws: Never.self) { try open.checkWriting() }
        #expect(await refusal { try closed.checkWriting() } == [": Sự cố đã đóng; hãy mở lại trước khi ghi thêm."])
        #expect(await refusal { try closed.checkClosing([]) } == [": Sự cố đã được đóng."])
        #expect(await refusal { try open.checkReopening("lại lỗi") } == [": Sự cố chưa đóng."])
        #expect(await refusal { try closed.checkReopening("") } == ["reason: Cần ghi lý do mở lại."])
        #expect(throws: Never.self) { try closed.checkReopening("lại lỗi") }
    }
}
