import Civil
import Database
import Foundation
import HTTPTypes
import Organization
import TestKit
import Testing
import WorkingTime

@testable import Compliance

/// `/obligations` as people see it.
@Suite struct ObligationPagesTests {
    private static func with(_ body: @escaping @Sendable (Town) async throws -> Void) async throws {
        try await Town.with { routes, database in
            ObligationPages(
                obligations: ObligationStore(database: database, calendar: WorkingCalendar()),
                settings: SettingStore(database: database)
            ).add(to: &routes)
        } _: { town in
            try await body(town)
        }
    }

    /// The row of a duty on a page.
    private static func row(_ key: String, _ answer: Answer) throws -> Substring {
        let start = try #require(answer.body.range(of: "<tr id=\"d-\(key)\">"), "\(key)")
        let rest = answer.body[start.lowerBound...]
        return rest[..<(try #require(rest.range(of: "</tr>"))).lowerBound]
    }

    @Test func everyDutyHasAPlaceAndSaysWhatWouldGiveItsFigure() async throws {
        try await Self.with { town in
            let before = town.database.statementCount
            let page = try await town.browser(.linh).get("/obligations")
            #expect(town.database.statementCount - before <= 5)
            try page.checkedXML()
            #expect(page.body.contains("6 tháng cuối năm 2026: 15/06/2026 – 14/12/2026"))
            #expect(page.body.contains("số liệu đến 24/11/2026") && page.body.contains("83 trong 83 nghĩa vụ"))
            let training = try Self.row("21.3", page)
            #expect(training.contains("chưa có số liệu") && training.contains("Cần có: sổ tập huấn"))
            let officers = try Self.row("19.1-officer", page)
            #expect(officers.contains("Chưa đạt") && officers.contains("0/2 cơ quan"))
            #expect(officers.contains("href=\"/officers?missing=security_officer\""))
            // Nothing was recorded: never a zero.
            let backup = try Self.row("18.2-daily", page)
            #expect(backup.contains("chưa có số liệu") && !backup.contains("0/162"))
            // The report of the first half year was due on 20/06/2026 and nobody issued it.
            let report = try Self.row("21.10-report", page)
            #expect(report.contains("Quá hạn") && report.contains("mục tiêu nội bộ") && report.contains("href=\"/reports/2026-H1\""))
        }
    }

    @Test func anAgencySeesItsOwnFiguresAndNoLinkThatItMayNotFollow() async throws {
        try await Self.with { town in
            try await OfficerStore(database: town.database).assign(
                OfficerDraft(
                    agency: town.yenKhanh, duty: .securityOfficer, fullName: "Lê Ước",
                    begins: CivilDate(parsing: "01/11/2026")!, decisionNumber: "1/QĐ"),
                by: town.person(.binh), address: "::1", at: town.now)
            let binh = try await town.browser(.binh).get("/obligations")
            #expect(binh.body.contains("của UBND xã Yên Khánh"))
            let own = try Self.row("19.1-officer", binh)
            #expect(own.contains("1/1 cơ quan") && own.contains("Đạt"))
            #expect(try Self.row("19.1-officer", try await town.browser(.chi).get("/obligations")).contains("0/1 cơ quan"))
            #expect(try Self.row("19.1-officer", try await town.browser(.vinh).get("/obligations")).contains("1/2 cơ quan"))
            #expect(try !Self.row("21.10-report", binh).contains("href=\"/reports"))
        }
    }

    @Test func theListFiltersByPeriodPartyAndVerdict() async throws {
        try await Self.with { town in
            let linh = town.browser(.linh)
            let overdue = try await linh.get("/obligations?verdict=overdue&party=department")
            try overdue.checkedXML()
            #expect(overdue.body.contains("1 trong 83 nghĩa vụ"))
            #expect(overdue.body.contains("value=\"overdue\" selected") && overdue.body.contains("value=\"department\" selected"))
            let earlier = try await linh.get("/obligations?period=2026-H1&verdict=not_met")
            #expect(earlier.body.contains("6 tháng đầu năm 2026: 15/12/2025 – 14/06/2026") && earlier.body.contains("số liệu đến 14/06/2026"))
            #expect(earlier.body.contains("value=\"2026-H1\" selected"))
            #expect(try await linh.get("/obligations?verdict=met&party=provider").body.contains("Không có nghĩa vụ nào khớp"))
            // What is no period of the regulation is the running one.
            for period in ["2025-H2", "2031-H1", "<script>"] {
                let page = try await linh.get("/obligations?period=\(period == "<script>" ? "%3Cscript%3E" : period)")
                #expect(page.body.contains("value=\"2026-H2\" selected") && !page.body.contains("<script>"), "\(period)")
            }
        }
    }

    @Test func aDutyThatIsNoLongerInForceLeavesTheRunningPeriodOnly() async throws {
        try await Self.with { town in
            _ = try await town.database.asOwner { owner in
                try await owner.run("UPDATE obligations SET effective_to = '2026-07-01' WHERE key = '22'")
            }
            let linh = town.browser(.linh)
            #expect(try await linh.get("/obligations").body.contains("82 trong 82"))
            let earlier = try await linh.get("/obligations?period=2026-H1")
            #expect(try Self.row("22", earlier).contains("đến hết 30/06/2026"))
        }
    }

    @Test(arguments: TownPerson.allCases)
    func everybodyWhoIsSignedInMayRead(name: TownPerson) async throws {
        try await Self.with { town in
            let page = try await town.browser(name).get("/obligations")
            #expect(page.status == .ok)
            try page.checkedXML()
        }
    }
}
