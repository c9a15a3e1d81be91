import Civil
import Crypto
package import Database
import Foundation
import Organization

/// Which incidents answer for what was told, by their codes.
struct AlertReceipt: Hashable, Sendable {
    var opened: [String] = []
    var joined: [String] = []
    var resolved: [String] = []

    init() {}
}

/// Takes what other systems' alerting says, and lets incidents answer for it.
package struct AlertStore: Sendable {
    /// What fires again this soon after its group had fallen silent belongs to the same incident.
    static let relapse = Duration.seconds(3600)

    let database: Database
    let baseURL: String

    /// - Parameter baseURL: The console's address, for the link in letters.
    package init(database: Database, baseURL: String) {
        self.database = database
        self.baseURL = baseURL
    }

    /// Writes down what is new in a group and lets an incident answer for it. The same message taken again changes nothing:
    /// an occurrence is known by its source, its fingerprint and its beginning, whoever of several senders tells it first.
    ///
    /// An alert that was over before anybody told of it is written down as well, with both its times: nothing is hidden because
    /// the console was away.
    ///
    /// - Parameters:
    ///   - source: Who says so: `alertmanager`, or the name of a source that signs.
    ///   - person: Under whom the sender acts; one who is bound to an agency opens that agency's incidents.
    func take(
        _ group: AlertGroup, from source: String, by person: Person, address: String, at now: Instant
    ) async throws -> AlertReceipt {
        try await database.transaction { tx in
            let hash = Array(SHA256.hash(data: Array("\(source) \(group.key)".utf8)))
            // Two senders that tell of one group at the same moment, as a pair of Alertmanagers does, wait for each other.
            try await tx.run("SELECT pg_advisory_xact_lock(hashtextextended(encode(\(hash), 'hex'), 34))")
            var receipt = AlertReceipt()
            var over: Set<Incident.ID> = []
            var trail: [TrailLine] = []
            let new = try await tx.unknown(group.alerts, from: source, scope: person.scope)
            if !new.isEmpty {
                let incident: AnsweringIncident
                if let found = try await tx.answering(hash, scope: person.scope, since: now - Self.relapse) {
                    incident = found
                    receipt.joined.append(found.code)
                    try await tx.join(new, to: found, from: source, by: person, at: now)
                } else {
                    let draft = group.opening(of: new, at: now)
                    incident = try await tx.open(draft, new, of: group, from: source, by: person, baseURL: baseURL, at: now)
                    receipt.opened.append(incident.code)
                    let more = ["source": source, "agency": person.scope.map { String($0.rawValue) }]
                    trail.append(
                        TrailLine(action: "incident.opened", code: incident.code, after: draft.audited.merging(more) { $1 }))
                }
                try await tx.write(new, from: source, group: hash, scope: person.scope, incident: incident.id, at: now)
                if new.contains(where: { $0.endedAt != nil }) { over.insert(incident.id) }
            }
            over.formUnion(try await tx.end(group.alerts, from: source, scope: person.scope))
            for id in over.sorted(by: { $0.rawValue < $1.rawValue }) {
                guard let line = try await tx.resolve(id, from: source, baseURL: baseURL, at: now) else { continue }
                receipt.resolved.append(line.code)
                trail.append(line)
            }
            for line in trail {
                tx.record(line.action, line.code, by: .person(person, address: address), after: line.after, at: now)
            }
            return receipt
        }
    }
}

extension IncidentStore {
    /// What other systems have said of an incident, and of what was merged into it.
    func alerts(of incident: Incident.ID) async throws -> [ReceivedAlert] {
        try await database.all(
            """
            SELECT \(columns: ReceivedAlert.self)
            FROM   incident_members m JOIN alerts t ON t.incident_id = m.member_id
            WHERE  m.incident_id = \(incident) ORDER BY t.started_at, t.id LIMIT 200
            """)
    }
}

extension Transaction {
    fileprivate func unknown(_ alerts: [Alert], from source: String, scope: Agency.ID?) async throws -> [Alert] {
        let known = Set(
            try await all(
                """
                SELECT \(columns: AlertKey.self) FROM alerts
                WHERE  source = \(source) AND agency_id IS NOT DISTINCT FROM \(scope)::bigint
                AND    fingerprint = ANY (\(alerts.map(\.fingerprint)))
                """, as: AlertKey.self))
        var seen = known
        return alerts.filter { seen.insert(AlertKey($0)).inserted }
    }

