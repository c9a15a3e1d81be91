import Civil
import Database
import Organization

/// Somebody else has opened this outage's incident.
struct AnsweredMeanwhile: Error {}

/// An outage that the watch looks at.
struct WatchedOutage: PostgresRow {
    let id: Int64
    let during: TimeRange
    let confirmedAt: Instant
    let reason: String
    let monitor: String
    let agency: Int64?
    /// Whether the monitor is a job that reports by itself.
    let isHeartbeat: Bool

    static var columns: String { "o.id, o.during, o.confirmed_at, o.reason, m.name, m.agency_id, m.kind = 'heartbeat'" }

    init(row: inout RowReader) throws {
        id = try row.read()
        during = try row.read()
        confirmedAt = try row.read()
        reason = try row.read()
        monitor = try row.read()
        agency = try row.read()
        isHeartbeat = try row.read()
    }

    fileprivate var title: String { isHeartbeat ? "Tác vụ không hoàn thành: \(monitor)" : "Gián đoạn: \(monitor)" }

    /// The system does not stand still because a job did not report.
    fileprivate var kind: Incident.Kind { isHeartbeat ? .degraded : .suspension }

    fileprivate var description: String {
        isHeartbeat
            ? "Tác vụ “\(monitor)” không hoàn thành như đã hẹn: \(reason)." : "Không truy cập được “\(monitor)”: \(reason)."
    }

    fileprivate var beginning: String {
        isHeartbeat ? "Hạn chót hoặc lần báo lỗi của “\(monitor)”: \(reason)." : "Lần đo lỗi đầu tiên của “\(monitor)”: \(reason)."
    }
}

/// An incident whose monitor was deleted before anybody saw it answer again.
struct AbandonedIncident: PostgresRow {
    let id: Incident.ID
    let code: String
    let deletedAt: Instant

    static var columns: String { "s.id, s.code, m.deleted_at" }

    init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
        deletedAt = try row.read()
    }
}

/// An incident that a watch has just written to.
struct OpenedIncident: PostgresRow {
    let id: Incident.ID
    let code: String

    static var columns: String { "id, code" }

    init(row: inout RowReader) throws {
        id = try row.read()
        code = try row.read()
    }
}

extension Transaction {
    /// Opens the incident of an outage.
    /// - Returns: Its code.
    /// - Throws: `AnsweredMeanwhile`
    func open(_ outage: WatchedOutage, at now: Instant) async throws -> String {
        let code = try await nextCode(.incident, at: now)
        let began = outage.during.lower ?? outage.confirmedAt
        let ids = try await values(
            """
            INSERT INTO incidents (code, title, kind, agency_id, outage_id, began_at, detected_at, suspended_at,
                                   description, opened_at, updated_at)
            VALUES (\(code), \(outage.title), \(outage.kind), \(outage.agency), \(outage.id), \(began),
                    \(max(began, outage.confirmedAt)), \(outage.isHeartbeat ? nil : began), \(outage.description),
                    \(now), \(now))
            ON     CONFLICT (outage_id) DO NOTHING RETURNING id
            """, as: Incident.ID.self)
        // The number that was taken goes back with the transaction.
        guard let id = ids.first else { throw AnsweredMeanwhile() }
        tell(
            id, .detection, outage.beginning, happened: began, by: nil, at: now)
        tell(
            id, .detection, "Gián đoạn được xác nhận; sự cố tự mở.", happened: outage.confirmedAt, by: nil, at: now)
        record(
            "incident.opened", code, by: .system("incident-watch"),
            after: ["title": outage.title, "outage": String(outage.id), "began_at": VietnameseFormat.timestamp(began)], at: now)
        return code
    }
}
