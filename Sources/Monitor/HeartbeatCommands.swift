package import Civil
import Database
import Foundation
package import Organization

/// Commands on heartbeats. Codes and keys are secrets: neither stands in the audit trail.
extension HeartbeatStore {
    /// - Throws: `Refusal` when the draft is not fit.
    package func add(
        _ draft: HeartbeatDraft, by actor: Actor, form: FormKey? = nil, at now: Instant
    ) async throws -> Monitor.ID {
        try draft.check(at: now)
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/heartbeats")
            try await tx.checkInUse(draft.agency, as: "Phạm vi")
            let id = try await tx.addHeartbeat(draft, at: now)
            tx.record("heartbeat.added", draft.name, by: actor, after: draft.audited, at: now)
            tx.settle(form, location: "/heartbeats/\(id.rawValue)")
            return id
        }
    }

    /// Changes what is expected from now on. An outage that is going on goes on until the job reports.
    /// - Throws: `Refusal` when the draft is not fit.
    package func change(
        _ heartbeat: Heartbeat, to draft: HeartbeatDraft, version: Int? = nil, by actor: Actor, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try draft.check(at: now)
        // A report that the old schedule was waiting for is judged by the old schedule.
        try await sweep(at: now)
        try await database.transaction { tx in
            try await tx.claim(form, location: "/heartbeats/\(heartbeat.id.rawValue)")
            if draft.agency != heartbeat.agency { try await tx.checkInUse(draft.agency, as: "Phạm vi") }
            let standing = try await tx.lockHeartbeat(heartbeat.id)
            try await tx.check(version, of: heartbeat.id, as: "Tín hiệu này")
            try await tx.alterHeartbeat(heartbeat.id, standing, to: draft, by: actor, at: now)
            tx.record(
                "heartbeat.changed", draft.name, by: actor, before: heartbeat.draft.audited, after: draft.audited, at: now)
        }
    }

    /// Stops listening to it: pings are written down and change nothing.
    package func pause(_ heartbeat: Heartbeat, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await sweep(at: now)
        try await database.transaction { tx in
            try await tx.claim(form, location: "/heartbeats/\(heartbeat.id.rawValue)")
            try await tx.pauseHeartbeat(heartbeat.id, at: now)
            tx.record("heartbeat.paused", heartbeat.name, by: actor, at: now)
        }
    }

    /// Listens again. It is not measured until it reports, or misses the next report that it has to make from now on.
    package func resume(_ heartbeat: Heartbeat, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/heartbeats/\(heartbeat.id.rawValue)")
            try await tx.resumeHeartbeat(heartbeat.id, as: heartbeat.draft, at: now)
            tx.record("heartbeat.resumed", heartbeat.name, by: actor, at: now)
        }
    }

    /// Takes a heartbeat off the list for good: its addresses are unknown from now on. Its history stays; its outage, if
    /// one was open, ends here.
    package func delete(_ heartbeat: Heartbeat, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await sweep(at: now)
        try await database.transaction { tx in
            try await tx.claim(form, location: "/heartbeats")
            try await tx.takeOffHeartbeat(heartbeat.id, at: now)
            tx.record(
                "heartbeat.deleted", heartbeat.name, by: actor, before: heartbeat.draft.audited, at: now)
        }
    }

    /// Makes the key by which an agency's jobs, or the whole system's, report by slug; an older one is worth nothing from
    /// now on.
    package func renewKey(of agency: Agency.ID?, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/heartbeats/keys")
            try await tx.checkInUse(agency, as: "Phạm vi")
            try await tx.run(
                """
                INSERT INTO ping_keys (agency_id, key, created_at) VALUES (\(agency), \(String(Token().text.prefix(22))), \(now))
                ON CONFLICT (agency_id) DO UPDATE SET key = excluded.key, created_at = excluded.created_at
                """)
            tx.record(
                "ping_key.renewed", agency.map { "agency \($0.rawValue)" } ?? "system", by: actor, after: ["key": redacted], at: now)
        }
    }
}

