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

    /// `SC-2026-0007`
    package func code(year: Int, number: Int) -> String {
        let digits = String(number)
        return "\(rawValue)-\(year)-\(String(repeating: "0", count: max(0, self.digits - digits.count)))\(digits)"
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
        return prefix.code(year: year, number: number)
    }
}
