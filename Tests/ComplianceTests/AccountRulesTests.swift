import Civil
import Database
import Organization
import Testing
import WorkingTime

@testable import Compliance

/// A day of November 2026: the 2nd is a Monday.
private func november(_ day: Int) -> CivilDate { CivilDate(year: 2026, month: 11, day: 1)!.adding(days: day - 1) }

/// What an import means for somebody who left.
@Suite struct AccountRulesTests {
    struct Verdict: CustomTestStringConvertible {
        let name: String
        let state: Account.State
        let isFound: Bool
        let left: Int
        let kind: AccountImport.Kind
        let export: Int
        let verdict: LeaverStanding.Verdict

        init(
            _ name: String, _ state: Account.State, isFound: Bool = false, left: Int, after kind: AccountImport.Kind,
            export: Int, _ verdict: LeaverStanding.Verdict
        ) {
            self.name = name
            self.state = state
            self.isFound = isFound
            self.left = left
            self.kind = kind
            self.export = export
            self.verdict = verdict
        }

        var testDescription: String { name }
    }

    private static func standing(
        _ account: Int64 = 1, _ state: Account.State = .active, isFound: Bool = false, left: Int = 2, leaver: Int64 = 1,
        lockedOn: Int? = nil
    ) -> LeaverStanding {
        LeaverStanding(
            leaver: leaver, account: .init(rawValue: account), agency: nil, leftOn: november(left), state: state,
            lockedOn: lockedOn.map(november), openFinding: isFound ? .init(rawValue: account) : nil)
    }

    @Test(arguments: [
        Verdict("active the day after leaving is found", .active, left: 2, after: .export, export: 3, .find),
        Verdict("on the day itself the account may still be used", .active, left: 2, after: .export, export: 2, .unchanged),
        Verdict("before the day nothing is asked", .active, left: 9, after: .export, export: 3, .unchanged),
        Verdict("a list of leavers finds in the export that is known", .active, left: 2, after: .leavers, export: 3, .find),
        Verdict("what is found is not found twice", .active, isFound: true, left: 2, after: .export, export: 9, .unchanged),
        Verdict("an export that shows the lock closes", .locked, isFound: true, left: 2, after: .export, export: 9, .close),
        Verdict("a list of leavers never closes", .locked, isFound: true, left: 2, after: .leavers, export: 9, .unchanged),
        Verdict("an account that is missing is not shown to be locked", .gone, isFound: true, left: 2, after: .export, export: 9, .unchanged),
        Verdict("locked in time is never found", .locked, left: 2, after: .export, export: 9, .unchanged),
        Verdict("gone in time is never found", .gone, left: 2, after: .export, export: 9, .unchanged),
    ])
    func anImportMeans(row: Verdict) {
        let standing = Self.standing(1, row.state, isFound: row.isFound, left: row.left)
        #expect(standing.verdict(after: row.kind, exportDay: november(row.export)) == row.verdict)
    }

    @Test func anAccountIsFoundOnceAboutItsNewestLeaving() {
        let standings = [
            Self.standing(7, left: 4, leaver: 2), Self.standing(7, left: 2, leaver: 1), Self.standing(7, left: 20, leaver: 3),
            Self.standing(5, left: 2, leaver: 4),
        ]
        let (found, closed) = standings.judged(after: .export, exportDay: november(9))
        #expect(found.map(\.leaver) == [4, 2])
        #expect(closed.isEmpty)
    }

    @Test func aFindingIsClosedOnceThoughTwoListsNamedThePerson() {
        let standings = [
            Self.standing(7, .locked, isFound: true, left: 4, leaver: 2), Self.standing(7, .locked, isFound: true, left: 2),
        ]
        let (found, closed) = standings.judged(after: .export, exportDay: november(9))
        #expect(found.isEmpty)
        #expect(closed.map(\.account.rawValue) == [7])
    }

    private static let lockDays: [(String, Int?, Int?, Int?)] = [
        ("between the two exports", 6, 4, 6), ("on the day of the first", 4, 4, 4), ("on the day of the second", 9, 4, 9),
        ("before the export that showed it active", 3, 4, nil), ("after the list itself", 10, 4, nil),
        ("not told", nil, 4, nil), ("no export before", 3, nil, 3),
    ]

