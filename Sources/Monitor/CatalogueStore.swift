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
        return try CatalogueText.write(try await database.catalogue(agencies).map(\.sheet))
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
        try await hold(plan.touched)
        var places: [(id: Monitor.ID, wanted: CataloguePlan.Wanted)] = []
        for step in plan.steps {
            switch step {
            case .add(let wanted):
                try await wanted.placing { try await checkInUse(wanted.draft.agency, as: "Phạm vi") }
                let id = try await begin(wanted.draft, at: now)
                places.append((id, wanted))
                if wanted.sheet.isPaused { try await pauseMeasuring(id, at: now) }
            case .change(let old, let wanted):
                let id = old.monitor.id
                if wanted.draft.agency != old.monitor.agency {
                    try await wanted.placing { try await checkInUse(wanted.draft.agency, as: "Phạm vi") }
                }
                if wanted.draft != old.monitor.draft {
                    try await alter(id, to: wanted.draft, by: actor, at: now)
                    places.append((id, wanted))
                }
                switch (old.sheet.isPaused, wanted.sheet.isPaused) {
                case (false, true): try await pauseMeasuring(id, at: now)
                case (true, false): try await resumeMeasuring(id, at: now)
                default: break
                }
            case .delete(let old): try await takeOff(old.monitor.id, at: now)
            case .keep: break
            }
        }
        for (id, wanted) in places { try await wanted.placing { try await put(id, into: wanted.draft.place, at: now) } }
        if !plan.changesNothing { try await announceMonitors() }
        for step in plan.steps { try await record(step, by: actor, at: now) }
    }

    /// Locks the monitors as every command does, states first, and makes sure that nobody has changed one since the plan
    /// was made.
    private func hold(_ monitors: [Monitor]) async throws {
        let ids = monitors.map(\.id.rawValue)
        try await run("SELECT FROM monitor_states WHERE monitor_id = ANY(\(ids)) ORDER BY monitor_id FOR UPDATE")
        let found: [Monitor] = try await all(
            """
            SELECT \(columns: Monitor.self) FROM monitors m
            WHERE  m.id = ANY(\(ids)) AND m.deleted_at IS NULL ORDER BY m.id FOR UPDATE OF m
            """)
        guard Set(found) == Set(monitors) else {
            throw Refusal(field: "", "Danh mục vừa được người khác sửa; chưa đổi gì, hãy chạy lại.")
        }
    }

    private func record(_ step: CataloguePlan.Step, by actor: Actor, at now: Instant) async throws {
        switch step {
        case .add(let wanted):
            let draft = wanted.draft
            record("monitor.added", draft.name, by: actor, after: draft.audited, at: now)
            if wanted.sheet.isPaused { record("monitor.paused", draft.name, by: actor, at: now) }
        case .change(let old, let wanted):
            let (before, after) = (old.monitor.draft, wanted.draft)
            if before != after {
                record(
                    "monitor.changed", after.name, by: actor, before: before.audited, after: after.audited, at: now)
            }
            if old.sheet.isPaused != wanted.sheet.isPaused {
                record(
                    wanted.sheet.isPaused ? "monitor.paused" : "monitor.resumed", after.name, by: actor, at: now)
            }
        case .delete(let old):
            record(
                "monitor.deleted", old.monitor.name, by: actor, before: old.monitor.draft.audited, at: now)
        case .keep: break
        }
    }
}

extension CataloguePlan.Wanted {
    /// What only the database can refuse is told with its line too.
    fileprivate func placing(_ command: () async throws -> Void) async throws {
        do {
            try await command()
        } catch let refusal as Refusal {
            throw entry.placed(refusal)
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
