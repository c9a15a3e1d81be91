import Civil
import Compliance
import Organization
import WorkingTime

/// A duty that is late or soon will be, as the first page tells it.
struct HomeDuty: Hashable, Sendable {
    enum State: Hashable, Sendable {
        case overdue, due
    }

    let name: String
    let article: String
    let party: String
    let state: State
    let due: String
    let href: String
}

extension HomeCounts {
    /// Late duties first. How far ahead a report's day counts as near is a target of our own: ten days.
    func duties(for person: Person, at now: Instant) -> [HomeDuty] {
        var list: [HomeDuty] = []
        if person.may(.readReports), let report = reportDuty(on: CivilDate(inVietnam: now)) { list.append(report) }
        if person.scope == nil, person.may(.readObligations), let duty = backupDuty(on: CivilDate(inVietnam: now)) {
            list.append(duty)
        }
        if person.may(.readAccounts), let duty = lockDuty(on: CivilDate(inVietnam: now)) { list.append(duty) }
        if person.may(.readOfficers), agenciesWithoutOfficer > 0 {
            list.append(
                HomeDuty(
                    name: "Phân công người phụ trách an toàn thông tin: \(agenciesWithoutOfficer) cơ quan chưa có",
                    article: "Điều 19.1", party: "Thủ trưởng cơ quan", state: .due, due: "Quy chế không ghi hạn",
                    href: "/officers"))
        }
        return list.sorted { $0.state == .overdue && $1.state != .overdue }
    }

    /// A backup each day: late when yesterday has no good one.
    private func backupDuty(on today: CivilDate) -> HomeDuty? {
        let yesterday = today.adding(days: -1)
        if let newestBackup, newestBackup >= yesterday { return nil }
        let since = newestBackup.map { "bản tốt gần nhất ngày \(VietnameseFormat.date($0))" }
        return HomeDuty(
            name: "Sao lưu hằng ngày: \(since ?? (hasBackups ? "chưa có bản nào tốt" : "chưa có bản ghi nào"))",
            article: "Điều 18.2", party: "Sở Khoa học và Công nghệ", state: hasBackups ? .overdue : .due,
            due: VietnameseFormat.date(yesterday), href: "/obligations/backups")
    }

    /// Accounts of people who left, while one is not locked; late when the first of them is beyond the limit.
    private func lockDuty(on today: CivilDate) -> HomeDuty? {
        guard let oldestFinding else { return nil }
        let limit = LockLimit(workingDays: settings.number(.lockWarningDays), calendar: .stateOffice)
        return HomeDuty(
            name: "Khóa tài khoản khi nghỉ việc, chuyển công tác: \(openFindings) chưa khóa", article: "Điều 23.1 c",
            party: "Thủ trưởng cơ quan", state: limit.isOverdue(oldestFinding, on: today) ? .overdue : .due,
            due: "\(VietnameseFormat.date(limit.lastDay(oldestFinding))) (mục tiêu nội bộ)", href: "/accounts")
    }

    /// The last period that is over, while nobody has issued its report; the one that runs, when it must be sent soon.
    private func reportDuty(on today: CivilDate) -> HomeDuty? {
        let last = ReportingPeriod(containing: today).previous
        guard (newestReport.flatMap { ReportingPeriod($0) }.map { $0 < last }) ?? true else { return nil }
        let isLate = today > last.sendBy
        return HomeDuty(
            name: "Báo cáo \(last.title)", article: "Điều 21.10", party: "Sở Khoa học và Công nghệ",
            state: isLate ? .overdue : .due, due: "\(VietnameseFormat.date(last.sendBy)) (mục tiêu nội bộ)",
            href: "/reports/\(last.code)")
    }
}
