import Database
import Organization
import TestKit
import Testing

@testable import Monitor

/// A house whose catalogue goes out and comes in.
struct CatalogueRoom: Sendable {
    let town: Town
    var store: CatalogueStore { CatalogueStore(database: town.database) }
    var monitors: MonitorStore { MonitorStore(database: town.database) }

    func apply(_ text: String, deletesMissing: Bool = false, isRehearsal: Bool = false) async throws -> CataloguePlan {
        try await store.apply(
            text, deletesMissing: deletesMissing, isRehearsal: isRehearsal, by: town.actor(.linh), at: town.now)
    }

    func refused(_ text: String) async throws -> [String] {
        do {
            _ = try await apply(text)
            return []
        } catch let refusal as Refusal {
            return refusal.problems.map(\.text)
        }
    }

    func monitor(_ name: String) async throws -> Monitor {
        let id = try await town.database.value(
            "SELECT id FROM monitors WHERE name = \(name) AND deleted_at IS NULL", as: Monitor.ID.self)
        return try #require(try await monitors.find(id, for: town.person(.linh)))
    }

    func names() async throws -> [String] {
        try await town.database.values("SELECT name FROM monitors WHERE deleted_at IS NULL ORDER BY id", as: String.self)
    }

    func trail() async throws -> [String] {
        try await town.database.values("SELECT action || ' ' || subject FROM audit_entries WHERE action ~ '^(monitor|heartbeat)[.]' ORDER BY seq", as: String.self)
    }

    /// Goes on when somebody stands at a lock.
    func somebodyWaits() async throws {
        while try await town.database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", as: Int.self) == 0
        { await Task.yield() }
    }

    static func with<T: Sendable>(_ body: @escaping @Sendable (CatalogueRoom) async throws -> T) async throws -> T {
        try await Town.with { town in try await body(CatalogueRoom(town: town)) }
    }
}
