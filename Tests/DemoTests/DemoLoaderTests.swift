import Civil
import Database
import Incidents
import Logging
import Monitor
import Organization
import TestKit
import Testing
import Web

@testable import Demo

/// A loaded demo, as the rest of the console sees it.
@Suite struct DemoLoaderTests {
    private static let now = Instant(seconds: 1_795_485_600)

    private func loaded<T: Sendable>(
        _ body: @escaping @Sendable (Database, DemoLoader.Outcome) async throws -> T
    ) async throws -> T {
        try await withDatabase { database in
            try await body(database, try await load(database))
        }
    }

    private func load(_ database: Database) async throws -> DemoLoader.Outcome {
        let hasher = try PasswordHasher(cost: Password.Cost(rounds: 16, parallelism: 1))
        return try await DemoLoader(database: database, hasher: hasher, dataDirectory: repositoryRoot + "/data")
            .load(seed: 161, accounts: 1500, address: "http://127.0.0.1:9", password: Town.password, at: Self.now)
    }

    @Test func itHoldsAProvince() async throws {
        try await loaded { database, outcome in
            #expect(outcome.agencies == 129 + 15)
            #expect(outcome.monitors == 300)
            #expect(outcome.accounts == 1500)
            let kinds = try await database.values("SELECT count(*) FROM agencies GROUP BY kind ORDER BY 1", as: Int.self)
            #expect(kinds == [15, 129])
            let isMarked = try await database.settings().demoSeed
            #expect(isMarked == "161")
            #expect(Set(outcome.people.map(\.role)) == Set(Role.allCases))
        }
    }

    @Test func everyOutageOutsideMaintenanceHasItsIncidentAlready() async throws {
        try await loaded { database, outcome in
            let watch = IncidentWatch(
                database: database, listener: Listener(database.configuration, logger: Logger(label: "demo")),
                baseURL: "", logger: Logger(label: "demo"))
            let opened = try await watch.sweep(at: Self.now)
            #expect(opened == [])
            let unlinked = try await database.value(
                "SELECT count(*) FROM incidents WHERE outage_id IS NULL AND opened_by IS NULL", as: Int.self)
            #expect(unlinked == 0)
            #expect(outcome.incidents > 200)
        }
    }

    @Test func closedIncidentsHaveWhatTheRegulationWants() async throws {
        try await loaded { database, _ in
            let person = try await anOperator(of: database)
            let store = IncidentStore(database: database)
            var filter = IncidentFilter()
            filter.state = .closed
            for summary in try await store.page(filter, for: person, Paging("", size: 40), at: .init(seconds: 1_795_485_600)).rows {
                let incident = try #require(try await store.find(summary.code, for: person))
                let missing = obstaclesToClosing(incident, communications: try await store.communications(of: incident.id))
                #expect(missing == [], "\(summary.code)")
            }
        }
    }

    @Test func newCodesGoOnWhereTheDemoEnds() async throws {
        try await loaded { database, outcome in
            let code = try await database.transaction { try await $0.nextCode(.incident, at: Self.now) }
            let taken = try await database.value("SELECT EXISTS (SELECT FROM incidents WHERE code = \(code))", as: Bool.self)
            #expect(!taken)
            let last = try await database.value(
                "SELECT max(code) FROM incidents WHERE code LIKE 'SC-2026-%'", as: String.self)
            #expect(last < code)
        }
    }

    @Test func someAccountsWereNotLockedAndSomeFindingsAreClosed() async throws {
        try await loaded { database, _ in
            let open = try await database.value("SELECT count(*) FROM account_findings WHERE closed_at IS NULL", as: Int.self)
            let closed = try await database.value("SELECT count(*) FROM account_findings WHERE closed_at IS NOT NULL", as: Int.self)
            #expect(open > 0)
            #expect(closed > 0)
        }
    }

    @Test func aSecondDemoIsRefused() async throws {
        try await loaded { database, _ in
            _ = await #expect(throws: DemoLoader.NotEmpty.self) { try await load(database) }
        }
    }

    @Test func realDataIsNotMixedWithMadeUpData() async throws {
        try await withDatabase { database in
            try await AgencyStore(database: database).add(
                AgencyDraft(code: "skhcn", name: "Sở Khoa học và Công nghệ", kind: .department), by: .system("test"),
                at: Self.now)
            await #expect(throws: DemoLoader.NotEmpty(isDemo: false, found: ["agencies: 1"])) { try await load(database) }
            let people = try await database.value("SELECT count(*) FROM users", as: Int.self)
            #expect(people == 0)
        }
    }

    private func anOperator(of database: Database) async throws -> Person {
        try await database.one(
            """
            SELECT \(columns: Person.self) FROM users u LEFT JOIN agencies a ON a.id = u.agency_id
            WHERE  u.username = 'mau.vanhanh'
            """)
    }
}
