package import Civil
import Database
package import Organization
import Transfer

/// Commands on monitors. Each raises the monitor's revision, so that what a probe under way may still have to say of
/// the monitor as it was before does not count.
extension MonitorStore {
    /// - Throws: `Refusal` when the draft is not fit.
    package func add(
        _ draft: MonitorDraft, by actor: Actor, form: FormKey? = nil, at now: Instant
    ) async throws -> Monitor.ID {
        try draft.check()
        return try await database.transaction { tx in
            try await tx.claim(form, location: "/monitors")
            try await tx.checkInUse(draft.agency, as: "Phạm vi")
            let id = try await tx.begin(draft, at: now)
            tx.settle(form, location: "/monitors/\(id.rawValue)")
            try await tx.put(id, into: draft.place, at: now)
            try await tx.announceMonitors()
            tx.record("monitor.added", draft.name, by: actor, after: draft.audited, at: now)
            return id
        }
    }

    /// Changes what is asked and how it is judged. An outage that is going on goes on; failures that had not made one
    /// yet are forgotten, because they answered another question. Saving what is stored already changes nothing.
    ///
    /// - Parameter version: The version that the editor began from; nil for a command that began from no form.
    /// - Throws: `Refusal` when the draft is not fit; `ChangedMeanwhile` when somebody else has changed it since.
    package func change(
        _ monitor: Monitor, to draft: MonitorDraft, version: Int? = nil, by actor: Actor, form: FormKey? = nil,
        at now: Instant
    ) async throws {
        try draft.check()
        try await database.transaction { tx in
            try await tx.claim(form, location: "/monitors/\(monitor.id.rawValue)")
            let stored = try await tx.locked(monitor.id)
            if stored.draft == draft { return }
            try await tx.check(version, of: monitor.id)
            // An agency that was closed since keeps its monitors.
            if draft.agency != stored.agency { try await tx.checkInUse(draft.agency, as: "Phạm vi") }
            try await tx.alter(monitor.id, to: draft, by: actor, at: now)
            try await tx.put(monitor.id, into: draft.place, at: now)
            try await tx.announceMonitors()
            tx.record(
                "monitor.changed", draft.name, by: actor, before: stored.draft.audited, after: draft.audited, at: now)
        }
    }

    /// Stops looking. What comes until measuring is taken up again is not measured; an open outage stays open, because
    /// nobody has seen it end.
    package func pause(_ monitor: Monitor, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/monitors/\(monitor.id.rawValue)")
            _ = try await tx.locked(monitor.id)
            try await tx.pauseMeasuring(monitor.id, at: now)
            try await tx.announceMonitors()
            tx.record("monitor.paused", monitor.name, by: actor, at: now)
        }
    }

    /// Looks again. The gap lasts until the first sample; what was up before must show it anew.
    package func resume(_ monitor: Monitor, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/monitors/\(monitor.id.rawValue)")
            _ = try await tx.locked(monitor.id)
            try await tx.resumeMeasuring(monitor.id, at: now)
            try await tx.announceMonitors()
            tx.record("monitor.resumed", monitor.name, by: actor, at: now)
        }
    }

    /// Takes a monitor off the list for good. Its history stays; its outage, if one was open, ends here.
    package func delete(_ monitor: Monitor, by actor: Actor, form: FormKey? = nil, at now: Instant) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: "/monitors")
            try await tx.takeOff(monitor.id, at: now)
            try await tx.announceMonitors()
            tx.record("monitor.deleted", monitor.name, by: actor, before: monitor.draft.audited, at: now)
        }
    }
}

extension MonitorStore {
    /// Where a form that was taken before led to; nil for one that is new. Whoever clicks twice to delete finds no monitor the
    /// second time, and is told so before it is looked for.
    func destination(of form: FormKey?) async throws -> String? {
        guard let form else { return nil }
        return try await database.values("SELECT location FROM submissions WHERE key = \(form)", as: String.self).first
    }
}

/// What each command does to the tables, for the commands above and for a catalogue that gives many at once.
extension Transaction {
    /// A monitor that nobody has looked at yet, without its place.
    func begin(_ draft: MonitorDraft, at now: Instant) async throws -> Monitor.ID {
        let id = try await insert(draft, at: now)
        let begun = now.flooredToSecond
        try await run("INSERT INTO monitor_states (monitor_id, since) VALUES (\(id), \(begun))")
        try await openGap(of: id, .notStarted, from: begun)
        return id
    }

    /// Everything but its place.
    func alter(_ id: Monitor.ID, to draft: MonitorDraft, by actor: Actor, at now: Instant) async throws {
        try await renew(id)
        try await update(id, to: draft)
        try await raiseVersion(of: id, by: actor, at: now)
    }

    /// - Throws: `Refusal` when it is paused.
    func pauseMeasuring(_ id: Monitor.ID, at now: Instant) async throws {
        try await renew(id)
        let paused = try await run(
            "UPDATE monitors SET paused_at = \(now) WHERE id = \(id) AND paused_at IS NULL")
        guard paused == 1 else { throw Refusal(field: "", "Điểm giám sát này đang tạm dừng đo.") }
        try await openGap(of: id, .paused, from: now.flooredToSecond)
        try await forgetResults(of: id, at: now)
    }

