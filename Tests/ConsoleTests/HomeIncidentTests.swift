import Civil
import Database
import Organization
import TestKit
import Testing

@testable import Console

/// What the first page says of incidents that wait for somebody.
@Suite struct HomeIncidentTests {
    private static func open(_ town: Town, as name: TownPerson, _ severity: String) async throws -> String {
        let answer = try await town.browser(name).post("/incidents", [
            "title": "Không ký số được", "kind": "suspension", "severity": severity, "began_at": "08:00 24/11/2026",
            "detected_at": "08:05 24/11/2026",
        ])
        return String(try #require(answer.location?.split(separator: "/").last))
    }

    @Test(arguments: [("undetermined", "Quá hạn xác định mức"), ("M1", "Đến hạn cập nhật"), ("M4", nil)] as [(String, String?)])
    func whatIsLateHasItsBadge(severity: String, badge: String?) async throws {
        try await WholeHouse.with { town, _ in
            _ = try await Self.open(town, as: .linh, severity)
            let page = try await town.browser(.linh).get("/")
            try page.checkedXML()
            for words in ["Quá hạn xác định mức", "Đến hạn cập nhật"] {
                #expect(page.body.contains(words) == (words == badge), "\(severity): \(words)")
            }
        }
    }

    @Test func overdueActionsAreCountedForWhoSeesTheirIncident() async throws {
        try await WholeHouse.with { town, _ in
            let code = try await Self.open(town, as: .binh, "M3")
            try await town.database.run(
                """
                INSERT INTO incident_actions (incident_id, text, owner, due_on, created_at, created_by)
                SELECT i.id, 'Việc ' || days, 'Tổ', \(CivilDate(inVietnam: town.now)) + days, i.opened_at, i.opened_by
                FROM   incidents i, unnest(ARRAY[-2, -1, 0, 5]) AS days WHERE i.code = \(code)
                """)
            for (name, figure) in [(TownPerson.linh, "2"), (.binh, "2"), (.chi, nil)] as [(TownPerson, String?)] {
                let page = try await town.browser(name).get("/")
                let tile = page.body.firstMatch(of: /<span class="figure">(\d+)<\/span> <span class="name">Việc sau sự cố quá hạn/)
                #expect(tile.map { String($0.1) } == figure, "\(name)")
            }
        }
    }
}
