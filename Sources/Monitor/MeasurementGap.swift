package import Civil
import Database

/// Khoảng không đo: nobody looked, so nothing is said of it, least of all that the target was up.
package struct MeasurementGap: Hashable, Sendable {
    package enum Reason: String, CaseIterable, Sendable, PostgresEncodable, PostgresDecodable {
        /// Between the making of the monitor and its first sample.
        case notStarted = "not_started"
        /// The process that probes did not run, or could not keep what it saw.
        case processDown = "process_down"
        /// The prober's own network was gone: its reference target did not answer either.
        case proberOffline = "prober_offline"
        case paused
        /// What it hangs on did not answer, so that nothing can be said of it.
        case parentDown = "parent_down"

        package var label: String {
            switch self {
            case .notStarted: "Chưa bắt đầu đo"
            case .processDown: "Bộ giám sát không chạy"
            case .proberOffline: "Bộ giám sát mất mạng"
            case .paused: "Tạm dừng đo"
            case .parentDown: "Điểm mà nó phụ thuộc không trả lời"
            }
        }
    }

    package let during: TimeRange
    package let reason: Reason
}
