import Civil
import Database
import Organization
import TestKit
import Testing

@testable import Monitor

/// Commands on monitors: what they leave behind for whoever is probing at that moment.
struct CommandTests {
    private static let now = Instant(seconds: 1_795_485_600)
    private static let tester = Actor.system("test")

    private struct Room {
        let database: Database
        let store: MonitorStore
        let monitor: Monitor

        init(_ database: Database) async throws {
            self.database = database
            store = MonitorStore(database: database)
            let draft = MonitorDraft(name: "Đăng nhập", target: .http(HTTPTarget(url: "https://qlvb.example.vn/")))
            let id = try await store.add(draft, by: tester, at: now)
            monitor = try await database.one("SELECT \(columns: Monitor.self) FROM monitors m WHERE id = \(id)")
        }

        func state() async throws -> MonitorState {
            try await database.one("SELECT \(columns: MonitorState.self) FROM monitor_states s WHERE monitor_id = \(monitor.id)")
        }

        func revision() async throws -> Int {
            try await database.value("SELECT revision FROM monitor_states WHERE monitor_id = \(monitor.id)")
        }

        func fail() async throws {
            try await database.run(
                """
                UPDATE monitor_states SET state = 'up', failures = 2, first_failure_at = \(now) WHERE monitor_id = \(monitor.id)
                """)
        }
    }

    @Test func aNewMonitorIsNotMeasuredUntilItsFirstSample() async throws {
        try await withDatabase { database in
            let room = try await Room(database)
            #expect(try await room.state().condition == .unknown)
            let gap = try #require(try await room.store.history(of: room.monitor.id).gaps.first)
            #expect(gap.reason == .notStarted && gap.during == TimeRange(from: Self.now, to: nil))
        }
    }

    @Test func everyCommandMakesAnOlderProbeCountNoMore() async throws {
        try await withDatabase { database in
            let room = try await Room(database)
            var changed = room.monitor.draft
            changed.name = "Đăng nhập mới"
            let commands: [(String, () async throws -> Void)] = [
                ("change", { try await room.store.change(room.monitor, to: changed, by: Self.tester, at: Self.now) }),
                ("pause", { try await room.store.pause(room.monitor, by: Self.tester, at: Self.now) }),
                ("resume", { try await room.store.resume(room.monitor, by: Self.tester, at: Self.now) }),
                ("delete", { try await room.store.delete(room.monitor, by: Self.tester, at: Self.now) }),
            ]
            for (name, command) in commands {
                try await room.fail()
                let before = try await room.revision()
                try await command()
                #expect(try await room.revision() == before + 1, "\(name)")
                let state = try await room.state()
                #expect(state.failures == 0 && state.firstFailureAt == nil, "\(name)")
            }
            #expect(try await room.state().condition == .unknown)
        }
    }

    @Test func anEditMeetsNeitherAnothersNorADeletion() async throws {
        try await withDatabase { database in
            let room = try await Room(database)
            let (store, monitor) = (room.store, room.monitor)
            var (first, second) = (monitor.draft, monitor.draft)
            (first.name, second.name) = ("Của An", "Của Linh")
            #expect(try await store.version(of: monitor.id) == 1)
            // Saying it twice is one change, and no probe under way is lost by the second.
            for _ in 1...2 { try await store.change(monitor, to: first, version: 1, by: Self.tester, at: Self.now) }
            let revision = try await room.revision()
            let changed = await #expect(throws: ChangedMeanwhile.self) {
                try await store.change(monitor, to: second, version: 1, by: Self.tester, at: Self.now)
            }
            #expect(changed?.version == 2 && changed?.problems.first?.text.hasPrefix("Điểm giám sát này vừa được sửa lúc 09:00") == true)
            #expect(try await room.revision() == revision)
            try await store.change(monitor, to: second, version: 2, by: Self.tester, at: Self.now)
            let before = try await database.values(
                "SELECT before::jsonb->>'name' FROM audit_entries WHERE action = 'monitor.changed' ORDER BY seq", as: String.self)
            #expect(before == [monitor.name, "Của An"])
            try await store.delete(monitor, by: Self.tester, at: Self.now)
            await #expect(throws: Refusal.self) { try await store.change(monitor, to: first, by: Self.tester, at: Self.now) }
            await #expect(throws: Refusal.self) { try await store.pause(monitor, by: Self.tester, at: Self.now) }
            await #expect(throws: Refusal.self) { try await store.resume(monitor, by: Self.tester, at: Self.now) }
            #expect(try await database.value("SELECT count(*) FROM audit_entries WHERE action IN ('monitor.changed', 'monitor.paused')") == 2)
        }
    }

    @Test func whatIsRefusedChangesNothing() async throws {
        try await withDatabase { database in
            let room = try await Room(database)
            var unfit = room.monitor.draft
            unfit.name = ""
            await #expect(throws: Refusal.self) {
                try await room.store.change(room.monitor, to: unfit, by: Self.tester, at: Self.now)
            }
            await #expect(throws: Refusal.self) { _ = try await room.store.add(unfit, by: Self.tester, at: Self.now) }
            await #expect(throws: Refusal.self) { try await room.store.resume(room.monitor, by: Self.tester, at: Self.now) }
            #expect(try await room.revision() == 1)
            #expect(try await database.value("SELECT count(*) FROM audit_entries WHERE action LIKE 'monitor.%'") == 1)
        }
    }

    @Test func pausingLeavesAnOutageOpenAndDeletingEndsIt() async throws {
        try await withDatabase { database in
            let room = try await Room(database)
            let (store, later) = (room.store, Self.now + .seconds(600))
            try await database.run(
                """
                INSERT INTO outages (monitor_id, during, confirmed_at, reason)
                VALUES (\(room.monitor.id), \(TimeRange(from: Self.now, to: nil)), \(Self.now), 'x')
                """)
            try await store.pause(room.monitor, by: Self.tester, at: Self.now + .seconds(60))
            #expect(try await store.history(of: room.monitor.id).outages.map(\.isOver) == [false])
            try await store.delete(room.monitor, by: Self.tester, at: later)
            let history = try await store.history(of: room.monitor.id)
            #expect(history.outages.map(\.during) == [TimeRange(from: Self.now, to: later)])
            // Who comes second is told, and leaves no trace.
            await #expect(throws: Refusal.self) {
                try await store.delete(room.monitor, by: Self.tester, at: later + .seconds(5))
            }
            #expect(try await database.value("SELECT count(*) FROM audit_entries WHERE action = 'monitor.deleted'") == 1)
            #expect(history.gaps.allSatisfy { $0.during.upper == later })
            #expect(Set(history.gaps.map(\.reason)) == [.notStarted, .paused])
        }
    }

    @Test func secretsInHeadersStayOutOfTheTrail() async throws {
        try await withDatabase { database in
            let room = try await Room(database)
            var target = HTTPTarget(url: "https://qlvb.example.vn/")
            target.headers = [.init(name: "Authorization", value: "Bearer bí-mật")]
            var draft = room.monitor.draft
            draft.target = .http(target)
            try await room.store.change(room.monitor, to: draft, by: Self.tester, at: Self.now)
            let trail = try await database.values("SELECT coalesce(after, '') FROM audit_entries", as: String.self)
            #expect(trail.contains { $0.contains("Authorization: ***") } && !trail.contains { $0.contains("bí-mật") })
        }
    }
}
