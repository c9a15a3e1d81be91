import Civil
import Database
import Organization
import TestKit
import Testing

@testable import Monitor

/// Unsteady targets and a prober that is cut off, on a real database, stepped by hand.
struct NoiseWatchTests {
    private static let origin = Instant(seconds: 1_795_485_600)
    private static let gate = "http://127.0.0.1:2/"

    private struct Desk {
        let database: Database
        let store: MonitorStore
        let prober: ScriptedProber
        let gate: Monitor.ID
        var watch: Watch
        var second = 0

        init(_ database: Database) async throws {
            self.database = database
            store = MonitorStore(database: database)
            prober = ScriptedProber(now: origin)
            var draft = MonitorDraft(name: "Cổng", target: .http(HTTPTarget(url: NoiseWatchTests.gate)))
            (draft.timeout, draft.interval, draft.retryInterval) = (.seconds(5), .seconds(10), .seconds(5))
            gate = try await store.add(draft, by: .system("test"), at: origin)
            watch = try await Watch.begin(WatchStore(database: database, process: "test"), at: origin)
        }

        var now: Instant { origin + .seconds(second) }

        mutating func run(until end: Int) async throws {
            let round = ProbeRound(watch: watch, prober: prober, clock: prober.clock)
            while second < end {
                second += 1
                prober.set(now: now)
                try await round.step(at: now)
            }
        }

        mutating func restart() async throws {
            watch = try await Watch.begin(WatchStore(database: database, process: "test"), at: now)
        }
    }

    @Test func whoIsUpAndDownInTurnsFlapsAlsoAfterARestart() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(until: 60)
            for turn in 1...12 {
                if turn.isMultiple(of: 2) { desk.prober.answer(Self.gate) } else { desk.prober.fail(Self.gate) }
                let asked = desk.prober.asked.count { $0 == Self.gate }
                while desk.prober.asked.count(where: { $0 == Self.gate }) == asked { try await desk.run(until: desk.second + 1) }
                if turn == 6 { try await desk.restart() }
            }
            let summary = try #require(try await desk.store.summary(desk.gate, for: Self.person, at: desk.now))
            #expect(summary.isFlapping)
            #expect(try await desk.store.flappings(of: desk.gate).map(\.upper) == [nil])
            #expect(try await desk.store.history(of: desk.gate).outages.isEmpty)
            // Nobody looks any more: what was going on ends here.
            try await desk.store.pause(summary.monitor, by: .system("test"), at: desk.now)
            #expect(try await desk.store.flappings(of: desk.gate).allSatisfy { $0.upper != nil })
            #expect(try await desk.store.summary(desk.gate, for: Self.person, at: desk.now)?.isFlapping == false)
        }
    }

    @Test func whoIsSteadyAgainNoLongerFlaps() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(until: 60)
            for turn in 1...8 {
                if turn.isMultiple(of: 2) { desk.prober.answer(Self.gate) } else { desk.prober.fail(Self.gate) }
                let asked = desk.prober.asked.count { $0 == Self.gate }
                while desk.prober.asked.count(where: { $0 == Self.gate }) == asked { try await desk.run(until: desk.second + 1) }
            }
            #expect(try await desk.store.flappings(of: desk.gate).map(\.upper) == [nil])
            try await desk.run(until: desk.second + 300)
            #expect(try await desk.store.flappings(of: desk.gate).allSatisfy { $0.upper != nil })
        }
    }

    @Test func aProberThatIsCutOffIsOneNoticeAndNoOutage() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            let reference = "http://127.0.0.1:3/"
            try await database.run(
                "INSERT INTO settings (key, value, updated_at) VALUES (\(Setting.referenceAddress.key), \(reference), \(Self.origin))")
            try await desk.restart()
            try await desk.run(until: 60)
            for address in [reference, Self.gate] { desk.prober.fail(address) }
            try await desk.run(until: 120)
            func outages() async throws -> [TimeRange] {
                try await database.values("SELECT during FROM prober_outages ORDER BY id", as: TimeRange.self)
            }
            let open = try await outages()
            #expect(open.count == 1 && open.first?.upper == nil)
            #expect(try await database.value("SELECT count(*) FROM outages", as: Int.self) == 0)

            for address in [reference, Self.gate] { desk.prober.answer(address) }
            try await desk.run(until: 150)
            let over = try await outages()
            #expect(over.count == 1 && over.first?.lower == open.first?.lower && over.first?.upper != nil)

            // A process that died while it was cut off knew nothing after its last beat.
            for address in [reference, Self.gate] { desk.prober.fail(address) }
            try await desk.run(until: 200)
            let beat = desk.now
            desk.second = 400
            try await desk.restart()
            #expect(try await outages().last?.upper == beat)
        }
    }

    private static let person = Person(
        id: User.ID(rawValue: 1), username: "linh", name: "Linh", role: .operator, agency: nil, agencyName: nil)
}
