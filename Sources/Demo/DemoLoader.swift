package import Civil
import Compliance
package import Database
import Incidents
import Monitor
package import Organization

/// Fills an empty database with a believable province. Every page and report then says that it is made up.
package struct DemoLoader: Sendable {
    /// What was loaded.
    package struct Outcome: Sendable {
        package let people: [UserDraft]
        package let agencies: Int
        package let monitors: Int
        package let outages: Int
        package let incidents: Int
        package let requests: Int
        package let accounts: Int
    }

    /// The database holds something already.
    package struct NotEmpty: Error, Hashable {
        /// Whether it is demo data.
        package let isDemo: Bool
        /// In which tables, with how many rows.
        package let found: [String]
    }

    private let database: Database
    private let hasher: PasswordHasher
    private let dataDirectory: String

    /// - Parameter dataDirectory: Where `communes.csv` and `departments.csv` are.
    package init(database: Database, hasher: PasswordHasher, dataDirectory: String) {
        self.database = database
        self.hasher = hasher
        self.dataDirectory = dataDirectory
    }

    /// - Parameters:
    ///   - accounts: How many accounts of the document system there are to be.
    ///   - address: Of the console, without a slash at its end: the monitors look at it.
    ///   - password: Of all the demo's people.
    /// - Throws: `NotEmpty`; then nothing was written.
    package func load(
        seed: UInt64, accounts: Int = 30_000, address: String, password: String, at now: Instant
    ) async throws -> Outcome {
        try await checkEmpty()
        var random = DemoRandom(seed: seed)
        let province = try DemoProvince(directory: dataDirectory, random: &random)
        let people = DemoPeople.drafts(password: password)
        let first = try await loadPeople(people, province: province, seed: seed, at: now)
        let history = DemoHistory(monitors: DemoMonitors.count, until: now, random: &random)
        let monitors = DemoMonitors.drafts(agencies: first.agencies.map { ($0.id, $0.name) }, address: address)
        let incidents = DemoIncidents(history, monitors: monitors, random: &random)
        let requests = DemoRequests(
            history, agencies: first.agencies.map(\.id), incidents: incidents.codesOfOutages, random: &random)
        let duties = DemoDuties(history, agencies: first.agencies, random: &random)
        let notices = DemoNotices(history, agencies: first.agencies, now: now, random: &random)
        try await database.transaction { tx in
            let ids = try await tx.insertMonitors(monitors, history: history)
            try await tx.insertHistory(history, monitors: ids)
            try await tx.insertSamples(of: ids, until: history.ended)
            try await tx.insertIncidents(incidents, monitors: ids, operator: first.operator)
            try await tx.insertRequests(requests, hotline: first.hotline)
            try await tx.insertNotices(notices, operator: first.operator, at: now)
            try await tx.insertDuties(duties, operator: first.operator)
            try await tx.openStatusPage(at: now)
            tx.record(
                "demo.loaded", "seed \(seed)", by: .system("demo"),
                after: ["monitors": String(ids.count), "incidents": String(incidents.list.count)], at: now)
        }
        let lists = DemoAccounts(agencies: first.agencies, count: accounts, until: history.ended, random: &random)
        try await lists.bring(into: AccountImportStore(database: database), by: first.operatorPerson)
        let kept = MonitorStore(database: database)
        try await kept.rollUp(at: now)
        try await kept.freezeMonths(at: now)
        return Outcome(
            people: people, agencies: first.agencies.count, monitors: monitors.count, outages: history.outages.count,
            incidents: incidents.list.count, requests: requests.list.count, accounts: lists.count)
    }

    /// People who sign in may be there already; what they have recorded may not.
    private func checkEmpty() async throws {
        let tables = try await database.all(
            """
            SELECT \(columns: TableCount.self) FROM (VALUES
                ('agencies', (SELECT count(*) FROM agencies)), ('monitors', (SELECT count(*) FROM monitors)),
                ('incidents', (SELECT count(*) FROM incidents)), ('notices', (SELECT count(*) FROM notices)),
                ('requests', (SELECT count(*) FROM requests)), ('officers', (SELECT count(*) FROM officers)),
                ('account_imports', (SELECT count(*) FROM account_imports)),
                ('backups', (SELECT count(*) FROM backups)), ('reports', (SELECT count(*) FROM reports))
            ) AS counted (name, rows) WHERE rows > 0
            """, as: TableCount.self)
        let isDemo = try await database.settings().demoSeed != nil
        if isDemo || !tables.isEmpty {
            throw NotEmpty(isDemo: isDemo, found: tables.map { "\($0.name): \($0.rows)" })
        }
    }

    private func loadPeople(
        _ people: [UserDraft], province: DemoProvince, seed: UInt64, at now: Instant
    ) async throws -> DemoFirst {
        let hashes = try await hasher.hash(people[0].password)
        return try await database.transaction { tx in
            try await tx.run(
                """
                INSERT INTO settings (key, value, updated_at) VALUES ('demo.seed', \(String(seed)), \(now))
                """)
            let agencies = try await tx.insertAgencies(province.agencies, at: now)
            try await tx.insertPeople(people, hash: hashes, agency: agencies.first { $0.kind == .commune }?.id, at: now)
            return try await tx.first(of: agencies)
        }
    }
}

/// What everything else of the demo refers to.
struct DemoFirst: Sendable {
    let agencies: [Agency]
    let operatorPerson: Person
    let hotline: User.ID

    var `operator`: User.ID { operatorPerson.id }
}

private struct TableCount: PostgresRow {
    let name: String
    let rows: Int

    static var columns: String { "name, rows" }

    init(row: inout RowReader) throws {
        name = try row.read()
        rows = try row.read()
    }
}
