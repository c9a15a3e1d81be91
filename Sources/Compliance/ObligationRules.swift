package import Civil
package import WorkingTime

/// How a duty stands, always with what was counted.
package struct Judgement: Hashable, Sendable {
    package enum Verdict: String, CaseIterable, Sendable {
        case met
        /// It falls short, and no day has passed by which it can still be mended.
        case notMet = "not_met"
        /// Something is outstanding whose day has passed.
        case overdue
        case noData = "no_data"

        package var label: String {
            switch self {
            case .met: "Đạt"
            case .notMet: "Chưa đạt"
            case .overdue: "Quá hạn"
            case .noData: VietnameseFormat.noFigure
            }
        }

        /// The look of its badge; see docs/look.md.
        package var badge: String {
            switch self {
            case .met: "met"
            case .notMet: "missing"
            case .overdue: "overdue"
            case .noData: "nodata"
            }
        }
    }

    package let verdict: Verdict
    /// The numerator.
    package let part: Int
    /// The denominator.
    package let whole: Int
    /// What is counted: `ngày`, `cơ quan`.
    package let unit: String
    /// What stands in the way, or what the figure does not show.
    package var detail: String?
    /// What it is measured by where the regulation gives no number; it is not law.
    package var target: String?

    /// Nothing that the console holds can judge it.
    package static let unjudged = Judgement(verdict: .noData, part: 0, whole: 0, unit: "")

    /// `112/144 cơ quan`; nil where nothing was counted: never a zero.
    package var figure: String? {
        verdict == .noData || whole == 0
            ? nil : "\(VietnameseFormat.number(part))/\(VietnameseFormat.number(whole)) \(unit)"
    }
}

extension Judgement {
    /// Điều 18.2: a good backup each day. Days that are missed cannot be mended; the newest one can still be followed up.
    package static func backup(
        goodDays: Int, days: Int, records: Int, isLastDayGood: Bool, isRunning: Bool
    ) -> Judgement {
        func judged(_ verdict: Verdict, _ detail: String?) -> Judgement {
            Judgement(verdict: verdict, part: goodDays, whole: days, unit: "ngày", detail: detail)
        }
        if days == 0 || records == 0 { return judged(.noData, "chưa ghi bản sao lưu nào trong kỳ") }
        if goodDays == days { return judged(.met, nil) }
        let missing = "\(VietnameseFormat.number(days - goodDays)) ngày không có bản sao lưu thành công"
        return isRunning && !isLastDayGood ? judged(.overdue, "\(missing), kể cả hôm qua") : judged(.notMet, missing)
    }

    /// Điều 19.1, Điều 23.1 đ: every agency has somebody. The regulation gives no day, so nothing is overdue.
    package static func assigned(_ agencies: Int, of all: Int) -> Judgement {
        let detail = all == 0 ? "chưa có cơ quan nào" : "\(VietnameseFormat.number(all - agencies)) cơ quan chưa phân công"
        return of(agencies, all, "cơ quan", short: detail)
    }

    /// Điều 20.1: the head and the users of each incident know all that there is to tell.
    package static func fiveFacts(told: Int, of incidents: Int) -> Judgement {
        of(told, incidents, "sự cố", none: noIncident,
           short: "\(incidents - told) sự cố chưa thông báo đủ nội dung cho Thủ trưởng và người sử dụng")
    }

    /// Điều 20.2, Điều 21.5: the system works again.
    package static func restored(_ restored: Int, of incidents: Int) -> Judgement {
        of(restored, incidents, "sự cố", none: noIncident, short: "\(incidents - restored) sự cố đang xảy ra")
    }

    /// Điều 20.3: the Department was told. "Ngay" is no number, so a telling that is missing is not overdue.
    package static func departmentTold(_ told: Int, of incidents: Int) -> Judgement {
        of(told, incidents, "sự cố", none: "không có sự cố nào của cơ quan được ghi trong kỳ",
           short: "\(incidents - told) sự cố chưa báo Sở Khoa học và Công nghệ")
    }

    /// Điều 21.6: no upgrade is announced untested.
    package static func upgradeTested(_ tested: Int, of upgrades: Int) -> Judgement {
        of(tested, upgrades, "thông báo nâng cấp", none: "không có thông báo nâng cấp nào trong kỳ",
           short: "\(upgrades - tested) thông báo không có kết quả thử nghiệm")
    }

