import Civil
import Database

@testable import Monitor

/// Second 0 of the stories of availability: 24/11/2026 09:00 in Vietnam.
let availabilityOrigin = Instant(seconds: 1_795_485_600)

extension Availability {
    /// In the order of `SecondCounter.figures`.
    var figures: [Int] {
        [window, planned, notMeasured, down].map { Int($0.inSeconds) } + [outages] + [longestOutage, outside, reclassified].map { Int($0.inSeconds) }
    }
}

extension Database {
    func insertMonitor(createdAt: Instant) async throws -> Monitor.ID {
        try await value(
            """
            INSERT INTO monitors (name, kind, url, created_at)
            VALUES ('m', 'http', 'http://127.0.0.1/', \(createdAt)) RETURNING id
            """)
    }

    @discardableResult
    func insert(outages: [(Int, Int?)], of id: Monitor.ID) async throws -> [Outage.ID] {
        var ids: [Outage.ID] = []
        for (from, to) in outages {
            let during = TimeRange(from: availabilityOrigin + .seconds(from), to: to.map { availabilityOrigin + .seconds($0) })
            ids.append(
                try await value(
                    """
                    INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                    VALUES (\(id), \(during), \(availabilityOrigin), 'thử') RETURNING id
                    """))
        }
        return ids
    }

    func insert(gaps: [(Int, Int?)], of id: Monitor.ID) async throws {
        for (from, to) in gaps {
            let during = TimeRange(from: availabilityOrigin + .seconds(from), to: to.map { availabilityOrigin + .seconds($0) })
            try await run(
                "INSERT INTO measurement_gaps (monitor_id, during, reason) VALUES (\(id), \(during), 'process_down')")
        }
    }

    /// Plans maintenance as the notices do: published before it begins.
    func plan(_ windows: [(Monitor.ID?, Range<Int>)]) async throws {
        guard !windows.isEmpty else { return }
        let author = try await author()
        for (number, (monitor, window)) in windows.enumerated() {
            let during = TimeRange(from: availabilityOrigin + .seconds(window.lowerBound), to: availabilityOrigin + .seconds(window.upperBound))
            let notice = try await value(
                """
                INSERT INTO notices (code, kind, title, impact, during, created_by, created_at, published_by,
                                     published_at, lead_days)
                VALUES (\("TB-2026-\(1000 + number)"), 'maintenance', 'Bảo trì', 'Tạm dừng', \(during), \(author),
                        \(availabilityOrigin - .seconds(900_000)), \(author), \(availabilityOrigin - .seconds(900_000)), 0)
                RETURNING id
                """, as: Int64.self)
            if let monitor {
                try await run("INSERT INTO notice_monitors (notice_id, monitor_id) VALUES (\(notice), \(monitor))")
            }
        }
    }

    /// Somebody who plans, judges and decides.
    func author() async throws -> Int64 {
        try await value(
            """
            INSERT INTO users (username, full_name, role, password_hash, created_at)
            VALUES ('linh', 'Linh', 'operator', '', \(availabilityOrigin))
            ON CONFLICT (username) DO UPDATE SET full_name = excluded.full_name RETURNING id
            """)
    }

    /// Says what an outage was, as `MonitorStore.revise` does.
    /// - Parameter notice: The time of a notice that named other components, so that it planned nothing by itself.
    func judge(_ outage: Outage.ID, announced notice: Range<Int>?) async throws {
        let author = try await author()
        var work: Int64?
        if let notice {
            let during = TimeRange(
                from: availabilityOrigin + .seconds(notice.lowerBound), to: availabilityOrigin + .seconds(notice.upperBound))
            work = try await value(
                """
                INSERT INTO notices (code, kind, title, impact, during, created_by, created_at, published_by, published_at,
                                     lead_days, components)
                VALUES (\("TB-2026-\(5000 + outage.rawValue)"), 'maintenance', 'Bảo trì', 'Tạm dừng', \(during), \(author),
                        \(availabilityOrigin - .seconds(900_000)), \(author), \(availabilityOrigin - .seconds(900_000)), 0,
                        ARRAY['Khác'])
                RETURNING id
                """)
        }
        try await run(
            """
            INSERT INTO outage_revisions (outage_id, classification, notice_id, reason, revised_at, revised_by)
            VALUES (\(outage), \(notice == nil ? "false_alarm" : "planned"), \(work), 'thử', \(availabilityOrigin), \(author))
            """)
    }

    /// - Parameter minutes: Of the week, from Monday 00:00; nil: as the whole system.
    func keepHours(_ monitor: Monitor.ID?, from day: CivilDate, _ minutes: [Range<Int>]?) async throws {
        let text = minutes.map { "{\($0.map { "[\($0.lowerBound),\($0.upperBound))" }.joined(separator: ","))}" }
        try await run(
            """
            INSERT INTO service_hours (monitor_id, in_force_from, minutes, reason, decided_at, decided_by)
            VALUES (\(monitor), \(day), \(text)::text::int4multirange, 'thử', \(availabilityOrigin), \(try await author()))
            """)
    }
}
