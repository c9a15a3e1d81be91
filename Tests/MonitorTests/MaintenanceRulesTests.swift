import Civil
import Organization
import Testing

@testable import Monitor

/// When recurring maintenance falls, and what may be planned.
struct MaintenanceRulesTests {
    struct Rhythm: Sendable, CustomTestStringConvertible {
        let name: String
        let repetition: MaintenanceRhythm.Repetition
        var firstDay = "01/11/2026"
        var lastDay: String?
        /// The days of November and December 2026 on which it begins.
        let days: [String]
        var testDescription: String { name }
    }

    static let rhythms: [Rhythm] = [
        Rhythm(
            name: "Tối Chủ Nhật hằng tuần", repetition: .weekly([7]),
            days: ["01/11", "08/11", "15/11", "22/11", "29/11", "06/12", "13/12", "20/12", "27/12"]),
        Rhythm(
            name: "Thứ Ba và thứ Năm, chỉ trong hai tuần", repetition: .weekly([2, 4]), firstDay: "09/11/2026",
            lastDay: "19/11/2026", days: ["10/11", "12/11", "17/11", "19/11"]),
        Rhythm(name: "Thứ Bảy đầu tiên của tháng", repetition: .monthly(week: 1, weekday: 6), days: ["07/11", "05/12"]),
        Rhythm(
            name: "Chủ Nhật đầu tiên khi ngày 1 là Chủ Nhật", repetition: .monthly(week: 1, weekday: 7),
            days: ["01/11", "06/12"]),
        Rhythm(name: "Thứ Hai thứ tư của tháng", repetition: .monthly(week: 4, weekday: 1), days: ["23/11", "28/12"]),
        Rhythm(
            name: "Thứ Hai cuối cùng: có tháng là thứ năm", repetition: .monthly(week: 5, weekday: 1),
            days: ["30/11", "28/12"]),
        Rhythm(
            name: "Chưa tới ngày đầu thì chưa có đợt nào", repetition: .monthly(week: 1, weekday: 6),
            firstDay: "08/11/2026", days: ["05/12"]),
    ]

    @Test(arguments: rhythms)
    func onWhichDaysItFalls(_ given: Rhythm) throws {
        let rhythm = MaintenanceRhythm(
            given.repetition, beginsAt: 22 * 60 + 30, minutes: 180, firstDay: try #require(CivilDate(parsing: given.firstDay)),
            lastDay: given.lastDay.flatMap { CivilDate(parsing: $0) })
        let windows = rhythm.windows(from: try #require(CivilDate(parsing: "01/11/2026")), days: 61)
        let begins = windows.compactMap { $0.lower.map(VietnameseFormat.moment) }
        #expect(begins == given.days.map { "22:30 \($0)/2026" })
        // From half past ten for three hours: into the next day.
        #expect(windows.allSatisfy { $0.duration == .seconds(3 * 3600) })
    }

    struct Draft: Sendable, CustomTestStringConvertible {
        let name: String
        let refused: [String]
        let change: @Sendable (inout MaintenanceDraft) -> Void
        var testDescription: String { name }
    }

    static let drafts: [Draft] = [
        Draft(name: "Từ 10 giờ đến 11 giờ hôm nay, toàn hệ thống: được", refused: []) { _ in },
        Draft(name: "Bắt đầu ngay trong phút này: được", refused: []) {
            $0.timing = .once(begins: at("09:00"), ends: at("10:00"))
        },
        Draft(name: "Cho một giờ đã qua: không được tha sau", refused: ["begins"]) {
            $0.timing = .once(begins: at("08:00"), ends: at("10:00"))
        },
        Draft(name: "Đã kết thúc trước khi lập", refused: ["begins", "ends"]) {
            $0.timing = .once(begins: at("07:00"), ends: at("08:00"))
        },
        Draft(name: "Kết thúc trước khi bắt đầu", refused: ["ends"]) {
            $0.timing = .once(begins: at("11:00"), ends: at("10:00"))
        },
        Draft(name: "Dài quá 14 ngày", refused: ["ends"]) {
            $0.timing = .once(begins: at("10:00"), ends: at("10:00") + .seconds(14 * 86_400 + 1))
        },
        Draft(name: "Không nội dung, không chọn nhóm", refused: ["title", "group"]) {
            ($0.title, $0.scope) = ("", .group(""))
        },
        Draft(name: "Không ghi điểm giám sát nào", refused: ["monitors"]) { $0.scope = .monitors([]) },
        Draft(name: "Hằng tuần mà không chọn ngày", refused: ["weekdays"]) {
            $0.timing = .repeated(MaintenanceRhythm(.weekly([]), beginsAt: 0, minutes: 60, firstDay: today))
        },
        Draft(name: "Định kỳ gắn thông báo: mỗi thông báo chỉ nói về một đợt", refused: ["notice"]) {
            $0.timing = .repeated(MaintenanceRhythm(.weekly([1]), beginsAt: 0, minutes: 60, firstDay: today))
            $0.notice = "TB-2026-0001"
        },
        Draft(name: "Kéo dài hơn một ngày, hết trước khi bắt đầu", refused: ["minutes", "last_day"]) {
            $0.timing = .repeated(
                MaintenanceRhythm(
                    .weekly([1]), beginsAt: 0, minutes: 1441, firstDay: today, lastDay: today.adding(days: -1)))
        },
    ]

    @Test(arguments: drafts)
    func whatMayBePlanned(_ given: Draft) {
        var draft = MaintenanceDraft(
            title: "Thay ổ cứng", scope: .system, timing: .once(begins: at("10:00"), ends: at("11:00")))
        given.change(&draft)
        do {
            try draft.check(at: at("09:00") + .seconds(30))
            #expect(given.refused == [])
        } catch {
            #expect(error.problems.map(\.field) == given.refused)
        }
    }

    @Test func aRhythmIsSaidInWords() {
        let weekly = MaintenanceRhythm(.weekly([1, 7]), beginsAt: 90, minutes: 60, firstDay: today)
        #expect(weekly.text == "Thứ Hai, Chủ Nhật hằng tuần, 01:30, kéo dài 1 giờ")
        let monthly = MaintenanceRhythm(.monthly(week: 5, weekday: 6), beginsAt: 1320, minutes: 30, firstDay: today)
        #expect(monthly.text == "Thứ Bảy cuối cùng hằng tháng, 22:00, kéo dài 30 phút")
    }
}

private let today = CivilDate(inVietnam: Instant(seconds: 1_795_485_600))

/// A time of day on 24/11/2026.
private func at(_ clock: String) -> Instant {
    // A literal clock always reads.
    Instant(vietnamLocal: "\(clock) 24/11/2026")!
}
