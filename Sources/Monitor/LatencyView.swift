import Civil
import Web

/// The latency chart and its text equivalent.
struct LatencyView: View {
    let start: Instant
    let chart: LatencyChart
    /// All 24 hours together; nil when nothing was measured.
    let whole: LatencyReading?

    /// - Parameter readings: As `MonitorStore.latency` gives them.
    init(from start: Instant, _ readings: [LatencyReading]) {
        self.start = start
        chart = LatencyChart(from: start, readings)
        whole = readings.last.flatMap { $0.begunAt == nil && $0.good + $0.failed > 0 ? $0 : nil }
    }

    private var description: String {
        guard let whole else { return "24 giờ qua chưa có số liệu." }
        let dark = chart.readings.count { $0 == nil }
        let speed =
            if let median = whole.median, let slowest = whole.slowest {
                "Trung vị \(MonitorText.latency(median)), chậm nhất \(MonitorText.latency(slowest))."
            } else {
                "Không lần nào trả lời tốt."
            }
        return "\(speed) \(whole.good) lần đo tốt, \(whole.failed) lần lỗi; \(dark) trong \(chart.readings.count) nửa giờ không đo."
    }

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "title": { _ in "Thời gian trả lời 24 giờ qua, trung vị từng nửa giờ" },
        "description": \.description,
        "levels": { $0.chart.levels.map(LatencyLevelView.init) },
        "hours": { view in
            stride(from: 0, to: LatencyChart.halfHours, by: 6).map {
                LatencyHourView(index: $0, at: view.start + .seconds(1800) * $0)
            }
        },
        "stretches": { $0.chart.stretches.map(LatencyStretchView.init) },
        "gaps": { $0.chart.gaps.map(LatencyGapView.init) },
        "readings": { view in
            view.chart.readings.enumerated().map {
                LatencyReadingView(at: view.start + .seconds(1800) * $0.offset, reading: $0.element)
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
    let index: Int
    let at: Instant

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "x": { "\(LatencyChart.x(middleOf: $0.index))" }, "label": { VietnameseFormat.time($0.at) },
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
    let reading: LatencyReading?

    static let fields: [String: @Sendable (Self) -> Any?] = [
        "time": { VietnameseFormat.moment($0.at) },
        "duration": { view in
            guard let reading = view.reading else { return "không đo" }
            guard let median = reading.median else { return "không có trả lời tốt (\(reading.failed) lần lỗi)" }
            return reading.failed == 0
                ? MonitorText.latency(median) : "\(MonitorText.latency(median)) (\(reading.failed) lần lỗi)"
        },
    ]
}
