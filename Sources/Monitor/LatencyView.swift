import Civil
import Web

/// The latency chart and its text equivalent.
struct LatencyView: View {
    let window: LatencyWindow
    let start: Instant
    let chart: LatencyChart
    /// All of it together; nil when nothing was measured.
    let whole: LatencyReading?

    /// - Parameter readings: As `MonitorStore.latency` gives them.
    init(_ window: LatencyWindow, from start: Instant, _ readings: [LatencyReading]) {
        self.window = window
        self.start = start
        chart = LatencyChart(from: start, window.length, readings)
        whole = readings.last.flatMap { $0.begunAt == nil && $0.good + $0.failed > 0 ? $0 : nil }
    }

    private func time(of index: Int) -> Instant { start + window.length.step * index }

    private var description: String {
        guard let whole else { return "\(window.length.label) qua chưa có số liệu." }
        let dark = chart.readings.count { $0 == nil }
        let speeds = [
            whole.median.map { "trung vị \(MonitorText.latency($0))" }, whole.p95.map { "95% không quá \(MonitorText.latency($0))" },
            whole.slowest.map { "chậm nhất \(MonitorText.latency($0))" },
        ].compactMap(\.self)
        let speed = whole.good == 0 ? "Không lần nào trả lời tốt. " : speeds.isEmpty ? "" : "Cả khoảng: \(speeds.joined(separator: ", ")). "
        return "\(speed)\(whole.good) lần đo tốt, \(whole.failed) lần lỗi; "
            + "\(dark) trong \(chart.readings.count) \(window.length.stepLabel) không đo."
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "title": {
            let phase = $0.window.phase == .total ? "Thời gian trả lời" : "Thời gian của pha “\($0.window.phase.label)”"
            return "\(phase) \($0.window.length.label) qua, trung vị và 95% từng \($0.window.length.stepLabel)"
        },
        "description": \.description,
        "lengths": { view in
            LatencyWindow.Length.allCases.map { OptionView($0.rawValue, $0.label, selected: $0 == view.window.length) }
        },
        "phaseChoices": { view in
            LatencyWindow.Phase.allCases.map { OptionView($0.rawValue, $0.label, selected: $0 == view.window.phase) }
        },
        "levels": { $0.chart.levels.map(LatencyLevelView.init) },
        "hours": { view in
            stride(from: 0, to: view.window.length.count, by: view.window.length.tick).map {
                LatencyHourView(x: view.chart.x(middleOf: $0), at: view.time(of: $0), isDay: view.window.length != .day)
            }
        },
        "stretches": { $0.chart.medians.map(LatencyStretchView.init) },
        "slow": { $0.chart.slow.map(LatencyStretchView.init) },
        "gaps": { $0.chart.gaps.map(LatencyGapView.init) },
        "readings": { view in
            view.chart.readings.enumerated().map {
                LatencyReadingView(at: view.time(of: $0.offset), isDay: view.window.length == .quarter, reading: $0.element)
            }
        },
    ]
}

struct LatencyLevelView: View {
    let level: LatencyChart.Level

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "y": { "\($0.level.y)" }, "label": { MonitorText.latency($0.level.duration) },
    ]
}

struct LatencyHourView: View {
    let x: Double
    let at: Instant
    let isDay: Bool

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "x": { "\($0.x)" },
        "label": { $0.isDay ? String(VietnameseFormat.date(CivilDate(inVietnam: $0.at)).prefix(5)) : VietnameseFormat.time($0.at) },
    ]
}

struct LatencyStretchView: View {
    let points: String

    static let fields: [String: @Sendable (Self) -> Any?] = ["points": \.points]
}

struct LatencyGapView: View {
    let gap: LatencyChart.Gap

    static let fields: [String: @Sendable (Self) -> Any?] = ["x": { "\($0.gap.x)" }, "width": { "\($0.gap.width)" }]
}

struct LatencyReadingView: View {
    let at: Instant
    let isDay: Bool
    let reading: LatencyReading?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "time": { $0.isDay ? VietnameseFormat.date(CivilDate(inVietnam: $0.at)) : VietnameseFormat.moment($0.at) },
        "duration": { view in
            guard let reading = view.reading else { return "không đo" }
            return reading.median.map(MonitorText.latency) ?? "không có trả lời tốt"
        },
        "slowDuration": { $0.reading?.p95.map(MonitorText.latency) },
        "slowestDuration": { $0.reading?.p99.map(MonitorText.latency) },
        "good": { $0.reading.map { "\($0.good)" } }, "failed": { $0.reading.map { "\($0.failed)" } },
    ]
}