/// Where a heartbeat stands, as its rules need to know.
struct HeartbeatStanding: PostgresRow {
    let condition: Heartbeat.Condition
    let since: Instant
    let isPaused: Bool
    let hasGap: Bool
    let countedFrom: Instant?
    let startedAt: Instant?

    static var columns: String { "s.state, s.since, s.is_paused, s.has_gap, s.counted_from, s.started_at" }

    init(row: inout RowReader) throws {
        condition = try row.read()
        since = try row.read()
        isPaused = try row.read()
        hasGap = try row.read()
        countedFrom = try row.read()
        startedAt = try row.read()
    }

    func rules(_ draft: HeartbeatDraft) -> HeartbeatRules {
        rules(draft, countedFrom: countedFrom, startedAt: startedAt)
    }

    func rules(_ draft: HeartbeatDraft, countedFrom: Instant?, startedAt: Instant?) -> HeartbeatRules {
        HeartbeatRules(
            schedule: draft.schedule, grace: draft.grace, condition: condition, since: since, hasGap: hasGap,
            countedFrom: countedFrom, startedAt: startedAt)
    }
}

/// What each command does to the tables, for the commands above and for a catalogue that gives many at once.
extension Transaction {
    /// - Returns: The key of the new heartbeat; its address is a fresh secret, unless the draft brings one.
    func addHeartbeat(_ draft: HeartbeatDraft, at now: Instant) async throws -> Monitor.ID {
        let begun = now.flooredToSecond
        try await free(draft.code)
        let id = try await value(
            """
            INSERT INTO monitors (name, kind, component, agency_id, created_at)
            VALUES (\(draft.name), 'heartbeat', \(draft.component), \(draft.agency), \(now)) RETURNING id
            """, as: Monitor.ID.self)
        try await run(
            """
            INSERT INTO heartbeats
                (monitor_id, code, slug, schedule, period_seconds, expression, zone, grace_seconds, is_daily_backup)
            VALUES (\(id), coalesce(\(draft.code), gen_random_uuid()), \(draft.slug), \(draft.schedule.kind),
                    \(draft.schedule.period?.inSeconds), \(draft.schedule.expression), \(draft.schedule.zone),
                    \(draft.grace.inSeconds), \(draft.isDailyBackup))
            """)
        try await run("INSERT INTO heartbeat_states (monitor_id, since) VALUES (\(id), \(begun))")
        try await openHeartbeatGaps([id], .notStarted, from: begun)
        return id
    }

    /// - Parameter standing: As `lockHeartbeat` found it.
    func alterHeartbeat(
        _ id: Monitor.ID, _ standing: HeartbeatStanding?, to draft: HeartbeatDraft, by actor: Actor, at now: Instant
    ) async throws {
        try await free(draft.code)
        try await raiseVersion(of: id, by: actor, at: now)
        try await run(
            """
            UPDATE monitors SET name = \(draft.name), component = \(draft.component), agency_id = \(draft.agency)
            WHERE  id = \(id)
            """)
        try await run(
            """
            UPDATE heartbeats
            SET    code = coalesce(\(draft.code), code), slug = \(draft.slug), schedule = \(draft.schedule.kind),
                   period_seconds = \(draft.schedule.period?.inSeconds), expression = \(draft.schedule.expression),
                   zone = \(draft.schedule.zone), grace_seconds = \(draft.grace.inSeconds),
                   is_daily_backup = \(draft.isDailyBackup)
            WHERE  monitor_id = \(id)
            """)
        guard let standing, !standing.isPaused else { return }
        // Counted anew from the last report; what the new schedule finds missed already, it never asked for.
        var rules = standing.rules(draft)
        if let deadline = rules.deadline, deadline.at <= now {
            rules = standing.rules(draft, countedFrom: standing.countedFrom.map { _ in now }, startedAt: nil)
        }
        try await expect(id, rules)
    }

