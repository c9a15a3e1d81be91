import Civil
package import Database
import Organization

/// From when on a good answer is a slow one, and how many slow ones in a row are a degradation (suy giảm).
package struct Slowness: Hashable, Sendable {
    /// A good answer that took longer is slow; nil: no answer is.
    package var threshold: Duration?
    /// Slow answers in a row that begin a degradation, and quick ones in a row that end it.
    package var after = 3

    package init() {}

    package init(threshold: Duration?, after: Int) {
        self.threshold = threshold
        self.after = after
    }

    package func isSlow(_ sample: Sample) -> Bool { threshold.map { sample.phases.total > $0 } ?? false }

    /// What is wrong with it, named after the fields of the form.
    func problems(timeout: Duration) -> [Refusal.Problem] {
        var problems: [Refusal.Problem] = []
        if let threshold, threshold < .milliseconds(1) || threshold >= timeout {
            problems.append(
                .init(field: "degraded_ms", text: "Ngưỡng chậm: cần từ 1 mili giây và ngắn hơn thời gian chờ."))
        }
        if !(1...20).contains(after) {
            problems.append(.init(field: "degraded_after", text: "Số lần chậm: cần từ 1 đến 20."))
        }
        return problems
    }

    var audited: [String: String?] {
        guard let threshold else { return [:] }
        return ["degraded_ms": "\(threshold.inMicroseconds / 1000)", "degraded_after": "\(after)"]
    }
}

extension Slowness: PostgresRow {
    /// For `monitors m`.
    package static var columns: String { "m.degraded_us, m.degraded_after" }

    package init(row: inout RowReader) throws {
        threshold = try row.read(Int64?.self).map { .microseconds($0) }
        after = try row.read()
    }
}
