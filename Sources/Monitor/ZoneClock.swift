import Civil
import Foundation

/// The clock on the wall of a time zone, with its changes to and from summer time.
struct ZoneClock: Hashable, Sendable {
    /// What the wall shows: a day and the second of it.
    struct Reading: Hashable, Sendable {
        var day: CivilDate
        /// 0…86,399
        var second: Int

        /// Seconds since 1970-01-01T00:00 on the same wall.
        fileprivate var seconds: Int64 { Int64(day.dayNumber) * 86_400 + Int64(second) }
    }

    let name: String
    private let zone: TimeZone

    /// - Returns: nil unless the name is one of the IANA database: `Asia/Ho_Chi_Minh`, `UTC`.
    init?(_ name: String) {
        guard name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) else { return nil }
        (self.name, self.zone) = (name, zone)
    }

    func reading(at instant: Instant) -> Reading {
        let local = instant.seconds + offset(at: instant)
        let day = local >= 0 ? local / 86_400 : -((-local + 86_399) / 86_400)
        return Reading(day: CivilDate(dayNumber: Int(day)), second: Int(local - day * 86_400))
    }

    /// When the wall shows this: never where the clock is put forward over it, twice where it is put back.
    func instants(of reading: Reading) -> [Instant] {
        let around = Instant(seconds: reading.seconds)
        let offsets = Set([offset(at: around - .seconds(86_400)), offset(at: around + .seconds(86_400))])
        return offsets.map { Instant(seconds: reading.seconds - $0) }.filter { self.reading(at: $0) == reading }.sorted()
    }

    /// The first moment at which the wall shows this or, where it never does, the moment at which the clock is put forward
    /// over it.
    func firstInstant(of reading: Reading) -> Instant {
        if let first = instants(of: reading).first { return first }
        let before = Instant(seconds: reading.seconds - 86_400)
        var change = before
        let assumed = Instant(seconds: reading.seconds - offset(at: before))
        while let next = zone.nextDaylightSavingTimeTransition(after: date(change)) {
            let found = Instant(seconds: Int64(next.timeIntervalSince1970.rounded()))
            if found > assumed { break }
            change = found
        }
        return change
    }

    private func offset(at instant: Instant) -> Int64 { Int64(zone.secondsFromGMT(for: date(instant))) }

    private func date(_ instant: Instant) -> Date { Date(timeIntervalSince1970: Double(instant.seconds)) }
}

extension ZoneClock {
    /// The next moment, to the second, at which the wall shows what is asked for. It steps over whole days, hours and
    /// minutes that do not fit, so it asks the zone some hundred times at most for a day that fits.
    ///
    /// - Parameter repeats: Whether what the wall shows twice counts twice.
    /// - Returns: nil when there is none within `horizon` days.
    func next(
        after instant: Instant, horizon: Int, repeats: Bool, day: (CivilDate) -> Bool, hour: (Int) -> Bool,
        minute: (Int) -> Bool, second: (Int) -> Bool
    ) -> Instant? {
        var at = instant.flooredToSecond + .seconds(1)
        let last = reading(at: at).day.adding(days: horizon)
        while true {
            let shown = reading(at: at)
            if shown.day > last { return nil }
            if !day(shown.day) {
                var next = shown.day.adding(days: 1)
                while next <= last, !day(next) { next = next.adding(days: 1) }
                let midnight = firstInstant(of: Reading(day: next, second: 0))
                at = max(midnight, at + .seconds(1))
            } else if !hour(shown.second / 3600) {
                at = at + .seconds(3600 - shown.second % 3600)
            } else if !minute(shown.second / 60 % 60) {
                at = at + .seconds(60 - shown.second % 60)
            } else if !second(shown.second % 60) || !repeats && instants(of: shown).first != at {
                at = at + .seconds(1)
            } else {
                return at
            }
        }
    }
}
