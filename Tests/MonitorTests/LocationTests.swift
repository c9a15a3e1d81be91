import Civil
import Database
import HTTPTypes
import Organization
import TestKit
import Testing

@testable import Monitor

/// Two places look at one target: stepped by hand, on a real database.
struct LocationTests {
    private static let origin = Instant(seconds: 1_795_485_600)
    private static let gate = "http://127.0.0.1:2/"

    private struct Desk {
        let database: Database
        let monitors: MonitorStore
        let locations: LocationStore
        let gate: Monitor.ID
        /// What is seen from here, and from the other place.
        let here = ScriptedProber(now: origin)
        let there = ScriptedProber(now: origin)
        let home: Watch
        let outpost: Watch
        var second = 0
        var isCutOff = false

        init(_ database: Database, quorum: Int = 2) async throws {
            self.database = database
            monitors = MonitorStore(database: database)
            locations = LocationStore(database: database)
            try await locations.add("Tam Điệp", by: .system("test"), at: origin)
            try await database.run(
                "INSERT INTO settings (key, value, updated_at) VALUES (\(Setting.quorum.key), \(String(quorum)), \(origin))")
            var draft = MonitorDraft(name: "Cổng", target: .http(HTTPTarget(url: LocationTests.gate)))
            (draft.timeout, draft.interval, draft.retryInterval) = (.seconds(5), .seconds(10), .seconds(5))
            (draft.confirmAfter, draft.recoverAfter) = (2, 1)
            gate = try await monitors.add(draft, by: .system("test"), at: origin)
            home = try await Watch.begin(WatchStore(database: database, process: "home"), at: origin)
            outpost = try await Watch.begin(
                WatchStore(database: database, process: "outpost", location: "tam điệp"), at: origin)
        }

        var now: Instant { origin + .seconds(second) }

        mutating func run(_ seconds: Int) async throws {
            let rounds = (
                ProbeRound(watch: home, prober: here, clock: here.clock),
                ProbeRound(watch: outpost, prober: there, clock: there.clock))
            for _ in 0..<seconds {
                second += 1
                here.set(now: now)
                there.set(now: now)
                try await rounds.0.step(at: now)
                if !isCutOff {
                    // What PostgreSQL would tell it.
                    if await home.isBusy(gate) { await outpost.hurry([gate]) }
                    try await rounds.1.step(at: now)
                }
                try await home.listen()
            }
        }

        func history() async throws -> MonitorHistory { try await monitors.history(of: gate) }
    }

