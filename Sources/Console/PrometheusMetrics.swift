import Civil
import Foundation
import Metrics
import Monitor
import Synchronization

/// Keeps what swift-metrics is told and prints it in Prometheus' text format (version 0.0.4). Labels come from bounded
/// sets (route patterns, statuses), so the number of series is bounded too.
final class PrometheusMetrics: MetricsFactory, Sendable {
    private struct Series: Hashable {
        let name: String
        let labels: String
    }

    private struct Values {
        var counters: [Series: Double] = [:]
        var gauges: [Series: Double] = [:]
        var timers: [Series: (count: Int64, seconds: Double)] = [:]
    }

    private let values = Mutex(Values())

    /// One gauge as it was measured for this answer.
    struct Gauge: Sendable {
        let name: String
        /// From a bounded set, like all labels here.
        var labels: [(String, String)] = []
        let value: Double
    }

    func set(_ gauge: Gauge) {
        values.withLock { $0.gauges[Self.series(gauge.name, gauge.labels)] = gauge.value }
    }

    /// What this process has probed since it began, and how late it was at worst since the last reading.
    func set(_ probing: ProbeFigures.Reading) {
        set(Gauge(name: "trucban_probe_worst_lag_seconds", value: Double(probing.worstLag.inMicroseconds) / 1e6))
        values.withLock {
            $0.counters[Series(name: "trucban_probes_total", labels: "")] = Double(probing.probes)
            $0.counters[Series(name: "trucban_probe_failures_total", labels: "")] = Double(probing.failures)
        }
    }

    /// All series, sorted, so that two readings can be compared line by line.
    func exposition() -> String {
        values.withLock { values in
            var lines: [String] = []
            lines += Self.lines(values.counters, type: "counter") { ["\($0.name)\($0.labels) \($1)"] }
            lines += Self.lines(values.gauges, type: "gauge") { ["\($0.name)\($0.labels) \($1)"] }
            lines += Self.lines(values.timers, type: "summary") {
                ["\($0.name)_sum\($0.labels) \($1.seconds)", "\($0.name)_count\($0.labels) \($1.count)"]
            }
            return lines.joined(separator: "\n") + "\n"
        }
    }

    private static func lines<V>(_ all: [Series: V], type: String, print: (Series, V) -> [String]) -> [String] {
        let byName = Dictionary(grouping: all, by: \.key.name)
        return byName.keys.sorted().flatMap { name in
            (MetricHelp.texts[name].map { ["# HELP \(name) \($0)"] } ?? []) + ["# TYPE \(name) \(type)"]
                + (byName[name] ?? []).sorted { $0.key.labels < $1.key.labels }.flatMap { print($0.key, $0.value) }
        }
    }

    // MARK: MetricsFactory

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(metrics: self, series: Self.series(label, dimensions))
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Handler(metrics: self, series: Self.series(label, dimensions))
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handler(metrics: self, series: Self.series(label, dimensions))
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private static func series(_ label: String, _ dimensions: [(String, String)]) -> Series {
        let name = String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        let pairs = dimensions.map { key, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(key)=\"\(escaped)\""
        }
        return Series(name: name, labels: pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}")
    }

    private final class Handler: CounterHandler, RecorderHandler, TimerHandler {
        private let metrics: PrometheusMetrics
        private let series: Series

        init(metrics: PrometheusMetrics, series: Series) {
            self.metrics = metrics
            self.series = series
        }

        func increment(by amount: Int64) {
            metrics.values.withLock { $0.counters[series, default: 0] += Double(amount) }
        }

        func reset() {
            metrics.values.withLock { $0.counters[series] = 0 }
        }

        func record(_ value: Int64) { record(Double(value)) }

        func record(_ value: Double) {
            metrics.values.withLock { $0.gauges[series] = value }
        }

        func recordNanoseconds(_ duration: Int64) {
            metrics.values.withLock {
                $0.timers[series, default: (0, 0)].count += 1
                $0.timers[series, default: (0, 0)].seconds += Double(duration) / 1e9
            }
        }
    }
}
