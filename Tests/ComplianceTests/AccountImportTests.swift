import Civil
import Database
import Foundation
import Organization
import TestKit
import Testing

@testable import Compliance

/// What lists do to the database.
@Suite struct AccountImportTests {
    typealias Lists = AccountLists

    @Test func anExportAfterLeavingOpensAFindingAndAnExportWithTheLockClosesIt() async throws {
        try await Town.with { town in
            #expect(try await town.bringLeavers(Lists.leavers(Lists.left)).isCompared == false)
            let first = try await town.bringExport(Lists.export(Lists.active), of: 3)
            #expect(first.found == 1 && first.closed == 0)
            let open = try await town.accounts(.open)
            #expect(open.map(\.username) == ["xayenkhanh_nguyenvana"])
            #expect(open.first?.finding?.leftOn == Lists.day(2))
            #expect(open.first?.finding?.decisionNumber == "12/QĐ-UBND")
            #expect(open.first?.agencyName == "UBND xã Yên Khánh")

            let second = try await town.bringExport(Lists.export(Lists.locked), of: 9)
            #expect(second.found == 0 && second.closed == 1)
            #expect(try await town.accounts(.open).isEmpty)
            let closed = try await town.accounts(.closed)
            #expect(closed.map { $0.finding?.lasting(on: Lists.day(24)) } == [.exactly(4)])
            #expect(closed.map { $0.finding?.shownOn } == [Lists.day(9)])
        }
    }

    @Test func onTheDayItselfAnAccountMayStillBeUsed() async throws {
        try await Town.with { town in
            try await town.bringLeavers(Lists.leavers(Lists.left))
            #expect(try await town.bringExport(Lists.export(Lists.active), of: 2).found == 0)
        }
    }

    @Test func aListOfLeaversFindsInTheExportThatIsKnown() async throws {
        try await Town.with { town in
            try await town.bringExport(Lists.export(Lists.active), of: 9)
            let outcome = try await town.bringLeavers(Lists.leavers(Lists.left))
            #expect(outcome.found == 1 && outcome.isCompared)
        }
    }

    @Test func aListOfLeaversNeverCloses() async throws {
        try await Town.with { town in
            try await town.bringExport(Lists.export(Lists.active), of: 9)
            try await town.bringLeavers(Lists.leavers(Lists.left))
            let outcome = try await town.bringLeavers(Lists.leavers(Lists.left))
            #expect(outcome.found == 0 && outcome.closed == 0)
            #expect(try await town.accounts(.open).count == 1)
        }
    }

    @Test func anAccountThatIsMissingFromTheNextExportIsNotShownToBeLocked() async throws {
        try await Town.with { town in
            try await town.bringLeavers(Lists.leavers(Lists.left))
            try await town.bringExport(Lists.export(Lists.active), of: 3)
            let other = "xayenkhanh_tranthib;Trần Thị B;Hoạt động"
            #expect(try await town.bringExport(Lists.export(other), of: 9).closed == 0)
            #expect(try await town.accounts(.open).map(\.state) == [.gone])
            #expect(try await town.bringExport(Lists.export(other, Lists.locked), of: 10).closed == 1)
        }
    }

    @Test func whatIsUnlockedAgainIsFoundAgain() async throws {
        try await Town.with { town in
            try await town.bringLeavers(Lists.leavers(Lists.left))
            try await town.bringExport(Lists.export(Lists.active), of: 3)
            try await town.bringExport(Lists.export(Lists.locked), of: 9)
            #expect(try await town.bringExport(Lists.export(Lists.active), of: 10).found == 1)
            #expect(try await town.accounts(.open).count == 1)
            #expect(try await town.accounts(.closed).count == 1)
        }
    }

    @Test func twoListsThatDisagreeAboutTheDayMakeOneFinding() async throws {
        try await Town.with { town in
            try await town.bringLeavers(Lists.leavers(Lists.left, "xayenkhanh_nguyenvana;04/11/2026;Nghỉ việc"))
            #expect(try await town.bringExport(Lists.export(Lists.active), of: 9).found == 1)
            #expect(try await town.accounts(.open).map { $0.finding?.leftOn } == [Lists.day(4)])
        }
    }

    @Test func theSameDayAgainCorrectsWhatWasReported() async throws {
        try await Town.with { town in
            try await town.bringExport(Lists.export(Lists.active), of: 9)
            try await town.bringLeavers(Lists.leavers(Lists.left))
            try await town.bringLeavers(
                Lists.leavers(
                    "xayenkhanh_nguyenvana;02/11/2026;Nghỉ việc;13/QĐ-UBND",
                    "xayenkhanh_nguyenvana;02/11/2026;Chuyển công tác;14/QĐ-UBND"))
            let finding = try await town.accounts(.open).first?.finding
            #expect(finding?.reason == .transfer && finding?.decisionNumber == "14/QĐ-UBND")
        }
    }

