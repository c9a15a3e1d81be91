import Civil
import Database
import Organization
import Synchronization
import Testing
import TestKit

@testable import Monitor

/// Several processes share the monitors: stepped by hand, on a real database.
struct LeaseTests {
    private static let origin = Instant(seconds: 1_795_485_600)
    private static let everything = Set(0..<64)

    /// Seventy monitors of 10 s, more than there are shards.
    private struct Field {
        let database: Database
        let prober = ScriptedProber(now: origin)
        var second = 0

        init(_ database: Database) async throws {
            self.database = database
            let store = MonitorStore(database: database)
            for number in 1...70 {
                var draft = MonitorDraft(name: "Điểm \(number)", target: .http(HTTPTarget(url: "http://127.0.0.1:\(number)/")))
                (draft.timeout, draft.interval, draft.retryInterval) = (.seconds(5), .seconds(10), .seconds(5))
                _ = try await store.add(draft, by: .system("test"), at: origin)
            }
        }

        var now: Instant { origin + .seconds(second) }

        func begin(_ name: String, uptime: Uptime = .system) async throws -> Watch {
            try await Watch.begin(WatchStore(database: database, process: name), uptime: uptime, at: now)
        }

        /// Lets all of them work for so many seconds.
        mutating func run(_ watches: [Watch], seconds: Int) async throws {
            for _ in 0..<seconds {
                second += 1
                prober.set(now: now)
                for watch in watches {
                    try await ProbeRound(watch: watch, prober: prober, clock: prober.clock).step(at: now)
                }
            }
        }

        /// The lease of one process runs out by the database's clock.
        func expire(_ name: String) async throws {
            try await database.run(
                "UPDATE watches SET leased_until = clock_timestamp() - interval '1 second' WHERE process = \(name)")
        }

        func openGaps() async throws -> Int {
            try await database.value("SELECT count(*) FROM measurement_gaps WHERE upper_inf(during)", as: Int.self)
        }

        func monitors(in shards: Set<Int>) async throws -> Int {
            try await database.value(
                "SELECT count(*) FROM monitor_shards WHERE shard = ANY(\(shards.sorted()))", as: Int.self)
        }
    }

    @Test(arguments: 1...70) func sharesAddUpToAllAndAreEven(living: Int) {
        let shares = (0..<living).map { Shard.share(rank: $0, living: living) }
        #expect(shares.reduce(0, +) == 64)
        #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= 1)
    }

    @Test func whatIsTooMuchIsGivenUpAndNoMore() {
        #expect(Shard.surplus(of: [1, 2, 9, 40], share: 3) == [40])
        #expect(Shard.surplus(of: [1, 2, 9, 40], share: 4).isEmpty)
        #expect(Shard.surplus(of: [1], share: 32).isEmpty)
    }

