import Civil
import Database
import Testing
import WorkingTime

@testable import Compliance

/// How each duty is judged: a row is a sentence that somebody who knows the regulation can check.
@Suite struct ObligationRulesTests {
    private static func day(_ text: String) -> CivilDate { CivilDate(parsing: text)! }

    @Test(arguments: [
        ("mỗi ngày đều có bản tốt", Judgement.backup(goodDays: 30, days: 30, records: 30, isLastDayGood: true, isRunning: true), .met, "30/30 ngày"),
        ("thiếu một ngày đã qua", .backup(goodDays: 29, days: 30, records: 29, isLastDayGood: true, isRunning: true), .notMet, "29/30 ngày"),
        ("hôm qua không có", .backup(goodDays: 29, days: 30, records: 30, isLastDayGood: false, isRunning: true), .overdue, "29/30 ngày"),
        ("kỳ đã qua, ngày cuối không có", .backup(goodDays: 29, days: 30, records: 29, isLastDayGood: false, isRunning: false), .notMet, "29/30 ngày"),
        ("chỉ có bản hỏng", .backup(goodDays: 0, days: 30, records: 3, isLastDayGood: false, isRunning: true), .overdue, "0/30 ngày"),
        ("chưa ghi lần nào", .backup(goodDays: 0, days: 30, records: 0, isLastDayGood: false, isRunning: true), .noData, nil),
        ("ngày đầu của kỳ", .backup(goodDays: 0, days: 0, records: 0, isLastDayGood: false, isRunning: true), .noData, nil),
    ] as [(String, Judgement, Judgement.Verdict, String?)])
    func backupEachDay(case name: String, judgement: Judgement, verdict: Judgement.Verdict, figure: String?) {
        #expect(judgement.verdict == verdict && judgement.figure == figure, "\(name): \(judgement)")
    }

    @Test(arguments: [
        ("mọi cơ quan đã phân công", Judgement.assigned(144, of: 144), .met, "144/144 cơ quan"),
        ("thiếu", .assigned(112, of: 144), .notMet, "112/144 cơ quan"),
        ("chưa cơ quan nào phân công", .assigned(0, of: 1), .notMet, "0/1 cơ quan"),
        ("chưa nhập cơ quan", .assigned(0, of: 0), .noData, nil),
    ] as [(String, Judgement, Judgement.Verdict, String?)])
    func somebodyInCharge(case name: String, judgement: Judgement, verdict: Judgement.Verdict, figure: String?) {
        #expect(judgement.verdict == verdict && judgement.figure == figure, "\(name): \(judgement)")
    }

