import Civil

/// The geometry of the latency chart of docs/look.md: medians, and what 95 % of the answers took at most, step by step on a
/// field of x 64…712, y 10…190. Where nothing was answered, the lines stop and a gap stands.
struct LatencyChart {
    struct Level: Hashable {
        let y: Double
        let duration: Duration
    }

    struct Gap: Hashable {
        let x: Double
        let width: Double
    }

    private static let left = 64.0
    private static let width = 712.0 - left
    private static let floor = 190.0
    private static let height = 180.0

    /// One for each step, in order; nil where nothing was measured.
    let readings: [LatencyReading?]
    private let top: Duration
    private var step: Double { Self.width / Double(readings.count) }

    /// - Parameters:
    ///   - start: When the first step begins.
    ///   - readings: Those that there are.
    init(from start: Instant, _ length: LatencyWindow.Length, _ readings: [LatencyReading]) {
        let byStart = Dictionary(readings.compactMap { reading in reading.begunAt.map { ($0, reading) } }) { $1 }
        self.readings = (0..<length.count).map { byStart[start + length.step * $0] }
        top = Self.roundedUp(self.readings.compactMap { $0?.p95 ?? $0?.median }.max() ?? .zero)
    }

    var levels: [Level] {
        [Level(y: 10, duration: top), Level(y: 100, duration: top / 2)]
    }

    /// Unbroken runs of medians, as the `points` of a polyline.
    var medians: [String] { stretches(\.median) }

    /// The same of what 95 % of the answers took at most.
    var slow: [String] { stretches(\.p95) }

    private func stretches(_ figure: KeyPath<LatencyReading, Duration?>) -> [String] {
        var stretches: [[String]] = []
        var isBroken = true
        for (index, reading) in readings.enumerated() {
            guard let duration = reading?[keyPath: figure] else {
                isBroken = true
                continue
            }
            if isBroken { stretches.append([]) }
            isBroken = false
            stretches[stretches.count - 1].append("\(x(middleOf: index)),\(Self.rounded(y(duration)))")
        }
        // A single point draws no line, so it is drawn as a short one.
        return stretches.map { $0.count == 1 ? "\($0[0]) \($0[0])" : $0.joined(separator: " ") }
    }

    var gaps: [Gap] {
        readings.enumerated().filter { $0.element?.median == nil }.map { index, _ in
            Gap(x: Self.rounded(Self.left + Double(index) * step), width: Self.rounded(step))
        }
    }

    func x(middleOf index: Int) -> Double { Self.rounded(Self.left + (Double(index) + 0.5) * step) }

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
