import Civil
import Database
import Organization
import TestKit
import Testing

@testable import Reports

/// Section 7 of a report: the provider (Điều 24).
@Suite struct ProviderSectionTests {
    @Test func itIsCountedFromTheHandoversOfTheWindow() async throws {
        try await Town.with { town in
            let archive = Archive(town)
            let none = try await archive.report().markdown
            #expect(none.contains("Sự cố bàn giao cho doanh nghiệp: chưa có số liệu (chưa ghi lần bàn giao nào trong kỳ)."))
            let rows: [(String, Instant, Instant?, Instant?)] = [
                ("SC-2026-0001", archive.at(8, 0), archive.at(8, 10), archive.at(9, 0)),
                ("SC-2026-0002", archive.at(10, 0), archive.at(10, 40), nil), ("SC-2026-0003", archive.at(11, 0), nil, nil),
                ("SC-2026-0004", archive.at(0, 0) - .seconds(1), nil, nil),
            ]
            for (code, handed, answered, fixed) in rows {
                try await town.database.run(
                    """
                    WITH made AS (
                        INSERT INTO incidents (code, title, kind, severity, began_at, detected_at, opened_at, updated_at)
                        VALUES (\(code), 'Lỗi', 'degraded', 'M3', \(handed), \(handed), \(handed), \(handed)) RETURNING id)
                    INSERT INTO incident_handovers (incident_id, handed_over_at, answered_at, fixed_at, updated_by, updated_at)
                    SELECT id, \(handed), \(answered), \(fixed), \(town.person(.linh).id), \(handed) FROM made
                    """)
            }
            let text = try await archive.report().markdown
            #expect(text.contains("Trong kỳ đã bàn giao 3 sự cố cho doanh nghiệp."), "\(text)")
            let lines = text.split(separator: "\n").filter { $0.hasPrefix("| Trả lời |") || $0.hasPrefix("| Khắc phục |") }
            #expect(lines.count == 2)
            #expect(lines.first?.contains("| 1/3 | 1/3 | 1/3 | 10 phút |") == true, "\(lines)")
            #expect(lines.last?.contains("| 1/3 | 0/3 | 2/3 | 1 giờ |") == true, "\(lines)")
            #expect(lines.first?.contains("[40 phút, SC-2026-0002](</incidents/SC-2026-0002>)") == true, "\(lines)")
        }
    }
}
