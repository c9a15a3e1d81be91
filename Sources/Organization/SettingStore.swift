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

    /// Changes those of `values` (by key) that differ from what the form showed, all or none: what somebody did not touch
    /// stays as others have made it meanwhile.
    ///
    /// - Parameter shown: What the form showed, by key; a value that it says nothing of is meant to be written.
    /// - Throws: `Refusal` naming every value that is not fit; `SettingsChanged` when somebody else has changed one that was
    ///   changed here too.
    package func change(
        _ values: [String: String], shown: [String: String] = [:], by person: Person, address: String,
        form: FormKey? = nil, at now: Instant
    ) async throws {
        let touched = Setting.all.filter { values[$0.key] != nil && values[$0.key] != shown[$0.key] }
        let problems = touched.compactMap { setting in values[setting.key].flatMap(setting.problem) }
        if !problems.isEmpty { throw Refusal(problems) }
        try await database.transaction { tx in
            try await tx.claim(form, location: "/settings")
            // One change at a time: there may be no row yet that could be locked.
            try await tx.run("LOCK TABLE settings IN SHARE ROW EXCLUSIVE MODE")
            let current = try await tx.settings()
            let changes = touched.filter { values[$0.key] != current[$0] }
            let overtaken = changes.filter { shown[$0.key] != nil && shown[$0.key] != current[$0] }
            if !overtaken.isEmpty {
                throw SettingsChanged(
                    current: current, problems: try await tx.words(of: overtaken, current))
            }
            for setting in changes {
                guard let value = values[setting.key] else { continue }
                try await tx.run(
                    """
                    INSERT INTO settings (key, value, updated_at, updated_by)
                    VALUES (\(setting.key), \(value), \(now), \(person.id))
                    ON CONFLICT (key) DO UPDATE
                    SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by
                    """)
                tx.record(
                    "setting.changed", setting.key, by: .person(person, address: address),
                    before: ["value": current[setting]], after: ["value": value], at: now)
            }
        }
    }
}

/// Somebody else has changed the same settings since the form was shown. Nothing was written.
package struct SettingsChanged: Error, Sendable {
    /// The settings as they stand: whoever has compared saves on top of them.
    package let current: Settings
    /// Who changed which, when, and to what.
    package let problems: [Refusal.Problem]
}

extension Transaction {
    fileprivate func words(of settings: [Setting], _ current: Settings) async throws -> [Refusal.Problem] {
        let edits: [SettingEdit] = try await all(
            """
            SELECT \(columns: SettingEdit.self) FROM settings s LEFT JOIN users u ON u.id = s.updated_by
            WHERE s.key = ANY (\(settings.map(\.key)))
            """)
        return settings.map { setting in
            let edit = edits.first { $0.key == setting.key }
            let words = ["vừa được", edit?.editor, "sửa", edit.map { "lúc \(VietnameseFormat.moment($0.at))" }]
            let value = current[setting].isEmpty ? "để trống" : "“\(current[setting])”"
            return .init(
                field: setting.key,
                text: "\(setting.label): \(words.compactMap(\.self).joined(separator: " ")), nay là \(value). Đối chiếu rồi lưu lại.")
        }
    }
}

private struct SettingEdit: PostgresRow {
    let key: String
    let editor: String?
    let at: Instant

    static var columns: String { "s.key, u.full_name, s.updated_at" }

    init(row: inout RowReader) throws {
        key = try row.read()
        editor = try row.read()
        at = try row.read()
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