    /// The incident that answers for a group while it is open: it fires still, or fell silent a moment ago.
    fileprivate func answering(_ group: [UInt8], scope: Agency.ID?, since: Instant) async throws -> AnsweringIncident? {
        try await first(
            """
            SELECT \(columns: AnsweringIncident.self)
            FROM   alerts t JOIN incidents i ON i.id = t.incident_id JOIN incidents s ON s.id = coalesce(i.merged_into_id, i.id)
            WHERE  t.group_hash = \(group) AND t.agency_id IS NOT DISTINCT FROM \(scope)::bigint AND s.is_open
            AND    coalesce(t.ended_at, 'infinity') >= \(since)
            ORDER  BY t.id DESC LIMIT 1 FOR UPDATE OF s
            """)
    }

    fileprivate func join(
        _ alerts: [Alert], to incident: AnsweringIncident, from source: String, by person: Person, at now: Instant
    ) async throws {
        tell(of: alerts, in: incident.id, from: source, at: now)
        // A suspension that was over goes on: a window of its own, so that the time between stays a time of use.
        guard let began = alerts.filter({ $0.kind == .suspension }).map({ min($0.startedAt, now) }).min() else { return }
        // What goes on again was not steady; whoever has the form open is told.
        try await run(
            """
            UPDATE incidents i SET stable_at = NULL, version = version + 1, updated_by = NULL, updated_at = \(now)
            WHERE  i.id = \(incident.id) AND i.kind = 'suspension' AND i.began_at <= \(began)
            AND    NOT EXISTS (SELECT FROM incident_downtimes w WHERE w.incident_id = i.id AND upper_inf(w.during))
            """)
        try await run(
            """
            INSERT INTO incident_downtimes (incident_id, during, written_at)
            SELECT i.id, downtime_range(\(began), NULL), \(now) FROM incidents i
            WHERE  i.id = \(incident.id) AND i.kind = 'suspension' AND i.began_at <= \(began)
            AND    NOT EXISTS (SELECT FROM incident_downtimes w WHERE w.incident_id = i.id AND upper_inf(w.during))
            """)
    }

    fileprivate func open(
        _ draft: IncidentDraft, _ alerts: [Alert], of group: AlertGroup, from source: String, by person: Person,
        baseURL: String, at now: Instant
    ) async throws -> AnsweringIncident {
        let desk = person.scope == nil ? [] : try await dutyDesk()
        let code = try await nextCode(.incident, at: now)
        let id = try await value(
            """
            INSERT INTO incidents (code, title, kind, severity, agency_id, began_at, detected_at, reported_at, suspended_at,
                                   description, opened_at, updated_at)
            VALUES (\(code), \(draft.title), \(draft.kind), \(draft.severity), \(person.scope), \(draft.beganAt),
                    \(draft.detectedAt), \(now), \(draft.suspendedAt), \(draft.description), \(now), \(now))
            RETURNING id
            """, as: Incident.ID.self)
        tell(of: alerts, in: id, from: source, at: now)
        if group.truncated > 0 {
            tell(
                id, .observation, "\(source) còn \(group.truncated) cảnh báo nữa cùng nhóm mà không gửi chi tiết.", happened: now,
                by: nil, at: now)
        }
        report(draft, id, code: code, from: person, to: desk, baseURL: baseURL, at: now)
        return AnsweringIncident(id: id, code: code)
    }

    /// One statement, however many they are: the lock on codes is held meanwhile.
    private func tell(of alerts: [Alert], in incident: Incident.ID, from source: String, at now: Instant) {
        later(
            """
            INSERT INTO incident_entries (incident_id, kind, happened_at, written_at, text)
            SELECT \(incident), 'detection', least(a.at, \(now)), \(now), a.text
            FROM   unnest(\(alerts.map(\.startedAt)), \(alerts.map { "Cảnh báo từ \(source): \($0.line)" }))
                   WITH ORDINALITY AS a (at, text, place) ORDER BY a.place
            """)
    }

    fileprivate func write(
        _ alerts: [Alert], from source: String, group: [UInt8], scope: Agency.ID?, incident: Incident.ID, at now: Instant
    ) async throws {
        try await run(
            """
            INSERT INTO alerts (source, agency_id, fingerprint, group_hash, title, started_at, ended_at, incident_id, received_at)
            SELECT \(source), \(scope)::bigint, a.fingerprint, \(group), a.title, a.started_at,
                   CASE WHEN a.ended_at IS NOT NULL THEN greatest(a.started_at, a.ended_at) END, \(incident), \(now)
            FROM   unnest(\(alerts.map(\.fingerprint)), \(alerts.map(\.title)), \(alerts.map(\.startedAt)),
                          \(alerts.map(\.endedAt))) AS a (fingerprint, title, started_at, ended_at)
            """)
    }

