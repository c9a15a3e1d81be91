import Civil
import Database
import Foundation
import Organization
import TestKit

@testable import Monitor

/// One heartbeat under test, and what befalls it at which second.
struct Beat: Sendable {
    static let begun = utc("2026-11-24 02:00:00")
    static let actor = Actor.system("tests")

    /// Somebody who may see everything.
    static let linh = Person(
        id: User.ID(rawValue: 1), username: "linh", name: "Phạm Thùy Linh", role: .operator, agency: nil, agencyName: nil)

    let id: Monitor.ID
    let code: UUID
    let store: HeartbeatStore
    let begun: Instant

    /// A job that reports every minute and may be 30 s late, unless told otherwise.
    static func add(
        _ database: Database, _ schedule: HeartbeatSchedule = HeartbeatSchedule(every: .seconds(60)), grace: Int64 = 30,
        slug: String? = nil, name: String = "Sao lưu", agency: Agency.ID? = nil, isDailyBackup: Bool = false, at begun: Instant = begun
    ) async throws -> Beat {
        let store = HeartbeatStore(database: database)
        var draft = HeartbeatDraft(name: name, schedule: schedule, grace: .seconds(grace))
        (draft.slug, draft.agency, draft.isDailyBackup) = (slug, agency, isDailyBackup)
        let id = try await store.add(draft, by: actor, at: begun)
        let code = try await database.value("SELECT code FROM heartbeats WHERE monitor_id = \(id)", as: UUID.self)
        return Beat(id: id, code: code, store: store, begun: begun)
    }

    static func add(
        _ town: Town, slug: String? = nil, name: String = "Sao lưu", agency: Agency.ID? = nil
    ) async throws -> Beat {
        try await add(town.database, slug: slug, name: name, agency: agency, at: town.now - .seconds(3600))
    }

    static func key(_ town: Town, of agency: Agency.ID? = nil) async throws -> String {
        try await HeartbeatStore(database: town.database).renewKey(of: agency, by: actor, at: town.now)
        return try await town.database.value(
            "SELECT key FROM ping_keys WHERE agency_id IS NOT DISTINCT FROM \(agency)", as: String.self)
    }

    func at(_ second: Int) -> Instant { begun + .seconds(second) }

    func heartbeat() async throws -> Heartbeat {
        guard let summary = try await store.summary(id, for: Self.linh, at: begun) else { throw DatabaseError.noRow }
        return summary.heartbeat
    }

    @discardableResult
    func ping(_ kind: Ping.Kind = .success, second: Int, rid: UUID? = nil, exitStatus: Int? = nil) async throws -> HeartbeatStore.PingAnswer {
        let said = switch kind {
        case .success: exitStatus.map { ["\($0)"] } ?? []
        case .fail: [exitStatus.map { "\($0)" } ?? "fail"]
        default: [kind.rawValue]
        }
        var ping = Ping(address: try PingAddress([code.uuidString] + said))
        ping.rid = rid
        return try await store.take(ping, at: at(second))
    }

    /// Somebody listens from the first to the last second, and looks once in `step`.
    func listen(from first: Int, to last: Int, step: Int = 1) async throws {
        for second in stride(from: first, through: last, by: step) { try await store.sweep(at: at(second)) }
    }

    func pings(limit: Int = 100) async throws -> [LoggedPing] { try await store.pings(of: id, limit: limit) }

    /// `60–95, 120–` in seconds since it was made.
    func outages() async throws -> String {
        try await spans("SELECT during FROM outages WHERE monitor_id = \(id) ORDER BY lower(during)")
    }

    /// The union of all gaps.
    func gaps() async throws -> String {
        try await spans(
            "SELECT unnest(range_agg(during)) FROM measurement_gaps WHERE monitor_id = \(id) ORDER BY 1")
    }

    private func spans(_ sql: SQL) async throws -> String {
        let ranges: [TimeRange] = try await store.database.values(sql)
        return ranges.map { range in
            "\(range.lower.map { ($0 - begun).inSeconds } ?? -1)–\(range.upper.map { "\(($0 - begun).inSeconds)" } ?? "")"
        }.joined(separator: ", ")
    }
}
