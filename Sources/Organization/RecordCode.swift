package import Civil
package import Database

/// The letters before a record's number, as people say them on the phone.
package enum CodePrefix: String, Sendable {
    /// Sự cố
    case incident = "SC"
    /// Yêu cầu
    case request = "YC"
    /// Thông báo
    case notice = "TB"
    /// Báo cáo
    case report = "BC"

    var digits: Int {
        switch self {
        case .incident, .notice: 4
        case .request: 5
        case .report: 2
        }
    }
}

extension Transaction {
    /// The next code of the year in which `now` falls in Vietnam: `SC-2026-0007`. Codes are given out in order; one is
    /// skipped only when its transaction fails after this call.
    package func nextCode(_ prefix: CodePrefix, at now: Instant) async throws -> String {
        let year = CivilDate(inVietnam: now).year
        let number = try await value(
            """
            INSERT INTO code_counters AS c (prefix, year, last) VALUES (\(prefix.rawValue), \(year), 1)
            ON CONFLICT (prefix, year) DO UPDATE SET last = c.last + 1 RETURNING last
            """, as: Int.self)
        let digits = String(number)
        let padding = String(repeating: "0", count: max(0, prefix.digits - digits.count))
        return "\(prefix.rawValue)-\(year)-\(padding)\(digits)"
    }
}