    // MARK: People named by themselves

    @Test(arguments: [
        ("Nguyễn Văn Bình", ["xayenkhanh_nguyenvanbinh"]), ("nguyen van binh", ["xayenkhanh_nguyenvanbinh"]),
        ("NGUYỄN VĂN BÌNH", ["xayenkhanh_nguyenvanbinh"]), ("Do Van Dat", ["xayenkhanh_dovandat"]),
    ])
    func aPersonIsFoundByNameAndAgency(name: String, usernames: [String]) async throws {
        try await Town.with { town in
            try await town.bringExport(
                Lists.export(
                    "xayenkhanh_nguyenvanbinh;Nguyễn Văn Bình;Hoạt động", "xayenkhanh_dovandat;Đỗ Văn Đạt;Hoạt động",
                    "xagiavien_nguyenvanbinh;Nguyễn Văn Bình;Hoạt động"), of: 9)
            try await town.bringLeavers(Lists.leavers(";02/11/2026;Nghỉ việc;;\(name);xayenkhanh"))
            #expect(try await town.accounts(.open).map(\.username) == usernames)
        }
    }

    @Test func marksTellTwoPeopleApart() async throws {
        try await Town.with { town in
            try await town.bringExport(Lists.export("xayenkhanh_nguyenvanbinh;Nguyễn Vân Bình;Hoạt động"), of: 9)
            await #expect(throws: Refusal.self) {
                try await town.bringLeavers(Lists.leavers(";02/11/2026;Nghỉ việc;;Nguyễn Văn Bình;xayenkhanh"))
            }
            #expect(try await town.accounts(.open).isEmpty)
        }
    }

    @Test func anAccountThatNoExportHasShownIsTold() async throws {
        try await Town.with { town in
            try await town.bringExport(Lists.export(Lists.active), of: 9)
            let outcome = try await town.bringLeavers(
                Lists.leavers(Lists.left, "xayenkhanh_nguyenvanaa;02/11/2026;Nghỉ việc"))
            #expect(outcome.unmatched == ["xayenkhanh_nguyenvanaa"])
            let imports = try await AccountImportStore(database: town.database).list(limit: 10)
            #expect(imports.map(\.unmatched) == [1, 0])
        }
    }

    // MARK: Refusals

    @Test func anOlderExportIsRefused() async throws {
        try await Town.with { town in
            try await town.bringExport(Lists.export(Lists.locked), of: 9)
            await #expect(throws: Refusal.self) { try await town.bringExport(Lists.export(Lists.active), of: 8) }
            #expect(try await town.accounts(.all).map(\.state) == [.locked])
        }
    }

    @Test func aListOfLeaversFromTheFutureIsRefused() async throws {
        try await Town.with { town in
            await #expect(throws: Refusal.self) { try await town.bringLeavers(Lists.leavers(Lists.left), of: 25) }
            let imports = try await AccountImportStore(database: town.database).list(limit: 10)
            #expect(imports.isEmpty)
        }
    }

    @Test func aPartOfTheAccountsIsRefusedUnlessConfirmed() async throws {
        try await Town.with { town in
            let lines = (1...20).map { "xayenkhanh_a\($0);A;Hoạt động\n" }.joined()
            try await town.bringExport(Lists.export(lines), of: 9)
            // As many accounts, but others.
            let others = Lists.export((31...50).map { "xayenkhanh_a\($0);A;Hoạt động\n" }.joined())
            await #expect(throws: Refusal.self) { try await town.bringExport(others, of: 10) }
            #expect(try await town.accounts(.active).count == 20)
            try await town.bringExport(others, of: 10, isComplete: true)
            #expect(try await town.accounts(.active).count == 20)
            #expect(try await town.accounts(.gone).count == 20)
        }
    }

    @Test func aListWithOneBadLineChangesNothing() async throws {
        try await Town.with { town in
            try await town.bringExport(Lists.export(Lists.active), of: 3)
            let lines = try await town.database.value("SELECT count(*) FROM audit_entries", as: Int.self)
            await #expect(throws: Refusal.self) {
                try await town.bringExport(Lists.export(Lists.locked, "xayenkhanh_b;B;lạ"), of: 9)
            }
            // The person without an account is noticed only inside the transaction.
            await #expect(throws: Refusal.self) {
                try await town.bringLeavers(Lists.leavers(Lists.left, ";02/11/2026;Nghỉ việc;;Không Có;xayenkhanh"))
            }
            #expect(try await town.accounts(.all).map(\.state) == [.active])
            #expect(try await town.database.value("SELECT count(*) FROM leavers", as: Int.self) == 0)
            #expect(try await AccountImportStore(database: town.database).list(limit: 10).count == 1)
            #expect(try await town.database.value("SELECT count(*) FROM audit_entries", as: Int.self) == lines)
        }
    }

    // MARK: Evidence

    @Test func theSameFormTwiceIsOneImport() async throws {
        try await Town.with { town in
            let store = AccountImportStore(database: town.database)
            let upload = AccountUpload(
                fileName: "a.csv", bytes: Array(Lists.export(Lists.active).utf8), takenOn: Lists.day(3))
            let key = UUID()
            _ = try await store.importExport(upload, by: town.person(.linh), address: "127.0.0.1", form: key, at: town.now)
            await #expect(throws: AlreadySubmitted.self) {
                try await store.importExport(upload, by: town.person(.linh), address: "127.0.0.1", form: key, at: town.now)
            }
            #expect(try await store.list(limit: 10).count == 1)
        }
    }

    @Test func everyImportIsInTheTrailAndInTheHistory() async throws {
        try await Town.with { town in
            try await town.bringLeavers(Lists.leavers(Lists.left), of: 2)
            try await town.bringExport(Lists.export(Lists.active), of: 3)
            try await town.bringExport(Lists.export(Lists.locked), of: 9)
            let imports = try await AccountImportStore(database: town.database).list(limit: 10)
            #expect(imports.map(\.kind) == [.export, .export, .leavers])
            #expect(imports.map(\.takenOn) == [Lists.day(9), Lists.day(3), Lists.day(2)])
            #expect(imports.map(\.found) == [0, 1, 0] && imports.map(\.closed) == [1, 0, 0])
            #expect(imports.map(\.importedBy) == Array(repeating: "Phạm Thùy Linh", count: 3))
            let trail = try await town.database.values(
                """
                SELECT action || ' ' || subject || ' ' || (after::jsonb ->> 'found') || ' ' || (after::jsonb ->> 'closed')
                FROM audit_entries WHERE action IN ('accounts.imported', 'leavers.imported') ORDER BY seq
                """, as: String.self)
            #expect(
                trail == [
                    "leavers.imported nghiviec.csv 0 0", "accounts.imported taikhoan3.csv 1 0",
                    "accounts.imported taikhoan9.csv 0 1",
                ])
            #expect(try await AuditStore(database: town.database).verify().count > 3)
        }
    }

    @Test func aNameIsRegularOnlyWithTheCodeOfItsOwnAgency() async throws {
        try await Town.with { town in
            try await town.bringExport(
                Lists.export(
                    "xayenkhanh_nguyenvana;Nguyễn Văn A;Hoạt động", "xagiavien_levanc;Lê Văn C;Hoạt động;;;xayenkhanh",
                    "nocode_tranthib;Trần Thị B;Hoạt động", "b@ninhbinh.gov.vn;Trần Thị B;Hoạt động"), of: 3)
            #expect(try await town.accounts(.irregular).map(\.username) == ["nocode_tranthib", "xagiavien_levanc"])
            #expect(try await town.accounts(.unassigned).map(\.username) == ["b@ninhbinh.gov.vn", "nocode_tranthib"])
        }
    }

    /// The whole province (domain.md: 18,000–30,000 accounts). How long it takes is told, not asserted.
    @Test func thirtyThousandAccountsAreOneImport() async throws {
        try await Town.with { town in
            func list(_ state: String) -> String {
                Lists.export(
                    (1...30_000).map { "xayenkhanh_nguyenvana\($0);Nguyễn Văn A;\(state);;23/11/2026" }
                        .joined(separator: "\n"))
            }
            let leavers = (1...500).map { "xayenkhanh_nguyenvana\($0);02/11/2026;Nghỉ việc" }.joined(separator: "\n")
            try await town.bringLeavers(Lists.leavers(leavers))
            let clock = ContinuousClock()
            for (state, day, found, closed) in [("Hoạt động", 3, 500, 0), ("Đã khóa", 9, 0, 500)] {
                let text = list(state)
                let began = clock.now
                let outcome = try await town.bringExport(text, of: day)
                print("30.000 tài khoản (\(text.utf8.count) byte): \(clock.now - began)")
                #expect(outcome.rows == 30_000 && outcome.found == found && outcome.closed == closed)
            }
        }
    }
}
