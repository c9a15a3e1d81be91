import Civil
import Database
import Delivery
import Foundation
import Organization
import TestKit
import Testing
import Web

@testable import Incidents

/// Whose incident it is: the Department is told at once, follows are attached, doubles merged (Điều 20.3).
struct BondTests {
    // MARK: Rules

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let incident: Incident
        let other: Incident
        /// `field: sentence`; nil: it may be done.
        var problem: String?
        var testDescription: String { name }
    }

    private static func incident(_ number: Int64, of agency: Int64?, _ change: (inout Incident) -> Void = { _ in }) -> Incident {
        Incident.complete(agency: agency) {
            $0.id = Incident.ID(rawValue: number)
            $0.code = "SC-2026-000\(number)"
            change(&$0)
        }
    }

    static let attachments: [Row] = [
        Row(name: "của cơ quan vào toàn hệ thống", incident: incident(2, of: 7), other: incident(1, of: nil)),
        Row(
            name: "toàn hệ thống vào toàn hệ thống", incident: incident(2, of: nil), other: incident(1, of: nil),
            problem: "parent: Chỉ sự cố của cơ quan được gắn vào sự cố toàn hệ thống."),
        Row(
            name: "của cơ quan vào của cơ quan", incident: incident(2, of: 7), other: incident(1, of: 8),
            problem: "parent: SC-2026-0001 là sự cố của một cơ quan; chỉ gắn được vào sự cố toàn hệ thống."),
        Row(
            name: "đã gắn rồi", incident: incident(2, of: 7) { $0.parent = Incident.ID(rawValue: 3) }, other: incident(1, of: nil),
            problem: "parent: Sự cố này đã gắn vào một sự cố khác: hãy gỡ ra trước."),
        Row(
            name: "vào sự cố đã đóng", incident: incident(2, of: 7), other: incident(1, of: nil) { $0.state = .closed },
            problem: "parent: SC-2026-0001 đã đóng: hãy mở lại trước khi gắn vào."),
        Row(
            name: "vào sự cố đã gộp", incident: incident(2, of: 7),
            other: incident(1, of: nil) { ($0.state, $0.survivor) = (.merged, "SC-2026-0009") },
            problem: "parent: SC-2026-0001 đã gộp vào SC-2026-0009: hãy gắn vào đó."),
        Row(
            name: "sự cố đã đóng", incident: incident(2, of: 7) { $0.state = .closed }, other: incident(1, of: nil),
            problem: ": Sự cố đã đóng; hãy mở lại trước khi ghi thêm."),
    ]

    @Test(arguments: attachments)
    func whatIsAttachedToWhat(_ row: Row) async {
        await Self.expect(row.problem) { try row.incident.checkAttaching(to: row.other) }
    }

    static let mergers: [Row] = [
        Row(name: "hai sự cố của cùng một cơ quan", incident: incident(2, of: 7), other: incident(1, of: 7)),
        Row(name: "hai sự cố toàn hệ thống", incident: incident(2, of: nil), other: incident(1, of: nil)),
        Row(
            name: "vào chính nó", incident: incident(2, of: 7), other: incident(2, of: 7),
            problem: "survivor: Không gộp sự cố vào chính nó."),
        Row(
            name: "của hai cơ quan", incident: incident(2, of: 7), other: incident(1, of: 8),
            problem: "survivor: Chỉ gộp sự cố của cùng một cơ quan."),
        Row(
            name: "toàn hệ thống vào của cơ quan", incident: incident(2, of: nil), other: incident(1, of: 8),
            problem: "survivor: Chỉ gộp sự cố của cùng một cơ quan."),
        Row(
            name: "của cơ quan vào toàn hệ thống", incident: incident(2, of: 7), other: incident(1, of: nil),
            problem: "survivor: Sự cố của cơ quan thì gắn vào sự cố toàn hệ thống, không gộp: cơ quan vẫn phải thông báo theo Điều 20.1."),
        Row(
            name: "vòng tròn: vào sự cố đã gộp vào đây", incident: incident(2, of: 7),
            other: incident(1, of: 7) { ($0.state, $0.survivor) = (.merged, "SC-2026-0002") },
            problem: "survivor: SC-2026-0001 đã gộp vào SC-2026-0002: hãy gộp vào đó."),
        Row(
            name: "gộp hai lần", incident: incident(2, of: 7) { ($0.state, $0.survivor) = (.merged, "SC-2026-0003") },
            other: incident(1, of: 7), problem: ": Sự cố đã gộp vào SC-2026-0003: hãy ghi ở đó."),
        Row(
            name: "vào sự cố đã đóng", incident: incident(2, of: 7), other: incident(1, of: 7) { $0.state = .closed },
            problem: "survivor: SC-2026-0001 đã đóng: hãy mở lại trước khi gộp vào."),
        Row(
            name: "sự cố đã đóng", incident: incident(2, of: 7) { $0.state = .closed }, other: incident(1, of: 7),
            problem: ": Sự cố đã đóng; hãy mở lại trước khi ghi thêm."),
        Row(
            name: "còn tạm dừng, vào sự cố đã ổn định", incident: incident(2, of: 7) { $0.resumedAt = nil },
            other: incident(1, of: 7) { $0.stableAt = nine.after(minutes: 40) },
            problem: "survivor: SC-2026-0001 đã ghi ổn định, còn sự cố này chưa sử dụng lại."),
        Row(
            name: "sử dụng lại sau khi đã ổn định", incident: incident(2, of: 7) { $0.resumedAt = nine.after(minutes: 50) },
            other: incident(1, of: 7) { $0.stableAt = nine.after(minutes: 40) },
            problem: "survivor: SC-2026-0001 đã ghi ổn định trước khi sự cố này được sử dụng lại: hãy sửa mốc đó trước."),
    ]

    @Test(arguments: mergers)
    func whatIsMergedIntoWhat(_ row: Row) async {
        await Self.expect(row.problem) { try row.incident.checkMerging(into: row.other) }
    }

    private static func expect(_ problem: String?, _ rule: () throws -> Void) async {
        guard let problem else {
            #expect(throws: Never.self) { try rule() }
            return
        }
        #expect(await refusal { try rule() } == [problem])
    }

    // MARK: The Department is told

    private static func letters(_ town: Town) async throws -> [String] {
        try await town.database.values(
            "SELECT about || ' ' || recipient_address || ' ' || subject FROM deliveries ORDER BY id", as: String.self)
    }

    private static func set(_ address: String, _ town: Town) async throws {
        try await SettingStore(database: town.database).change(
            [Setting.dutyDeskAddress.key: address], by: town.person(.an), address: "", at: town.now)
    }

    @Test func anAgencysIncidentTellsTheDepartmentExactlyWhatIsWritten() async throws {
        try await Town.with { town in
            let (store, binh) = (IncidentStore(database: town.database, baseURL: "https://tb.example"), town.person(.binh))
            try await Self.set("truc@sokhcn.example.vn", town)
            var draft = IncidentDraft.example("Không gửi được\r\nBcc: ai@example.vn")
            draft.suspendedAt = nine
            draft.temporaryMeasures = "Gửi qua thư điện tử công vụ."
            let code = try await store.open(draft, by: binh, address: "", at: town.now)
            let incident = try #require(try await store.find(code, for: binh))
            let told = try await store.communications(of: incident.id)
            #expect(told.map(\.audience) == [.department] && told[0].channel == .mail && told[0].writtenBy == nil)
            #expect(told[0].facts == [.incident, .suspension, .temporaryMeasures] && told[0].toldAt == town.now)
            #expect(incident.reportedAt == town.now)
            let letter = try #require(try await town.database.first(
                "SELECT \(columns: Delivery.self) FROM deliveries", as: Delivery.self))
            #expect(letter.recipientAddress == "truc@sokhcn.example.vn" && letter.agency == nil)
            for words in ["UBND xã Yên Khánh", "Thời gian tạm dừng: 09:00 24/11/2026", "https://tb.example/incidents/\(code)"] {
                #expect(letter.body.contains(words), "\(words)")
            }
            #expect(!letter.body.contains("cập nhật văn bản"))
            // Nothing that people wrote becomes a line of a mail's head.
            let mail = Mail(
                from: "a@example.vn", toName: letter.recipientName, toAddress: letter.recipientAddress, subject: letter.subject,
                body: letter.body, key: letter.key, date: town.now)
            let head = String(decoding: mail.message, as: UTF8.self).components(separatedBy: "\r\n\r\n")[0]
            #expect(!head.contains("\nBcc:"))
            // Who opens it for an agency at the Department itself, knows.
            var hoas = IncidentDraft.example()
            hoas.agency = town.yenKhanh
            _ = try await store.open(hoas, by: town.person(.hoa), address: "", at: town.now)
            #expect(try await Self.letters(town).count == 1)
            let seen = try await store.letters(about: code, for: binh)
            #expect(seen.map(\.recipient) == ["Trực ban Sở Khoa học và Công nghệ"] && seen.map(\.address) == [nil])
            // It stands as new before those who take it up, and the agency does not take it up for them.
            let listed = try await store.page(IncidentFilter(), for: town.person(.linh), Paging("", size: 5), at: nine).rows
            #expect(listed.map(\.isNew) == [true, true])
            #expect(
                await refusal { try await store.acknowledge(code, note: "", by: binh, address: "", at: town.now) } == [
                    ": Sự cố do cơ quan mở chờ Sở Khoa học và Công nghệ tiếp nhận (Điều 20.3)."
                ])
            // Taking it up does not call back what the Department was told.
            try await store.acknowledge(code, note: "", by: town.person(.linh), address: "", at: town.now)
            #expect(try await town.database.value("SELECT count(*) FROM deliveries WHERE state = 'withdrawn'", as: Int.self) == 0)
        }
    }

    @Test func theFirstStepOfTheEscalationStandsInForTheDeskAndNobodyIsSaidToBeTold() async throws {
        try await Town.with { town in
            let (store, binh) = (IncidentStore(database: town.database), town.person(.binh))
            let first = try await store.open(.example(), by: binh, address: "", at: town.now)
            let untold = try #require(try await store.find(first, for: binh))
            #expect(try await store.communications(of: untold.id).isEmpty)
            #expect(try await store.lacksDesk(untold, []))
            #expect(try await Self.letters(town).isEmpty)
            let escalation = EscalationStore(database: town.database, baseURL: "")
            for (minutes, who) in [(15, "Sau <sau@example.vn>"), (0, "Linh <linh@example.vn>\nhoa@example.vn")] {
                try await escalation.add(
                    EscalationDraft(minutes: minutes, recipients: who), by: town.actor(.an), at: town.now)
            }
            let second = try await store.open(.example(), by: binh, address: "", at: town.now)
            #expect(try await Self.letters(town).map { $0.split(separator: " ")[1] } == ["linh@example.vn", "hoa@example.vn"])
            let told = try #require(try await store.find(second, for: binh))
            #expect(try await store.communications(of: told.id).count == 1)
        }
    }

    // MARK: Attached

    @Test func whatIsAttachedFollowsTheParentsStatusAndItsAgencyIsWrittenTo() async throws {
        try await Town.with { town in
            let (store, linh) = (IncidentStore(database: town.database), town.person(.linh))
            var draft = IncidentDraft.example("Toàn hệ thống chậm")
            draft.suspendedAt = nine
            let whole = try await store.open(draft, by: linh, address: "", at: town.now)
            let binhs = try await store.open(.example("Yên Khánh"), by: town.person(.binh), address: "", at: town.now)
            let chis = try await store.open(.example("Gia Viễn"), by: town.person(.chi), address: "", at: town.now)
            try await town.database.run("UPDATE users SET email = 'binh@example.vn' WHERE username = 'binh'")
            for code in [binhs, chis] {
                try await store.attach(code, to: whole.lowercased(), by: linh, address: "", at: town.now)
            }
            let attachedLetters = [
                "\(binhs) binh@example.vn [\(binhs)] Cập nhật \(whole): Toàn hệ thống chậm",
                "\(chis) xagiavien@example.vn [\(chis)] Cập nhật \(whole): Toàn hệ thống chậm",
            ]
            #expect(try await Self.letters(town) == attachedLetters)
            try await store.add(
                .observation, "nội bộ", happenedAt: town.now, to: whole, by: linh, address: "", at: town.now)
            try await store.add(
                .status, "Đã chuyển sang máy dự phòng.", happenedAt: nine, to: whole, by: linh, address: "", at: town.now)
            var incident = try #require(try await store.find(whole, for: linh))
            draft = incident.draft
            draft.resumedAt = town.now
            try await store.edit(whole, to: draft, version: incident.version, by: linh, address: "", at: town.now)
            #expect(try await Self.letters(town).count == 6)

            incident = try #require(try await store.find(binhs, for: town.person(.binh)))
            let followed = try await store.entries(of: incident.id).filter { $0.source == whole }
            #expect(followed.map(\.text) == ["Đã chuyển sang máy dự phòng.", "Hệ thống được sử dụng lại."])
            #expect(followed.map(\.author) == ["Phạm Thùy Linh", "Phạm Thùy Linh"] && followed.map(\.kind) == [.status, .status])
            #expect(incident.suspendedAt == nil, "what it tells of itself is the agency's")

            // An agency sees the whole system's incident and of what is attached to it only its own.
            let parent = try #require(try await store.find(whole, for: town.person(.binh)))
            #expect(try await store.bonds(of: parent, for: town.person(.binh)).map(\.code) == [binhs])
            #expect(try await store.bonds(of: parent, for: linh).map(\.code).sorted() == [binhs, chis])
            let row = try await store.page(IncidentFilter(), for: linh, Paging("", size: 5), at: nine).rows
            #expect(row.filter { $0.parentCode == whole }.count == 2)

            // Detached: told, and then nothing any more.
            try await store.detach(chis, by: linh, address: "", at: town.now)
            try await store.add(.status, "Xong.", happenedAt: town.now, to: whole, by: linh, address: "", at: town.now)
            let letters = try await Self.letters(town)
            #expect(letters.count == 8 && letters.count { $0.hasPrefix(chis) } == 4)
            for action in ["incident.attached", "incident.detached"] {
                #expect(try await town.audit(action, of: chis).count == 1, "\(action)")
            }
        }
    }

    @Test func aClosedFollowerIsLeftAloneAndOpensAgain() async throws {
        try await Town.with { town in
            let (store, linh) = (IncidentStore(database: town.database), town.person(.linh))
            let whole = try await store.open(.full(), by: linh, address: "", at: town.now)
            var draft = IncidentDraft.full()
            draft.agency = town.giaVien
            let code = try await store.open(draft, by: linh, address: "", at: town.now)
            try await store.attach(code, to: whole, by: linh, address: "", at: town.now)
            for (told, audiences) in [(code, [Audience.head, .users, .department]), (whole, [.head, .users])] {
                for audience in audiences {
                    let telling = CommunicationDraft(
                        audience: audience, channel: .mail, toldAt: town.now, toldBy: "Linh", facts: Fact.allCases)
                    try await store.record(telling, of: told, by: linh, address: "", at: town.now)
                }
            }
            func story() async throws -> [String] {
                let incident = try #require(try await store.find(code, for: linh))
                return try await store.entries(of: incident.id).map(\.text)
            }
            try await store.close(code, note: "", by: linh, address: "", at: town.now)
            try await store.close(whole, note: "", by: linh, address: "", at: town.now)
            #expect(try await story().last == "Đóng sự cố.")
            try await store.reopen(code, reason: "Lại lỗi", by: linh, address: "", at: town.now)
            try await store.reopen(whole, reason: "Cả hệ thống", by: linh, address: "", at: town.now)
            #expect(try await story().suffix(2) == ["Mở lại sự cố: Lại lỗi", "Mở lại sự cố: Cả hệ thống"])
        }
    }
}
