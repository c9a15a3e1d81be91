package import Civil

/// The strip of days of docs/look.md: a day is as bad as its worst moment, and worse is taller.
package struct DayStrip: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
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

        /// Of the times of one day: what broke outweighs what nobody saw, and both what was announced.
        fileprivate func isWorse(than other: Kind) -> Bool {
            func rank(_ kind: Kind) -> Int {
                switch kind {
                case .down: 3
                case .unknown: 2
                case .maintenance: 1
                case .up: 0
                }
            }
            return rank(self) > rank(other)
        }

        var y: Int {
            switch self {
            case .down: 0
            case .up: 8
            case .maintenance: 14
            case .unknown: 20
            }
        }

        var height: Int { 24 - y }
    }

    /// How many days it shows.
    package static let length = 90

    package let first: CivilDate
    package let kinds: [Kind]
    /// All days together.
    package let availability: Availability

    /// - Parameter days: In any order, of one monitor or of several that count as one: then a day is as bad as that of the
    ///   worst of them, so that many good ones hide none. A day without an entry was not measured.
    package init(from first: CivilDate, _ days: [DayAvailability]) {
        self.first = first
        let byDay = Dictionary(days.map { ($0.day.dayNumber, Kind($0.availability)) }) { $0.isWorse(than: $1) ? $0 : $1 }
        kinds = (0..<Self.length).map { byDay[first.dayNumber + $0] ?? .unknown }
        availability = .sum(days.map(\.availability))
    }

    /// The first of the 90 days that end with the day of `now`.
    package static func firstDay(endingAt now: Instant) -> CivilDate {
        CivilDate(inVietnam: now).adding(days: 1 - length)
    }

    func count(_ kind: Kind) -> Int { kinds.count { $0 == kind } }
}