    @Test(arguments: [
        ("Điều 20.1, đủ nội dung", Judgement.fiveFacts(told: 2, of: 2), .met, "2/2 sự cố"),
        ("Điều 20.1, còn thiếu", .fiveFacts(told: 1, of: 2), .notMet, "1/2 sự cố"),
        ("Điều 20.1, không có sự cố", .fiveFacts(told: 0, of: 0), .noData, nil),
        ("Điều 20.2, đã khôi phục", .restored(3, of: 3), .met, "3/3 sự cố"),
        ("Điều 20.2, đang xảy ra", .restored(2, of: 3), .notMet, "2/3 sự cố"),
        ("Điều 20.2, không có sự cố", .restored(0, of: 0), .noData, nil),
        ("Điều 20.3, đã báo Sở", .departmentTold(1, of: 1), .met, "1/1 sự cố"),
        ("Điều 20.3, chưa báo Sở", .departmentTold(0, of: 1), .notMet, "0/1 sự cố"),
        ("Điều 20.3, không có sự cố của cơ quan", .departmentTold(0, of: 0), .noData, nil),
        ("Điều 21.6, có thử nghiệm", .upgradeTested(2, of: 2), .met, "2/2 thông báo nâng cấp"),
        ("Điều 21.6, thiếu", .upgradeTested(1, of: 2), .notMet, "1/2 thông báo nâng cấp"),
        ("Điều 21.6, không nâng cấp", .upgradeTested(0, of: 0), .noData, nil),
        ("Điều 21.7, đủ ngày", .noticeLead(inTime: 3, of: 3, wantedDays: 7), .met, "3/3 thông báo"),
        ("Điều 21.7, báo gấp", .noticeLead(inTime: 2, of: 3, wantedDays: 7), .notMet, "2/3 thông báo"),
        ("Điều 21.7, không bảo trì", .noticeLead(inTime: 0, of: 0, wantedDays: 7), .noData, nil),
        ("Điều 21.9, đã giải quyết hết", .hotline(resolved: 5, of: 5), .met, "5/5 yêu cầu đã giải quyết"),
        ("Điều 21.9, còn chờ", .hotline(resolved: 4, of: 5), .met, "4/5 yêu cầu đã giải quyết"),
        ("Điều 21.9, chưa giải quyết yêu cầu nào", .hotline(resolved: 0, of: 5), .notMet, "0/5 yêu cầu đã giải quyết"),
        ("Điều 21.9, không ghi gì", .hotline(resolved: 0, of: 0), .noData, nil),
        ("Điều 7.4, đúng", .accountNames(irregular: 0, of: 1200), .met, "1.200/1.200 tài khoản"),
        ("Điều 7.4, có tên sai", .accountNames(irregular: 3, of: 1200), .notMet, "1.197/1.200 tài khoản"),
        ("Điều 7.4, chưa nhập", .accountNames(irregular: 0, of: 0), .noData, nil),
    ] as [(String, Judgement, Judgement.Verdict, String?)])
    func incidentsNoticesRequestsAndNames(
        case name: String, judgement: Judgement, verdict: Judgement.Verdict, figure: String?
    ) {
        #expect(judgement.verdict == verdict && judgement.figure == figure, "\(name): \(judgement)")
        #expect((judgement.detail == nil) == (verdict == .met && judgement.part == judgement.whole), "\(name)")
    }

    /// What no law fixes is said to be a target of our own.
    @Test func ownTargetsAreNamedSo() {
        #expect(Judgement.noticeLead(inTime: 1, of: 1, wantedDays: 7).target == "mục tiêu nội bộ: báo trước từ 7 ngày làm việc")
        let locks = Judgement.accountsLocked(1, of: 1, open: 0, overdue: 0, lockDays: 1)
        #expect(locks.target == "mục tiêu nội bộ: khóa trong 1 ngày làm việc")
        #expect(Judgement.backup(goodDays: 1, days: 1, records: 1, isLastDayGood: true, isRunning: true).target == nil)
    }

    @Test(arguments: [
        ("chốt trước hạn", "2026-H1", "18/06/2026", "01/07/2026", Judgement.Verdict.met),
        ("chốt đúng ngày hạn", "2026-H1", "20/06/2026", "01/07/2026", .met),
        ("chốt sau hạn", "2026-H1", "21/06/2026", "01/07/2026", .notMet),
        ("chưa chốt, chưa đến hạn", "2026-H1", nil, "20/06/2026", .notMet),
        ("chưa chốt, quá hạn", "2026-H1", nil, "21/06/2026", .overdue),
        ("kỳ trước khi Quy chế có hiệu lực", "2025-H2", nil, "01/03/2026", .noData),
    ] as [(String, String, String?, String, Judgement.Verdict)])
    func reportOfAPeriod(case name: String, period: String, issued: String?, today: String, verdict: Judgement.Verdict) {
        let judgement = Judgement.reportIssued(
            ReportingPeriod(period)!, issuedOn: issued.map(Self.day), today: Self.day(today),
            firstPeriod: ReportingPeriod("2026-H1")!)
        #expect(judgement.verdict == verdict, "\(name): \(judgement)")
    }