    @Test func twoComeToEvenSharesAndNobodyIsProbedByBoth() async throws {
        try await withDatabase { database in
            var field = try await Field(database)
            let first = try await field.begin("first")
            try await field.run([first], seconds: 12)
            #expect(await first.keeping == Self.everything)
            #expect(try await field.openGaps() == 0)

            let second = try await field.begin("second")
            #expect(await second.keeping.isEmpty)
            try await field.run([first, second], seconds: 3)
            let (one, other) = (await first.keeping, await second.keeping)
            #expect(one.count == 32 && other.count == 32 && one.union(other) == Self.everything)
            // What changed hands in order has no gap.
            try await field.run([first, second], seconds: 12)
            #expect(try await field.openGaps() == 0)
            #expect(
                try await database.value(
                    "SELECT count(*) FROM measurement_gaps WHERE lower(during) > \(Self.origin + .seconds(1))", as: Int.self) == 0)

            let asked = field.prober.asked.count
            try await field.run([first, second], seconds: 10)
            #expect(field.prober.asked.dropFirst(asked).count == 70)
            #expect(Set(field.prober.asked.dropFirst(asked)).count == 70)
        }
    }

    @Test func whatIsUnderWayIsWaitedForBeforeItsShardIsGivenUp() async throws {
        try await withDatabase { database in
            var field = try await Field(database)
            let first = try await field.begin("first")
            try await field.run([first], seconds: 12)
            let orders = await first.orders(at: field.now + .seconds(10))
            #expect(orders.count == 70)
            let second = try await field.begin("second")
            for _ in 0..<3 {
                try await first.renew(at: field.now)
                try await second.renew(at: field.now)
            }
            #expect(await first.keeping.count == 32)
            #expect(await second.keeping.isEmpty)
            // Seen, and not stored yet: that is waited for too.
            for order in orders { await first.conclude(order, Sample(at: field.now + .seconds(1))) }
            try await first.renew(at: field.now)
            try await second.renew(at: field.now)
            #expect(await second.keeping.isEmpty)
            try await first.save()
            try await first.renew(at: field.now)
            try await second.renew(at: field.now)
            #expect(await second.keeping.count == 32)
            #expect(try await database.value("SELECT count(*) FROM samples WHERE at = \(field.now + .seconds(1))", as: Int.self) == 70)
        }
    }

    @Test func whoDiedLosesItsShardsAndOnlyTheyWereNotMeasured() async throws {
        try await withDatabase { database in
            var field = try await Field(database)
            let (dead, living) = (try await field.begin("dead"), try await field.begin("living"))
            try await field.run([dead, living], seconds: 30)
            let lost = await dead.keeping
            let orders = await dead.orders(at: field.now + .seconds(10))
            #expect(!orders.isEmpty && lost.count == 32)

            // Late, but nobody can know yet whether it died.
            try await field.run([living], seconds: 5)
            #expect(await living.keeping.count == 32)
            try await field.expire("dead")
            try await living.renew(at: field.now)
            #expect(await living.keeping == Self.everything)
            let gaps = try await database.values(
                "SELECT lower(during) FROM measurement_gaps WHERE upper_inf(during)", as: Instant.self)
            #expect(gaps.count == (try await field.monitors(in: lost)))
            #expect(gaps.allSatisfy { $0 == Self.origin + .seconds(30) })

            // It was only asleep, and says now what it saw.
            let samples = try await database.value("SELECT count(*) FROM samples", as: Int.self)
            for order in orders { await dead.conclude(order, Sample(at: field.now, failure: Failure(.connect))) }
            try await dead.save()
            #expect(try await database.value("SELECT count(*) FROM samples", as: Int.self) == samples)
            await #expect(throws: Watch.Deposed.self) { try await dead.renew(at: field.now) }
            await #expect(throws: Watch.Deposed.self) { try await dead.leave(at: field.now) }
        }
    }

    /// Started again on the same machine, nobody waits for the lease of one that is known to have died.
    @Test func whoIsSeenToBeDeadIsNotWaitedFor() async throws {
        try await withDatabase { database in
            var field = try await Field(database)
            let mark = try #require(ProcessMark.own)
            let first = try await Watch.begin(
                WatchStore(database: database, process: "first", mark: mark), at: field.now)
            let elsewhere = try await field.begin("elsewhere")
            try await field.run([first, elsewhere], seconds: 12)
            let again = try await Watch.begin(
                WatchStore(database: database, process: "again", mark: mark), at: field.now)
            #expect(await again.keeping.count == 32)
            #expect(await elsewhere.keeping.count == 32)
            await #expect(throws: Watch.Deposed.self) { try await first.renew(at: field.now) }
        }
    }

    @Test func aLeaseThatRanOutUnnoticedGoesOn() async throws {
        try await withDatabase { database in
            var field = try await Field(database)
            let watch = try await field.begin("only")
            try await field.run([watch], seconds: 12)
            let revisions = try await database.values("SELECT DISTINCT revision FROM monitor_states", as: Int64.self)
            try await field.expire("only")
            try await watch.renew(at: field.now)
            #expect(await watch.keeping == Self.everything)
            #expect(try await database.values("SELECT DISTINCT revision FROM monitor_states", as: Int64.self) == revisions)
            #expect(try await field.openGaps() == 0)
        }
    }

    /// The database is away, or the process was stopped (SIGSTOP): by the database's clock the lease may have run out.
    @Test func whoCannotRenewBeginsNothingBeforeItsLeaseEnds() async throws {
        try await withDatabase { database in
            let counter = Counter()
            let uptime = Uptime { counter.now }
            var field = try await Field(database)
            let watch = try await field.begin("cut off", uptime: uptime)
            try await field.run([watch], seconds: 12)
            counter.advance(by: .seconds(8))
            let orders = await watch.orders(at: field.now + .seconds(4))
            #expect(!orders.isEmpty)
            counter.advance(by: .seconds(1))
            #expect(await !watch.isLeased)
            #expect(await watch.orders(at: field.now + .seconds(60)).isEmpty)
            #expect(await watch.nextDue == nil)
            // What was under way is broken off, and made anew when the lease is certain again.
            for order in orders { await watch.abandon(order) }
            try await watch.renew(at: field.now + .seconds(60))
            #expect(await watch.orders(at: field.now + .seconds(61)).count == 70)
        }
    }

    @Test func whoStopsGivesBackAtOnce() async throws {
        try await withDatabase { database in
            var field = try await Field(database)
            let first = try await field.begin("first")
            try await field.run([first], seconds: 12)
            try await first.leave(at: field.now)
            #expect(await first.orders(at: field.now + .seconds(60)).isEmpty)
            field.second += 2
            let second = try await field.begin("second")
            #expect(await second.keeping == Self.everything)
            #expect(try await field.openGaps() == 0)

            // Given back in order too, but nobody came for long.
            try await field.run([second], seconds: 12)
            try await second.leave(at: field.now)
            field.second += 60
            _ = try await field.begin("third")
            #expect(try await field.openGaps() == 70)
        }
    }

    @Test func aChildLiesWhereItsParentLies() async throws {
        try await withDatabase { database in
            _ = try await Field(database)
            try await database.run("UPDATE monitors SET parent_id = id - 1 WHERE id IN (SELECT id FROM monitors ORDER BY id LIMIT 2 OFFSET 1)")
            let shards = try await database.values("SELECT shard FROM monitor_shards ORDER BY monitor_id", as: Int.self)
            #expect(shards.count == 70)
            #expect(Set(shards.prefix(3)).count == 1)
        }
    }

    @Test func manyMonitorsAreSpreadEvenly() async throws {
        try await withDatabase { database in
            let field = try await Field(database)
            #expect(try await field.monitors(in: Set(0..<32)) >= 32)
            #expect(try await field.monitors(in: Set(32..<64)) >= 32)
        }
    }
}

/// A clock that goes on when it is told to.
private final class Counter: Sendable {
    private let passed = Mutex(Duration.zero)

    var now: Duration { passed.withLock { $0 } }

    func advance(by duration: Duration) { passed.withLock { $0 += duration } }
}
