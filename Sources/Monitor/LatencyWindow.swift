import Civil
import Database
import Web

/// Over how long, and of which phase, a chart of answers tells. The last day is read from the samples; what is longer from
/// their rollups, so that a quarter costs no more than a day.
struct LatencyWindow: Hashable, Sendable {
    enum Length: String, CaseIterable, Sendable {
        case day = "24h", week = "7d", quarter = "90d"

        var label: String {
            switch self {
            case .day: "24 giờ"
            case .week: "7 ngày"
            case .quarter: "90 ngày"
            }
        }

        /// What one point of the chart sums up.
        var step: Duration {
            switch self {
            case .day: .seconds(1800)
            case .week: .seconds(3600)
            case .quarter: .seconds(86_400)
            }
        }

        var stepLabel: String {
            switch self {
            case .day: "nửa giờ"
            case .week: "giờ"
            case .quarter: "ngày"
            }
        }

        var count: Int {
            switch self {
            case .day: 48
            case .week: 168
            case .quarter: 90
            }
        }

        /// Every so many points the time is written below.
        var tick: Int {
            switch self {
            case .day: 6
            case .week: 24
            case .quarter: 15
            }
        }

        /// Nil: the samples themselves.
        var span: RollupSpan? {
            switch self {
            case .day: nil
            case .week: .hour
            case .quarter: .day
            }
        }
    }

    enum Phase: String, CaseIterable, Sendable {
        case total, resolve, connect, tls, firstByte = "first_byte"

        var label: String {
            switch self {
            case .total: "Toàn bộ"
            case .resolve: "Phân giải tên"
            case .connect: "Kết nối"
            case .tls: "Bắt tay TLS"
            case .firstByte: "Byte đầu tiên"
            }
        }

        /// Of `samples` and of the rollups alike.
        var column: SQL {
            switch self {
            case .total: "total_us"
            case .resolve: "resolve_us"
            case .connect: "connect_us"
            case .tls: "tls_us"
            case .firstByte: "first_byte_us"
            }
        }
    }

    var length = Length.day
    var phase = Phase.total

    init() {}

    /// `?latency=7d&phase=tls`; what it does not know is as if nothing was asked.
    init(_ context: SignedIn) {
        length = Length(rawValue: context.query("latency")) ?? .day
        phase = Phase(rawValue: context.query("phase")) ?? .total
    }

    /// - Parameter end: The moment up to which something is known; it lies in the last of the steps, or ends it.
    func start(endingAt end: Instant) -> Instant {
        let step = Int64(length.step.inSeconds)
        switch length.span {
        case nil: return Instant(seconds: end.seconds - end.seconds % step - step * Int64(length.count - 1))
        case let span?: return span.start(of: end) - .seconds(step * Int64(length.count))
        }
    }
}
