import Civil
import Database
import Delivery
import Monitor
import Organization
import TestKit
import Web
import WorkingTime

@testable import Notices

/// Tuesday 24/11/2026 09:00.
let now = Instant(seconds: 1_795_485_600)

func at(_ local: String) -> Instant { Instant(vietnamLocal: local) ?? now }

extension Notice {
    /// Published unless told otherwise, from 22:00 on 04/12/2026 to 02:00 on the next day.
    static func example(
        kind: Kind = .maintenance, begins: Instant = at("2026-12-04T22:00"), ends: Instant = at("2026-12-05T02:00"),
        components: [String]? = nil, testRecord: String? = nil, reason: String? = nil, publishedAt: Instant? = now,
        cancelledAt: Instant? = nil
    ) -> Notice {
        Notice(
            id: ID(rawValue: 1), code: "TB-2026-0001", kind: kind, title: "Nâng cấp máy chủ", impact: "Không đăng nhập được.",
            begins: begins, ends: ends, components: components, monitors: 0, testRecord: testRecord, shortLeadReason: reason, author: "Phạm Thùy Linh",
            createdAt: now, publishedAt: publishedAt, leadDays: publishedAt == nil ? nil : 7, cancelledAt: cancelledAt,
            cancelledReason: cancelledAt == nil ? nil : "Hoãn", recipients: 0, acknowledged: 0, version: 1)
    }
}

extension NoticeDraft {
    static func example(
        kind: Notice.Kind = .maintenance, title: String = "Bảo trì máy chủ cơ sở dữ liệu",
        begins: Instant = at("2026-12-04T22:00"), ends: Instant = at("2026-12-05T02:00"), components: [String]? = nil,
        testRecord: String? = nil, reason: String? = nil
    ) -> NoticeDraft {
        NoticeDraft(
            kind: kind, title: title, impact: "Không đăng nhập được; văn bản khẩn gửi bằng thư điện tử công vụ.",
            begins: begins, ends: ends, components: components, testRecord: testRecord, shortLeadReason: reason)
    }
}

/// The notices of a town.
struct Board: Sendable {
    let town: Town
    let store: NoticeStore
    let outbox: DeliveryStore

    init(_ town: Town) {
        self.town = town
        store = NoticeStore(database: town.database, calendar: .stateOffice, baseURL: "http://truc.example")
        outbox = DeliveryStore(database: town.database)
    }

    /// A third agency, to which nobody can write.
    func addAgencyWithoutAddress() async throws -> Agency.ID {
        try await AgencyStore(database: town.database).add(
            AgencyDraft(code: "xahoalu", name: "UBND xã Hoa Lư", kind: .commune), by: .system("test"), at: now)
    }

    func watch(_ name: String, component: String = "") async throws -> Monitor.ID {
        var draft = MonitorDraft(name: name, target: .http(HTTPTarget(url: "http://127.0.0.1:1/")))
        draft.component = component
        return try await MonitorStore(database: town.database).add(draft, by: .system("test"), at: now)
    }

    func draft(_ draft: NoticeDraft = .example(), at moment: Instant = now) async throws -> String {
        try await store.add(draft, by: town.person(.linh), address: "", at: moment)
    }

    func publish(_ draft: NoticeDraft = .example(), at moment: Instant = now) async throws -> String {
        let code = try await self.draft(draft, at: moment)
        try await store.publish(code, by: town.person(.linh), address: "", at: moment)
        return code
    }

    func notice(_ code: String, as name: TownPerson = .linh) async throws -> Notice? {
        try await store.find(code, for: town.person(name))
    }

    func letters(_ code: String) async throws -> [Delivery] {
        try await outbox.list(about: code, for: town.person(.linh))
    }

    /// As if the mail server had answered so to every letter that is due.
    func answer(_ next: (ClaimedDelivery) -> DeliveryRules.Next, at moment: Instant = now) async throws {
        for claimed in try await outbox.claim(1000, at: moment) { try await outbox.finish(claimed, next(claimed), at: moment) }
    }

    func audited(_ action: String) async throws -> Int {
        try await town.database.value("SELECT count(*) FROM audit_entries WHERE action = \(action)")
    }

    static func with<T: Sendable>(
        sendsMail: Bool = true, now moment: Instant = now, _ body: @escaping @Sendable (Board) async throws -> T
    ) async throws -> T {
        try await Town.with(now: moment) { routes, database in
            NoticePages(
                notices: NoticeStore(database: database, calendar: .stateOffice, baseURL: "http://truc.example"),
                deliveries: DeliveryStore(database: database), settings: SettingStore(database: database),
                sendsMail: sendsMail
            ).add(to: &routes)
        } _: { town in
            try await body(Board(town))
        }
    }
}
