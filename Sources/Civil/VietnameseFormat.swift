/// How dates, times, durations and numbers are written on Vietnamese pages and documents. Every moment is shown in
/// Vietnam's time.
package enum VietnameseFormat {
    /// What is shown where nothing was counted: never a zero.
    package static let noFigure = "chưa có số liệu"

    // MARK: Dates and times

    /// `14/06/2026`
    package static func date(_ date: CivilDate) -> String {
        "\(padded(date.day))/\(padded(date.month))/\(year(date))"
    }

    /// `17:05`
    package static func time(_ instant: Instant) -> String {
        let second = secondOfDay(instant)
        return "\(padded(second / 3600)):\(padded(second / 60 % 60))"
    }

    /// `17:05 14/06/2026`
    package static func moment(_ instant: Instant) -> String {
        "\(time(instant)) \(date(CivilDate(inVietnam: instant)))"
    }

    /// `17:05:06 14/06/2026`
    package static func momentWithSeconds(_ instant: Instant) -> String {
        "\(time(instant)):\(padded(secondOfDay(instant) % 60)) \(date(CivilDate(inVietnam: instant)))"
    }

    /// `ngày 05 tháng 01 năm 2026`: days below 10 and the months 1 and 2 have a leading zero (NĐ 30/2020/NĐ-CP, phụ
    /// lục I).
    package static func documentDate(_ date: CivilDate) -> String {
        let month = date.month < 3 ? padded(date.month) : "\(date.month)"
        return "ngày \(padded(date.day)) tháng \(month) năm \(date.year)"
    }

    // MARK: For machines

    /// `2026-06-14T17:05`, the value of an `<input type="datetime-local">`.
    package static func local(_ instant: Instant) -> String {
        "\(localDate(CivilDate(inVietnam: instant)))T\(time(instant))"
    }

    /// `2026-06-14`, the value of an `<input type="date">`.
    package static func localDate(_ date: CivilDate) -> String {
        "\(year(date))-\(padded(date.month))-\(padded(date.day))"
    }

    /// `2026-06-14T17:05:06+07:00` (ISO 8601).
    package static func timestamp(_ instant: Instant) -> String {
        "\(local(instant)):\(padded(secondOfDay(instant) % 60))+07:00"
    }

    // MARK: Durations

    /// The two largest units: `45 giây`, `1 giờ 20 phút`, `3 ngày 4 giờ`. What is smaller is dropped, and so is a unit
    /// that is zero: `3 ngày`. A time that is not positive is `0 giây`.
    package static func duration(_ duration: Duration) -> String {
        let seconds = max(0, duration.inSeconds)
        let parts: [(Int64, String)] = [
            (seconds / 86_400, "ngày"), (seconds / 3600 % 24, "giờ"), (seconds / 60 % 60, "phút"),
            (seconds % 60, "giây"),
        ]
        guard let first = parts.firstIndex(where: { $0.0 > 0 }) else { return "0 giây" }
        return parts[first...].prefix(2).filter { $0.0 > 0 }.map { "\(number(Int($0.0))) \($0.1)" }.joined(separator: " ")
    }

    /// `26:03:09`: hours, minutes and seconds, exact, for the figures of a report. Negative seconds are none.
    package static func clock(seconds: Int64) -> String {
        let seconds = Int(max(0, seconds))
        return "\(number(seconds / 3600)):\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
    }

    private static func secondOfDay(_ instant: Instant) -> Int {
        let second = (instant.seconds + Instant.vietnamOffsetSeconds) % 86_400
        return Int(second < 0 ? second + 86_400 : second)
    }

    /// Four digits, as `<input type="date">` and ISO 8601 want them.
    private static func year(_ date: CivilDate) -> String {
        let digits = String(date.year)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private static func padded(_ value: Int) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}
