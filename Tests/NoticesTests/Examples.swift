import Civil
import Database
import Delivery
import Documents
import Foundation
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
        kind: Kind = .maintenance, title: String = "Nâng cấp máy chủ", begins: Instant = at("2026-12-04T22:00"),
        ends: Instant = at("2026-12-05T02:00"), components: [String]? = nil, reason: String? = nil, state: State = .published, publishedAt: Instant = now,
        revision: Int = 1, revisedAt: Instant? = nil, editor: NoticeHand? = nil
    ) -> Notice {
        let isPublished = state.isAnnounced || state == .cancelled
        return Notice(
            id: ID(rawValue: 1), code: "TB-2026-0001", uid: UUID(), kind: kind, title: title,
            impact: "Không đăng nhập được.", begins: begins, ends: ends, components: components, monitors: 0,
            shortLeadReason: reason, createdAt: now, author: NoticeHand(id: User.ID(rawValue: 1), name: "Phạm Thùy Linh"),
            editor: editor, submittedAt: state == .draft ? nil : now,
            approvedAt: state == .draft || state == .inReview ? nil : now, approver: nil, returnedReason: nil,
            publishedAt: isPublished ? publishedAt : nil, leadDays: isPublished ? 7 : nil, revision: revision,
            revisedAt: revisedAt, revisedReason: revisedAt == nil ? nil : "Đổi lịch", number: nil,
            cancelledAt: state == .cancelled ? now : nil, cancelledReason: state == .cancelled ? "Hoãn" : nil,
            completedAt: state == .completed ? ends : nil, worked: nil, recipients: 0, acknowledged: 0, version: 1)
    }
}

extension NoticeDraft {
    static func example(
        kind: Notice.Kind = .maintenance, title: String = "Bảo trì máy chủ cơ sở dữ liệu",
        begins: Instant = at("2026-12-04T22:00"), ends: Instant = at("2026-12-05T02:00"), components: [String]? = nil,
        reason: String? = nil
    ) -> NoticeDraft {
        NoticeDraft(
            kind: kind, title: title, impact: "Không đăng nhập được; văn bản khẩn gửi bằng thư điện tử công vụ.",
            begins: begins, ends: ends, components: components, shortLeadReason: reason)
    }
}

extension UpgradeTestDraft {
    static func example(
        passed: Int = 38, failed: Int = 0, tester: String = "Phạm Thùy Linh", approver: String = "Đinh Quang Huy",
        verdict: UpgradeTest.Verdict = .passed
    ) -> UpgradeTestDraft {
        UpgradeTestDraft(
            version: "4.2", changes: "Ký số từ xa", environment: "Máy chủ thử", plan: "38 ca chức năng", casesPassed: passed,
            casesFailed: failed, tester: tester, approver: approver, evidence: "Biên bản 12/BB", verdict: verdict)
    }
}

extension UpgradeTest {
    static func example(_ draft: UpgradeTestDraft? = .example(), legacyText: String? = nil) -> UpgradeTest {
        UpgradeTest(draft: draft, legacyText: legacyText, writer: "Phạm Thùy Linh", updatedAt: now)
    }
}

/// The notices of a town.
struct Board: Sendable {
    let town: Town
    let store: NoticeStore
    let outbox: DeliveryStore

    static let links = NoticeLinks(address: "http://truc.example", secret: "secret of the test")

    init(_ town: Town) {
        self.town = town
        store = NoticeStore(database: town.database, calendar: .stateOffice, links: Board.links)
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

    /// Linh submits, An approves.
    func approve(_ code: String, at moment: Instant = now) async throws {
        try await store.submit(code, by: town.person(.linh), address: "", at: moment)
        try await store.approve(code, by: town.person(.an), address: "", at: moment)
    }

    func approved(_ draft: NoticeDraft = .example(), at moment: Instant = now) async throws -> String {
        let code = try await self.draft(draft, at: moment)
        try await approve(code, at: moment)
        return code
    }

    /// An upgrade is tested first.
    func publish(_ draft: NoticeDraft = .example(), at moment: Instant = now) async throws -> String {
        let code = try await self.draft(draft, at: moment)
        if draft.kind == .upgrade {
            try await store.keep(.example(), for: code, version: 0, by: town.person(.linh), address: "", at: moment)
        }
        try await approve(code, at: moment)
        try await store.publish(code, by: town.person(.linh), address: "", at: moment)
        return code
    }

    /// Announces other hours.
    func revise(
        _ code: String, begins: Instant = at("2026-12-05T22:00"), ends: Instant = at("2026-12-06T02:00"), at moment: Instant = now
    ) async throws {
        guard let notice = try await notice(code) else { return }
        var draft = notice.revisionDraft(because: "Đổi lịch theo đề nghị của Văn phòng UBND tỉnh")
        draft.begins = begins
        draft.ends = ends
        try await store.revise(code, to: draft, version: notice.version, by: town.person(.linh), address: "", at: moment)
    }

    func recipients(_ code: String, as name: TownPerson = .linh) async throws -> [NoticeRecipient] {
        guard let notice = try await notice(code, as: name) else { return [] }
        return try await store.recipients(of: notice, for: town.person(name)).map(\.recipient)
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
                notices: NoticeStore(database: database, calendar: .stateOffice, links: links),
                settings: SettingStore(database: database),
                press: DocumentPress(
                    templates: try await Templates(directory: repositoryRoot + "/templates"),
                    style: try String(contentsOfFile: repositoryRoot + "/public/report.css", encoding: .utf8)),
                sendsMail: sendsMail
            ).add(to: &routes)
            NoticeCalendarPages(
                calendars: NoticeCalendarStore(database: database, links: links), address: "http://truc.example"
            ).add(to: &routes)
        } _: { town in
            try await body(Board(town))
        }
    }
}