    @Test func whatOnlyOnePlaceSeesIsItsOwnLine() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(40)
            for prober in [desk.here, desk.there] {
                prober.fail(Self.gate)
                try await desk.run(120)
                #expect(try await desk.history().outages.isEmpty)
                prober.answer(Self.gate)
                try await desk.run(40)
            }
            #expect(try await desk.history().gaps.allSatisfy { $0.during.upper != nil })
            #expect(try await database.value("SELECT count(*) FROM samples WHERE failure IS NOT NULL", as: Int.self) == 0)
        }
    }

    @Test func whatBothSeeIsAnOutageFromTheSecondOfThemOn() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(40)
            desk.there.fail(Self.gate)
            try await desk.run(30)
            desk.here.fail(Self.gate)
            let failed = desk.now
            try await desk.run(30)
            let outage = try #require(try await desk.history().outages.first)
            let lower = try #require(outage.during.lower)
            #expect(lower > failed && lower <= failed + .seconds(10))
            let sight = try #require(try await desk.locations.sight(of: desk.gate))
            #expect(sight.quorum == Quorum(wanted: 2, of: 2) && sight.views.map(\.name) == ["Nơi đo chính", "Tam Điệp"])
            #expect(sight.views.allSatisfy { $0.failure?.kind == .connect })

            desk.here.answer(Self.gate)
            try await desk.run(20)
            #expect(try await desk.history().outages.map(\.isOver) == [true])
        }
    }

    @Test func oneIsEnoughWhereOneIsWanted() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database, quorum: 1)
            try await desk.run(40)
            desk.there.fail(Self.gate)
            let failed = desk.now
            try await desk.run(30)
            let outage = try #require(try await desk.history().outages.first)
            #expect(try #require(outage.during.lower) > failed)
            #expect(outage.reason.contains("Connection refused"))
        }
    }

    /// Both are needed for an outage, and one of them is silent: what the other one sees fail is not measured.
    @Test func whatCannotBeDecidedIsNotMeasured() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(40)
            desk.isCutOff = true
            try await desk.run(60)
            #expect(try await desk.history().gaps.allSatisfy { $0.during.upper != nil })
            desk.here.fail(Self.gate)
            try await desk.run(60)
            let history = try await desk.history()
            #expect(history.outages.isEmpty)
            #expect(history.gaps.first?.reason == .noQuorum && history.gaps.first?.during.upper == nil)
            // The other place comes back, and sees it fail too.
            desk.isCutOff = false
            desk.there.fail(Self.gate)
            try await desk.run(40)
            #expect(try await desk.history().outages.count == 1)
            #expect(try await desk.history().gaps.allSatisfy { $0.during.upper != nil })
        }
    }

    /// Only where samples are judged does a beat say that something was measured.
    @Test func aPlaceThatOnlyVotesMeasuresNothing() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(40)
            #expect(try await database.value("SELECT max(last_beat_at) FROM watches WHERE location_id <> 0", as: Instant.self) == Instant(seconds: 0))
            #expect(await desk.home.keeping.count == 64)
            #expect(await desk.outpost.keeping.count == 64)
            let gaps = try await database.value("SELECT count(*) FROM measurement_gaps", as: Int.self)
            let samples = try await database.value("SELECT count(*) FROM samples", as: Int.self)
            try await desk.outpost.leave(at: desk.now)
            _ = try await Watch.begin(WatchStore(database: database, process: "again", location: "Tam Điệp"), at: desk.now)
            #expect(try await database.value("SELECT count(*) FROM measurement_gaps", as: Int.self) == gaps)
            #expect(try await database.value("SELECT count(*) FROM samples", as: Int.self) == samples)
        }
    }

    @Test func aPlaceIsAddedBeforeAnybodyLooksFromThereAndGivenUpForGood() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(20)
            await #expect(throws: Watch.Misplaced.self) {
                try await Watch.begin(WatchStore(database: database, process: "lost", location: "Hoa Lư"), at: desk.now)
            }
            await #expect(throws: Refusal.self) { try await desk.locations.add("TAM ĐIỆP", by: .system("test"), at: desk.now) }
            await #expect(throws: Refusal.self) { try await desk.locations.retire(Location.home, by: .system("test"), at: desk.now) }
            let place = try #require(try await desk.locations.all().last)
            #expect(place.processes == 1 && place.lastVoteAt != nil)
            try await desk.locations.retire(place.id, by: .system("test"), at: desk.now)
            await #expect(throws: Watch.Deposed.self) { try await desk.outpost.renew(at: desk.now) }
            #expect(try await desk.locations.all().map(\.name) == ["Nơi đo chính"])
            #expect(try await desk.locations.sight(of: desk.gate) == nil)
            // Here alone again.
            try await desk.home.reload(at: desk.now)
            desk.isCutOff = true
            desk.here.fail(Self.gate)
            try await desk.run(30)
            #expect(try await desk.history().outages.count == 1)
        }
    }

    /// A probe that began before the question does not answer it: another follows at once.
    @Test func whoIsAskedWhileLookingLooksAgain() async throws {
        try await withDatabase { database in
            let desk = try await Desk(database)
            let later = desk.now + .seconds(10)
            let order = try #require(await desk.outpost.orders(at: later).first)
            await desk.outpost.hurry([desk.gate])
            await desk.outpost.conclude(order, Sample(at: later))
            #expect(await desk.outpost.orders(at: later).map(\.monitor) == [desk.gate])
        }
    }

    // MARK: Pages

    private static let nasty = #"<script>alert(1)</script>"'&"#

    @Test func placesAreKeptByAdministrators() async throws {
        try await Town.with { routes, database in
            MonitorPages(over: database).add(to: &routes)
            LocationPages(
                locations: LocationStore(database: database), settings: SettingStore(database: database)
            ).add(to: &routes)
        } _: { town in
            let browser = town.browser(.an)
            let alone = try await browser.get("/settings/locations")
            try alone.checkedXML()
            #expect(alone.body.contains("Chỉ có một nơi đo") && alone.body.contains("Nơi đo chính"))
            let refused = try await browser.post("/settings/locations", [("name", "")])
            try refused.checkedXML()
            #expect(refused.status == .unprocessableContent && refused.body.contains("Tên nơi đo: cần nhập."))
            let fields = [("name", Self.nasty), ("form_key", try #require(alone.formKey))]
            #expect(try await browser.post("/settings/locations", fields).location == "/settings/locations")
            #expect(try await browser.post("/settings/locations", fields).location == "/settings/locations")
            let again = try await browser.post("/settings/locations", [("name", Self.nasty)])
            try again.checkedXML()
            #expect(again.status == .unprocessableContent && again.body.contains("đã có"))
            let page = try await browser.get("/settings/locations")
            try page.checkedXML()
            #expect(page.body.contains("&lt;script&gt;alert(1)") && page.body.contains("Có 2 nơi đo. Ít nhất 2 nơi"))
            let id = try await town.database.value("SELECT id FROM probe_locations WHERE id <> 0", as: Int64.self)
            for name in [TownPerson.linh, .binh, .hoa, .tam] {
                #expect(try await town.browser(name).get("/settings/locations").status == .forbidden, "\(name)")
                #expect(try await town.browser(name).post("/settings/locations/\(id)/removal").status == .forbidden, "\(name)")
            }
            let monitor = try await MonitorStore(database: town.database).add(
                MonitorDraft(name: "Cổng", target: .http(HTTPTarget(url: Self.gate))), by: .system("test"), at: town.now)
            try await town.database.run(
                """
                INSERT INTO location_votes (monitor_id, location_id, at, failing_since, failure, detail, total_us)
                VALUES (\(monitor), \(id), \(town.now), \(town.now), 'timeout', \(Self.nasty), 0)
                """)
            let seen = try await browser.get("/monitors/\(monitor.rawValue)")
            try seen.checkedXML()
            #expect(seen.body.contains("Thấy từ từng nơi đo") && seen.body.contains("Quá thời gian chờ: &lt;script&gt;"))
            #expect(try await browser.post("/settings/locations/\(id)/removal").status == .seeOther)
            #expect(try await browser.post("/settings/locations/\(id)/removal").status == .unprocessableContent)
            #expect(try await browser.post("/settings/locations/0/removal").status == .unprocessableContent)
            #expect(try await !browser.get("/monitors/\(monitor.rawValue)").body.contains("Thấy từ từng nơi đo"))
            #expect(
                try await town.database.value(
                    "SELECT count(*) FROM audit_entries WHERE action IN ('location.added', 'location.retired')", as: Int.self) == 2)
        }
    }
}