    /// - Throws: `Refusal` when it is paused or gone.
    func pauseHeartbeat(_ id: Monitor.ID, at now: Instant) async throws {
        _ = try await lockHeartbeat(id)
        let paused = try await run(
            "UPDATE monitors SET paused_at = \(now) WHERE id = \(id) AND paused_at IS NULL AND deleted_at IS NULL")
        guard paused == 1 else { throw Refusal(field: "", "Tín hiệu này đang tạm dừng đo.") }
        try await run(
            """
            UPDATE heartbeat_states
            SET    is_paused = true, has_gap = true, alert_after = NULL, started_at = NULL, start_rid = NULL
            WHERE  monitor_id = \(id)
            """)
        try await openHeartbeatGaps([id], .paused, from: now.flooredToSecond)
    }

    /// - Parameter draft: What it is from now on.
    /// - Throws: `Refusal` when it is not paused, or gone.
    func resumeHeartbeat(_ id: Monitor.ID, as draft: HeartbeatDraft, at now: Instant) async throws {
        let standing = try await lockHeartbeat(id)
        let resumed = try await run(
            "UPDATE monitors SET paused_at = NULL WHERE id = \(id) AND paused_at IS NOT NULL AND deleted_at IS NULL")
        guard resumed == 1, let standing else { throw Refusal(field: "", "Tín hiệu này đang được đo.") }
        try await run(
            """
            UPDATE heartbeat_states
            SET    is_paused = false, state = CASE state WHEN 'up' THEN 'unknown' ELSE state END,
                   since = CASE state WHEN 'up' THEN greatest(since, \(now.flooredToSecond)) ELSE since END
            WHERE  monitor_id = \(id)
            """)
        try await expect(
            id, standing.rules(draft, countedFrom: standing.countedFrom.map { _ in now }, startedAt: nil))
    }

    /// - Throws: `Refusal` when it is deleted.
    func takeOffHeartbeat(_ id: Monitor.ID, at now: Instant) async throws {
        _ = try await lockHeartbeat(id)
        let deleted = try await run("UPDATE monitors SET deleted_at = \(now) WHERE id = \(id) AND deleted_at IS NULL")
        guard deleted == 1 else { throw Refusal(field: "", "Tín hiệu này đã được xóa.") }
        try await run("DELETE FROM heartbeat_states WHERE monitor_id = \(id)")
        try await endOutages([id: now.ceiledToSecond])
        try await endGaps([id: now.ceiledToSecond])
    }

    /// A deleted heartbeat gives its address up to the one that a catalogue brings back in its place.
    private func free(_ code: UUID?) async throws {
        guard let code else { return }
        try await run(
            """
            UPDATE heartbeats h SET code = gen_random_uuid() FROM monitors m
            WHERE  h.code = \(code) AND m.id = h.monitor_id AND m.deleted_at IS NOT NULL
            """)
    }

    func lockHeartbeat(_ id: Monitor.ID) async throws -> HeartbeatStanding? {
        try await first(
            "SELECT \(columns: HeartbeatStanding.self) FROM heartbeat_states s WHERE s.monitor_id = \(id) FOR UPDATE")
    }

    fileprivate func expect(_ id: Monitor.ID, _ rules: HeartbeatRules) async throws {
        try await run(
            """
            UPDATE heartbeat_states
            SET    counted_from = \(rules.countedFrom), started_at = \(rules.startedAt), alert_after = \(rules.deadline?.at),
                   start_rid = CASE WHEN \(rules.startedAt)::timestamptz IS NULL THEN NULL ELSE start_rid END
            WHERE  monitor_id = \(id)
            """)
    }
}

extension HeartbeatDraft {
    /// What the trail keeps.
    var audited: [String: String?] {
        [
            "name": name, "slug": slug, "schedule": schedule.kind.rawValue, "expression": schedule.expression,
            "period": schedule.period.map { "\($0.inSeconds)" }, "zone": schedule.zone, "grace": "\(grace.inSeconds)",
            "component": component, "agency": agency.map { "\($0.rawValue)" }, "is_daily_backup": "\(isDailyBackup)",
        ]
    }
}
