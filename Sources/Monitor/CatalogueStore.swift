package import Civil
package import Database
package import Organization

/// The catalogue of all monitors that are probed, as a file says it: out of the database and back. Heartbeats have
/// addresses that others have written into their jobs; they are not part of it.
package struct CatalogueStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// The whole catalogue, oldest first. Values of headers are in it as they are.
    package func export() async throws -> String {
        let agencies = try await database.agencyCodes()
        return CatalogueText.write(try await database.catalogue(agencies).map(\.sheet))
    }

    /// Makes the monitors what the text says, all of it or nothing.
    ///
    /// - Parameters:
    ///   - deletesMissing: Whether monitors that the text does not name are deleted.
    ///   - isRehearsal: Everything is tried as if it were meant, and nothing is kept.
    /// - Returns: What was, or would be, changed.
    /// - Throws: `Refusal` with the lines that stand in the way.
    package func apply(
        _ text: String, deletesMissing: Bool, isRehearsal: Bool, by actor: Actor, at now: Instant
    ) async throws -> CataloguePlan {
        let entries = try CatalogueText.read(text)
        do {
            return try await database.transaction { tx in
                // Two catalogues at once would each plan on what the other is changing.
                try await tx.run("SELECT pg_advisory_xact_lock(161202515)")
                let agencies = try await tx.agencyCodes()
                let plan = try CataloguePlan(
                    from: try await tx.catalogue(agencies), to: entries,
                    agencies: Dictionary(agencies.map { ($1, $0) }) { first, _ in first }, deletesMissing: deletesMissing)
                try await tx.carryOut(plan, by: actor, at: now)
                if isRehearsal { throw Rehearsed(plan: plan) }
                return plan
            }
        } catch let rehearsed as Rehearsed {
            return rehearsed.plan
        }
    }

    /// Ends the transaction of a rehearsal.
    private struct Rehearsed: Error {
        let plan: CataloguePlan
    }
}

extension Queryable {
    /// The codes of all agencies, closed ones too: they keep their monitors.
    func agencyCodes() async throws -> [Agency.ID: String] {
        let rows: [AgencyCode] = try await all("SELECT \(columns: AgencyCode.self) FROM agencies")
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.code) })
    }

    fileprivate func catalogue(_ agencies: [Agency.ID: String]) async throws -> [CataloguePlan.Current] {
        let monitors: [Monitor] = try await all(
            """
            SELECT \(columns: Monitor.self) FROM monitors m
            WHERE  m.deleted_at IS NULL AND m.kind <> 'heartbeat' ORDER BY m.id
            """)
        return monitors.map { monitor in
            .init(
                monitor: monitor,
                sheet: MonitorSheet(
                    monitor.draft, isPaused: monitor.pausedAt != nil, agency: monitor.agency.flatMap { agencies[$0] }))
        }
    }
}

extension Transaction {
    /// Monitors first and then what they hang on, so that the order of a file does not matter; the audit trail last.
    fileprivate func carryOut(_ plan: CataloguePlan, by actor: Actor, at now: Instant) async throws {
        var places: [(Monitor.ID, MonitorPlace)] = []
        for step in plan.steps {
            switch step {
            case .add(let draft, let sheet):
                try await checkInUse(draft.agency, as: "Phạm vi của “\(draft.name)”")
                let id = try await begin(draft, at: now)
                places.append((id, draft.place))
                if sheet.isPaused { try await pauseMeasuring(id, at: now) }
            case .change(let old, let draft, let sheet):
                if draft.agency != old.monitor.agency {
                    try await checkInUse(draft.agency, as: "Phạm vi của “\(draft.name)”")
                }
                try await alter(old.monitor.id, to: draft)
                places.append((old.monitor.id, draft.place))
                switch (old.sheet.isPaused, sheet.isPaused) {
                case (false, true): try await pauseMeasuring(old.monitor.id, at: now)
                case (true, false): try await resumeMeasuring(old.monitor.id, at: now)
                default: break
                }
            case .delete(let old): try await takeOff(old.monitor.id, at: now)
            case .keep: break
            }
        }
        for (id, place) in places { try await put(id, into: place, at: now) }
        if !plan.changesNothing { try await announceMonitors() }
        for step in plan.steps { try await record(step, by: actor, at: now) }
    }

    private func record(_ step: CataloguePlan.Step, by actor: Actor, at now: Instant) async throws {
        switch step {
        case .add(let draft, let sheet):
            try await record("monitor.added", draft.name, by: actor, after: draft.audited, at: now)
            if sheet.isPaused { try await record("monitor.paused", draft.name, by: actor, at: now) }
        case .change(let old, let draft, let sheet):
            if old.sheet.fields != sheet.fields {
                try await record(
                    "monitor.changed", draft.name, by: actor, before: old.monitor.draft.audited, after: draft.audited,
                    at: now)
            }
            if old.sheet.isPaused != sheet.isPaused {
                try await record(sheet.isPaused ? "monitor.paused" : "monitor.resumed", draft.name, by: actor, at: now)
            }
        case .delete(let old):
            try await record(
                "monitor.deleted", old.monitor.name, by: actor, before: old.monitor.draft.audited, at: now)
        case .keep: break
        }
    }
}

private struct AgencyCode: PostgresRow {
    let id: Agency.ID
    let code: String

    static var columns: String { "id, code" }

    init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
    }
}
