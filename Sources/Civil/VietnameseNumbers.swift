/// How figures are written: a point between thousands, a comma before the fraction.
extension VietnameseFormat {
    /// `1.234.567`
    package static func number(_ value: Int) -> String {
        var digits = Array(String(value.magnitude))
        for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(".", at: place) }
        return (value < 0 ? "-" : "") + String(digits)
    }

    /// `850 byte`, `12,5 KB`, `3,0 MB`: units of 1024.
    package static func size(_ bytes: Int) -> String {
        if bytes < 1024 { return "\(number(bytes)) byte" }
        let kilobytes = Double(bytes) / 1024
        return kilobytes < 1024 ? "\(decimal(kilobytes)) KB" : "\(decimal(kilobytes / 1024)) MB"
    }

    /// `1.234,5`: rounded to the nearest, a half away from zero.
    ///
    /// - Parameters:
    ///   - value: What is no number, or is a million billions or more, is `chưa có số liệu`.
    ///   - digits: Places after the comma, 0…3.
    package static func decimal(_ value: Double, digits: Int = 1) -> String {
        let scale = power(of: digits)
        // Below 10^15 a Double with up to three places keeps within what an Int can hold.
        guard value.isFinite, value.magnitude < 1e15 else { return noFigure }
        let scaled = Int((value * Double(scale)).rounded())
        let sign = scaled < 0 ? "-" : ""
        return sign + fixed(Int(scaled.magnitude), scale: scale, digits: digits)
    }

    /// `99,87%`: the share of `part` in `whole`, rounded down, so that only everything is 100%. `chưa có số liệu` where
    /// there is nothing to take a share of.
    ///
    /// - Parameters:
    ///   - part: Not negative; a negative part is a fault of the caller's sum and gives no figure either.
    ///   - digits: Places after the comma, 0…6.
    package static func share(_ part: Int64, of whole: Int64, digits: Int = 2) -> String {
        guard whole > 0, part >= 0 else { return noFigure }
        let scale = power(of: digits)
        // Microseconds of half a year times 100 with six places are more than 64 bits.
        let scaled = Int128(part) * 100 * Int128(scale) / Int128(whole)
        return fixed(Int(clamping: scaled), scale: scale, digits: digits) + "%"
    }

    /// `1,5 MB`: of 1 024, the fraction rounded down. Negative counts are none.
    package static func bytes(_ count: Int) -> String {
        for (unit, size) in [("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)] where count >= size {
            let tenth = count % size * 10 / size
            return tenth == 0 ? "\(number(count / size)) \(unit)" : "\(number(count / size)),\(tenth) \(unit)"
        }
        return "\(max(0, count)) byte"
    }

    /// `1.234,50` for 123450 hundredths.
    private static func fixed(_ scaled: Int, scale: Int, digits: Int) -> String {
        guard digits > 0 else { return number(scaled) }
        let fraction = String(scaled % scale)
        return "\(number(scaled / scale)),\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }

    private static func power(of digits: Int) -> Int {
        (0..<digits).reduce(1) { product, _ in product * 10 }
    }
}
