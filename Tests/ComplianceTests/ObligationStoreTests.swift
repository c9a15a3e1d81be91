import Civil
import Database
import Organization
import TestKit
import Testing
import WorkingTime

@testable import Compliance

/// The catalogue, and what is counted, on the real database.
@Suite struct ObligationStoreTests {
    private static let today = CivilDate(parsing: "24/11/2026")!
    private static let window = ObligationWindow(
        period: ReportingPeriod("2026-H2")!, today: today, firstPeriod: ReportingPeriod("2026-H1")!)

    private static func figures(
        _ town: Town, for name: TownPerson = .linh, _ window: ObligationWindow = window
    ) async throws -> ObligationFigures {
        try await ObligationStore(database: town.database, calendar: WorkingCalendar())
            .figures(window, settings: try await town.database.settings(), for: town.person(name))
    }

    /// A day of the autumn of 2026, at some hour in Vietnam.
    private static func at(_ text: String) -> Instant { Instant(vietnamLocal: text)! }

    // MARK: The catalogue

    /// Every article that lays a duty on somebody, from Điều 5 to Điều 26, and every point of Điều 21 and Điều 23.
    @Test func noArticleOfTheRegulationIsMissing() async throws {
        try await withDatabase { database in
            let catalogue = try await ObligationStore(database: database, calendar: WorkingCalendar()).catalogue()
            let articles = Set(catalogue.map(\.article))
            let wanted =
                ["5.2", "6", "7.4 a", "7.4 b", "7.4 c", "8.1", "8.2, 8.3", "8.4", "9.1", "9.2", "9.3", "10.1", "10.2", "11.1",
                 "12", "13.1 a", "13.1 b", "13.2 a", "13.2 b", "13.2 c, d", "13.3", "14.1", "14.2 a, b", "14.2 c", "14.2 d",
                 "14.3 a", "14.3 b", "15", "16.1", "16.2", "16.3", "16.4", "17.1", "17.2", "18.1", "18.2", "19.1", "19.2",
                 "20.1", "20.2", "20.3", "22", "23.1 a", "23.1 b", "23.1 c", "23.1 d", "23.1 đ", "23.2 a", "23.2 b",
                 "23.2 c", "23.3 a", "23.3 b", "23.4 a", "23.4 b", "23.4 c", "24.1", "24.2", "24.3", "25.1", "25.2 a",
                 "25.2 b", "25.3", "26"] + (1...11).map { "21.\($0)" }
            #expect(articles == Set(wanted.map { "Điều \($0)" }))
            #expect(Set(catalogue.map(\.party)) == Set(Obligation.Party.allCases))
            #expect(Set(catalogue.compactMap(\.measure)) == Set(ObligationMeasure.allCases))
            #expect(catalogue.allSatisfy { $0.effectiveFrom == CivilDate(parsing: "10/12/2025") && $0.effectiveTo == nil })
        }
    }

