package import Civil
package import Database
package import Organization

/// The register of backups (Điều 18.2). The Department makes them, of the whole system: no agency owns one.
package struct BackupStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Backups of a stretch of days, both included, the newest day first: what people recorded and what the backup's own
    /// job reported.
    package func list(from first: CivilDate, to last: CivilDate) async throws -> [Backup] {
        try await database.all(
            """
            SELECT \(columns: Backup.self) FROM backup_reports b
            WHERE  b.day BETWEEN \(first) AND \(last)
            ORDER  BY b.day DESC, b.taken_at NULLS LAST, b.recorded_at, b.recorded_by
            """)
    }

    /// - Throws: `Refusal` when the draft is not fit.
    package func record(
        _ draft: BackupDraft, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try draft.check(at: now)
        try await database.transaction { tx in
            try await tx.claim(form, location: "/obligations/backups")
            try await tx.run(
                """
                INSERT INTO backups (day, taken_at, kind, result, note, recorded_at, recorded_by)
                VALUES (\(draft.day), \(draft.takenAt), \(draft.kind), \(draft.result), \(draft.note), \(now), \(person.id))
                """)
            tx.record(
                "backup.recorded", VietnameseFormat.localDate(draft.day), by: .person(person, address: address),
                after: [
                    "kind": draft.kind.rawValue, "result": draft.result.rawValue, "note": draft.note,
                    "taken_at": draft.takenAt.map(VietnameseFormat.timestamp),
                ], at: now)
        }
    }
}
