import Civil

/// The geometry of the latency chart of docs/look.md: half-hourly medians of one day on a field of x 64…712, y 10…190.
/// Where nothing was answered, the line stops and a gap stands.
struct LatencyChart {
    struct Level: Hashable {
        let y: Double
        let duration: Duration
    }

    struct Gap: Hashable {
        let x: Double
        let width: Double
    }

    static let halfHours = 48
    private static let left = 64.0
    private static let step = (712.0 - left) / Double(halfHours)
    private static let floor = 190.0
    private static let height = 180.0

    /// One for each half hour, in order; nil where nothing was measured.
    let readings: [LatencyReading?]
    private let top: Duration

    /// - Parameters:
    ///   - start: When the first half hour begins.
    ///   - readings: Those that there are.
    init(from start: Instant, _ readings: [LatencyReading]) {
        let byStart = Dictionary(readings.compactMap { reading in reading.begunAt.map { ($0, reading) } }) { $1 }
        self.readings = (0..<Self.halfHours).map { byStart[start + .seconds(1800) * $0] }
        top = Self.roundedUp(readings.compactMap(\.median).max() ?? .zero)
    }

    /// The half hour in which `now` lies is the last of the 48.
    static func start(endingAt now: Instant) -> Instant {
        Instant(seconds: now.seconds - now.seconds % 1800 - 1800 * Int64(halfHours - 1))
    }

    var levels: [Level] {
        [Level(y: 10, duration: top), Level(y: 100, duration: top / 2)]
    }

    /// Unbroken runs of answers, as the `points` of a polyline.
    var stretches: [String] {
        var stretches: [[String]] = []
        var isBroken = true
        for (index, reading) in readings.enumerated() {
            guard let median = reading?.median else {
                isBroken = true
                continue
            }
            if isBroken { stretches.append([]) }
            isBroken = false
            stretches[stretches.count - 1].append("\(Self.x(middleOf: index)),\(Self.rounded(y(median)))")
        }
        // A single point draws no line, so it is drawn as a short one.
        return stretches.map { $0.count == 1 ? "\($0[0]) \($0[0])" : $0.joined(separator: " ") }
    }

    var gaps: [Gap] {
        readings.enumerated().filter { $0.element?.median == nil }.map { index, _ in
            Gap(x: Self.rounded(Self.left + Double(index) * Self.step), width: Self.step)
        }
    }

    static func x(middleOf index: Int) -> Double { rounded(left + (Double(index) + 0.5) * step) }

    private func y(_ duration: Duration) -> Double {
        Self.floor - Self.height * Double(duration.inMicroseconds) / Double(max(top.inMicroseconds, 1))
    }

    /// The next of 1, 2, 5, 10, 20, 50 … milliseconds.
    private static func roundedUp(_ duration: Duration) -> Duration {
        var scale: Int64 = 1000
        while true {
            for factor: Int64 in [1, 2, 5] where factor * scale >= duration.inMicroseconds {
                return .microseconds(factor * scale)
            }
            scale *= 10
        }
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
