import Civil
import Database
import Foundation
import Organization
import TestKit
import Testing
import Web

@testable import Incidents

/// Incidents on the real database, as several people.
struct StoreTests {
    private static let address = "127.0.0.1"

    @Test func somebodyOfAnAgencyOpensTheirOwnAgencysWhateverTheFormSays() async throws {
        try await Town.with { town in
            let store = IncidentStore(database: town.database)
            var draft = IncidentDraft.example()
            draft.agency = town.giaVien
            let opened: [(TownPerson, Agency.ID?)] = [
                (.binh, town.yenKhanh), (.chi, town.giaVien), (.linh, town.giaVien), (.hoa, town.giaVien),
            ]
            for (name, agency) in opened {
                let code = try await store.open(draft, by: town.person(name), address: Self.address, at: town.now)
                #expect(try await store.find(code, for: town.person(.linh))?.agency == agency, "\(name)")
            }
            draft.agency = nil
            let code = try await store.open(draft, by: town.person(.linh), address: Self.address, at: town.now)
            #expect(try await store.find(code, for: town.person(.linh))?.agency == nil)
            draft.agency = Agency.ID(rawValue: 9999)
            #expect(
                await refusal {
                    _ = try await store.open(draft, by: town.person(.linh), address: Self.address, at: town.now)
                } == ["agency: Của cơ quan: cần chọn một mục trong danh sách."])
            // What was refused has taken no number.
            #expect(code == "SC-2026-0005")
            draft.agency = town.giaVien
            #expect(try await store.open(draft, by: town.person(.linh), address: Self.address, at: town.now) == "SC-2026-0006")
        }
    }

    @Test func whatIsOpenedIsToldAndAudited() async throws {
        try await Town.with { town in
            let store = IncidentStore(database: town.database)
            var draft = IncidentDraft.full()
            draft.particulars.contact = "Nguyễn Văn Bình, 0229 3841 000"
            draft.particulars.proposals = "Bổ sung dung lượng."
            let code = try await store.open(draft, by: town.person(.binh), address: Self.address, at: town.now)
            let incident = try #require(try await store.find(code, for: town.person(.binh)))
            var expected = draft
            // The Department hears of it when the agency opens it (Điều 20.3).
            (expected.agency, expected.reportedAt) = (town.yenKhanh, town.now)
            #expect(incident.draft == expected && incident.openedBy == "Nguyễn Văn Bình" && incident.version == 1)
            #expect(incident.agencyName == "UBND xã Yên Khánh" && incident.state == .restored)
            let entries = try await store.entries(of: incident.id)
            #expect(entries.map(\.text) == ["Phát hiện và mở sự cố: Không đăng nhập được."])
            #expect(entries[0].kind == .detection && entries[0].author == "Nguyễn Văn Bình")
            let audit = try await town.audit("incident.opened", of: code)
            #expect(audit.count == 1 && audit[0].actorName == "Nguyễn Văn Bình" && audit[0].address == Self.address)
            #expect(audit[0].after?.contains(#""title":"Không đăng nhập được""#) == true)
            #expect(audit[0].after?.contains(#""contact":"Nguyễn Văn Bình, 0229 3841 000""#) == true)
        }
    }

    @Test func aFormThatIsSentTwiceMakesOneIncident() async throws {
        try await Town.with { town in
            let store = IncidentStore(database: town.database)
            let form = FormKey()
            let codes = try await withThrowingTaskGroup(of: String.self, returning: Set<String>.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        do {
                            let code = try await store.open(
                                .example(), by: town.person(.linh), address: Self.address, form: form, at: town.now)
                            return "/incidents/\(code)"
                        } catch let repeated as AlreadySubmitted {
                            return repeated.location
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.insert($1) }
            }
            #expect(codes == ["/incidents/SC-2026-0001"])
            #expect(try await store.count(IncidentFilter(), for: town.person(.linh)) == 1)
        }
    }

    @Test func anEditOnTopOfAnothersIsRefusedAndSaysWhatDiffers() async throws {
        try await Town.with { town in
            let (store, linh, binh) = (IncidentStore(database: town.database), town.person(.linh), town.person(.binh))
            let code = try await store.open(.example(), by: binh, address: Self.address, at: town.now)
            var binhs = IncidentDraft.example()
            binhs.description = "Không mở được văn bản đến."
            try await store.edit(code, to: binhs, version: 1, by: binh, address: Self.address, at: town.now)
            var linhs = IncidentDraft.example()
            (linhs.cause, linhs.severity) = ("Hết đĩa.", .m2)
            do {
                try await store.edit(code, to: linhs, version: 1, by: linh, address: Self.address, at: town.now)
                Issue.record("the other's edit was overwritten")
            } catch let changed as IncidentChanged {
                #expect(changed.version == 2)
                #expect(changed.problems.map(\.field) == ["", "severity", "description", "cause"])
                #expect(changed.problems.map(\.text).dropFirst().first == "Mức độ: bản đã lưu là “Chưa xác định mức”.")
                #expect(changed.problems.map(\.text)[2] == "Mô tả sự cố: bản đã lưu là “Không mở được văn bản đến.”.")
                #expect(changed.problems.map(\.text)[3] == "Nguyên nhân, biện pháp khắc phục: bản đã lưu là chưa ghi.")
            }
            let kept = try #require(try await store.find(code, for: linh))
            #expect(kept.description == "Không mở được văn bản đến." && kept.cause == "" && kept.version == 2)
            // Compared, and saved on top of it.
            linhs.description = kept.description
            try await store.edit(code, to: linhs, version: 2, by: linh, address: Self.address, at: town.now)
            let merged = try #require(try await store.find(code, for: linh))
            #expect(merged.cause == "Hết đĩa." && merged.version == 3)
            let audit = try await town.audit("incident.edited", of: code)
            #expect(audit.count == 2)
            #expect(audit[0].before?.contains(#""cause":null"#) == true && audit[0].after?.contains(#""cause":"Hết đĩa.""#) == true)
        }
    }

    @Test func editorsAtTheSameMomentLoseNothing() async throws {
        try await Town.with { town in
            let (store, linh) = (IncidentStore(database: town.database), town.person(.linh))
            let code = try await store.open(.example(), by: linh, address: Self.address, at: town.now)
            let saved = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        var draft = IncidentDraft.example()
                        draft.cause = "Nguyên nhân \(number)"
                        let result: Void? = try? await store.edit(
                            code, to: draft, version: 1, by: linh, address: Self.address, at: town.now)
                        return result != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(saved == 1)
            #expect(try await store.find(code, for: linh)?.version == 2)
        }
    }

    @Test func theMomentOfUseAgainEntersTheStoryOnce() async throws {
        try await Town.with { town in
            let (store, linh) = (IncidentStore(database: town.database), town.person(.linh))
            var draft = IncidentDraft.full()
            draft.resumedAt = nil
            let code = try await store.open(draft, by: linh, address: Self.address, at: town.now)
            draft.resumedAt = draft.suspendedAt
            for version in 1...2 {
                try await store.edit(code, to: draft, version: version, by: linh, address: Self.address, at: town.now)
            }
            let incident = try #require(try await store.find(code, for: linh))
            let texts = try await store.entries(of: incident.id).map(\.text)
            #expect(texts.filter { $0 == "Hệ thống được sử dụng lại." }.count == 1)
        }
    }

    @Test func whoWasToldIsEvidenceThatNobodyChanges() async throws {
        try await Town.with { town in
            let (store, binh) = (IncidentStore(database: town.database), town.person(.binh))
            let code = try await store.open(.example(), by: binh, address: Self.address, at: town.now)
            let draft = CommunicationDraft(
                audience: .users, channel: .documentSystem, toldAt: town.now, toldBy: "Văn thư", facts: [.incident, .suspension],
                note: "Gửi tất cả cán bộ")
            try await store.record(draft, of: code, by: binh, address: Self.address, at: town.now)
            try await store.add(
                .measure, "Khởi động lại.", happenedAt: town.now, to: code, by: binh, address: Self.address, at: town.now)
            let incident = try #require(try await store.find(code, for: binh))
            let told = try #require(try await store.communications(of: incident.id).first)
            #expect(told.facts == [.incident, .suspension] && told.writtenBy == "Nguyễn Văn Bình" && told.note == "Gửi tất cả cán bộ")
            let texts = try await store.entries(of: incident.id).map(\.text)
            #expect(texts.contains("Đã báo Người sử dụng qua Hệ thống QLVB&ĐH: sự cố, thời gian tạm dừng."))
            #expect(try await town.audit("incident.communicated", of: code).count == 1)
            #expect(try await town.audit("incident.noted", of: code).count == 1)

            for table in ["incident_communications", "incident_entries"] {
                for change in ["UPDATE \(table) SET incident_id = incident_id", "DELETE FROM \(table)", "TRUNCATE \(table)"] {
                    let statement = SQL(stringLiteral: change)
                    // The console's role has no right to it; the owner, who has, is stopped by the trigger.
                    await expectRefused("42501", change) { _ = try await town.database.run(statement) }
                    // Files belong to entries, so those cannot even be truncated alone.
                    await expectRefused(change == "TRUNCATE incident_entries" ? "0A000" : "42501", change) {
                        try await town.database.asOwner { _ = try await $0.run(statement) }
                    }
                }
            }
            #expect(try await store.communications(of: incident.id).count == 1)
        }
    }

    private func expectRefused(_ state: String, _ what: String, _ body: () async throws -> Void) async {
        let error = await #expect(throws: DatabaseError.self, "\(what)") { try await body() }
        #expect(error?.sqlState == state, "\(what)")
    }

    @Test func itIsClosedWhenEverythingIsThereAndOpenedAgainWithAReason() async throws {
        try await Town.with { town in
            let (store, linh) = (IncidentStore(database: town.database), town.person(.linh))
            let code = try await store.open(.full(), by: linh, address: Self.address, at: town.now)
            let said = await refusal {
                try await store.close(code, note: "", by: linh, address: Self.address, at: town.now)
            }
            #expect(said.count == 2 && said.allSatisfy { $0.hasPrefix("audience: Thông báo cho") })
            #expect(try await store.find(code, for: linh)?.state == .restored)
            for audience in [Audience.head, .users] {
                let draft = CommunicationDraft(
                    audience: audience, channel: .mail, toldAt: town.now, toldBy: "Linh", facts: Fact.allCases)
                try await store.record(draft, of: code, by: linh, address: Self.address, at: town.now)
            }
            try await store.close(code, note: "Xong", by: linh, address: Self.address, at: town.now)
            let closed = try #require(try await store.find(code, for: linh))
            #expect(closed.state == .closed && closed.closedAt == town.now)

            let writing = [
                await refusal { try await store.edit(code, to: .full(), version: 1, by: linh, address: Self.address, at: town.now) },
                await refusal {
                    try await store.add(
                        .measure, "thêm", happenedAt: town.now, to: code, by: linh, address: Self.address, at: town.now)
                },
                await refusal {
                    let draft = CommunicationDraft(
                        audience: .head, channel: .mail, toldAt: town.now, toldBy: "Linh", facts: [.incident])
                    try await store.record(draft, of: code, by: linh, address: Self.address, at: town.now)
                },
            ]
            #expect(writing.allSatisfy { $0 == [": Sự cố đã đóng; hãy mở lại trước khi ghi thêm."] })

            try await store.reopen(code, reason: "Lại lỗi", by: linh, address: Self.address, at: town.now)
            let again = try #require(try await store.find(code, for: linh))
            #expect(again.state == .restored && again.closedAt == nil)
            let texts = try await store.entries(of: again.id).map(\.text)
            #expect(texts.suffix(2) == ["Đóng sự cố.", "Mở lại sự cố: Lại lỗi"])
            #expect(try await town.audit("incident.closed", of: code).count == 1)
            #expect(try await town.audit("incident.reopened", of: code).first?.after == #"{"reason":"Lại lỗi"}"#)
            // The database itself keeps a record that lacks something open.
            await expectRefused("23514", "closing without a cause") {
                try await town.database.run("UPDATE incidents SET cause = '' WHERE code = \(code)")
                try await town.database.run(
                    """
                    INSERT INTO incident_closures (incident_id, closed_at, closed_by)
                    VALUES (\(again.id), \(town.now), \(linh.id))
                    """)
            }
        }
    }

    @Test func aLineOfTheStoryNeedsWordsAndAMomentThatHasPassed() async throws {
        try await Town.with { town in
            let (store, linh) = (IncidentStore(database: town.database), town.person(.linh))
            let code = try await store.open(.example(), by: linh, address: Self.address, at: town.now)
            let lines: [(String, Instant, [String])] = [
                ("", town.now, ["text: Diễn biến: cần nhập nội dung."]),
                ("ghi", town.now + .seconds(1), ["happened_at: Diễn biến không được ở tương lai."]),
            ]
            for (text, moment, expected) in lines {
                let said = await refusal {
                    try await store.add(
                        .observation, text, happenedAt: moment, to: code, by: linh, address: Self.address, at: town.now)
                }
                #expect(said == expected)
            }
        }
    }

    @Test func everybodySeesTheirOwnAndTheWholeSystemsAndWritesTheirOwn() async throws {
        try await Town.with { town in
            let store = IncidentStore(database: town.database)
            let whole = try await store.open(.example("toàn hệ thống"), by: town.person(.linh), address: Self.address, at: town.now)
            let binhs = try await store.open(.example("của Yên Khánh"), by: town.person(.binh), address: Self.address, at: town.now)
            let chis = try await store.open(.example("của Gia Viễn"), by: town.person(.chi), address: Self.address, at: town.now)
            let seen: [(TownPerson, [String])] = [
                (.linh, [chis, binhs, whole]), (.hoa, [chis, binhs, whole]), (.vinh, [chis, binhs, whole]),
                (.tam, [chis, binhs, whole]), (.binh, [binhs, whole]), (.dung, [binhs, whole]), (.chi, [chis, whole]),
            ]
            for (name, codes) in seen {
                let person = town.person(name)
                let rows = try await store.page(IncidentFilter(), for: person, Paging("", size: 10), at: nine).rows
                #expect(rows.map(\.code) == codes, "\(name)")
                #expect(try await store.count(IncidentFilter(), for: person) == codes.count, "\(name)")
                for code in [whole, binhs, chis] {
                    #expect((try await store.find(code, for: person) != nil) == codes.contains(code), "\(name) \(code)")
                }
            }
            for code in [whole, chis] {
                let said = await refusal {
                    try await store.add(
                        .measure, "thêm", happenedAt: town.now, to: code, by: town.person(.binh), address: Self.address,
                        at: town.now)
                }
                #expect(said == [": Sự cố “\(code)” không thuộc phạm vi bạn được ghi."])
            }
        }
    }

    @Test(arguments: ["dang nhap", "ĐĂNG NHẬP", "đăng nhập", "đa\u{306}ng nha\u{323}\u{302}p"])
    func searchLooksPastMarksAndNormalForms(words: String) async throws {
        try await Town.with { town in
            let store = IncidentStore(database: town.database)
            // Stored decomposed, as a file from another system may bring it.
            for title in ["Không đăng nhập được", "Không \u{111}a\u{306}ng nha\u{323}\u{302}p được", "Chậm"] {
                _ = try await store.open(.example(title), by: town.person(.linh), address: Self.address, at: town.now)
            }
            var filter = IncidentFilter()
            filter.search = words
            #expect(try await store.page(filter, for: town.person(.linh), Paging("", size: 10), at: nine).rows.count == 2)
            #expect(try await store.count(filter, for: town.person(.linh)) == 2)
        }
    }

    @Test func anExactCodeStandsFirst() async throws {
        try await Town.with { town in
            let (store, linh) = (IncidentStore(database: town.database), town.person(.linh))
            for title in ["a", "b", "nhắc tới SC-2026-0001"] {
                _ = try await store.open(.example(title), by: linh, address: Self.address, at: town.now)
            }
            var filter = IncidentFilter()
            filter.search = "sc-2026-0001"
            let found = try await store.page(filter, for: linh, Paging("", size: 10), at: nine).rows
            #expect(found.map(\.code) == ["SC-2026-0001", "SC-2026-0003"])
        }
    }

    @Test func theListIsFiltered() async throws {
        try await Town.with { town in
            let (store, linh) = (IncidentStore(database: town.database), town.person(.linh))
            _ = try await store.open(.full(), by: linh, address: Self.address, at: town.now)
            _ = try await store.open(.example(), by: town.person(.chi), address: Self.address, at: town.now)
            func codes(_ change: (inout IncidentFilter) -> Void) async throws -> [String] {
                var filter = IncidentFilter()
                change(&filter)
                let rows = try await store.page(filter, for: linh, Paging("", size: 10), at: nine).rows
                #expect(try await store.count(filter, for: linh) == rows.count)
                return rows.map(\.code)
            }
            #expect(try await codes { $0.state = .restored } == ["SC-2026-0001"])
            #expect(try await codes { $0.state = .closed } == [])
            #expect(try await codes { $0.kind = .integrity } == ["SC-2026-0002"])
            #expect(try await codes { $0.agency = town.giaVien } == ["SC-2026-0002"])
            #expect(try await codes { $0.outage = 1 } == [])
        }
    }

    @Test func aFactCountsWhenBothTheHeadAndTheUsersKnowIt() async throws {
        try await Town.with { town in
            let (store, linh) = (IncidentStore(database: town.database), town.person(.linh))
            let suspended = try await store.open(.full(), by: linh, address: Self.address, at: town.now)
            let integrity = try await store.open(.example(), by: linh, address: Self.address, at: town.now)
            func tell(_ code: String, _ audience: Audience, _ facts: [Fact]) async throws {
                let draft = CommunicationDraft(
                    audience: audience, channel: .mail, toldAt: town.now, toldBy: "Linh", facts: facts)
                try await store.record(draft, of: code, by: linh, address: Self.address, at: town.now)
            }
            func told() async throws -> [String] {
                try await store.page(IncidentFilter(), for: linh, Paging("", size: 10), at: nine).rows.sorted { $0.code < $1.code }
                    .map { "\($0.factsTold)/\($0.factsToTell)" }
            }
            #expect(try await told() == ["0/5", "0/1"])
            try await tell(suspended, .head, Fact.allCases)
            try await tell(suspended, .provider, Fact.allCases)
            try await tell(suspended, .users, [.incident, .catchUp])
            try await tell(suspended, .users, [.incident])
            try await tell(integrity, .head, [.incident, .catchUp])
            #expect(try await told() == ["2/5", "0/1"])
            try await tell(integrity, .users, Fact.allCases)
            #expect(try await told() == ["2/5", "1/1"])
        }
    }

    @Test func longListsAreReadByTheirIndexes() async throws {
        try await Town.with { town in
            let linh = town.person(.linh)
            try await town.database.run(
                """
                INSERT INTO incidents (code, title, kind, agency_id, began_at, detected_at, opened_at, updated_at)
                SELECT 'SC-2026-' || 10000 + n, 'Sự cố số ' || n, 'degraded', NULL, \(town.now), \(town.now), \(town.now), \(town.now)
                FROM   generate_series(1, 20000) AS n
                """)
            try await town.database.asOwner { _ = try await $0.run("ANALYZE incidents") }
            let newest = try await town.database.plan(
                of: """
                    SELECT code FROM incidents i WHERE (\(linh.scope)::bigint IS NULL OR i.agency_id = \(linh.scope))
                    ORDER BY i.is_open DESC, i.detected_at DESC, i.id DESC LIMIT 25
                    """)
            #expect(newest.contains("incidents_list_index") && !newest.contains("Sort"), "\(newest)")
            let searched = try await town.database.plan(
                of: "SELECT code FROM incidents i WHERE i.search LIKE '%' || folded(\("SC-2026-14999")) || '%'")
            #expect(searched.contains("incidents_search_index"), "\(searched)")
        }
    }
}

extension Town {
    /// Lines of the trail of one kind about one incident, newest first.
    func audit(_ action: String, of code: String) async throws -> [AuditEntry] {
        var filter = AuditFilter()
        (filter.action, filter.subject) = (action, code)
        return try await AuditStore(database: database).list(filter, limit: 50)
    }
}
