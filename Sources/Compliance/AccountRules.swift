package import Civil
package import Database
package import Organization

/// Where somebody who left stands with the newest export.
package struct LeaverStanding: Hashable, Sendable {
    /// What an import means for the account.
    package enum Verdict: Hashable, Sendable {
        case unchanged
        /// Not locked after leaving: Điều 23.1 c is not met.
        case find
        /// Locked: the open finding is closed.
        case close
    }

    package let leaver: Int64
    package let account: Account.ID
    package let agency: Agency.ID?
    package let leftOn: CivilDate
    package let state: Account.State
    /// The day of the lock, as the export names it.
    package let lockedOn: CivilDate?
    /// The account's open finding, whichever leaving it is about.
    package let openFinding: AccountFinding.ID?

    /// An account that is active in an export of a day after its owner left was not locked. On the day itself it may
    /// still be in use. Only an export that shows the lock is evidence of it: a list of leavers closes nothing, and
    /// neither does an account that is missing from the export, which may have been cut short.
    ///
    /// - Parameters:
    ///   - kind: What was imported just now.
    ///   - exportDay: The day of the newest export.
    package func verdict(after kind: AccountImport.Kind, exportDay: CivilDate) -> Verdict {
        switch state {
        case .active: openFinding == nil && leftOn < exportDay ? .find : .unchanged
        case .locked: openFinding != nil && kind == .export ? .close : .unchanged
        case .gone: .unchanged
        }
    }

    /// The day of the lock where it can be believed. The export before this one still showed the account active, so a day
    /// before that one is a slip of the list, and so is a day after the list itself.
    ///
    /// - Returns: nil when it is not known; the day of the export is then the latest that it can be.
    package func lockDay(exportDay: CivilDate, previousExport: CivilDate?) -> CivilDate? {
        lockedOn.flatMap { $0 <= exportDay && $0 >= previousExport ?? $0 ? $0 : nil }
    }
}

extension [LeaverStanding] {
    /// What an import means, one line an account: somebody may have left twice, and two lists may disagree about the day.
    /// A finding is about the newest leaving that the export can tell of.
    package func judged(
        after kind: AccountImport.Kind, exportDay: CivilDate
    ) -> (found: [LeaverStanding], closed: [LeaverStanding]) {
        var found: [Account.ID: LeaverStanding] = [:]
        var closed: [Account.ID: LeaverStanding] = [:]
        for standing in self {
            switch standing.verdict(after: kind, exportDay: exportDay) {
            case .find:
                if let other = found[standing.account], other.leftOn > standing.leftOn { continue }
                found[standing.account] = standing
            case .close: closed[standing.account] = standing
            case .unchanged: continue
            }
        }
        return (
            found.values.sorted { $0.account.rawValue < $1.account.rawValue },
            closed.values.sorted { $0.account.rawValue < $1.account.rawValue }
        )
    }
}

extension LeaverStanding: PostgresRow {
    package static var columns: String { "l.id, a.id, a.agency_id, l.left_on, a.state, a.locked_on, f.id" }

    package init(row: inout RowReader) throws {
        leaver = try row.read()
        account = try row.read()
        agency = try row.read()
        leftOn = try row.read()
        state = try row.read()
        lockedOn = try row.read()
        openFinding = try row.read()
    }
}

/// What the newest export said, when the next one comes in.
package struct KnownAccounts: Hashable, Sendable {
    /// The day of the newest export; nil before the first one.
    package let exportDay: CivilDate?
    /// Accounts that it held.
    package let count: Int
    /// How many of them the next one does not hold.
    package let missing: Int

    package init(exportDay: CivilDate?, count: Int, missing: Int) {
        self.exportDay = exportDay
        self.count = count
        self.missing = missing
    }

    /// Below this many accounts nobody can tell a short list from a list cut short.
    private static let smallest = 20

    /// An export replaces what is known, so it must be newer and whole.
    package func check(_ upload: AccountUpload, on today: CivilDate) throws(Refusal) {
        try Self.checkDay(upload.takenOn, on: today)
        if let exportDay, upload.takenOn < exportDay {
            throw Refusal(
                field: "taken_on",
                "Đã nhập danh sách ngày \(VietnameseFormat.date(exportDay)), mới hơn danh sách này. Hãy dùng danh sách từ ngày đó trở đi.")
        }
        if count >= Self.smallest, missing * 2 > count, !upload.isComplete {
            throw Refusal(
                field: "complete",
                "Danh sách thiếu \(VietnameseFormat.number(missing)) trong \(VietnameseFormat.number(count)) tài khoản của lần trước. Nếu đây đúng là toàn bộ tài khoản, hãy đánh dấu xác nhận rồi gửi lại.")
        }
    }

    package static func checkDay(_ day: CivilDate, on today: CivilDate) throws(Refusal) {
        if day > today { throw Refusal(field: "taken_on", "Ngày lập danh sách không được ở tương lai.") }
    }
}
