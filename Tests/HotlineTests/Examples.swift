import Civil
import Database
import Organization
import TestKit
import Web

@testable import Hotline

/// Tuesday 24/11/2026 09:00.
let now = Instant(seconds: 1_795_485_600)

extension SupportRequest {
    static func example(takenBy: String? = nil, resolvedAt: Instant? = nil) -> SupportRequest {
        SupportRequest(
            id: ID(rawValue: 1), code: "YC-2026-00001", kind: .fault, channel: .phone, callerName: "Chị Lan",
            callerPhone: "0912 000 111", agencyName: nil, text: "Không ký số được", receivedAt: now, receivedBy: "Lê Thanh Hòa",
            takenAt: takenBy == nil ? nil : now, takenBy: takenBy, resolvedAt: resolvedAt, resolvedBy: nil,
            resolution: resolvedAt == nil ? nil : "Đã hướng dẫn", incidentCode: nil)
    }
}

extension SupportRequestDraft {
    static func example(
        kind: SupportRequest.Kind = .fault, channel: SupportRequest.Channel = .phone, caller: String = "Chị Lan",
        phone: String = "0912 000 111", agency: Agency.ID? = nil, text: String = "Không ký số được", receivedAt: Instant = now
    ) -> SupportRequestDraft {
        SupportRequestDraft(
            kind: kind, channel: channel, callerName: caller, callerPhone: phone, agency: agency, text: text,
            receivedAt: receivedAt)
    }
}

/// The hotline of a town.
struct Desk: Sendable {
    let town: Town
    let store: SupportRequestStore

    init(_ town: Town) {
        self.town = town
        store = SupportRequestStore(database: town.database)
    }

    @discardableResult
    func log(_ draft: SupportRequestDraft = .example(), at moment: Instant = now) async throws -> String {
        try await store.log(draft, by: town.person(.hoa), address: "", at: moment)
    }

    func request(_ code: String) async throws -> SupportRequest? {
        try await store.find(code, for: town.person(.linh))
    }

    func addIncident(_ code: String = "SC-2026-0007") async throws {
        try await town.database.run(
            """
            INSERT INTO incidents (code, title, kind, began_at, detected_at, opened_at, updated_at)
            VALUES (\(code), 'Mất mạng', 'suspension', \(now), \(now), \(now), \(now))
            """)
    }

    func codes(_ filter: SupportRequestFilter = SupportRequestFilter(), as name: TownPerson = .linh) async throws -> [String] {
        try await store.list(filter, for: town.person(name), offset: 0, limit: 100).map(\.code)
    }

    func audited(_ action: String) async throws -> Int {
        try await town.database.value("SELECT count(*) FROM audit_entries WHERE action = \(action)")
    }

    static func with<T: Sendable>(_ body: @escaping @Sendable (Desk) async throws -> T) async throws -> T {
        try await Town.with { routes, database in
            SupportRequestPages(
                requests: SupportRequestStore(database: database), agencies: AgencyStore(database: database)
            ).add(to: &routes)
        } _: { town in
            try await body(Desk(town))
        }
    }
}