    @Test(arguments: [
        ("đã khóa hết", 4, 4, 0, 0, Judgement.Verdict.met, "4/4 người nghỉ, chuyển"),
        ("có người chưa khóa, còn trong hạn", 3, 4, 1, 0, .notMet, "3/4 người nghỉ, chuyển"),
        ("có người chưa khóa, quá hạn", 2, 4, 2, 1, .overdue, "2/4 người nghỉ, chuyển"),
        ("chưa có danh sách tài khoản mới hơn", 3, 4, 0, 0, .noData, nil),
        ("không có ai nghỉ", 0, 0, 0, 0, .noData, nil),
    ] as [(String, Int, Int, Int, Int, Judgement.Verdict, String?)])
    func accountsOfWhoLeft(
        case name: String, locked: Int, people: Int, open: Int, overdue: Int, verdict: Judgement.Verdict, figure: String?
    ) {
        let judgement = Judgement.accountsLocked(locked, of: people, open: open, overdue: overdue, lockDays: 1)
        #expect(judgement.verdict == verdict && judgement.figure == figure, "\(name): \(judgement)")
    }

    // MARK: The window

    private static func obligation(from first: String, to end: String? = nil) -> Obligation {
        Obligation(
            key: "18.2-daily", basis: "", article: "Điều 18.2", party: .department, text: "", measure: .backup,
            evidence: "", effectiveFrom: day(first), effectiveTo: end.map(day))
    }

    @Test(arguments: [("09/12/2025", false), ("10/12/2025", true), ("30/06/2027", true), ("01/07/2027", false)])
    func aDutyIsInForceFromItsFirstDayToTheDayBeforeItsEnd(day: String, isInForce: Bool) {
        #expect(Self.obligation(from: "10/12/2025", to: "01/07/2027").isInForce(on: Self.day(day)) == isInForce)
    }

    @Test(arguments: [
        ("kỳ đầu tiên", "10/12/2025", "01/03/2026", ["2026-H1"]),
        ("kỳ thứ hai", "10/12/2025", "24/11/2026", ["2026-H2", "2026-H1"]),
        ("Quy chế có hiệu lực đúng ngày đầu kỳ", "15/12/2025", "24/11/2026", ["2026-H2", "2026-H1"]),
        ("còn những ngày trước kỳ đầu tiên", "10/12/2025", "12/12/2025", ["2025-H2"]),
    ])
    func thePeriodsGoBackToTheFirstWholeOne(case name: String, effective: String, today: String, codes: [String]) {
        let periods = ObligationWindow.periods(of: [Self.obligation(from: effective)], on: Self.day(today))
        #expect(periods.map(\.code) == codes, "\(name)")
        #expect(ObligationWindow.firstPeriod(of: [], on: Self.day(today)) == ReportingPeriod(containing: Self.day(today)))
    }

    @Test(arguments: [
        ("đang chạy: hôm nay chưa tính", "24/11/2026", "24/11/2026", "23/11/2026", 162, "2026-H1"),
        ("ngày đầu của kỳ", "15/06/2026", "15/06/2026", "14/06/2026", 0, "2026-H1"),
        ("đã hết kỳ", "20/12/2026", "14/12/2026", "14/12/2026", 183, "2026-H2"),
    ])
    func aWindowEndsToday(case name: String, today: String, last: String, whole: String, days: Int, reported: String) {
        let window = ObligationWindow(
            period: ReportingPeriod("2026-H2")!, today: Self.day(today), firstPeriod: ReportingPeriod("2026-H1")!)
        #expect(window.lastDay == Self.day(last) && window.lastWholeDay == Self.day(whole), "\(name)")
        #expect(window.wholeDays == days && window.reported.code == reported, "\(name)")
    }

    /// One working day for the lock: who left on Friday is late from Tuesday on.
    @Test(arguments: [
        ("thứ Hai", "23/11/2026", 1, "19/11/2026"), ("thứ Ba", "24/11/2026", 1, "22/11/2026"),
        ("khóa ngay trong ngày", "24/11/2026", 0, "23/11/2026"), ("hạn năm ngày", "24/11/2026", 5, "16/11/2026"),
    ])
    func aLockIsLateAfterItsWorkingDays(case name: String, today: String, lockDays: Int, newest: String) {
        let window = ObligationWindow(
            period: ReportingPeriod("2026-H2")!, today: Self.day(today), firstPeriod: ReportingPeriod("2026-H1")!)
        #expect(LockLimit(workingDays: lockDays, calendar: WorkingCalendar()).newestOverdue(on: window.today) == Self.day(newest), "\(name)")
    }
}
