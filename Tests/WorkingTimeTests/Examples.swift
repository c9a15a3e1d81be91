import Civil
import Testing

/// `17:05 14/06/2026`, as it is written in the tables.
func at(_ text: String) throws -> Instant {
    try #require(Instant(vietnamLocal: text), "\(text) is no moment")
}

/// `14/06/2026`
func day(_ text: String) throws -> CivilDate {
    try #require(CivilDate(parsing: text), "\(text) is no day")
}
