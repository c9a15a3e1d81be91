package import Civil
import Database
package import Organization

/// Commands on maintenance. Monitors are written down when a window is planned, so that what was silenced does not
/// change when somebody sorts monitors anew afterwards.
extension MaintenanceStore {
    private static let path = "/monitors/maintenance"

    /// Plans a window, or a schedule together with its first windows.
    /// - Throws: `Refusal`
    package func plan(
        _ draft: MaintenanceDraft, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try draft.check(at: now)
        try await database.transaction { tx in
            try await tx.claim(form, location: Self.path)
            let targets = try await tx.targets(of: draft.scope)
            switch draft.timing {
            case .once(let begins, let ends):
                let notice = try await tx.announcement(draft.notice)
                let id = try await tx.value(
                    """
                    INSERT INTO maintenance_windows (title, scope, group_id, component, planned, notice_id, created_by, created_at)
                    VALUES (\(draft.title), \(draft.scope.kind.rawValue), \(targets.group), \(targets.component),
                            \(TimeRange(from: max(begins, now).flooredToSecond, to: ends)), \(notice), \(person.id), \(now))
                    RETURNING id
                    """, as: MaintenanceWindow.ID.self)
                try await tx.freeze([id], monitors: targets.monitors ?? [])
            case .repeated(let rhythm):
                let (repeats, weekdays, week) = rhythm.columns
                let id = try await tx.value(
                    """
                    INSERT INTO maintenance_schedules
                        (title, scope, group_id, component, monitor_ids, repeats, weekdays, week, begins_minute,
                         length_minutes, first_day, last_day, created_by, created_at)
                    VALUES (\(draft.title), \(draft.scope.kind.rawValue), \(targets.group), \(targets.component),
                            \(targets.monitors), \(repeats), \(weekdays), \(week), \(rhythm.beginsAt), \(rhythm.minutes),
                            \(rhythm.firstDay), \(rhythm.lastDay), \(person.id), \(now))
                    RETURNING id
                    """, as: MaintenanceSchedule.ID.self)
                try await tx.extend(id, rhythm, at: now)
            }
            tx.record(
                "maintenance.planned", draft.title, by: .person(person, address: address), after: draft.audited, at: now)
        }
    }

    /// Begins before the plan.
    package func start(
        _ id: MaintenanceWindow.ID, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await command("maintenance.started", id, by: person, address: address, form: form, at: now) { tx, window in
            try window.checkStarting(at: now)
            try await tx.run("UPDATE maintenance_windows SET started_at = \(now.flooredToSecond) WHERE id = \(id)")
        }
    }

    /// Ends before the plan: from now on alarms are heard again and nothing is excused.
    package func end(
        _ id: MaintenanceWindow.ID, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await command("maintenance.ended", id, by: person, address: address, form: form, at: now) { tx, window in
            try window.checkEnding(at: now)
            // In its first second it has lasted a second; in its last one it ends as planned.
            try await tx.run(
                """
                UPDATE maintenance_windows
                SET    ended_at = nullif(least(greatest(\(now.flooredToSecond), lower(during) + interval '1 second'),
                                               upper(planned)), upper(planned))
                WHERE  id = \(id)
                """)
        }
    }

    package func cancel(
        _ id: MaintenanceWindow.ID, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await command("maintenance.cancelled", id, by: person, address: address, form: form, at: now) { tx, window in
            try window.checkCancelling(at: now)
            try await tx.run("UPDATE maintenance_windows SET cancelled_at = \(now) WHERE id = \(id)")
        }
    }

    private func command(
        _ action: String, _ id: MaintenanceWindow.ID, by person: Person, address: String, form: FormKey?,
        at now: Instant, _ body: @Sendable (Transaction, MaintenanceWindow) async throws -> Void
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: Self.path)
            let found = try await tx.first(
                """
                SELECT \(columns: MaintenanceWindow.self) \(sql: MaintenanceStore.joins) WHERE w.id = \(id) FOR UPDATE OF w
                """, as: MaintenanceWindow.self)
            guard let window = found else { throw Refusal(field: "", "Không có đợt bảo trì này.") }
            try await body(tx, window)
            tx.record(
                action, window.title, by: .person(person, address: address),
                after: ["window": "\(id.rawValue)", "scope": window.scopeText], at: now)
        }
    }

    /// Ends a schedule: it makes no more windows, and those that have not begun are called off.
    package func end(
        _ id: MaintenanceSchedule.ID, by person: Person, address: String, form: FormKey? = nil, at now: Instant
    ) async throws {
        try await database.transaction { tx in
            try await tx.claim(form, location: Self.path)
            let titles = try await tx.values(
                "UPDATE maintenance_schedules SET ended_at = \(now) WHERE id = \(id) AND ended_at IS NULL RETURNING title",
                as: String.self)
            guard let title = titles.first else { throw Refusal(field: "", "Lịch bảo trì này đã kết thúc.") }
            let cancelled = try await tx.run(
                """
                UPDATE maintenance_windows SET cancelled_at = \(now)
                WHERE  schedule_id = \(id) AND lower(during) > \(now) AND started_at IS NULL AND cancelled_at IS NULL
                """)
            tx.record(
                "maintenance.schedule_ended", title, by: .person(person, address: address),
                after: ["cancelled_windows": "\(cancelled)"], at: now)
        }
    }

    /// Makes the windows that the schedules will need, and sorts the monitors of those that have not begun anew: a group
    /// may have grown. Several processes may do it at once; nothing is made twice.
    package func extend(at now: Instant) async throws {
        for schedule in try await schedules() {
            try await database.transaction { try await $0.extend(schedule.id, schedule.rhythm, at: now) }
        }
    }
}

