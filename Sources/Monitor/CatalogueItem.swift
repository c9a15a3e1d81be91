import Civil
import Database
import Organization

/// What a catalogue lists: monitors that are probed, and heartbeats. Each command does what that of its page does.
protocol CatalogueItem: PostgresRow, Hashable, Sendable {
    associatedtype Draft: SheetDraft

    var id: Monitor.ID { get }
    var pausedAt: Instant? { get }
    /// It as a file says it, its secrets too.
    var draft: Draft { get }

    /// What stands before its name in a plan.
    static var noun: String { get }
    /// What it is called in the audit trail.
    static var auditName: String { get }
    /// Those that are not deleted: `FROM` to `WHERE`, for `columns`.
    static var kept: SQL { get }

    /// The draft, with what a file does not say of secrets as it is.
    func keepingSecrets(_ draft: Draft) -> Draft
    /// What stands against taking it now.
    /// - Parameter old: What it takes the place of; nil for a new one.
    static func problems(of draft: Draft, insteadOf old: Draft?, at now: Instant) -> [Refusal.Problem]

    /// Locks them as every command does, states first.
    /// - Returns: Those of them that are not deleted, as they are now.
    static func hold(_ ids: [Monitor.ID], in tx: Transaction) async throws -> [Self]
    static func add(_ draft: Draft, in tx: Transaction, at now: Instant) async throws -> Monitor.ID
    func alter(to draft: Draft, by actor: Actor, in tx: Transaction, at now: Instant) async throws
    static func pause(_ id: Monitor.ID, in tx: Transaction, at now: Instant) async throws
    static func resume(_ id: Monitor.ID, as draft: Draft, in tx: Transaction, at now: Instant) async throws
    func takeOff(in tx: Transaction, at now: Instant) async throws
}

extension CatalogueItem {
    var name: String { draft.name }
    var isPaused: Bool { pausedAt != nil }
}

extension Monitor: CatalogueItem {
    static var noun: String { "" }
    static var auditName: String { "monitor" }
    static var kept: SQL { "FROM monitors m WHERE m.deleted_at IS NULL AND m.kind <> 'heartbeat'" }

    func keepingSecrets(_ draft: MonitorDraft) -> MonitorDraft { draft.keepingSecrets(of: self) }

    static func problems(of draft: MonitorDraft, insteadOf old: MonitorDraft?, at now: Instant) -> [Refusal.Problem] { [] }

    static func hold(_ ids: [ID], in tx: Transaction) async throws -> [Monitor] {
        let ids = ids.map(\.rawValue)
        try await tx.run("SELECT FROM monitor_states WHERE monitor_id = ANY(\(ids)) ORDER BY monitor_id FOR UPDATE")
        return try await tx.all(
            "SELECT \(columns: Monitor.self) \(sql: kept) AND m.id = ANY(\(ids)) ORDER BY m.id FOR NO KEY UPDATE OF m")
    }

    static func add(_ draft: MonitorDraft, in tx: Transaction, at now: Instant) async throws -> ID {
        try await tx.begin(draft, at: now)
    }

    func alter(to draft: MonitorDraft, by actor: Actor, in tx: Transaction, at now: Instant) async throws {
        try await tx.alter(id, to: draft, by: actor, at: now)
    }

    static func pause(_ id: ID, in tx: Transaction, at now: Instant) async throws {
        try await tx.pauseMeasuring(id, at: now)
    }

    static func resume(_ id: ID, as draft: MonitorDraft, in tx: Transaction, at now: Instant) async throws {
        try await tx.resumeMeasuring(id, at: now)
    }

    func takeOff(in tx: Transaction, at now: Instant) async throws {
        try await tx.takeOff(id, at: now)
    }
}

extension Heartbeat: CatalogueItem {
    static var noun: String { "tín hiệu " }
    static var auditName: String { "heartbeat" }
    static var kept: SQL {
        "FROM monitors m JOIN heartbeats h ON h.monitor_id = m.id WHERE m.deleted_at IS NULL"
    }

    func keepingSecrets(_ draft: HeartbeatDraft) -> HeartbeatDraft {
        var kept = draft
        kept.code = draft.code ?? code
        return kept
    }

    static func problems(of draft: HeartbeatDraft, insteadOf old: HeartbeatDraft?, at now: Instant) -> [Refusal.Problem] {
        draft.schedule == old?.schedule ? [] : draft.schedule.problems(at: now)
    }

    static func hold(_ ids: [Monitor.ID], in tx: Transaction) async throws -> [Heartbeat] {
        let ids = ids.map(\.rawValue)
        try await tx.run("SELECT FROM heartbeat_states WHERE monitor_id = ANY(\(ids)) ORDER BY monitor_id FOR UPDATE")
        return try await tx.all(
            "SELECT \(columns: Heartbeat.self) \(sql: kept) AND m.id = ANY(\(ids)) ORDER BY m.id FOR NO KEY UPDATE OF m, h")
    }

    static func add(_ draft: HeartbeatDraft, in tx: Transaction, at now: Instant) async throws -> Monitor.ID {
        try await tx.addHeartbeat(draft, at: now)
    }

    func alter(to draft: HeartbeatDraft, by actor: Actor, in tx: Transaction, at now: Instant) async throws {
        try await tx.alterHeartbeat(id, try await tx.lockHeartbeat(id), to: draft, by: actor, at: now)
    }

    static func pause(_ id: Monitor.ID, in tx: Transaction, at now: Instant) async throws {
        try await tx.pauseHeartbeat(id, at: now)
    }

    static func resume(_ id: Monitor.ID, as draft: HeartbeatDraft, in tx: Transaction, at now: Instant) async throws {
        try await tx.resumeHeartbeat(id, as: draft, at: now)
    }

    func takeOff(in tx: Transaction, at now: Instant) async throws {
        try await tx.takeOffHeartbeat(id, at: now)
    }
}
