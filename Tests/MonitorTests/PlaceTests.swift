import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing
import Web

@testable import Monitor

/// Groups, tags, dependencies and the limit of slowness: what is typed, what is kept, what is refused.
struct PlaceTests {
    @Test(arguments: [
        ("QLVB, Trục LGSP", ["qlvb", "trục lgsp"]),
        ("  b ,a,, B ;\nc  d", ["a", "b", "c d"]),
        ("", []),
    ])
    func tagsAreUnified(typed: String, kept: [String]) {
        #expect(MonitorPlace.tags(typed: typed) == kept)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let field: String?
        let change: @Sendable (inout MonitorDraft) -> Void
        var testDescription: String { name }
    }

    @Test(arguments: [
        Case(name: "Không nhóm, không thẻ: được", field: nil) { _ in },
        Case(name: "Mười thẻ: được", field: nil) { $0.place.tags = (0..<10).map { "thẻ \($0)" } },
        Case(name: "Mười một thẻ: quá nhiều", field: "tags") { $0.place.tags = (0..<11).map { "thẻ \($0)" } },
        Case(name: "Thẻ dài quá 40 ký tự", field: "tags") { $0.place.tags = [String(repeating: "ă", count: 41)] },
        Case(name: "Tên nhóm dài quá 100 ký tự", field: "group") { $0.place.group = String(repeating: "ă", count: 101) },
        Case(name: "Ngưỡng chậm 2 giây, chờ 10 giây: được", field: nil) { $0.slowness.threshold = .seconds(2) },
        Case(name: "Ngưỡng chậm bằng thời gian chờ: không bao giờ chậm", field: "degraded_ms") {
            $0.slowness.threshold = .seconds(10)
        },
        Case(name: "Suy giảm sau 0 lần", field: "degraded_after") { $0.slowness.after = 0 },
    ])
    func whatIsFit(_ given: Case) {
        var draft = MonitorDraft(name: "Cổng", target: .http(HTTPTarget(url: "https://qlvb.example.vn/")))
        given.change(&draft)
        do {
            try draft.check()
            #expect(given.field == nil)
        } catch {
            #expect(error.problems.map(\.field) == [given.field])
        }
    }

    @Test func aSlowMonitorIsShownAndFoundAsDegraded() async throws {
        try await Town.with { routes, database in
            MonitorPages(
                monitors: MonitorStore(database: database), agencies: AgencyStore(database: database)
            ).add(to: &routes)
        } _: { town in
            let store = MonitorStore(database: town.database)
            var draft = Self.draft("Cổng <1>")
            draft.slowness = Slowness(threshold: .milliseconds(800), after: 3)
            let id = try await store.add(draft, by: town.actor(.linh), at: town.now)
            _ = try await store.add(Self.draft("Cổng 2"), by: town.actor(.linh), at: town.now)
            let since = town.now - .seconds(300)
            try await town.database.run("UPDATE monitor_states SET state = 'up', since = \(since)")
            try await town.database.run("UPDATE measurement_gaps SET during = tstzrange(lower(during), lower(during) + interval '1 second')")
            try await town.database.run("UPDATE monitor_states SET degraded_since = \(since) WHERE monitor_id = \(id)")
            try await town.database.run("INSERT INTO degradations (monitor_id, during) VALUES (\(id), \(TimeRange(from: since, to: nil)))")
            try await town.database.run(
                "INSERT INTO watches (started_at, last_beat_at, process) VALUES (\(town.now), \(town.now), 'test')")
            let list = try await town.browser(.linh).get("/monitors?state=degraded")
            try list.checkedXML()
            #expect(list.body.contains("Cổng &lt;1&gt;") && !list.body.contains("Cổng 2") && list.body.contains("Suy giảm (1)"))
            let page = try await town.browser(.linh).get("/monitors/\(id.rawValue)")
            try page.checkedXML()
            #expect(page.body.contains("<span class=\"badge degraded\">Đang suy giảm</span>") && page.body.contains("800 ms"))
        }
    }

    private static func draft(_ name: String, _ place: MonitorPlace = MonitorPlace()) -> MonitorDraft {
        var draft = MonitorDraft(name: name, target: .http(HTTPTarget(url: "https://qlvb.example.vn/")))
        draft.place = place
        return draft
    }

    private static func found(_ database: Database, _ id: Monitor.ID) async throws -> Monitor {
        try await database.one("SELECT \(columns: Monitor.self) FROM monitors m WHERE m.id = \(id)", as: Monitor.self)
    }

    @Test func groupsAndTagsAreMadeByNamingThem() async throws {
        try await withDatabase { database in
            let store = MonitorStore(database: database)
            let place = MonitorPlace(group: "Cổng", tags: ["B", "a"], parent: "")
            let first = try await store.add(Self.draft("Một", place), by: .system("test"), at: now)
            var second = Self.draft("Hai", MonitorPlace(group: "Cổng", tags: ["a"], parent: "Một"))
            (second.slowness.threshold, second.slowness.after) = (.milliseconds(1500), 5)
            let id = try await store.add(second, by: .system("test"), at: now)
            let names = try await database.values("SELECT name FROM monitor_groups ORDER BY name", as: String.self)
            #expect(names == ["Cổng"])
            let kept = try await Self.found(database, id)
            #expect(kept.draft == second && kept.parent == first && kept.slowness.threshold == .milliseconds(1500))

            try await store.change(kept, to: Self.draft("Hai"), by: .system("test"), at: now)
            #expect(try await Self.found(database, id).place == MonitorPlace())
        }
    }

    @Test func whatHangsOnItselfIsRefused() async throws {
        try await withDatabase { database in
            let store = MonitorStore(database: database)
            func add(_ name: String, under parent: String) async throws -> Monitor.ID {
                try await store.add(
                    Self.draft(name, MonitorPlace(group: "", tags: [], parent: parent)), by: .system("test"), at: now)
            }
            let line = try await add("Đường truyền", under: "")
            _ = try await add("Máy chủ", under: "Đường truyền")
            _ = try await add("Cổng", under: "Máy chủ")
            for (parent, words) in [("Cổng", "chính điểm"), ("Đường truyền", "không có"), ("Không có", "không có")] {
                let monitor = try await Self.found(database, line)
                let refused = await #expect(throws: Refusal.self) {
                    let draft = Self.draft("Đường truyền", MonitorPlace(group: "", tags: [], parent: parent))
                    try await store.change(monitor, to: draft, by: .system("test"), at: now)
                }
                #expect(refused?.problems.first?.field == "parent")
                #expect(refused?.problems.first?.text.contains(words) == true, "\(parent)")
            }
            // A second one of the same name: who hangs on the first one keeps it, nobody new can choose.
            _ = try await add("Máy chủ", under: "")
            await #expect(throws: Refusal.self) { try await add("Thư", under: "Máy chủ") }
            let gate = try await database.value("SELECT id FROM monitors WHERE name = 'Cổng'", as: Monitor.ID.self)
            let kept = try await Self.found(database, gate)
            var renamed = kept.draft
            renamed.name = "Cổng mới"
            try await store.change(kept, to: renamed, by: .system("test"), at: now)
            #expect(try await Self.found(database, gate).parent == kept.parent)
        }
    }
}

private let now = Instant(seconds: 1_795_485_600)