extension MaintenanceRhythm {
    fileprivate var columns: (repeats: String, weekdays: [Int], week: Int?) {
        switch repetition {
        case .weekly(let days): ("weekly", days, nil)
        case .monthly(let week, let weekday): ("monthly", [weekday], week)
        }
    }
}

private struct MaintenanceTargets: Sendable {
    var group: MonitorGroup.ID?
    var component: String?
    var monitors: [Monitor.ID]?
}

extension Transaction {
    /// - Throws: `Refusal` for a name that nothing bears.
    fileprivate func targets(of scope: MaintenanceScope) async throws -> MaintenanceTargets {
        switch scope {
        case .system: return MaintenanceTargets()
        case .group(let name):
            let found = try await values("SELECT id FROM monitor_groups WHERE name = \(name)", as: MonitorGroup.ID.self)
            guard let group = found.first else { throw Refusal(field: "group", "Nhóm: không có nhóm “\(name)”.") }
            return MaintenanceTargets(group: group)
        case .component(let name):
            let isWatched = try await value(
                "SELECT EXISTS (SELECT FROM monitored_components WHERE name = \(name))", as: Bool.self)
            guard isWatched else { throw Refusal(field: "component", "Thành phần: không có thành phần “\(name)”.") }
            return MaintenanceTargets(component: name)
        case .monitors(let names):
            let missing = try await values(
                """
                SELECT wanted.name FROM unnest(\(names)) AS wanted (name)
                WHERE  NOT EXISTS (SELECT FROM monitors m WHERE m.name = wanted.name AND m.deleted_at IS NULL)
                """, as: String.self)
            guard missing.isEmpty else {
                let list = missing.map { "“\($0)”" }.joined(separator: ", ")
                throw Refusal(field: "monitors", "Điểm giám sát: không có điểm nào tên \(list).")
            }
            return MaintenanceTargets(
                monitors: try await values(
                    "SELECT id FROM monitors WHERE name = ANY (\(names)) AND deleted_at IS NULL ORDER BY id"))
        }
    }

    fileprivate func announcement(_ code: String) async throws -> Int64? {
        guard !code.isEmpty else { return nil }
        let found = try await values(
            "SELECT notice_id FROM announced_work WHERE code = upper(\(code))", as: Int64.self)
        guard let id = found.first else {
            throw Refusal(field: "notice", "Thông báo: “\(code)” chưa đăng, đã hủy hoặc không có.")
        }
        return id
    }

    /// Writes down which monitors the windows silence; those of a window of the whole system are not listed.
    private func sort(_ windows: [MaintenanceWindow.ID]) async throws {
        try await run(
            """
            INSERT INTO maintenance_window_monitors (window_id, monitor_id)
            SELECT w.id, m.id FROM maintenance_windows w
            JOIN   monitors m ON m.deleted_at IS NULL AND CASE w.scope WHEN 'group' THEN m.group_id = w.group_id
                                                                       WHEN 'component' THEN m.component = w.component END
            WHERE  w.id = ANY (\(windows)) ON CONFLICT DO NOTHING
            """)
    }

    fileprivate func freeze(_ windows: [MaintenanceWindow.ID], monitors: [Monitor.ID]) async throws {
        try await sort(windows)
        try await run(
            """
            INSERT INTO maintenance_window_monitors (window_id, monitor_id)
            SELECT w, m FROM unnest(\(windows)) AS w CROSS JOIN unnest(\(monitors)) AS m ON CONFLICT DO NOTHING
            """)
    }

    /// Makes the coming windows of a schedule. One whose time has begun is not made any more: nothing is excused
    /// afterwards.
    fileprivate func extend(_ id: MaintenanceSchedule.ID, _ rhythm: MaintenanceRhythm, at now: Instant) async throws {
        let coming = rhythm.windows(from: CivilDate(inVietnam: now), days: MaintenanceStore.daysAhead)
            .filter { ($0.lower ?? now) >= now }
        let made = try await values(
            """
            INSERT INTO maintenance_windows (title, scope, group_id, component, planned, schedule_id, created_by, created_at)
            SELECT s.title, s.scope, s.group_id, s.component, coming.planned, s.id, s.created_by, \(now)
            FROM   maintenance_schedules s CROSS JOIN unnest(\(coming)) AS coming (planned)
            WHERE  s.id = \(id) AND s.ended_at IS NULL
            ON     CONFLICT (schedule_id, lower(planned)) DO NOTHING RETURNING id
            """, as: MaintenanceWindow.ID.self)
        try await run(
            """
            INSERT INTO maintenance_window_monitors (window_id, monitor_id)
            SELECT w, m FROM maintenance_schedules s CROSS JOIN unnest(s.monitor_ids) AS m CROSS JOIN unnest(\(made)) AS w
            WHERE  s.id = \(id)
            """)
        let waiting = try await values(
            """
            SELECT id FROM maintenance_windows
            WHERE  schedule_id = \(id) AND lower(during) > \(now) AND cancelled_at IS NULL AND scope IN ('group', 'component')
            ORDER  BY id FOR UPDATE
            """, as: MaintenanceWindow.ID.self)
        try await run("DELETE FROM maintenance_window_monitors WHERE window_id = ANY (\(waiting))")
        try await sort(waiting)
    }
}
