import Civil
import Database
import Organization
import Testing
import TestKit

@testable import Monitor

/// A watch on a real database, stepped by hand: what is written down, and what survives a crash.
struct WatchTests {
    private static let origin = Instant(seconds: 1_795_485_600)
    private static let address = "http://127.0.0.1:1/"

    /// A monitor of 10 s (retries 5 s), and a watch that is stepped second by second.
    private struct Desk {
        let database: Database
        let store: MonitorStore
        let prober: ScriptedProber
        let monitor: Monitor
        var watch: Watch
        var second = 0

        init(_ database: Database) async throws {
            self.database = database
            store = MonitorStore(database: database)
            prober = ScriptedProber(now: origin)
            var draft = MonitorDraft(name: "Đăng nhập", target: .http(HTTPTarget(url: address)))
            (draft.timeout, draft.interval, draft.retryInterval) = (.seconds(5), .seconds(10), .seconds(5))
            let id = try await store.add(draft, by: .system("test"), at: origin)
            monitor = try await database.one(
                "SELECT \(columns: Monitor.self) FROM monitors m WHERE id = \(id)", as: Monitor.self)
            watch = try await Watch.begin(WatchStore(database: database, process: "test"), at: origin)
        }

        var now: Instant { origin + .seconds(second) }

        /// Lets the time pass until `end`, one step a second.
        mutating func run(until end: Int) async throws {
            let round = ProbeRound(watch: watch, prober: prober, clock: prober.clock)
            while second < end {
                second += 1
                prober.set(now: now)
                try await round.step(at: now)
            }
        }

        /// The process is killed and another one begins at `later`.
        mutating func restart(at later: Int) async throws {
            second = later
            prober.set(now: now)
            watch = try await Watch.begin(WatchStore(database: database, process: "test"), at: now)
        }

        func history() async throws -> MonitorHistory { try await store.history(of: monitor.id) }

        func standing() async throws -> MonitorState {
            try await database.one(
                "SELECT \(columns: MonitorState.self) FROM monitor_states s WHERE monitor_id = \(monitor.id)",
                as: MonitorState.self)
        }
    }

    @Test func fromTheFirstFailureToTheFirstGoodProbe() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(until: 30)
            #expect(try await desk.standing().condition == .up)
            #expect(try await desk.history().gaps.map(\.reason).count == 2)
            #expect(try await desk.history().gaps.allSatisfy { $0.during.upper != nil })

            let asked = desk.prober.asked.count
            desk.prober.fail(Self.address)
            try await desk.run(until: 60)
            let open = try #require(try await desk.history().outages.first)
            #expect(!open.isOver && open.reason == "Không kết nối được: Connection refused")
            let firstFailure = try await database.value(
                "SELECT min(at) FROM samples WHERE failure IS NOT NULL", as: Instant.self)
            #expect(open.during.lower == firstFailure.flooredToSecond)
            // Three failures five seconds apart.
            #expect(open.confirmedAt - firstFailure == .seconds(10) + .milliseconds(20))
            #expect(desk.prober.asked.count - asked >= 5)