    @Test(arguments: lockDays)
    func aDayOfLockIsBelievedWhereTheExportsAgree(name: String, lockedOn: Int?, previous: Int?, day: Int?) {
        let standing = Self.standing(1, .locked, isFound: true, lockedOn: lockedOn)
        #expect(
            standing.lockDay(exportDay: november(9), previousExport: previous.map(november)) == day.map(november), "\(name)")
    }

    // MARK: The next export

    private static let exports: [(String, Int?, Int, Int, Int, Bool, String?)] = [
        ("the first one", nil, 0, 0, 3, false, nil),
        ("a newer one", 2, 100, 1, 3, false, nil),
        ("another one of the same day", 3, 100, 1, 3, false, nil),
        ("an older one", 4, 100, 1, 3, false, "taken_on"),
        ("one of tomorrow", nil, 0, 0, 25, false, "taken_on"),
        ("one of today", nil, 0, 0, 24, false, nil),
        ("one that misses half", 2, 100, 50, 3, false, nil),
        ("one that misses more than half", 2, 100, 51, 3, false, "complete"),
        ("the same, confirmed", 2, 100, 51, 3, true, nil),
        ("too few accounts to tell", 2, 19, 19, 3, false, nil),
        ("just enough to tell", 2, 20, 11, 3, false, "complete"),
    ]

    @Test(arguments: exports)
    func anExportIsNewerAndWhole(
        name: String, known: Int?, count: Int, missing: Int, takenOn: Int, isComplete: Bool, field: String?
    ) {
        let upload = AccountUpload(fileName: "a.csv", bytes: [], takenOn: november(takenOn), isComplete: isComplete)
        var refused: String?
        do {
            try KnownAccounts(exportDay: known.map(november), count: count, missing: missing)
                .check(upload, on: november(24))
        } catch {
            refused = error.problems.first?.field
        }
        #expect(refused == field, "\(name)")
    }

    // MARK: Days

    private static let limits: [(String, Int, Int, Int)] = [
        ("Monday, one working day", 2, 1, 3), ("Friday: the weekend does not count", 6, 1, 9), ("Saturday", 7, 1, 9),
        ("no day of grace", 6, 0, 6), ("a working week", 6, 5, 13),
    ]

    @Test(arguments: limits)
    func theLimitCountsWorkingDays(name: String, left: Int, days: Int, last: Int) {
        let limit = LockLimit(workingDays: days, calendar: WorkingCalendar())
        #expect(limit.lastDay(november(left)) == november(last), "\(name)")
        #expect(!limit.isOverdue(november(left), on: november(last)))
        #expect(limit.isOverdue(november(left), on: november(last + 1)))
    }

    @Test(arguments: 0...5, 1...28)
    func whoLeftByTheNewestOverdueDayIsOverdueAndNobodyElse(days: Int, today: Int) {
        let limit = LockLimit(workingDays: days, calendar: .stateOffice)
        let day = limit.newestOverdue(on: november(today))
        #expect(limit.isOverdue(day, on: november(today)))
        #expect(!limit.isOverdue(day.adding(days: 1), on: november(today)))
    }

    private static let lastings: [(String, Int?, Int?, AccountFinding.Lasting, AccountFinding.Standing)] = [
        ("so far", nil, nil, .soFar(22), .overdue),
        ("the export names the day", 5, 9, .exactly(3), .closed),
        ("the export shows the lock only", nil, 9, .atMost(7), .closed),
    ]

    @Test(arguments: lastings)
    func daysFromLeavingToTheLock(
        name: String, lockedOn: Int?, shownOn: Int?, lasting: AccountFinding.Lasting, standing: AccountFinding.Standing
    ) {
        let finding = AccountFinding(
            leftOn: november(2), reason: .leaving, decisionNumber: "", foundAt: november(3).startInVietnam,
            closedAt: shownOn.map { november($0).startInVietnam }, lockedOn: lockedOn.map(november),
            shownOn: shownOn.map(november))
        let limit = LockLimit(workingDays: 1, calendar: .stateOffice)
        #expect(finding.lasting(on: november(24)) == lasting, "\(name)")
        #expect(finding.standing(limit, on: november(24)) == standing, "\(name)")
        #expect(finding.standing(limit, on: november(3)) == (shownOn == nil ? .due : .closed), "\(name)")
    }

    @Test func whoBroughtAListIsToldWhatItBrought() {
        func summary(
            _ kind: AccountImport.Kind, unmatched: [String] = [], isCompared: Bool = true
        ) -> String {
            ImportOutcome(kind: kind, rows: 1234, found: 2, closed: 3, unmatched: unmatched, isCompared: isCompared).summary
        }
        #expect(summary(.export) == "Đã nhập 1.234 tài khoản: 2 phát hiện mới, 3 phát hiện được khép.")
        #expect(summary(.leavers) == "Đã nhập 1.234 người nghỉ việc, chuyển công tác: 2 phát hiện mới.")
        #expect(summary(.leavers, isCompared: false).contains("hãy nhập danh sách tài khoản"))
        #expect(summary(.leavers, unmatched: ["a", "b"]).hasSuffix("có “a”, “b”: hãy kiểm tra tên đăng nhập."))
        #expect(summary(.leavers, unmatched: ["a", "b", "c", "d", "e"]).contains("“c” và 2 tên nữa"))
    }
}
