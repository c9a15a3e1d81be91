import Civil
import Database
import Organization
import TestKit
import Testing

@testable import Compliance

/// Assignments on the real database.
@Suite struct OfficerStoreTests {
    private static func draft(
        _ town: Town, _ name: String, _ begins: String, _ ends: String? = nil,
        duty: Officer.Duty = .securityOfficer, at agency: Agency.ID? = nil
    ) -> OfficerDraft {
        OfficerDraft(
            agency: agency ?? town.yenKhanh, duty: duty, fullName: name, phone: "0912 000 111",
            begins: CivilDate(parsing: begins)!, ends: ends.flatMap(CivilDate.init(parsing:)), decisionNumber: "01/QĐ")
    }

    private static let today = CivilDate(parsing: "24/11/2026")!

    @Test func aSuccessorEndsThePredecessorTheDayBeforeAndTheTrailTellsBoth() async throws {
        try await Town.with { town in
            let store = OfficerStore(database: town.database)
            let linh = town.person(.linh)
            let first = try await store.assign(
                Self.draft(town, "Lê Cũ", "01/01/2026"), by: linh, address: "::1", at: town.now)
            #expect(first == nil)
            let ended = try await store.assign(
                Self.draft(town, "Trần Mới", "24/11/2026"), by: linh, address: "::1", at: town.now)
            #expect(ended?.fullName == "Lê Cũ")
            let history = try await store.history(of: town.yenKhanh, for: linh)
            #expect(history.map(\.span) == ["từ 24/11/2026", "01/01/2026 – 23/11/2026"])
            let trail = try await town.database.values(
                "SELECT action FROM audit_entries WHERE subject = 'xayenkhanh' AND action LIKE 'officer%' ORDER BY seq",
                as: String.self)
            #expect(trail == ["officer.assigned", "officer.concluded", "officer.assigned"])
        }
    }

    @Test func aRefusedAssignmentLeavesEverythingAsItWas() async throws {
        try await Town.with { town in
            let store = OfficerStore(database: town.database)
            let linh = town.person(.linh)
            try await store.assign(
                Self.draft(town, "Lê Cũ", "01/01/2026", "31/12/2026"), by: linh, address: "::1", at: town.now)
            await #expect(throws: Refusal.self) {
                try await store.assign(
                    Self.draft(town, "Trần Mới", "01/12/2026"), by: linh, address: "::1", at: town.now)
            }
            // The other duty, and the days after, are free.
            try await store.assign(
                Self.draft(town, "Trần Mới", "01/12/2026", duty: .softwareManager), by: linh, address: "::1", at: town.now)
            try await store.assign(
                Self.draft(town, "Trần Mới", "01/01/2027"), by: linh, address: "::1", at: town.now)
            let history = try await store.history(of: town.yenKhanh, for: linh)
            #expect(history.map(\.fullName) == ["Trần Mới", "Lê Cũ", "Trần Mới"])
        }
    }

    /// Two people press the button at the same moment: neither sees the other's row, the constraint decides.
    @Test func ofTwoAssignmentsAtTheSameMomentOneIsRefusedKindly() async throws {
        try await Town.with { town in
            let store = OfficerStore(database: town.database)
            let late = try await town.database.transaction { tx in
                try await tx.run(
                    """
                    INSERT INTO officers (agency_id, duty, full_name, during, decision_number)
                    VALUES (\(town.yenKhanh), 'security_officer', 'Lê Nhanh', '[2026-01-01,)', '01/QĐ')
                    """)
                let late = Task {
                    try await store.assign(
                        Self.draft(town, "Trần Chậm", "01/01/2026"), by: town.person(.linh), address: "::1", at: town.now)
                }
                while try await town.database.value(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
                    as: Int.self) == 0
                { await Task.yield() }
                return late
            }
            let outcome = await late.result
            let refusal = #expect(throws: Refusal.self) { try outcome.get() }
            #expect(refusal?.problems.map(\.field) == ["begins"])
        }
    }

    @Test func anAssignmentIsConcludedWithinTheOwnAgencyOnly() async throws {
        try await Town.with { town in
            let store = OfficerStore(database: town.database)
            let (binh, chi) = (town.person(.binh), town.person(.chi))
            try await store.assign(Self.draft(town, "Lê Cũ", "01/01/2026"), by: binh, address: "::1", at: town.now)
            let officer = try #require(try await store.history(of: town.yenKhanh, for: binh).first)
            #expect(try await store.history(of: town.yenKhanh, for: chi).isEmpty)
            #expect(try await store.find(officer.id, for: chi) == nil)
            await #expect(throws: Refusal.self) {
                try await store.conclude(officer.id, lastDay: Self.today, by: chi, address: "::1", at: town.now)
            }
            await #expect(throws: Refusal.self) {
                try await store.assign(
                    Self.draft(town, "Ai đó", "01/01/2027"), by: chi, address: "::1", at: town.now)
            }
            try await store.conclude(officer.id, lastDay: Self.today, by: binh, address: "::1", at: town.now)
            #expect(try await store.find(officer.id, for: binh)?.ends == Self.today)
        }
    }

    @Test func theListTellsWhoIsInChargeTodayAndCountsBothDuties() async throws {
        try await Town.with { town in
            let store = OfficerStore(database: town.database)
            let linh = town.person(.linh)
            for draft in [
                Self.draft(town, "Lê Đã Thôi", "01/01/2026", "23/11/2026"),
                Self.draft(town, "Đặng Thị Ước", "24/11/2026"),
                Self.draft(town, "Phạm Sắp Nhận", "25/11/2026", duty: .softwareManager),
                Self.draft(town, "Ngô Quản Lý", "01/01/2026", duty: .softwareManager, at: town.giaVien),
            ] {
                try await store.assign(draft, by: linh, address: "::1", at: town.now)
            }
            func names(_ filter: OfficerFilter, _ person: Person) async throws -> [[String?]] {
                try await store.list(filter, for: person, on: Self.today, offset: 0, limit: 10)
                    .map { [$0.name, $0.securityOfficer?.fullName, $0.softwareManager?.fullName] }
            }
            var filter = OfficerFilter()
            let all = try await names(filter, linh)
            #expect(all == [
                ["UBND xã Gia Viễn", nil, "Ngô Quản Lý"], ["UBND xã Yên Khánh", "Đặng Thị Ước", nil],
            ])
            #expect(try await names(filter, town.person(.chi)).map(\.first) == ["UBND xã Gia Viễn"])
            let counts = try await store.counts(filter, for: linh, on: Self.today)
            #expect((counts.agencies, counts.withSecurityOfficer, counts.withSoftwareManager, counts.shown) == (2, 1, 1, 2))

            filter.missing = .softwareManager
            #expect(try await names(filter, linh).map(\.first) == ["UBND xã Yên Khánh"])
            filter.missing = .securityOfficer
            #expect(try await names(filter, linh).map(\.first) == ["UBND xã Gia Viễn"])
            filter.missing = .any
            #expect(try await store.counts(filter, for: linh, on: Self.today).shown == 2)
            // Marks and case aside, by the person's name and by the agency's.
            for (search, agency) in [("dang thi uoc", "UBND xã Yên Khánh"), ("GIA VIEN", "UBND xã Gia Viễn")] {
                filter = OfficerFilter()
                filter.search = search
                #expect(try await names(filter, linh).map(\.first) == [agency], "\(search)")
            }
        }
    }
}