            let failedUntil = desk.now
            desk.prober.answer(Self.address)
            try await desk.run(until: 80)
            let over = try #require(try await desk.history().outages.first)
            let firstGood = try await database.value(
                "SELECT min(at) FROM samples WHERE failure IS NULL AND at > \(failedUntil)", as: Instant.self)
            #expect(over.id == open.id && over.during.upper == firstGood.ceiledToSecond)
            #expect(try await desk.standing().condition == .up)
            #expect(try await desk.history().outages.count == 1)
        }
    }

    @Test func killedAndRestartedKeepsTheOutageAndMeasuresNothingBetween() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(until: 30)
            desk.prober.fail(Self.address)
            try await desk.run(until: 60)
            let before = try #require(try await desk.history().outages.first)

            try await desk.restart(at: 200)
            let during = try await desk.history()
            #expect(during.outages.map(\.id) == [before.id] && !during.outages[0].isOver)
            #expect(during.gaps.first?.reason == .processDown)
            #expect(during.gaps.first?.during == TimeRange(from: Self.origin + .seconds(60), to: nil))

            desk.prober.answer(Self.address)
            try await desk.run(until: 240)
            let after = try await desk.history()
            #expect(after.outages.map(\.id) == [before.id] && after.outages[0].isOver)
            let gap = try #require(after.gaps.first)
            #expect(gap.during.lower == Self.origin + .seconds(60))
            #expect(gap.during.upper == after.outages[0].during.upper)
            // Down is only what was seen to be down.
            let window = TimeRange(from: Self.origin, to: Self.origin + .seconds(240))
            let availability = try await desk.store.availability(window: window, asOf: desk.now)[0].availability
            #expect(availability.down == Self.origin + .seconds(60) - (before.during.lower ?? Self.origin))
        }
    }

    /// A machine slept for eight hours; the first thing after waking was a beat, the second a kill.
    @Test func whoBeatsWithoutProbingHasMeasuredNothing() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(until: 30)
            try await desk.watch.beat(at: Self.origin + .seconds(8 * 3600))
            try await desk.restart(at: 8 * 3600 + 5)
            let gap = try #require(try await desk.history().gaps.first)
            let lower = try #require(gap.during.lower)
            #expect(lower <= Self.origin + .seconds(40) && lower >= Self.origin + .seconds(20))
            let window = TimeRange(from: Self.origin, to: Self.origin + .seconds(8 * 3600))
            let availability = try await desk.store.availability(window: window, asOf: desk.now)[0].availability
            #expect(availability.measured <= .seconds(40))
        }
    }

    @Test func aRestartGoesOnWithFailuresThatWereNotConfirmedYet() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(until: 30)
            desk.prober.fail(Self.address)
            while try await desk.standing().failures < 2 { try await desk.run(until: desk.second + 1) }
            let first = try #require(try await desk.standing().firstFailureAt)
            try await desk.restart(at: desk.second + 3)
            try await desk.run(until: desk.second + 20)
            #expect(try await desk.history().outages.first?.during.lower == first.flooredToSecond)
        }
    }

    /// What is behind a link that is cut is not measured, and only the link has an outage. What fails by itself has its own.
    @Test func whatHangsOnSomethingThatFailsIsNotMeasured() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            let behind = "http://127.0.0.1:2/"
            var draft = MonitorDraft(name: "Văn bản đến", target: .http(HTTPTarget(url: behind)))
            (draft.timeout, draft.interval, draft.retryInterval) = (.seconds(5), .seconds(10), .seconds(5))
            draft.place.parent = "Đăng nhập"
            let child = try await desk.store.add(draft, by: .system("test"), at: desk.now)
            try await desk.watch.reload(at: desk.now)
            try await desk.run(until: 30)
            desk.prober.fail(Self.address)
            desk.prober.fail(behind)
            try await desk.run(until: 120)
            let cut = try await desk.store.history(of: child)
            #expect(try await desk.history().outages.count == 1)
            #expect(cut.outages.isEmpty && cut.gaps.first?.reason == .parentDown && cut.gaps.first?.during.upper == nil)

            desk.prober.answer(Self.address)
            desk.prober.answer(behind)
            try await desk.run(until: 160)
            let back = try await desk.store.history(of: child)
            #expect(back.outages.isEmpty && back.gaps.allSatisfy { $0.during.upper != nil })

            desk.prober.fail(behind)
            try await desk.run(until: 200)
            #expect(try await desk.store.history(of: child).outages.count == 1)
            #expect(try await desk.history().outages.allSatisfy(\.isOver))
        }
    }

    @Test func whoWasDeposedCanWriteNothing() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(until: 30)
            let old = desk.watch
            let orders = await old.orders(at: desk.now + .seconds(60))
            #expect(orders.count == 1)
            try await desk.restart(at: 31)
            let samples = try await database.value("SELECT count(*) FROM samples", as: Int.self)
            await old.conclude(orders[0], Sample(at: desk.now, failure: Failure(.connect)))
            try await old.save()
            #expect(try await database.value("SELECT count(*) FROM samples", as: Int.self) == samples)
            #expect(try await desk.standing().failures == 0)
            await #expect(throws: Watch.Deposed.self) { try await old.beat(at: desk.now) }
        }
    }

    /// The server died at a COMMIT that it had made: the batch is stored once more, joined with what came after it.
    @Test(arguments: 0..<8) func aBatchWhoseCommitWasNotHeardOfIsStoredOnce(unheard: Int) async throws {
        @Sendable func at(_ second: Int) -> Instant { Self.origin + .seconds(second) }
        let story: [[OutageRules.Action]] = [
            [.closeGaps(at: at(1)), .openDegradation(from: at(2))],
            [.closeDegradation(at: at(10)), .openOutage(from: at(10), confirmedAt: at(20), reason: "Lỗi")],
            [.closeOutage(at: at(30)), .openOutage(from: at(30), confirmedAt: at(45), reason: "Lại lỗi")],
            [.closeOutage(at: at(50)), .openGap(from: at(50), .proberOffline)], [.closeGaps(at: at(60))],
            [.openGap(from: at(60), .proberOffline)],
            [.closeGaps(at: at(70)), .recordGap(from: at(70), to: at(72), .processDown)],
            [.openOutage(from: at(80), confirmedAt: at(90), reason: "Lỗi nữa"), .closeOutage(at: at(81)), .openDegradation(from: at(82))],
        ]
        try await withDatabase { database in
            let desk = try await Desk(database)
            let store = WatchStore(database: database, process: "test")
            let revision = try await database.value("SELECT revision FROM monitor_states", as: Int64.self)
            var waiting: Batch?
            for (number, actions) in story.enumerated() {
                var batch = Batch()
                batch.add(
                    desk.monitor.id, revision: revision, sample: nil, state: try await desk.standing(), due: at(100),
                    actions: actions)
                batch = waiting?.followed(by: batch) ?? batch
                try await store.save(batch)
                waiting = number == unheard ? batch : nil
            }
            if let waiting { try await store.save(waiting) }
            let history = try await desk.history()
            func seconds(_ ranges: [TimeRange]) -> [[Int64?]] {
                ranges.map { [$0.lower, $0.upper].map { $0.map { ($0 - Self.origin).inSeconds } } }.sorted { ($0[0] ?? 0) < ($1[0] ?? 0) }
            }
            #expect(seconds(history.outages.map(\.during)) == [[10, 30], [30, 50], [80, 81]])
            #expect(seconds(history.degradations) == [[2, 10], [82, nil]])
            #expect(seconds(history.gaps.filter { $0.reason == .proberOffline }.map(\.during)) == [[50, 60], [60, 70]])
            #expect(seconds(history.gaps.filter { $0.reason == .processDown }.map(\.during)) == [[0, 1], [70, 72]])
        }
    }

    @Test func aProbeUnderWayWhenMeasuringIsPausedDoesNotCount() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(until: 30)
            let orders = await desk.watch.orders(at: desk.now + .seconds(10))
            try await desk.store.pause(desk.monitor, by: .system("test"), at: desk.now)
            await desk.watch.conclude(orders[0], Sample(at: desk.now + .seconds(1)))
            try await desk.watch.save()
            let paused = try #require(try await desk.history().gaps.first)
            #expect(paused.reason == .paused && paused.during.upper == nil)

            // Told of it, the watch makes no more probes until measuring is taken up again.
            try await desk.watch.reload(at: desk.now)
            let asked = desk.prober.asked.count
            try await desk.run(until: 60)
            #expect(desk.prober.asked.count == asked)
            try await desk.store.resume(desk.monitor, by: .system("test"), at: desk.now)
            try await desk.watch.reload(at: desk.now)
            try await desk.run(until: 70)
            let resumed = try #require(try await desk.history().gaps.first)
            #expect(resumed.reason == .paused && (resumed.during.upper.map { $0 > Self.origin + .seconds(60) } ?? false))
            #expect(try await desk.standing().condition == .up)
        }
    }

    @Test func anOutageStaysOpenWhileMeasuringIsPaused() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            desk.prober.fail(Self.address)
            try await desk.run(until: 40)
            try await desk.store.pause(desk.monitor, by: .system("test"), at: desk.now)
            try await desk.watch.reload(at: desk.now)
            try await desk.run(until: 100)
            #expect(try await desk.history().outages.map(\.isOver) == [false])
            desk.prober.answer(Self.address)
            try await desk.store.resume(desk.monitor, by: .system("test"), at: desk.now)
            try await desk.watch.reload(at: desk.now)
            try await desk.run(until: 130)
            #expect(try await desk.history().outages.map(\.isOver) == [true])
        }
    }

    @Test func aDeletedMonitorEndsItsOutage() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            desk.prober.fail(Self.address)
            try await desk.run(until: 40)
            try await desk.store.delete(desk.monitor, by: .system("test"), at: desk.now)
            let history = try await desk.history()
            #expect(history.outages.map(\.during.upper) == [desk.now])
            #expect(history.gaps.allSatisfy { $0.during.upper != nil })
            try await desk.watch.reload(at: desk.now)
            let asked = desk.prober.asked.count
            try await desk.run(until: 60)
            #expect(desk.prober.asked.count == asked)
        }
    }

    @Test func whenTheProberItselfIsCutOffNothingIsConcluded() async throws {
        try await withDatabase { database in
            let reference = "http://127.0.0.1:2/"
            try await database.run(
                "INSERT INTO settings (key, value, updated_at) VALUES ('monitor.reference_url', \(reference), \(Self.origin))")
            var desk = try await Desk(database)
            try await desk.run(until: 30)
            desk.prober.fail(Self.address)
            desk.prober.fail(reference, Failure(.timeout))
            try await desk.run(until: 90)
            let blind = try await desk.history()
            #expect(blind.outages.isEmpty)
            let gap = try #require(blind.gaps.first)
            #expect(gap.reason == .proberOffline && gap.during.upper == nil)
            #expect(try await database.value("SELECT count(*) FROM samples WHERE failure IS NOT NULL", as: Int.self) == 0)

            // The reference is back and the target is not: now the failures count.
            desk.prober.answer(reference)
            try await desk.run(until: 120)
            let seeing = try await desk.history()
            #expect(seeing.outages.count == 1)
            #expect(seeing.gaps.first?.during.upper == seeing.outages.first?.during.lower)
        }
    }

    @Test func theReferenceIsAskedOnceForAThousandFailures() async throws {
        let prober = ScriptedProber(now: Self.origin)
        prober.fail("http://reference/")
        let check = ReferenceCheck(prober: prober, clock: prober.clock)
        await check.use("http://reference/")
        let answers = await withTaskGroup(of: Instant?.self) { group in
            for _ in 0..<1000 { group.addTask { await check.offlineSince(whenFailedAt: Self.origin) } }
            return await group.reduce(into: Set<Instant?>()) { $0.insert($1) }
        }
        #expect(answers == [Self.origin])
        #expect(prober.asked.count == 1)
        // Offline since the first miss, until it answers.
        prober.set(now: Self.origin + .seconds(20))
        #expect(await check.offlineSince(whenFailedAt: Self.origin + .seconds(20)) == Self.origin)
        prober.answer("http://reference/")
        prober.set(now: Self.origin + .seconds(40))
        #expect(await check.offlineSince(whenFailedAt: Self.origin + .seconds(40)) == nil)
        prober.fail("http://reference/")
        prober.set(now: Self.origin + .seconds(60))
        #expect(await check.offlineSince(whenFailedAt: Self.origin + .seconds(60)) == Self.origin + .seconds(60))
    }

    @Test func anEditForgetsFailuresThatAnsweredAnotherQuestion() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await desk.run(until: 30)
            desk.prober.fail(Self.address)
            while try await desk.standing().failures < 2 { try await desk.run(until: desk.second + 1) }
            var draft = desk.monitor.draft
            draft.target = .http(HTTPTarget(url: "http://127.0.0.1:3/"))
            try await desk.store.change(desk.monitor, to: draft, by: .system("test"), at: desk.now)
            try await desk.watch.reload(at: desk.now)
            try await desk.run(until: desk.second + 30)
            #expect(try await desk.history().outages.isEmpty)
            #expect(desk.prober.asked.last == "http://127.0.0.1:3/")
        }
    }

    @Test func samplesFindTheirMonthAndTheDefaultStaysEmpty() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database)
            try await WatchStore(database: database, process: "test").makePartitions(at: Self.origin)
            try await desk.run(until: 30)
            #expect(try await database.value("SELECT count(*) FROM samples_2026_11", as: Int.self) > 0)
            #expect(try await database.value("SELECT count(*) FROM samples_default", as: Int.self) == 0)
        }
    }

    @Test func samplesThatCameBeforeTheirPartitionAreMovedIntoIt() async throws {
        try await withDatabase { database in
            let far = Self.origin + .seconds(300 * 86_400)
            try await database.run("INSERT INTO samples (monitor_id, at) VALUES (1, \(far)), (2, \(far))")
            #expect(try await database.value("SELECT count(*) FROM samples_default", as: Int.self) == 2)
            try await WatchStore(database: database, process: "test").makePartitions(at: far)
            #expect(try await database.value("SELECT count(*) FROM samples_default", as: Int.self) == 0)
            #expect(try await database.value("SELECT count(*) FROM samples", as: Int.self) == 2)
        }
    }
}
