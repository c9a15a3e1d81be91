import Civil
import Organization
import Testing

@testable import Incidents

/// What has to be done within a time of its detection, and how it stands.
struct ClockTests {
    private static let limits = IncidentLimits(Settings())

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let incident: Incident
        var told: [Communication] = []
        /// Minutes after detection.
        let at: Int
        let clocks: [String]
        var testDescription: String { name }
    }

    private static func cyber(_ severity: Incident.Severity) -> Incident {
        .complete(kind: .security, agency: nil, suspended: false) { ($0.severity, $0.isCyber) = (severity, true) }
    }

    private static let toldBoth: [Communication] = [.told(.head, after: 5), .told(.users, after: 5)]
    private static let first = "Thông báo ban đầu về sự cố an ninh mạng"
    private static let full = "Báo cáo nguyên nhân, phạm vi, khắc phục sự cố an ninh mạng"
    private static let both = ["Báo Thủ trưởng cơ quan, đơn vị về sự cố: met", "Báo người sử dụng về sự cố: met"]
    private static let day = 24 * 60

    static let cases: [Case] = [
        Case(
            name: "của cơ quan: báo ngay cho ba nơi, không có số giờ nên không quá hạn", incident: .complete(), at: 10_000,
            clocks: [
                "Báo Thủ trưởng cơ quan, đơn vị về sự cố: running", "Báo người sử dụng về sự cố: running",
                "Báo Sở Khoa học và Công nghệ về sự cố: running",
            ]),
        Case(
            name: "báo mà không nói về sự cố thì chưa phải là báo sự cố", incident: .complete(agency: nil),
            told: [.told(.head, [.resumption], after: 5), .told(.users, after: 5)], at: 10,
            clocks: ["Báo Thủ trưởng cơ quan, đơn vị về sự cố: running", "Báo người sử dụng về sự cố: met"]),
        Case(
            name: "mức độ: đúng 30 phút còn kịp", incident: .complete(agency: nil) { $0.severity = .undetermined },
            told: toldBoth, at: 30, clocks: both + ["Xác định mức độ: running"]),
        Case(
            name: "mức độ: 31 phút là quá hạn", incident: .complete(agency: nil) { $0.severity = .undetermined },
            told: toldBoth, at: 31, clocks: both + ["Xác định mức độ: overdue"]),
        Case(
            name: "an ninh mạng M2: thông báo đầu và báo cáo", incident: cyber(.m2), told: toldBoth, at: 60,
            clocks: both + ["\(first): running", "\(full): running"]),
        Case(
            name: "an ninh mạng, đúng 24 giờ còn kịp thông báo đầu", incident: cyber(.m1), told: toldBoth, at: day,
            clocks: both + ["\(first): near", "\(full): running"]),
        Case(
            name: "an ninh mạng, quá 24 giờ", incident: cyber(.m1), told: toldBoth, at: day + 1,
            clocks: both + ["\(first): overdue", "\(full): running"]),
        Case(
            name: "an ninh mạng, thông báo đầu đúng giờ thứ 24, báo cáo giờ thứ 72", incident: cyber(.m1),
            told: toldBoth + [
                .told(.authority, [], after: day, reports: [.cyberFirst]),
                .told(.authority, [], after: 3 * day, reports: [.cyberFull]),
            ],
            at: 4 * day, clocks: both + ["\(first): met", "\(full): met"]),
        Case(
            name: "an ninh mạng, cả hai đều muộn một phút", incident: cyber(.m1),
            told: toldBoth + [
                .told(.authority, [], after: day + 1, reports: [.cyberFirst]),
                .told(.authority, [], after: 3 * day + 1, reports: [.cyberFull]),
            ],
            at: 4 * day, clocks: both + ["\(first): late", "\(full): late"]),
        Case(
            name: "an ninh mạng chưa rõ mức: coi như có thể nghiêm trọng", incident: cyber(.undetermined), told: toldBoth,
            at: 10, clocks: both + ["Xác định mức độ: running", "\(first): running", "\(full): running"]),
        Case(
            name: "an ninh mạng M3: không cần thông báo đầu", incident: cyber(.m3), told: toldBoth, at: 3 * day + 1,
            clocks: both + ["\(full): overdue"]),
        Case(name: "an ninh mạng M4: chỉ ghi nhận", incident: cyber(.m4), told: toldBoth, at: 4 * day, clocks: both),
        Case(
            name: "có dữ liệu cá nhân: 72 giờ",
            incident: .complete(agency: nil) { $0.hasPersonalData = true }, told: toldBoth, at: 3 * day,
            clocks: both + ["Thông báo vi phạm dữ liệu cá nhân: near"]),
        Case(
            name: "có dữ liệu cá nhân, quá 72 giờ",
            incident: .complete(agency: nil) { $0.hasPersonalData = true }, told: toldBoth, at: 3 * day + 1,
            clocks: both + ["Thông báo vi phạm dữ liệu cá nhân: overdue"]),
    ]

    @Test(arguments: cases)
    func howTheyStand(_ example: Case) {
        let clocks = example.incident.clocks(example.told, limits: Self.limits)
        #expect(clocks.map { "\($0.duty): \($0.state(at: nine.after(minutes: example.at)).rawValue)" } == example.clocks)
    }

    @Test func theLegalHoursAreSettings() {
        let settings = Settings(values: [
            "incidents.cyber_first_hours": "12", "incidents.cyber_report_hours": "36", "incidents.personal_data_hours": "48",
        ])
        let incident = Incident.complete(agency: nil) { ($0.severity, $0.isCyber, $0.hasPersonalData) = (.m1, true, true) }
        let due = incident.clocks([], limits: IncidentLimits(settings)).compactMap { $0.dueAt.map { $0 - nine } }
        #expect(due == [.seconds(12 * 3600), .seconds(36 * 3600), .seconds(48 * 3600)])
    }

    @Test func aLawThatWasNotVerifiedSaysSo() {
        let incident = Incident.complete { ($0.isCyber, $0.hasPersonalData, $0.severity) = (true, true, .m1) }
        let bases = incident.clocks([], limits: Self.limits).map(\.basis)
        #expect(bases.prefix(3) == ["Điều 20.1", "Điều 20.1", "Điều 20.3"])
        #expect(bases.dropFirst(3).allSatisfy { $0.hasSuffix("(đọc từ bản chép, cần đối chiếu)") })
    }
}
