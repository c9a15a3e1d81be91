import Civil

/// How the pages of this slice say figures.
enum MonitorText {
    /// `48 ms`, `1,25 s`.
    static func latency(_ duration: Duration) -> String {
        let milliseconds = (duration.inMicroseconds + 500) / 1000
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        let hundredths = (milliseconds + 5) / 10
        return "\(decimal(hundredths, places: 2)) s"
    }

    /// `99,9531%`: four places tell a minute in a half-year. Nothing is rounded here: see `Availability.millionths`.
    static func percent(millionths: Int) -> String {
        "\(decimal(Int64(millionths), places: 4))%"
    }

    /// The share, or that there is none.
    static func share(_ availability: Availability) -> String? {
        availability.millionths.map(percent)
    }

    /// What must stand beside every percentage: the denominator and the share that was not measured.
    static func basis(_ availability: Availability) -> String {
        let unmeasured = percent(millionths: availability.notMeasuredMillionths ?? 0)
        return "đo được \(VietnameseFormat.duration(availability.measured)), không đo \(unmeasured)"
    }

    /// `Tháng 10/2026`.
    static func month(_ date: CivilDate) -> String { "Tháng \(date.month)/\(date.year)" }

    private static func decimal(_ number: Int64, places: Int) -> String {
        var digits = String(number)
        while digits.count <= places { digits = "0" + digits }
        let fraction = digits.suffix(places)
        return "\(digits.dropLast(places)),\(fraction)"
    }
}