    /// Điều 21.7: a notice comes before the work; the database takes no other. How long before is a target of our own.
    ///
    /// - Parameter wantedDays: Working days.
    package static func noticeLead(inTime: Int, of notices: Int, wantedDays: Int) -> Judgement {
        var judgement = of(
            inTime, notices, "thông báo", none: "không có thông báo nào trong kỳ",
            short: "\(notices - inTime) thông báo báo gấp hơn; cả \(notices) đều đăng trước khi tiến hành")
        judgement.target = "mục tiêu nội bộ: báo trước từ \(wantedDays) ngày làm việc"
        return judgement
    }

    /// Điều 21.9: the line exists when calls are logged and answered. A call that still waits is no breach.
    package static func hotline(resolved: Int, of requests: Int) -> Judgement {
        let waiting = requests - resolved
        return Judgement(
            verdict: requests == 0 ? .noData : resolved == 0 ? .notMet : .met, part: resolved, whole: requests,
            unit: "yêu cầu đã giải quyết",
            detail: requests == 0
                ? "không có yêu cầu nào được ghi trong kỳ" : waiting == 0 ? nil : "\(waiting) yêu cầu chờ xử lý")
    }

    /// Điều 21.10: the report of a period. By which day is a target of our own.
    ///
    /// - Parameters:
    ///   - issuedOn: The day on which it was first issued; nil while it was not.
    ///   - firstPeriod: The first period that has a report.
    package static func reportIssued(
        _ period: ReportingPeriod, issuedOn: CivilDate?, today: CivilDate, firstPeriod: ReportingPeriod
    ) -> Judgement {
        let limit = VietnameseFormat.date(period.sendBy)
        func judged(_ verdict: Verdict, _ detail: String) -> Judgement {
            Judgement(
                verdict: verdict, part: issuedOn == nil ? 0 : 1, whole: 1, unit: "báo cáo", detail: detail,
                target: "mục tiêu nội bộ: chốt chậm nhất ngày \(limit)")
        }
        if period < firstPeriod {
            return Judgement(
                verdict: .noData, part: 0, whole: 0, unit: "báo cáo",
                detail: "kỳ đầu tiên phải báo cáo là \(firstPeriod.title)")
        }
        if let issuedOn {
            let done = "báo cáo \(period.title) chốt ngày \(VietnameseFormat.date(issuedOn))"
            return issuedOn <= period.sendBy ? judged(.met, done) : judged(.notMet, "\(done), chậm")
        }
        return judged(today > period.sendBy ? .overdue : .notMet, "báo cáo \(period.title) chưa chốt")
    }

    /// Điều 23.1 c: the account of everybody who left is locked. Only an export newer than the leaving can tell.
    ///
    /// - Parameters:
    ///   - open: People whose account an export showed unlocked.
    ///   - overdue: Those of them whose lock is late by the Department's own target.
    package static func accountsLocked(
        _ locked: Int, of people: Int, open: Int, overdue: Int, lockDays: Int
    ) -> Judgement {
        let verdict: Verdict =
            people == 0 ? .noData : overdue > 0 ? .overdue : open > 0 ? .notMet : locked == people ? .met : .noData
        let detail: String? =
            people == 0
            ? "chưa có danh sách nghỉ việc, chuyển công tác nào của kỳ"
            : open > 0
                ? "\(open) tài khoản chưa khóa, \(overdue) đã quá hạn"
                : locked < people ? "\(people - locked) tài khoản chờ danh sách tài khoản mới hơn để đối chiếu" : nil
        return Judgement(
            verdict: verdict, part: locked, whole: people, unit: "người nghỉ, chuyển", detail: detail,
            target: "mục tiêu nội bộ: khóa trong \(lockDays) ngày làm việc")
    }

    /// Điều 7.4 a: how accounts are named.
    package static func accountNames(irregular: Int, of accounts: Int) -> Judgement {
        of(accounts - irregular, accounts, "tài khoản", none: "chưa nhập danh sách tài khoản",
           short: "\(VietnameseFormat.number(irregular)) tài khoản chưa đặt tên theo Điều 7.4")
    }

    private static let noIncident = "không có sự cố nào được ghi trong kỳ"

    /// Met when all of them are; nothing to judge by where there are none.
    private static func of(
        _ part: Int, _ whole: Int, _ unit: String, none: String? = nil, short: String
    ) -> Judgement {
        Judgement(
            verdict: whole == 0 ? .noData : part == whole ? .met : .notMet, part: part, whole: whole, unit: unit,
            detail: whole == 0 ? none ?? short : part == whole ? nil : short)
    }
}