    /// - Returns: The incidents of what has ended now.
    fileprivate func end(_ alerts: [Alert], from source: String, scope: Agency.ID?) async throws -> [Incident.ID] {
        let ended = alerts.filter { $0.endedAt != nil }
        guard !ended.isEmpty else { return [] }
        return try await values(
            """
            UPDATE alerts t SET ended_at = greatest(t.started_at, a.ended_at)
            FROM   unnest(\(ended.map(\.fingerprint)), \(ended.map(\.startedAt)), \(ended.map(\.endedAt)))
                   AS a (fingerprint, started_at, ended_at)
            WHERE  t.source = \(source) AND t.agency_id IS NOT DISTINCT FROM \(scope)::bigint
            AND    t.fingerprint = a.fingerprint AND t.started_at = a.started_at AND t.ended_at IS NULL
            RETURNING t.incident_id
            """, as: Incident.ID.self)
    }

    /// Notes that nothing fires any more, when that is so: what was suspended is in use again. Where a person has taken that
    /// back, only people say when it was.
    /// - Returns: What is to be put on record; nil when something fires still, or when it was told before.
    fileprivate func resolve(
        _ id: Incident.ID, from source: String, baseURL: String, at now: Instant
    ) async throws -> TrailLine? {
        let found = try await first(
            """
            SELECT \(columns: SilentIncident.self)
            FROM   incidents i JOIN incidents s ON s.id = coalesce(i.merged_into_id, i.id)
            CROSS  JOIN LATERAL (SELECT max(ended_at) AS ended_at, bool_or(ended_at IS NULL) AS fires
                                 FROM alerts WHERE incident_id = i.id) AS t
            WHERE  i.id = \(id) AND s.is_open AND NOT t.fires FOR UPDATE OF s
            """, as: SilentIncident.self)
        guard let found else { return nil }
        let end = min(found.endedAt, now)
        let isTold = try await value(
            """
            SELECT EXISTS (SELECT FROM incident_members m JOIN incident_entries e ON e.incident_id = m.member_id
                           WHERE m.incident_id = \(found.id) AND e.kind = 'status' AND e.author_id IS NULL
                           AND e.happened_at = \(end))
            """, as: Bool.self)
        if isTold { return nil }
        try await run(
            """
            UPDATE incident_downtimes w
            SET    during = downtime_range(lower(w.during), greatest(lower(w.during), \(end))), version = w.version + 1,
                   updated_at = \(now)
            FROM   incidents s
            WHERE  w.incident_id = \(id) AND s.id = \(found.id) AND s.resumption_withdrawn_at IS NULL
            AND    upper_inf(w.during) AND w.outage_id IS NULL AND w.written_by IS NULL
            """)
        try await run("UPDATE incidents SET version = version + 1, updated_by = NULL, updated_at = \(now) WHERE id = \(found.id)")
        let firesElsewhere = try await value(
            """
            SELECT EXISTS (SELECT FROM incident_members m JOIN alerts t ON t.incident_id = m.member_id
                           WHERE m.incident_id = \(found.id) AND t.ended_at IS NULL)
            """, as: Bool.self)
        if firesElsewhere { return nil }
        try await announce(
            "Mọi cảnh báo từ \(source) đã hết.", in: found.id, happened: end, by: nil, baseURL: baseURL, at: now)
        return TrailLine(
            action: "incident.alerts_over", code: found.code,
            after: ["source": source, "ended_at": VietnameseFormat.timestamp(end)])
    }
}

/// What goes on record when a message has been taken: at its end, because then nobody waits for the trail.
fileprivate struct TrailLine {
    let action: String
    let code: String
    let after: [String: String?]
}

/// What makes two occurrences the same.
private struct AlertKey: Hashable, PostgresRow {
    let fingerprint: String
    let startedAt: Instant

    init(_ alert: Alert) {
        fingerprint = alert.fingerprint
        startedAt = alert.startedAt
    }

    static var columns: String { "fingerprint, started_at" }

    init(row: inout RowReader) throws {
        fingerprint = try row.read()
        startedAt = try row.read()
    }
}

/// The incident that answers for a group.
private struct AnsweringIncident: PostgresRow {
    let id: Incident.ID
    let code: String

    static var columns: String { "s.id, s.code" }

    init(id: Incident.ID, code: String) {
        self.id = id
        self.code = code
    }

    init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
    }
}

/// An incident of whose alerts none fires.
private struct SilentIncident: PostgresRow {
    let id: Incident.ID
    let code: String
    let endedAt: Instant

    static var columns: String { "s.id, s.code, t.ended_at" }

    init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
        endedAt = try row.read()
    }
}
