import Civil
import Database
import Incidents
import Organization

extension Transaction {
    func insertIncidents(_ incidents: DemoIncidents, monitors: [Int64], operator: User.ID) async throws {
        try await insertIncidents(incidents.list, operator: `operator`)
        try await insertOutageLinks()
        try await insertTellings(of: incidents.list, operator: `operator`)
        try await insertStory(of: incidents.list, operator: `operator`)
        try await run(
            """
            INSERT INTO incident_closures (incident_id, closed_at, closed_by)
            SELECT i.id, closed, \(`operator`)
            FROM   unnest(\(incidents.list.map(\.code)), \(incidents.list.map(\.closed))) AS v (code, closed)
            JOIN   incidents i ON i.code = v.code WHERE closed IS NOT NULL
            """)
        try await continueCodes(of: "incidents")
    }

    private func insertIncidents(_ list: [DemoIncidents.Incident], operator: User.ID) async throws {
        try await run(
            """
            INSERT INTO incidents
                (code, title, kind, severity, agency_id, began_at, detected_at, suspended_at, resumed_at, description,
                 temporary_measures, catch_up, cause, opened_by, opened_at, updated_at)
            SELECT code, title, kind, severity, agency_id, began, detected, suspended, resumed, description, measures,
                   catch_up, cause, CASE WHEN reported THEN \(`operator`)::bigint END, detected, coalesce(resumed, detected)
            FROM   unnest(\(list.map(\.code)), \(list.map(\.title)), \(list.map(\.kind.rawValue)),
                          \(list.map(\.severity.rawValue)), \(list.map { $0.agency?.rawValue }), \(list.map(\.began)),
                          \(list.map(\.detected)), \(list.map(\.suspended)), \(list.map(\.resumed)),
                          \(list.map(\.description)), \(list.map(\.temporaryMeasures)), \(list.map(\.catchUp)),
                          \(list.map(\.cause)), \(list.map { $0.outage == nil }))
                   AS v (code, title, kind, severity, agency_id, began, detected, suspended, resumed, description, measures,
                         catch_up, cause, reported)
            """)
    }

    /// An outage and its incident are known by the monitor's name and the moment at which both began.
    private func insertOutageLinks() async throws {
        try await run(
            """
            UPDATE incidents i SET outage_id = o.id
            FROM   outages o JOIN monitors m ON m.id = o.monitor_id
            WHERE  i.began_at = lower(o.during) AND i.title = 'Gián đoạn: ' || m.name
            """)
        try await run(
            """
            UPDATE incident_downtimes d SET outage_id = o.id, component = m.component
            FROM   incidents i JOIN outages o ON o.id = i.outage_id JOIN monitors m ON m.id = o.monitor_id
            WHERE  i.id = d.incident_id
            """)
    }

    private func insertTellings(of list: [DemoIncidents.Incident], operator: User.ID) async throws {
        let rows = list.flatMap { incident in incident.tellings.map { (incident.code, $0) } }
        let facts = rows.map { $0.1.facts.map(\.rawValue).joined(separator: ",") }
        try await run(
            """
            INSERT INTO incident_communications
                (incident_id, audience, channel, told_at, told_by, facts, written_at, written_by)
            SELECT i.id, v.audience, v.channel, v.at, u.full_name, string_to_array(v.facts, ','), v.at, u.id
            FROM   unnest(\(rows.map(\.0)), \(rows.map(\.1.audience.rawValue)),
                          \(rows.map { $0.1.audience == .users ? "mail" : "phone" }), \(rows.map(\.1.at)), \(facts))
                   AS v (code, audience, channel, at, facts)
            JOIN   incidents i ON i.code = v.code JOIN users u ON u.id = \(`operator`)
            """)
    }

    private func insertStory(of list: [DemoIncidents.Incident], operator: User.ID) async throws {
        var rows: [(code: String, kind: TimelineEntry.Kind, at: Instant, isOwn: Bool, text: String)] = []
        for incident in list {
            let isOwn = incident.outage != nil
            rows.append((
                incident.code, .detection, incident.began, isOwn,
                isOwn ? "Lần đo lỗi đầu tiên." : "Cơ quan báo qua đường dây nóng."))
            rows.append((
                incident.code, .detection, incident.detected, isOwn,
                isOwn ? "Gián đoạn được xác nhận; sự cố tự mở." : "Phát hiện và mở sự cố: \(incident.title)."))
            for told in incident.tellings {
                rows.append((
                    incident.code, .communication, told.at, false,
                    "Đã báo \(told.audience.label): \(told.facts.map { $0.label.lowercased() }.joined(separator: ", "))."))
            }
            if let resumed = incident.resumed { rows.append((incident.code, .status, resumed, isOwn, "Hệ thống được sử dụng lại.")) }
            if let closed = incident.closed { rows.append((incident.code, .status, closed, false, "Đóng sự cố.")) }
        }
        try await run(
            """
            INSERT INTO incident_entries (incident_id, kind, happened_at, written_at, author_id, text)
            SELECT i.id, v.kind, v.at, v.at, CASE WHEN v.own THEN NULL ELSE \(`operator`)::bigint END, v.text
            FROM   unnest(\(rows.map(\.code)), \(rows.map(\.kind.rawValue)), \(rows.map(\.at)), \(rows.map(\.isOwn)),
                          \(rows.map(\.text))) AS v (code, kind, at, own, text)
            JOIN   incidents i ON i.code = v.code ORDER BY v.at
            """)
    }

    /// Lets the numbers of codes go on where the demo's end.
    func continueCodes(of table: StaticString) async throws {
        try await run(
            """
            INSERT INTO code_counters (prefix, year, last)
            SELECT split_part(code, '-', 1), split_part(code, '-', 2)::integer, max(split_part(code, '-', 3)::integer)
            FROM   \(sql: SQL(stringLiteral: "\(table)")) GROUP BY 1, 2
            """)
    }
}