    /// - Throws: `Refusal` when it is not paused.
    func resumeMeasuring(_ id: Monitor.ID, at now: Instant) async throws {
        try await renew(id)
        let resumed = try await run(
            "UPDATE monitors SET paused_at = NULL WHERE id = \(id) AND paused_at IS NOT NULL")
        guard resumed == 1 else { throw Refusal(field: "", "Điểm giám sát này đang được đo.") }
        try await run(
            """
            UPDATE monitor_states SET state = 'unknown', since = \(now.flooredToSecond)
            WHERE  monitor_id = \(id) AND state = 'up'
            """)
    }

    /// - Throws: `Refusal` when it is deleted.
    func takeOff(_ id: Monitor.ID, at now: Instant) async throws {
        try await renew(id)
        let deleted = try await run(
            "UPDATE monitors SET deleted_at = \(now) WHERE id = \(id) AND deleted_at IS NULL")
        guard deleted == 1 else { throw Refusal(field: "", "Điểm giám sát này đã được xóa.") }
        try await run(
            """
            UPDATE monitor_states SET state = 'unknown', since = \(now.flooredToSecond), degraded_since = NULL
            WHERE  monitor_id = \(id)
            """)
        try await endOutages([id: now.ceiledToSecond])
        try await endGaps([id: now.ceiledToSecond])
        try await saveDegradations(Stretches(ends: [id: now.ceiledToSecond]))
        try await forgetResults(of: id, at: now)
    }
}

extension Transaction {
    /// Raises the revision and forgets failures and successes that have not led to anything. Called first: it locks the
    /// monitor's state, on which the probing process waits too.
    fileprivate func renew(_ id: Monitor.ID) async throws {
        try await run(
            """
            UPDATE monitor_states
            SET    revision = revision + 1, failures = 0, first_failure_at = NULL, successes = 0, first_success_at = NULL,
                   latency_streak = 0, latency_streak_at = NULL
            WHERE  monitor_id = \(id)
            """)
    }

    fileprivate func openGap(of id: Monitor.ID, _ reason: MeasurementGap.Reason, from begun: Instant) async throws {
        try await run(
            """
            INSERT INTO measurement_gaps (monitor_id, during, reason)
            VALUES (\(id), \(TimeRange(from: begun, to: nil)), \(reason))
            ON CONFLICT (monitor_id, reason) WHERE upper_inf(during) DO NOTHING
            """)
    }

    /// Tells the probing process that its list has changed.
    func announceMonitors() async throws {
        try await run("SELECT pg_notify('monitors', '')")
    }

    fileprivate func insert(_ draft: MonitorDraft, at now: Instant) async throws -> Monitor.ID {
        let target = try draft.target.particulars.stored()
        let headers = try JSONText(encoding: target.headers)
        return try await value(
            """
            INSERT INTO monitors
                (name, kind, url, host, port, method, headers, accepted_statuses, keyword, keyword_present,
                 follow_redirects, verify_tls, spec, family, timeout_seconds, interval_seconds, retry_seconds, confirm_after,
                 recover_after, component, agency_id, degraded_us, degraded_after, created_at)
            VALUES (\(draft.name), \(draft.target.kind), \(target.url), \(target.host), \(target.port),
                    \(target.method), \(headers), \(target.acceptedStatuses.text),
                    \(target.keyword?.text), \(target.keyword?.isExpected ?? true),
                    \(target.followsRedirects), \(target.verifiesTLS), \(target.spec), \(draft.family),
                    \(draft.timeout.inSeconds), \(draft.interval.inSeconds), \(draft.retryInterval.inSeconds),
                    \(draft.confirmAfter), \(draft.recoverAfter), \(draft.component), \(draft.agency),
                    \(draft.slowness.threshold?.inMicroseconds), \(draft.slowness.after), \(now))
            RETURNING id
            """)
    }

    fileprivate func update(_ id: Monitor.ID, to draft: MonitorDraft) async throws {
        let target = try draft.target.particulars.stored()
        let headers = try JSONText(encoding: target.headers)
        try await run(
            """
            UPDATE monitors
            SET    name = \(draft.name), kind = \(draft.target.kind), url = \(target.url), host = \(target.host),
                   port = \(target.port), method = \(target.method), headers = \(headers),
                   accepted_statuses = \(target.acceptedStatuses.text), keyword = \(target.keyword?.text),
                   keyword_present = \(target.keyword?.isExpected ?? true),
                   follow_redirects = \(target.followsRedirects), verify_tls = \(target.verifiesTLS), spec = \(target.spec),
                   family = \(draft.family), timeout_seconds = \(draft.timeout.inSeconds),
                   interval_seconds = \(draft.interval.inSeconds), retry_seconds = \(draft.retryInterval.inSeconds),
                   confirm_after = \(draft.confirmAfter), recover_after = \(draft.recoverAfter),
                   component = \(draft.component), agency_id = \(draft.agency),
                   degraded_us = \(draft.slowness.threshold?.inMicroseconds), degraded_after = \(draft.slowness.after)
            WHERE  id = \(id)
            """)
    }
}
