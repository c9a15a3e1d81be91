import Civil

/// The strip of days of docs/look.md: a day is as bad as its worst moment, and worse is taller.
struct DayStrip {
    enum Kind: String, CaseIterable {
        case down, up, maintenance, unknown

        /// - Parameter day: What is known of one day, of which `window` is the part that has passed.
        init(_ day: Availability) {
            if day.down > .zero {
                self = .down
            } else if day.notMeasured * 10 > day.window || day.window == .zero {
                // More than a tenth of it is dark: calling it up would flatter.
                self = .unknown
            } else {
                self = day.planned > .zero ? .maintenance : .up
            }
        }

        /// Where the middle of its bar lies in a strip of height 24; worse is taller, and all stand on the ground.
        var middle: Int {
            switch self {
            case .down: 12
            case .up: 16
            case .maintenance: 19
            case .unknown: 22
            }
        }
    }

    static let length = 90

    let first: CivilDate
    let kinds: [Kind]
    /// All days together.
    let availability: Availability

    init(_ days: DayByDay) {
        first = days.first
        kinds = (0..<days.count).map { Kind(days.availability(on: $0)) }
        availability = days.whole
    }

    /// The first of the 90 days that end with the day of `now`.
    static func firstDay(endingAt now: Instant) -> CivilDate {
        CivilDate(inVietnam: now).adding(days: 1 - length)
    }

    func count(_ kind: Kind) -> Int { kinds.count { $0 == kind } }

    /// The days of one kind as an SVG path, four units a day: one stroke a run of days, which the stylesheet dashes into days.
    func path(of kind: Kind) -> String {
        var path = ""
        var day = 0
        while let start = kinds[day...].firstIndex(of: kind) {
            day = kinds[start...].firstIndex { $0 != kind } ?? kinds.count
            path += "M\(start * 4) \(kind.middle)h\((day - start) * 4)"
        }
        return path
    }
}
