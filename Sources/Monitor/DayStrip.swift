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

    /// How many days it shows.
    package static let length = 90

    package let first: CivilDate
    package let kinds: [Kind]
    /// All days together.
    package let availability: Availability

    /// Of one monitor.
    init(_ days: DayByDay) {
        first = days.first
        let begun = days.begun
        kinds = (0..<days.count).map { index in
            days.uneven[days.first.dayNumber + index].map(Kind.init) ?? (index < begun ? .up : .unknown)
        }
        availability = days.whole
    }

    /// Of several monitors that count as one: a day is as bad as that of the worst of them, so that many good ones hide none.
    ///
    /// - Parameters:
    ///   - parts: All from `first` on; on a day without any of them nothing is known.
    ///   - counts: Whether a part, by its place, was there on that day.
    package init(_ parts: [DayByDay], from first: CivilDate, where counts: (Int, CivilDate) -> Bool) {
        let days = (0..<Self.length).map { index in
            parts.indices.filter { counts($0, first.adding(days: index)) }.map { parts[$0].availability(on: index) }
        }
        self.first = first
        // What had no service hours that day says nothing of it.
        kinds = days.map { day in day.filter { $0.window > .zero }.map(Kind.init).max { $1.isWorse(than: $0) } ?? .unknown }
        availability = .sum(days.joined())
    }

    /// The first of the 90 days that end with the day of `now`.
    package static func firstDay(endingAt now: Instant) -> CivilDate {
        CivilDate(inVietnam: now).adding(days: 1 - length)
    }
}

/// The days of a strip, the first first.
extension [DayStrip.Kind] {
    func count(_ kind: DayStrip.Kind) -> Int { count { $0 == kind } }

    /// The days of one kind as an SVG path, four units a day: one stroke a run of days, which the stylesheet dashes into days.
    func path(of kind: DayStrip.Kind) -> String {
        var path = ""
        var day = 0
        while let start = self[day...].firstIndex(of: kind) {
            day = self[start...].firstIndex { $0 != kind } ?? count
            path += "M\(start * 4) \(kind.middle)h\((day - start) * 4)"
        }
        return path
    }
}
