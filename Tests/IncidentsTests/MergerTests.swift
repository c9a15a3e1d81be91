import Civil
import Database
import Delivery
import HTTPTypes
import Logging
import Monitor
import Organization
import TestKit
import Testing
import Web

@testable import Incidents

/// A double is told of where it was merged, and is counted nowhere.
struct MergerTests {
    /// Two incidents of Yên Khánh, half an hour apart, at 10:00.
    private static func office(
        _ body: @escaping @Sendable (Town, IncidentStore, _ early: String, _ late: String) async throws -> Void
    ) async throws {
        try await Town.with(now: nine.after(minutes: 60)) { town in
            let store = IncidentStore(database: town.database)
            var codes: [String] = []
            for minute in [0, 30] {
                let at = nine.after(minutes: minute)
                var draft = IncidentDraft.example("Lúc \(minute) phút", at: at)
                (draft.suspendedAt, draft.resumedAt) = (at, at.after(minutes: 10))
                codes.append(try await store.open(draft, by: town.person(.binh), address: "", at: town.now))
            }
            try await body(town, store, codes[0], codes[1])
        }
    }

    @Test func theSurvivorTellsEverythingAndIsCountedOnce() async throws {
        try await Self.office { town, store, early, late in
            let (linh, binh) = (town.person(.linh), town.person(.binh))
            for audience in [Audience.head, .users] {
                let draft = CommunicationDraft(
                    audience: audience, channel: .phone, toldAt: town.now, toldBy: "Bình", facts: [.incident])
                try await store.record(draft, of: early, by: binh, address: "", at: town.now)
            }
            let letter = Letter(
                key: "escalation:\(early):1:truc@example.vn", about: early, agency: nil, recipientName: "Trực ban",
                recipientAddress: "truc@example.vn", subject: "Sự cố", body: "Chưa ai tiếp nhận.")
            try await town.database.transaction { $0.enqueue([letter], at: town.now) }
            // The later one survives: its beginning becomes the earlier one's.
            try await store.merge(early, into: late.lowercased(), by: binh, address: "10.0.0.1", at: town.now)
            let survivor = try #require(try await store.find(late, for: binh))
            #expect(survivor.beganAt == nine && survivor.detectedAt == nine)
            #expect(survivor.suspendedAt == nine && survivor.resumedAt == nine.after(minutes: 40))
            let windows = try await store.downtimes(of: survivor.id, at: town.now)
            #expect(windows.map(\.merged) == [early, nil] && windows.map(\.ofAll) == [.seconds(1200), .seconds(1200)])
            let story = try await store.entries(of: survivor.id)
            #expect(story.first?.merged == early && story.last?.text == "Gộp sự cố \(early) (Lúc 0 phút) vào sự cố này.")
            #expect(try await store.communications(of: survivor.id).count == 2)
            #expect(try await store.letters(about: late, for: linh).map(\.recipient) == ["Trực ban"])
            #expect(try await store.letters(about: late, for: binh).isEmpty, "what the Department is written is not an agency's")
            let listed = try await store.page(IncidentFilter(), for: linh, Paging("", size: 5), at: town.now).rows
            #expect(listed.map(\.code) == [late] && listed[0].factsTold == 1 && listed[0].downtime == .seconds(1200))
            #expect(try await store.count(IncidentFilter(), for: linh) == 1)
            var filter = IncidentFilter()
            filter.search = early
            #expect(try await store.page(filter, for: linh, Paging("", size: 5), at: town.now).rows.map(\.code) == [late])
            #expect(try await store.bonds(of: survivor, for: binh).map { "\($0.kind) \($0.code)" } == ["merged \(early)"])
            #expect(try await town.audit("incident.merged", of: early).first?.after == #"{"into":"\#(late)"}"#)

            let double = try #require(try await store.find(early, for: binh))
            #expect(double.state == .merged && double.survivor == late)
            let said = [
                await refusal { try await store.merge(early, into: late, by: binh, address: "", at: town.now) },
                await refusal { try await store.acknowledge(early, note: "", by: linh, address: "", at: town.now) },
                await refusal { try await store.reopen(early, reason: "a", by: binh, address: "", at: town.now) },
                await refusal { try await store.close(early, note: "", by: binh, address: "", at: town.now) },
            ]
            #expect(
                said == [
                    [": Sự cố đã gộp vào \(late): hãy ghi ở đó."], [": Sự cố đã gộp vào \(late): hãy tiếp nhận ở đó."],
                    [": Sự cố chưa đóng."], [": Sự cố đã gộp vào \(late): hãy ghi ở đó."],
                ])
        }
    }

    @Test func whatWasMergedIntoADoubleGoesOnWithIt() async throws {
        try await Self.office { town, store, early, late in
            let binh = town.person(.binh)
            let last = try await store.open(.example(at: nine.after(minutes: 50)), by: binh, address: "", at: town.now)
            try await store.merge(early, into: late, by: binh, address: "", at: town.now)
            try await store.merge(late, into: last, by: binh, address: "", at: town.now)
            for code in [early, late] { #expect(try await store.find(code, for: binh)?.survivor == last, "\(code)") }
            let survivor = try #require(try await store.find(last, for: binh))
            #expect(try await store.downtimes(of: survivor.id, at: town.now).count == 2)
            #expect(survivor.suspendedAt == nine)
        }
    }

    @Test func attachedOnesFollowTheSurvivorAndADoublesBondIsKept() async throws {
        try await Self.office { town, store, early, late in
            let linh = town.person(.linh)
            var wholes: [String] = []
            for title in ["a", "b"] {
                wholes.append(try await store.open(.example(title), by: linh, address: "", at: town.now))
            }
            try await store.attach(early, to: wholes[0], by: linh, address: "", at: town.now)
            try await store.merge(wholes[0], into: wholes[1], by: linh, address: "", at: town.now)
            try await store.merge(early, into: late, by: linh, address: "", at: town.now)
            let survivor = try #require(try await store.find(late, for: linh))
            #expect(try await store.bonds(of: survivor, for: linh).first { $0.kind == .parent }?.code == wholes[1])
            let whole = try #require(try await store.find(wholes[1], for: linh))
            #expect(try await store.bonds(of: whole, for: linh).filter { $0.kind == .attached }.map(\.code) == [late])
        }
    }

    @Test func nobodyMergesBeyondTheirScope() async throws {
        try await Self.office { town, store, early, _ in
            let chis = try await store.open(.example(), by: town.person(.chi), address: "", at: town.now)
            let whole = try await store.open(.example(), by: town.person(.linh), address: "", at: town.now)
            for other in [chis, whole, "SC-2026-9999", ""] {
                let said = await refusal {
                    try await store.merge(early, into: other, by: town.person(.binh), address: "", at: town.now)
                }
                #expect(said == ["survivor: Không có sự cố nào mang mã “\(other)” trong phạm vi bạn được ghi."], "\(other)")
            }
            // The database says it finally.
            let error = await #expect(throws: DatabaseError.self) {
                try await town.database.run(
                    """
                    UPDATE incidents SET merged_at = now(), merged_into_id = (SELECT id FROM incidents WHERE code = \(chis))
                    WHERE  code = \(early)
                    """)
            }
            #expect(error?.constraint == "incidents_merged_into_id_check")
        }
    }

    @Test func crossedMergersWaitForEachOtherAndOneIsRefused() async throws {
        try await Self.office { town, store, early, late in
            let binh = town.person(.binh)
            let done = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
                for (one, other) in [(early, late), (late, early)] {
                    group.addTask {
                        (try? await store.merge(one, into: other, by: binh, address: "", at: town.now)) != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            let left = try await store.count(IncidentFilter(), for: binh)
            #expect(done == 1 && left == 1)
        }
    }

    // MARK: What the monitoring goes on to say

    @Test func theOutageOfADoubleEndsTheSurvivorsDowntimeOnce() async throws {
        try await Town.with { town in
            let (store, linh) = (IncidentStore(database: town.database), town.person(.linh))
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            func watch() -> IncidentWatch {
                IncidentWatch(
                    database: town.database, listener: Listener(town.database.configuration, logger: logger), baseURL: "",
                    logger: logger)
            }
            let draft = MonitorDraft(name: "Đăng nhập", target: .http(HTTPTarget(url: "http://127.0.0.1:1/")))
            let monitor = try await MonitorStore(database: town.database).add(draft, by: .system("test"), at: nine)
            let outage = try await town.database.value(
                """
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                VALUES (\(monitor), \(TimeRange(from: nine, to: nil)), \(nine), 'Không kết nối được') RETURNING id
                """, as: Int64.self)
            let seen = try #require(try await watch().sweep(at: nine.after(minutes: 1)).first)
            let typed = try await store.open(.example("Gọi tới"), by: linh, address: "", at: nine.after(minutes: 2))
            try await store.merge(seen, into: typed, by: linh, address: "", at: nine.after(minutes: 3))
            #expect(try await store.find(typed, for: linh)?.state == .open)
            try await town.database.run(
                "UPDATE outages SET during = tstzrange(lower(during), \(nine.after(minutes: 5))) WHERE id = \(outage)")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await watch().sweep(at: nine.after(minutes: 6)) } }
                try await group.waitForAll()
            }
            let survivor = try #require(try await store.find(typed, for: linh))
            #expect(survivor.resumedAt == nine.after(minutes: 5) && survivor.state == .restored)
            let story = try await store.entries(of: survivor.id).map(\.text)
            #expect(story.count { $0 == "“Đăng nhập” trả lời trở lại." } == 1)
        }
    }

    // MARK: On the pages

    @Test func theOldCodeLeadsToTheSurvivorAndNothingTypedIsLost() async throws {
        try await PagesTests.town { town in
            let (first, second) = (
                try await PagesTests.open(town, as: .binh, ("title", "Bản cũ")),
                try await PagesTests.open(town, as: .binh, ("title", "Bản giữ"))
            )
            let browser = town.browser(.binh)
            let wrong = try await browser.post("/incidents/\(first)/merger", [("survivor", "SC-<b>")])
            try PagesTests.expectLinkedSummary(wrong, "merger")
            #expect(wrong.body.contains("value=\"SC-&lt;b&gt;\"") || wrong.body.contains("value=\"SC-&lt;B&gt;\""))
            #expect(try await browser.post("/incidents/\(first)/merger", [("survivor", second)]).status == .seeOther)
            for (path, place) in [("", ""), ("/edit", "/edit")] {
                let answer = try await browser.get("/incidents/\(first)\(path)")
                #expect(answer.status == .seeOther && answer.location == "/incidents/\(second)\(place)", "\(path)")
            }
            let late = try await browser.post(
                "/incidents/\(first)/entries",
                [("entry_kind", "measure"), ("happened_at", "2026-11-24T08:30"), ("text", "Viết dở")])
            #expect(late.status == .unprocessableContent && late.body.contains(">Viết dở</textarea>"))
            #expect(late.body.contains("action=\"/incidents/\(second)/entries\""))
            let page = try await browser.get("/incidents/\(second)")
            try page.checkedXML()
            #expect(page.body.contains("Đã gộp vào đây lúc") && page.body.contains(first))
            #expect(try await town.browser(.chi).get("/incidents/\(first)").status == .notFound)
        }
    }

    @Test func theOperatorAttachesAndNobodyElse() async throws {
        try await PagesTests.town { town in
            let whole = try await PagesTests.open(town, as: .linh, ("title", "Cả hệ thống"))
            let binhs = try await PagesTests.open(town, as: .binh)
            for name in [TownPerson.binh, .dung, .hoa, .an, .tam] {
                let answer = try await town.browser(name).post("/incidents/\(binhs)/attachment", [("parent", whole)])
                #expect(answer.status == .forbidden, "\(name)")
            }
            let linh = town.browser(.linh)
            let page = try await linh.get("/incidents/\(binhs)")
            #expect(page.body.contains("<option value=\"\(whole)\">\(whole) Cả hệ thống</option>"))
            let none = try await linh.post("/incidents/\(binhs)/attachment", [("parent", "")])
            try PagesTests.expectLinkedSummary(none, "attachment")
            let key = try #require(page.formKey)
            for _ in 1...2 {
                let answer = try await linh.post("/incidents/\(binhs)/attachment", [("parent", whole), ("form_key", key)])
                #expect(answer.location == "/incidents/\(binhs)")
            }
            let parent = try await linh.get("/incidents/\(whole)")
            try parent.checkedXML()
            #expect(parent.body.contains("UBND xã Yên Khánh") && parent.body.contains("/incidents/\(binhs)"))
            let others = try await town.browser(.chi).get("/incidents/\(whole)")
            #expect(!others.body.contains("UBND xã Yên Khánh") && !others.body.contains(binhs))
            let own = try await town.browser(.binh).get("/incidents/\(binhs)")
            #expect(own.body.contains("Theo diễn biến của sự cố toàn hệ thống") && !own.body.contains("/detachment"))
            #expect(own.body.contains("Chưa cấu hình địa chỉ trực của Sở"))
            #expect(try await linh.post("/incidents/\(binhs)/detachment").status == .seeOther)
        }
    }
}
