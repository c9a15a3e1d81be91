import Civil
import Foundation

/// What happened to the demo's monitors in half a year: made up, in the shapes that the console itself would have
/// recorded. Pure: the same seed and the same end make the same history.
struct DemoHistory: Sendable {
    /// One outage; monitors are numbered from 0.
    struct Outage: Hashable, Sendable {
        let monitor: Int
        let began: Instant
        /// Nil while it goes on.
        let ended: Instant?
        let confirmedAt: Instant
        let reason: String
        /// Whether all of it lies in announced maintenance.
        let isPlanned: Bool
    }

    /// When nobody looked, at any monitor.
    struct Blindness: Hashable, Sendable {
        let during: TimeRange
        /// A reason of `measurement_gaps`.
        let reason: String
    }

    static let length = Duration.seconds(183 * 86_400)

    let began: Instant
    let ended: Instant
    let outages: [Outage]
    let blindness: [Blindness]
    /// Windows of maintenance that are over, oldest first.
    let maintenance: [TimeRange]

    init(monitors: Int, until end: Instant, random: inout DemoRandom) {
        ended = end.flooredToSecond
        began = ended - Self.length
        maintenance = Self.maintenance(from: began, to: ended)
        blindness = Self.blindness(from: began, to: ended, random: &random)
        outages = Self.outages(
            monitors: monitors, from: began, to: ended, maintenance: maintenance, random: &random)
    }

    /// Saturdays at 22:00, every four weeks.
    private static func maintenance(from began: Instant, to ended: Instant) -> [TimeRange] {
        var day = CivilDate(inVietnam: began).adding(days: 20)
        day = day.adding(days: 6 - day.weekday)
        var windows: [TimeRange] = []
        while true {
            let start = day.startInVietnam + .seconds(22 * 3600)
            let window = TimeRange(from: start, to: start + .seconds(2 * 3600))
            guard window.upper ?? ended < ended else { return windows }
            windows.append(window)
            day = day.adding(days: 28)
        }
    }

    private static func blindness(
        from began: Instant, to ended: Instant, random: inout DemoRandom
    ) -> [Blindness] {
        let reasons = ["process_down", "prober_offline", "process_down", "process_down"]
        let span = Int((ended - began).inSeconds)
        return reasons.enumerated().map { number, reason in
            let start = began + .seconds(span * (number + 1) / (reasons.count + 1)) + random.seconds(0...86_400)
            return Blindness(
                during: TimeRange(from: start, to: start + random.longTailed(shortest: 300, doublings: 4)), reason: reason)
        }
    }

    private static func outages(
        monitors: Int, from began: Instant, to ended: Instant, maintenance: [TimeRange], random: inout DemoRandom
    ) -> [Outage] {
        var drafts: [(monitor: Int, start: Instant, length: Duration, reason: String)] = []
        let span = Int((ended - began).inSeconds) - 2 * 86_400
        for monitor in 0..<monitors {
            for _ in 0..<2 where random.happens(45) {
                drafts.append((
                    monitor, began + random.seconds(3600...span), random.longTailed(shortest: 120, doublings: 6),
                    random.one(of: reasons)))
            }
        }
        // What the monitors of one component share fails together.
        for _ in 0..<5 {
            let start = began + random.seconds(3600...span)
            let length = random.longTailed(shortest: 600, doublings: 4)
            let first = Int.random(in: 0..<max(1, monitors - 12), using: &random)
            for monitor in first..<min(first + 12, monitors) {
                drafts.append((monitor, start + random.seconds(0...45), length, "Không kết nối được"))
            }
        }
        for window in maintenance {
            guard let start = window.lower, let end = window.upper else { continue }
            for monitor in 3..<min(20, monitors) {
                drafts.append((
                    monitor, start + random.seconds(60...300), end - start - .seconds(900), "Mã trả lời ngoài dự kiến: 503"))
            }
        }
        return apart(drafts, maintenance: maintenance, random: &random) + goingOn(monitors: monitors, until: ended)
    }

    /// Of two outages of one monitor that touch, the later is left out: the database knows no overlap.
    private static func apart(
        _ drafts: [(monitor: Int, start: Instant, length: Duration, reason: String)], maintenance: [TimeRange],
        random: inout DemoRandom
    ) -> [Outage] {
        var lastEnd: [Int: Instant] = [:]
        var outages: [Outage] = []
        for draft in drafts.sorted(by: { ($0.monitor, $0.start) < ($1.monitor, $1.start) }) {
            if let last = lastEnd[draft.monitor], draft.start < last + .seconds(600) { continue }
            let end = draft.start + draft.length
            lastEnd[draft.monitor] = end
            let isPlanned = maintenance.contains { window in
                window.lower.map { $0 <= draft.start } ?? false && window.upper.map { end <= $0 } ?? false
            }
            outages.append(
                Outage(
                    monitor: draft.monitor, began: draft.start, ended: end,
                    confirmedAt: draft.start + random.seconds(40...60), reason: draft.reason, isPlanned: isPlanned))
        }
        return outages.sorted { ($0.began, $0.monitor) < ($1.began, $1.monitor) }
    }

    /// The last monitors, which look at the closed port.
    private static func goingOn(monitors: Int, until ended: Instant) -> [Outage] {
        zip([2, 1], [3 * 3600, 25 * 60]).map { back, seconds in
            let start = ended - .seconds(seconds)
            return Outage(
                monitor: monitors - back, began: start, ended: nil, confirmedAt: start + .seconds(41),
                reason: "Không kết nối được", isPlanned: false)
        }
    }

    /// How many monitors are down at the end.
    static let downAtTheEnd = 2

    private static let reasons = [
        "Quá thời gian chờ", "Không kết nối được", "Mã trả lời ngoài dự kiến: 502", "Mã trả lời ngoài dự kiến: 503",
        "Không phân giải được tên miền",
    ]
}
