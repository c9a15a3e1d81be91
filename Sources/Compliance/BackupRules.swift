package import Civil
package import Organization

/// What somebody typed of a backup.
package struct BackupDraft: Hashable, Sendable {
    package var day: CivilDate
    /// When it was made, on that day; nil where only the day is known.
    package var takenAt: Instant?
    package var kind: Backup.Kind
    package var result: Backup.Result
    package var note: String

    package init(
        day: CivilDate, takenAt: Instant? = nil, kind: Backup.Kind = .daily, result: Backup.Result = .good,
        note: String = ""
    ) {
        self.day = day
        self.takenAt = takenAt
        self.kind = kind
        self.result = result
        self.note = note
    }

    /// 01/01/2000: there was no such system before.
    private static let oldest = CivilDate(dayNumber: 10_957)

    /// - Throws: `Refusal`. A backup that lies ahead is none, and one that failed is told with what went wrong: somebody
    ///   has to mend it.
    package func check(at now: Instant) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        if day < Self.oldest {
            problems.append(.init(field: "day", text: "Ngày sao lưu không được trước \(VietnameseFormat.date(Self.oldest))."))
        } else if day > CivilDate(inVietnam: now) {
            problems.append(.init(field: "day", text: "Ngày sao lưu không được ở tương lai."))
        } else if let takenAt, takenAt > now {
            problems.append(.init(field: "time", text: "Giờ sao lưu không được ở tương lai."))
        }
        if result == .failed, note.isEmpty {
            problems.append(.init(field: "note", text: "Sao lưu không thành công thì cần ghi nguyên nhân, cách xử lý."))
        }
        if !problems.isEmpty { throw Refusal(problems) }
    }
}

/// One day and the backups of it.
package struct BackupDay: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case good, failed
        /// The day is over and nobody recorded a backup of it.
        case missing
        /// Today, while nobody has recorded one yet.
        case awaited
    }

    package let day: CivilDate
    package let backups: [Backup]

    package func state(on today: CivilDate) -> State {
        if backups.contains(where: { $0.result == .good }) { return .good }
        if !backups.isEmpty { return .failed }
        return day < today ? .missing : .awaited
    }

    /// The last so many days up to `today`, the newest first, each with its backups in the order given.
    package static func last(_ count: Int, to today: CivilDate, of backups: [Backup]) -> [BackupDay] {
        let byDay = Dictionary(grouping: backups, by: \.day)
        return (0..<count).map { back in
            let day = today.adding(days: -back)
            return BackupDay(day: day, backups: byDay[day] ?? [])
        }
    }
}
