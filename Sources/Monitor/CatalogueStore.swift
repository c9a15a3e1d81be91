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
        // A report that an old schedule was waiting for is judged by the old schedule.
        try await HeartbeatStore(database: database).judgeWhatWasHeard(at: now)
        do {
            return try await database.transaction { tx in
                // Two catalogues at once would each plan on what the other is changing.
                try await tx.run("SELECT pg_advisory_xact_lock(161202515)")
                let codes = try await tx.agencyCodes()
                let agencies = Dictionary(codes.map { ($1, $0) }) { first, _ in first }
                let plan = CataloguePlan(
                    monitors: try CatalogueSteps(
                        from: try await tx.catalogue(codes), to: text.monitors, agencies: agencies,
                        deletesMissing: deletesMissing, at: now),
                    heartbeats: try CatalogueSteps(
                        from: try await tx.catalogue(codes), to: text.heartbeats ?? [], agencies: agencies,
                        deletesMissing: deletesMissing && text.heartbeats != nil, at: now))
                try await tx.carryOut(plan.monitors, by: actor, at: now)
                try await tx.carryOut(plan.heartbeats, by: actor, at: now)
                if !plan.monitors.changesNothing { try await tx.announceMonitors() }
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
    /// What is listed first and then what it hangs on, so that the order of a file does not matter.
    fileprivate func carryOut<Item: CatalogueItem>(
        _ plan: CatalogueSteps<Item>, by actor: Actor, at now: Instant
    ) async throws {
        // A plan holds only for the catalogue that it was made from.
        let touched = plan.touched
        guard Set(try await Item.hold(touched.map(\.id), in: self)) == Set(touched) else {
            throw Refusal(field: "", "Danh mục vừa được người khác sửa; chưa đổi gì, hãy chạy lại.")
        }
        var places: [(id: Monitor.ID, wanted: CatalogueSteps<Item>.Wanted)] = []
        for step in plan.steps {
            switch step {
            case .add(let wanted):
                let draft = wanted.draft
                try await wanted.placing { try await checkInUse(draft.agency, as: "Phạm vi") }
                let id = try await Item.add(draft, in: self, at: now)
                places.append((id, wanted))
                record("\(Item.auditName).added", draft.name, by: actor, after: Item.audited(draft), at: now)
                if wanted.sheet.isPaused {
                    try await Item.pause(id, in: self, at: now)
                    record("\(Item.auditName).paused", draft.name, by: actor, at: now)
                }
            case .change(let old, let wanted):
                let (id, before, after) = (old.item.id, old.item.draft, wanted.draft)
                if after.agency != before.agency {
                    try await wanted.placing { try await checkInUse(after.agency, as: "Phạm vi") }
                }
                if after != before {
                    try await old.item.alter(to: after, by: actor, in: self, at: now)
                    places.append((id, wanted))
                    record(
                        "\(Item.auditName).changed", after.name, by: actor, before: Item.audited(before),
                        after: Item.audited(after), at: now)
                }
                switch (old.sheet.isPaused, wanted.sheet.isPaused) {
                case (false, true):
                    try await Item.pause(id, in: self, at: now)
                    record("\(Item.auditName).paused", after.name, by: actor, at: now)
                case (true, false):
                    try await Item.resume(id, as: after, in: self, at: now)
                    record("\(Item.auditName).resumed", after.name, by: actor, at: now)
                default: break
                }
            case .delete(let old):
                try await old.item.takeOff(in: self, at: now)
                record(
                    "\(Item.auditName).deleted", old.item.name, by: actor, before: Item.audited(old.item.draft), at: now)
            case .keep: break
            }
        }
        for (id, wanted) in places { try await wanted.placing { try await Item.settle(id, wanted.draft, in: self, at: now) } }
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
