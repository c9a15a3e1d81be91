import Civil
import Database
import Organization

extension MonitorStore {
    /// Counts edits of a monitor: an edit names the version that it began from. Nil for a monitor that is not there.
    package func version(of id: Monitor.ID) async throws -> Int? {
        try await database.values("SELECT version FROM monitors WHERE id = \(id)", as: Int.self).first
    }
}

extension Transaction {
    /// The monitor as it is stored now, which stays so until the transaction ends. The state is locked first, as every
    /// command does it.
    /// - Throws: `Refusal` for one that was deleted.
    func locked(_ id: Monitor.ID) async throws -> Monitor {
        try await run("SELECT FROM monitor_states WHERE monitor_id = \(id) FOR UPDATE")
        let found: Monitor? = try await first(
            """
            SELECT \(columns: Monitor.self) FROM monitors m
            WHERE m.id = \(id) AND m.kind <> 'heartbeat' AND m.deleted_at IS NULL FOR UPDATE OF m
            """)
        guard let found else { throw Refusal(field: "", "Điểm giám sát này đã được xóa.") }
        return found
    }

    /// - Parameters:
    ///   - version: The version that the editor began from; nil for a command that began from no form.
    ///   - what: The record, as the beginning of a sentence.
    /// - Throws: `ChangedMeanwhile`
    func check(_ version: Int?, of id: Monitor.ID, as what: String = "Điểm giám sát này") async throws {
        guard let version else { return }
        let edit: LastEdit = try await one(
            """
            SELECT \(columns: LastEdit.self) FROM monitors r LEFT JOIN users u ON u.id = r.updated_by WHERE r.id = \(id)
            """)
        if edit.version != version { throw ChangedMeanwhile(what, edit, typed: [], stored: []) }
    }

    func raiseVersion(of id: Monitor.ID, by actor: Actor, at now: Instant) async throws {
        let editor: User.ID? = if case .person(let person, _) = actor { person.id } else { nil }
        try await run(
            """
            UPDATE monitors SET version = version + 1, updated_by = \(editor), updated_at = \(now) WHERE id = \(id)
            """)
    }
}
