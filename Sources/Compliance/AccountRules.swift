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
        /// Locked or gone: the open finding is closed.
        case close
    }

    package let leaver: Int64
    package let account: Account.ID
    package let agency: Agency.ID?
    package let leftOn: CivilDate
    package let state: Account.State
    package let openFinding: AccountFinding.ID?

    /// An account that is active in an export of a day after its owner left was not locked. On the day itself it may
    /// still be in use. Only an export is evidence of a lock: a list of leavers closes nothing.
    ///
    /// - Parameters:
    ///   - kind: What was imported just now.
    ///   - exportDay: The day of the newest export.
    package func verdict(after kind: AccountImport.Kind, exportDay: CivilDate) -> Verdict {
        switch state {
        case .active: openFinding == nil && leftOn < exportDay ? .find : .unchanged
        case .locked, .gone: openFinding != nil && kind == .export ? .close : .unchanged
        }
    }
}

extension LeaverStanding: PostgresRow {
    package static var columns: String { "l.id, a.id, a.agency_id, l.left_on, a.state, f.id" }

    package init(row: inout RowReader) throws {
        leaver = try row.read()
        account = try row.read()
        agency = try row.read()
        leftOn = try row.read()
        state = try row.read()
        openFinding = try row.read()
    }
}

/// What the newest export said, when the next list comes in.
package struct KnownAccounts: Hashable, Sendable {
    /// The day of the newest export; nil before the first one.
    package let exportDay: CivilDate?
    /// Accounts that it held.
    package let count: Int

    package init(exportDay: CivilDate?, count: Int) {
        self.exportDay = exportDay
        self.count = count
    }

    /// Below this many accounts nobody can tell a short list from a list cut short.
    private static let smallest = 20

    /// An export replaces what is known, so it must be newer and whole: one that is older, or that holds a part of the
    /// accounts only, would show locks that never happened.
    package func check(_ upload: AccountUpload, rows: Int, on today: CivilDate) throws(Refusal) {
        try Self.checkDay(upload.takenOn, on: today)
        if let exportDay, upload.takenOn < exportDay {
            throw Refusal(
                field: "taken_on",
                "Danh sách này cũ hơn danh sách đã nhập (ngày \(VietnameseFormat.date(exportDay))); tài khoản đã khóa không thể trở lại như trước.")
        }
        if count >= Self.smallest, rows * 2 < count, !upload.isComplete {
            throw Refusal(
                field: "complete",
                "Danh sách có \(rows) tài khoản, lần trước có \(count). Nếu đây đúng là toàn bộ tài khoản, hãy đánh dấu xác nhận rồi gửi lại.")
        }
    }

    package static func checkDay(_ day: CivilDate, on today: CivilDate) throws(Refusal) {
        if day > today { throw Refusal(field: "taken_on", "Ngày lập danh sách không được ở tương lai.") }
    }
}