    @Test func twoVersionsOfADutyAreNeverInForceTogether() async throws {
        try await withDatabase { database in
            await #expect(throws: DatabaseError.self) {
                try await database.run("DELETE FROM obligations")
            }
            try await database.asOwner { owner in
                await #expect(throws: DatabaseError.self) { try await owner.run(Self.amendment("2027-01-01")) }
                try await owner.run("UPDATE obligations SET effective_to = '2027-01-01' WHERE key = '18.2-daily'")
                try await owner.run(Self.amendment("2027-01-01"))
            }
            let store = ObligationStore(database: database, calendar: WorkingCalendar())
            let versions = try await store.catalogue().filter { $0.key == "18.2-daily" }
            #expect(versions.map(\.text.last) == [".", "2"])
            #expect(versions.map { $0.isInForce(on: CivilDate(parsing: "31/12/2026")!) } == [true, false])
            #expect(versions.map { $0.isInForce(on: CivilDate(parsing: "01/01/2027")!) } == [false, true])
        }
    }

    private static func amendment(_ day: String) -> SQL {
        """
        INSERT INTO obligations (position, key, article, party, measure, text, evidence, effective_from)
        VALUES (36, '18.2-daily', 'Điều 18.2', 'department', 'backup', 'bản 2', 'sổ sao lưu', \(day)::text::date)
        """
    }

    // MARK: Figures

    @Test func anEmptyRegisterCountsNothing() async throws {
        try await Town.with { town in
            let figures = try await Self.figures(town)
            #expect(figures.agencies == 2 && figures.withSecurityOfficer == 0 && figures.backups == 0)
            #expect(figures.incidents == 0 && figures.notices == 0 && figures.requests == 0 && figures.accounts == 0)
            #expect(figures.reportIssuedAt == nil && figures.leavers == 0)
        }
    }

    @Test func backupsCountWholeDaysOfThePeriod() async throws {
        try await Town.with { town in
            let store = BackupStore(database: town.database)
            for draft in [
                BackupDraft(day: Self.today), BackupDraft(day: CivilDate(parsing: "23/11/2026")!),
                BackupDraft(day: CivilDate(parsing: "23/11/2026")!, kind: .adHoc),
                BackupDraft(day: CivilDate(parsing: "22/11/2026")!, result: .failed, note: "Hết chỗ."),
                BackupDraft(day: CivilDate(parsing: "15/06/2026")!), BackupDraft(day: CivilDate(parsing: "14/06/2026")!),
            ] {
                try await store.record(draft, by: town.person(.linh), address: "::1", at: town.now)
            }
            let figures = try await Self.figures(town, for: .binh)
            #expect(figures.backupDays == 2 && figures.backups == 4 && figures.isLastDayBackedUp)
        }
    }

    /// What was told of a double was told of the incident that it was merged into, and only that one counts.
    @Test func aDoubleIsCountedOnceWithWhatWasToldOfIt() async throws {
        try await Town.with { town in
            try await town.database.run(
                """
                INSERT INTO incidents (code, title, kind, agency_id, began_at, detected_at, opened_at, updated_at)
                SELECT 'SC-2026-000' || n, 'Sự cố', 'integrity', \(town.yenKhanh), \(town.now), \(town.now), \(town.now), \(town.now)
                FROM   generate_series(1, 2) AS n
                """)
            try await town.database.run(
                """
                INSERT INTO incident_communications (incident_id, audience, channel, told_at, told_by, facts, written_at)
                SELECT i.id, audience, 'phone', \(town.now), 'Bình', '{incident}', \(town.now)
                FROM   incidents i, unnest(ARRAY['head', 'users', 'department']) AS audience WHERE code = 'SC-2026-0002'
                """)
            let apart = try await Self.figures(town)
            #expect(apart.incidents == 2 && apart.incidentsTold == 1 && apart.agencyIncidentsReported == 1)
            try await town.database.run(
                """
                UPDATE incidents SET merged_at = \(town.now), merged_into_id = (SELECT id FROM incidents WHERE code = 'SC-2026-0001')
                WHERE  code = 'SC-2026-0002'
                """)
            let merged = try await Self.figures(town)
            #expect(merged.incidents == 1 && merged.incidentsTold == 1)
            #expect(merged.agencyIncidents == 1 && merged.agencyIncidentsReported == 1)
        }
    }

    @Test func officersCountOnTheLastDayAndByScope() async throws {
        try await Town.with { town in
            let store = OfficerStore(database: town.database)
            for (agency, duty) in [
                (town.yenKhanh, Officer.Duty.securityOfficer), (town.yenKhanh, .softwareManager),
                (town.giaVien, .softwareManager),
            ] {
                try await store.assign(
                    OfficerDraft(
                        agency: agency, duty: duty, fullName: "Lê Ước", begins: Self.today, decisionNumber: "1/QĐ"),
                    by: town.person(.linh), address: "::1", at: town.now)
            }
            func counts(_ name: TownPerson, _ window: ObligationWindow = Self.window) async throws -> [Int] {
                let figures = try await Self.figures(town, for: name, window)
                return [figures.agencies, figures.withSecurityOfficer, figures.withSoftwareManager]
            }
            #expect(try await counts(.linh) == [2, 1, 2])
            #expect(try await counts(.binh) == [1, 1, 1])
            #expect(try await counts(.chi) == [1, 0, 1])
            let earlier = ObligationWindow(
                period: ReportingPeriod("2026-H1")!, today: Self.today, firstPeriod: ReportingPeriod("2026-H1")!)
            #expect(try await counts(.linh, earlier) == [2, 0, 0])
            try await town.database.run("UPDATE agencies SET closed_at = \(town.now) WHERE id = \(town.giaVien)")
            #expect(try await counts(.linh) == [1, 1, 1])
            #expect(try await counts(.linh, earlier) == [2, 0, 0])
        }
    }

    private static func incident(
        _ town: Town, _ code: String, at agency: Agency.ID?, kind: String, _ detected: String, isOver: Bool = false
    ) async throws {
        let began = at(detected)
        try await town.database.run(
            """
            INSERT INTO incidents (code, title, kind, agency_id, began_at, detected_at, suspended_at, resumed_at,
                                   opened_at, updated_at)
            VALUES (\(code), 'Sự cố', \(kind), \(agency), \(began), \(began), \(isOver ? began : nil),
                    \(isOver ? began + .seconds(60) : nil), \(began), \(began))
            """)
    }

    private static func tell(_ town: Town, _ code: String, _ audience: String, _ facts: [String]) async throws {
        try await town.database.run(
            """
            INSERT INTO incident_communications (incident_id, audience, channel, told_at, told_by, facts, written_at, written_by)
            SELECT id, \(audience), 'phone', \(town.now), 'Linh', \(facts), \(town.now), \(town.person(.linh).id)
            FROM incidents WHERE code = \(code)
            """)
    }

    @Test func anIncidentIsToldWhenHeadAndUsersKnowAllThatApplies() async throws {
        let all = ["incident", "suspension", "resumption", "temporary_measures", "catch_up"]
        try await Town.with { town in
            // All five facts, in two tellings to the users; the Department knows.
            try await Self.incident(town, "SC-2026-0001", at: town.yenKhanh, kind: "suspension", "2026-11-01T08:00", isOver: true)
            try await Self.tell(town, "SC-2026-0001", "head", all)
            try await Self.tell(town, "SC-2026-0001", "users", ["incident", "suspension"])
            try await Self.tell(town, "SC-2026-0001", "users", ["resumption", "temporary_measures", "catch_up"])
            try await Self.tell(town, "SC-2026-0001", "department", ["incident"])
            // One fact short; nobody told the Department.
            try await Self.incident(town, "SC-2026-0002", at: town.giaVien, kind: "suspension", "2026-11-02T08:00")
            try await Self.tell(town, "SC-2026-0002", "head", all)
            try await Self.tell(town, "SC-2026-0002", "users", ["incident", "suspension", "resumption", "catch_up"])
            // The whole system was slow but never stood still: the incident itself is all there is to tell.
            try await Self.incident(town, "SC-2026-0003", at: nil, kind: "degraded", "2026-11-03T08:00")
            try await Self.tell(town, "SC-2026-0003", "head", ["incident"])
            try await Self.tell(town, "SC-2026-0003", "users", ["incident"])
            // Before the period.
            try await Self.incident(town, "SC-2026-0004", at: town.yenKhanh, kind: "degraded", "2026-06-14T23:59")

            func counts(_ name: TownPerson) async throws -> [Int] {
                let f = try await Self.figures(town, for: name)
                return [f.incidents, f.incidentsTold, f.incidentsRestored, f.agencyIncidents, f.agencyIncidentsReported]
            }
            #expect(try await counts(.linh) == [3, 2, 1, 2, 1])
            #expect(try await counts(.binh) == [1, 1, 1, 1, 1])
            #expect(try await counts(.chi) == [1, 0, 0, 1, 0])
        }
    }

    private static func notice(
        _ town: Town, _ code: String, kind: String, begins: String, leadDays: Int?, to recipients: [Agency.ID] = []
    ) async throws {
        let (start, linh) = (at(begins), town.person(.linh).id)
        let published: Instant? = leadDays == nil ? nil : start - .seconds(86_400)
        try await town.database.run(
            """
            WITH made AS (
                INSERT INTO notices (code, kind, title, impact, during, created_by, created_at)
                VALUES (\(code), \(kind), 'Bảo trì', 'Dừng', \(TimeRange(from: start, to: start + .seconds(3600))), \(linh),
                        \(start - .seconds(90_000))) RETURNING id)
            INSERT INTO notice_tests (notice_id, tested_version, changes, environment, plan, cases_passed, cases_failed, tester,
                                      approver, evidence, verdict, updated_by, updated_at)
            SELECT id, '5', 'a', 'b', 'c', 1, 0, 'd', 'e', 'f', 'passed', \(linh), \(start - .seconds(90_000)) FROM made
            """)
        try await town.database.run(
            """
            UPDATE notices SET submitted_at = \(published), submitted_by = \(linh), approved_at = \(published),
                approved_by = \(linh), published_by = \(linh), published_at = \(published), lead_days = \(leadDays)::bigint
            WHERE  code = \(code) AND \(published)::timestamptz IS NOT NULL
            """)
        for agency in recipients {
            try await town.database.run(
                """
                INSERT INTO notice_recipients (notice_id, agency_id, contact_name, contact_email, contact_phone)
                SELECT id, \(agency), '', '', '' FROM notices WHERE code = \(code)
                """)
        }
    }

    @Test func noticesCountByTheirStartAndTheirLead() async throws {
        try await Town.with { town in
            let both = [town.yenKhanh, town.giaVien]
            try await Self.notice(town, "TB-2026-0001", kind: "maintenance", begins: "2026-07-01T20:00", leadDays: 7, to: both)
            try await Self.notice(town, "TB-2026-0002", kind: "upgrade", begins: "2026-12-01T20:00", leadDays: 3, to: [town.giaVien])
            try await Self.notice(town, "TB-2026-0003", kind: "upgrade", begins: "2026-12-02T20:00", leadDays: nil)
            try await Self.notice(town, "TB-2026-0004", kind: "maintenance", begins: "2026-06-01T20:00", leadDays: 9, to: both)
            try await Self.notice(town, "TB-2026-0005", kind: "maintenance", begins: "2026-08-01T20:00", leadDays: 9, to: both)
            try await town.database.run(
                "UPDATE notices SET cancelled_at = published_at, cancelled_reason = 'Hoãn' WHERE code = 'TB-2026-0005'")
            func counts(_ name: TownPerson) async throws -> [Int] {
                let f = try await Self.figures(town, for: name)
                return [f.notices, f.noticesInTime, f.upgrades, f.upgradesTested]
            }
            #expect(try await counts(.linh) == [2, 1, 1, 1])
            #expect(try await counts(.binh) == [1, 1, 0, 0])
            #expect(try await counts(.chi) == [2, 1, 1, 1])
            try await town.database.run(
                "INSERT INTO settings (key, value, updated_at) VALUES ('notices.lead_days', '3', \(town.now))")
            #expect(try await counts(.linh) == [2, 2, 1, 1])
        }
    }

    @Test func requestsAndReportsOfThePeriodCount() async throws {
        try await Town.with { town in
            let linh = town.person(.linh).id
            for (code, received, agency) in [
                ("YC-2026-00001", "2026-06-14T23:59", town.yenKhanh), ("YC-2026-00002", "2026-06-15T00:00", town.yenKhanh),
                ("YC-2026-00003", "2026-11-24T08:59", town.giaVien),
            ] {
                try await town.database.run(
                    """
                    INSERT INTO requests (code, kind, channel, caller_name, agency_id, text, received_at, received_by)
                    VALUES (\(code), 'question', 'phone', 'Ước', \(agency), 'Hỏi', \(Self.at(received)), \(linh))
                    """)
            }
            try await town.database.run(
                """
                UPDATE requests SET taken_at = \(town.now), taken_by = \(linh), resolved_at = \(town.now),
                    resolved_by = \(linh), resolution = 'Xong' WHERE code = 'YC-2026-00003'
                """)
            for (code, revision, issued) in [("BC-2026-01", 1, "2026-06-18T10:00"), ("BC-2026-02", 2, "2026-07-01T10:00")] {
                try await town.database.run(
                    """
                    INSERT INTO reports (code, period_code, during, revision, title, as_of, is_demo, markdown, html, issued_at,
                                         issued_by)
                    VALUES (\(code), '2026-H1', \(ReportingPeriod("2026-H1")!.window), \(revision), 'BC',
                            \(Self.at(issued)), false, 'x', 'x', \(Self.at(issued)), \(linh))
                    """)
            }
            let all = try await Self.figures(town)
            #expect(all.requests == 2 && all.requestsResolved == 1)
            #expect(all.reportIssuedAt == Self.at("2026-06-18T10:00"))
            let own = try await Self.figures(town, for: .binh)
            #expect(own.requests == 1 && own.requestsResolved == 0)
        }
    }

    @Test func whoLeftIsLockedFoundOrWaitsForANewerExport() async throws {
        try await Town.with { town in
            let linh = town.person(.linh).id
            let imported = try await town.database.value(
                """
                INSERT INTO account_imports (kind, file_name, taken_on, rows, imported_at, imported_by)
                VALUES ('export', 'ds.csv', '2026-11-20', 5, \(town.now), \(linh)) RETURNING id
                """, as: Int64.self)
            // Who, locked or not, left when, found open, found and closed in the period.
            let people: [(String, Agency.ID, String, String, Bool, Bool)] = [
                ("xayenkhanh_a", town.yenKhanh, "locked", "2026-10-01", false, false),
                ("xayenkhanh_b", town.yenKhanh, "active", "2026-10-01", true, false),
                ("xagiavien_c", town.giaVien, "active", "2026-11-23", true, false),
                ("xagiavien_d", town.giaVien, "active", "2026-11-24", false, false),
                // Left in the period before: one was still open when this one began, one was not.
                ("xayenkhanh_e", town.yenKhanh, "locked", "2026-06-01", false, true),
                ("xayenkhanh_f", town.yenKhanh, "locked", "2026-06-01", false, false),
                // Missing from the newest export: neither locked nor found unlocked.
                ("xagiavien_g", town.giaVien, "gone", "2026-11-20", false, false),
            ]
            for (username, agency, state, left, isOpen, wasClosed) in people {
                try await town.database.run(
                    """
                    WITH a AS (INSERT INTO accounts (username, full_name, agency_id, state, first_seen_in, seen_in, is_regular)
                               VALUES (\(username), 'Ước', \(agency), \(state), \(imported), \(imported), \(username != "xagiavien_d"))
                               RETURNING id),
                         l AS (INSERT INTO leavers (username, full_name, left_on, reason, import_id)
                               VALUES (\(username), 'Ước', \(left)::text::date, 'leaving', \(imported)) RETURNING id)
                    INSERT INTO account_findings (account_id, leaver_id, agency_id, found_at, found_by, closed_at, closed_by)
                    SELECT a.id, l.id, \(agency), \(town.now), \(imported), \(wasClosed ? town.now : nil),
                           \(wasClosed ? imported : nil)
                    FROM a, l WHERE \(isOpen || wasClosed)
                    """)
            }
            func counts(_ name: TownPerson) async throws -> [Int] {
                let f = try await Self.figures(town, for: name)
                return [f.leavers, f.leaversLocked, f.leaversOpen, f.leaversOverdue, f.accounts, f.irregularAccounts]
            }
            #expect(try await counts(.linh) == [6, 2, 2, 1, 6, 1])
            #expect(try await counts(.binh) == [3, 2, 1, 1, 4, 0])
            #expect(try await counts(.chi) == [3, 0, 1, 0, 2, 1])
        }
    }
}
