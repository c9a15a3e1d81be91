package import Civil
package import Database

/// "Not locked after leaving", Điều 23.1 c. Nobody can close one by hand: a later export does that, when it shows the
/// lock.
package struct AccountFinding: Hashable, Sendable {
    package typealias ID = RowID<AccountFinding>

    package enum Standing: String, CaseIterable, Sendable {
        /// Not locked, and within the limit that we set ourselves.
        case due
        case overdue
        case closed

        package var label: String {
            switch self {
            case .due: "Chưa khóa"
            case .overdue: "Quá hạn khóa"
            case .closed: "Đã khép"
            }
        }

        /// The look of its badge; see docs/look.md.
        package var badge: String {
            self == .closed ? "done" : rawValue
        }
    }

    /// Whole days from leaving to the lock.
    package enum Lasting: Hashable, Sendable {
        case exactly(Int)
        /// The export showed the lock without its day.
        case atMost(Int)
        /// No lock yet.
        case soFar(Int)
    }

    package let leftOn: CivilDate
    package let reason: LeaverList.Reason
    package let decisionNumber: String
    package let foundAt: Instant
    package let closedAt: Instant?
    /// The day of the lock, where the export that closed it names one.
    package let lockedOn: CivilDate?
    /// The day of the export that closed it.
    package let shownOn: CivilDate?

    package func standing(_ limit: LockLimit, on today: CivilDate) -> Standing {
        closedAt != nil ? .closed : limit.isOverdue(leftOn, on: today) ? .overdue : .due
    }

    package func lasting(on today: CivilDate) -> Lasting {
        if let lockedOn { return .exactly(lockedOn.dayNumber - leftOn.dayNumber) }
        if let shownOn { return .atMost(shownOn.dayNumber - leftOn.dayNumber) }
        return .soFar(today.dayNumber - leftOn.dayNumber)
    }
}

extension AccountFinding {
    /// Reads the end of a row of accounts.
    /// - Returns: nil where nothing was found.
    init?(row: inout RowReader) throws {
        let leftOn = try row.read(CivilDate?.self)
        let reason = try row.read(LeaverList.Reason?.self)
        let decisionNumber = try row.read(String?.self)
        let foundAt = try row.read(Instant?.self)
        closedAt = try row.read()
        lockedOn = try row.read()
        shownOn = try row.read()
        guard let leftOn, let reason, let decisionNumber, let foundAt else { return nil }
        self.leftOn = leftOn
        self.reason = reason
        self.decisionNumber = decisionNumber
        self.foundAt = foundAt
    }
}
