import Civil
import Database
import Organization
import TestKit
import Testing

@testable import Monitor

/// A target that hangs on another, on a real database, stepped by hand.
struct DependencyTests {
    private static let origin = Instant(seconds: 1_795_485_600)
    private static let link = "http://127.0.0.1:1/"
    private static let behind = "http://127.0.0.1:2/"

    /// Both are looked at every 10 s (retries 5 s).
    private struct Desk {
        let store: MonitorStore
        let prober = ScriptedProber(now: origin)
        let link: Monitor.ID
        let child: Monitor.ID
        let watch: Watch
        var second = 0

        /// - Parameter confirmAfter: Of the child; the link is blamed at its third failure.
        init(_ database: Database, confirmAfter: Int) async throws {
            store = MonitorStore(database: database)
            var draft = MonitorDraft(name: "Đường truyền", target: .http(HTTPTarget(url: DependencyTests.link)))
            (draft.timeout, draft.interval, draft.retryInterval) = (.seconds(5), .seconds(10), .seconds(5))
            link = try await store.add(draft, by: .system("test"), at: origin)
            draft.name = "Văn bản đến"
            draft.target = .http(HTTPTarget(url: DependencyTests.behind))
            draft.confirmAfter = confirmAfter
            draft.place.parent = "Đường truyền"
            child = try await store.add(draft, by: .system("test"), at: origin)
            watch = try await Watch.begin(WatchStore(database: database, process: "test"), at: origin)
        }

        var now: Instant { origin + .seconds(second) }

        mutating func run(_ seconds: Int) async throws {
            let round = ProbeRound(watch: watch, prober: prober, clock: prober.clock)
            for _ in 0..<seconds {
                second += 1
                prober.set(now: now)
                try await round.step(at: now)
            }
        }

        /// Goes on until one of them is looked at next.
        mutating func run(untilAsked address: String) async throws {
            let asked = prober.asked.count
            while prober.asked.dropFirst(asked).last != address { try await run(1) }
        }

        func history(of monitor: Monitor.ID) async throws -> MonitorHistory { try await store.history(of: monitor) }
    }

    /// What is behind a link that is cut is not measured, and only the link has an outage. What fails by itself has its own.
    @Test func whatHangsOnSomethingThatFailsIsNotMeasured() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database, confirmAfter: 3)
            try await desk.run(30)
            desk.prober.fail(Self.link)
            desk.prober.fail(Self.behind)
            try await desk.run(90)
            let cut = try await desk.history(of: desk.child)
            #expect(try await desk.history(of: desk.link).outages.count == 1)
            #expect(cut.outages.isEmpty && cut.gaps.first?.reason == .parentDown && cut.gaps.first?.during.upper == nil)

            desk.prober.answer(Self.link)
            desk.prober.answer(Self.behind)
            try await desk.run(40)
            let back = try await desk.history(of: desk.child)
            #expect(back.outages.isEmpty && back.gaps.allSatisfy { $0.during.upper != nil })

            desk.prober.fail(Self.behind)
            try await desk.run(40)
            #expect(try await desk.history(of: desk.child).outages.count == 1)
            #expect(try await desk.history(of: desk.link).outages.allSatisfy(\.isOver))
        }
    }

    /// A monitor that is blamed at its first failure waits for what its parent says of the same moment.
    @Test(arguments: [("the link was cut", true), ("it failed by itself", false)])
    func nobodyIsBlamedBeforeItsParentWasLookedAt(_ what: String, isCut: Bool) async throws {
        try await withDatabase { database in
            var desk = try await Desk(database, confirmAfter: 1)
            try await desk.run(30)
            try await desk.run(untilAsked: Self.link)
            desk.prober.fail(Self.behind)
            if isCut { desk.prober.fail(Self.link) }
            try await desk.run(untilAsked: Self.behind)
            let failed = desk.now
            #expect(try await desk.history(of: desk.child).outages.isEmpty)

            try await desk.run(1)
            #expect(desk.prober.asked.last == Self.link)
            let history = try await desk.history(of: desk.child)
            #expect(history.outages.map(\.during.lower) == (isCut ? [] : [failed]))
            #expect(history.gaps.first.map { $0.reason == .parentDown && $0.during.upper == nil } == isCut)

            desk.prober.answer(Self.behind)
            desk.prober.answer(Self.link)
            try await desk.run(30)
            #expect(try await desk.history(of: desk.child).gaps.allSatisfy { $0.during.upper != nil })
            #expect(try await desk.history(of: desk.child).outages.allSatisfy(\.isOver))
        }
    }

    /// Whoever waited for a parent that is watched no more is judged alone.
    @Test func aSuspicionEndsWithWhatItHangsOn() async throws {
        try await withDatabase { database in
            var desk = try await Desk(database, confirmAfter: 1)
            try await desk.run(30)
            try await desk.run(untilAsked: Self.link)
            desk.prober.fail(Self.behind)
            try await desk.run(untilAsked: Self.behind)
            #expect(try await desk.history(of: desk.child).outages.isEmpty)
            let link = try await database.one(
                "SELECT \(columns: Monitor.self) FROM monitors m WHERE id = \(desk.link)", as: Monitor.self)
            try await desk.store.pause(link, by: .system("test"), at: desk.now)
            try await desk.watch.reload(at: desk.now)
            try await desk.watch.save()
            #expect(try await desk.history(of: desk.child).outages.count == 1)
        }
    }
}
