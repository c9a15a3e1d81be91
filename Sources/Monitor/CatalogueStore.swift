package import Civil
package import Database
package import Organization

/// The catalogue of all monitors and heartbeats, as a file says it: out of the database and back.
package struct CatalogueStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// The whole catalogue, oldest first. Values of headers and the codes of heartbeats are in it as they are.
    package func export() async throws -> String {
        try await database.transaction { tx in
            // Both lists as of one moment.
            try await tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            let agencies = try await tx.agencyCodes()
            let monitors: [CatalogueSteps<Monitor>.Current] = try await tx.catalogue(agencies)
            let heartbeats: [CatalogueSteps<Heartbeat>.Current] = try await tx.catalogue(agencies)
            return try CatalogueText.write(monitors.map(\.sheet), heartbeats.map(\.sheet))
        }
    }

    /// Makes the monitors what the text says, all of it or nothing.
    ///
    /// - Parameters:
    ///   - deletesMissing: Whether monitors that the text does not name are deleted, and heartbeats, if it has a list of
    ///     them.
    ///   - isRehearsal: Everything is tried as if it were meant, and nothing is kept.
    /// - Returns: What was, or would be, changed.
    /// - Throws: `Refusal` with the lines that stand in the way.
    package func apply(
        _ text: String, deletesMissing: Bool, isRehearsal: Bool, by actor: Actor, at now: Instant
    ) async throws -> CataloguePlan {
        let text = try CatalogueText.read(text)
        // What passed before, an old schedule judges; and where nobody listened, it is noted first what that means.
        if text.heartbeats != nil, !isRehearsal { try await HeartbeatStore(database: database).sweepUnheard(at: now) }
        do {
            return try await database.transaction { tx in
                // Two catalogues at once would each plan on what the other is changing.
                try await tx.run("SELECT pg_advisory_xact_lock(161202515)")
                let plan = try await tx.plan(for: text, deletesMissing: deletesMissing, at: now)
                let places = try await tx.carryOut(plan.monitors, by: actor, at: now)
                _ = try await tx.carryOut(plan.heartbeats, by: actor, at: now)
                // All are there by now, whatever the order of the file.
                for (id, wanted) in places {
                    try await wanted.placing { try await tx.put(id, into: wanted.draft.place, at: now) }
                }
                if !plan.monitors.changesNothing { try await tx.announceMonitors() }
                if isRehearsal { throw Rehearsed(plan: plan) }
                for line in plan.monitors.trail + plan.heartbeats.trail {
                    tx.record(line.action, line.name, by: actor, before: line.before, after: line.after, at: now)
                }
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

    fileprivate func catalogue<Item: CatalogueItem>(_ agencies: [Agency.ID: String]) async throws -> [CatalogueSteps<Item>.Current] {
        let items: [Item] = try await all("SELECT \(columns: Item.self) \(sql: Item.kept) ORDER BY m.id")
        return items.map { item in
            let draft = item.draft
            return .init(
                item: item, sheet: Sheet(draft, isPaused: item.isPaused, agency: draft.agency.flatMap { agencies[$0] }))
        }
    }
}

extension Transaction {
    fileprivate func plan(
        for text: CatalogueText.Contents, deletesMissing: Bool, at now: Instant
    ) async throws -> CataloguePlan {
        let codes = try await agencyCodes()
        let agencies = Dictionary(codes.map { ($1, $0) }) { first, _ in first }
        func steps<Item: CatalogueItem>(_ entries: [CatalogueText.Entry]) async throws -> CatalogueSteps<Item> {
            try CatalogueSteps(
                from: try await catalogue(codes), to: entries, agencies: agencies, deletesMissing: deletesMissing, at: now)
        }
        let monitors: CatalogueSteps<Monitor> = try await steps(text.monitors)
        guard let heartbeats = text.heartbeats else { return CataloguePlan(monitors: monitors, heartbeats: CatalogueSteps()) }
        return CataloguePlan(monitors: monitors, heartbeats: try await steps(heartbeats))
    }

    /// Everything but what the monitors hang on.
    /// - Returns: Those that are new or other than they were.
    fileprivate func carryOut<Item: CatalogueItem>(
        _ plan: CatalogueSteps<Item>, by actor: Actor, at now: Instant
    ) async throws -> [(id: Monitor.ID, wanted: CatalogueSteps<Item>.Wanted)] {
        // A plan holds only for the catalogue that it was made from.
        let touched = plan.touched
        guard Set(try await Item.hold(touched.map(\.id), in: self)) == Set(touched) else {
            throw Refusal(field: "", "Danh mục vừa được người khác sửa; chưa đổi gì, hãy chạy lại.")
        }
        var altered: [(id: Monitor.ID, wanted: CatalogueSteps<Item>.Wanted)] = []
        for step in plan.steps {
            switch step {
            case .add(let wanted):
                try await wanted.placing { try await checkInUse(wanted.draft.agency, as: "Phạm vi") }
                let id = try await Item.add(wanted.draft, in: self, at: now)
                altered.append((id, wanted))
                if wanted.sheet.isPaused { try await Item.pause(id, in: self, at: now) }
            case .change(let old, let wanted):
                let id = old.item.id
                if wanted.draft.agency != old.item.draft.agency {
                    try await wanted.placing { try await checkInUse(wanted.draft.agency, as: "Phạm vi") }
                }
                if wanted.draft != old.item.draft {
                    try await old.item.alter(to: wanted.draft, by: actor, in: self, at: now)
                    altered.append((id, wanted))
                }
                switch (old.sheet.isPaused, wanted.sheet.isPaused) {
                case (false, true): try await Item.pause(id, in: self, at: now)
                case (true, false): try await Item.resume(id, as: wanted.draft, in: self, at: now)
                default: break
                }
            case .delete(let old): try await old.item.takeOff(in: self, at: now)
            case .keep: break
            }
        }
        return altered
    }
}

extension CatalogueSteps.Wanted {
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
