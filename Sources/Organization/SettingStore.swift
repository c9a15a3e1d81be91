package import Civil
package import Database

/// The settings as they stand, defaults included.
package struct Settings: Hashable, Sendable {
    private let values: [String: String]

    package init(values: [String: String] = [:]) {
        self.values = values
    }

    package subscript(_ setting: Setting) -> String {
        values[setting.key] ?? setting.standard
    }

    /// A setting of whole numbers; its default where what is stored is none.
    package func number(_ setting: Setting) -> Int {
        Int(self[setting]) ?? Int(setting.standard) ?? 0
    }

    /// The seed of the demo data, when this is a demo.
    package var demoSeed: String? { values["demo.seed"] }
}

extension Queryable {
    /// All settings in one statement.
    package func settings() async throws -> Settings {
        let rows: [KeyValue] = try await all("SELECT \(columns: KeyValue.self) FROM settings")
        return Settings(values: Dictionary(rows.map { ($0.key, $0.value) }) { first, _ in first })
    }
}

/// Changing settings.
package struct SettingStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    package func read() async throws -> Settings { try await database.settings() }

    /// Changes those of `values` (by key) that differ from what is stored, all or none.
    /// - Throws: `Refusal` naming every value that is not fit.
    package func change(_ values: [String: String], by person: Person, address: String, at now: Instant) async throws {
        let problems = Setting.all.compactMap { setting in values[setting.key].flatMap(setting.problem) }
        if !problems.isEmpty { throw Refusal(problems) }
        try await database.transaction { tx in
            let current = try await tx.settings()
            for setting in Setting.all {
                guard let value = values[setting.key], value != current[setting] else { continue }
                try await tx.run(
                    """
                    INSERT INTO settings (key, value, updated_at) VALUES (\(setting.key), \(value), \(now))
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
                    """)
                try await tx.record(
                    "setting.changed", setting.key, by: .person(person, address: address),
                    before: ["value": current[setting]], after: ["value": value], at: now)
            }
        }
    }
}

private struct KeyValue: PostgresRow {
    let key: String
    let value: String

    static var columns: String { "key, value" }

    init(row: inout RowReader) throws {
        key = try row.read()
        value = try row.read()
    }
}
