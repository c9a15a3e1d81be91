import Civil
import Database
import Foundation
import Organization
import TestKit
import Testing

@testable import Monitor

/// What becomes of a job that reports, is late, fails, or cannot be heard. Times are seconds since it was made; it reports
/// every 60 s and may be 30 s late, unless a row says otherwise.
struct HeartbeatTests {
    enum Event: Sendable {
        case ping(Int, Ping.Kind = .success, rid: UUID? = nil)
        /// Somebody listens, second by second.
        case listen(Int, Int)
        case pause(Int)
        case resume(Int)
        case change(Int, HeartbeatSchedule, grace: Int64)
    }

    struct Story: CustomTestStringConvertible, Sendable {
        let name: String
        var schedule = HeartbeatSchedule(every: .seconds(60))
        let events: [Event]
        let outages: String
        let gaps: String
        let state: HeartbeatSummary.State

        var testDescription: String { name }
    }

    private static let (one, two) = (UUID(), UUID())
    /// 09:00 in Vietnam is the moment at which the heartbeat is made; every five minutes from then on.
    private static let fives = HeartbeatSchedule(.cron, "*/5 * * * *", zone: "Asia/Ho_Chi_Minh")

    private static let stories: [Story] = [
        Story(name: "one that has never reported is not measured and never missed", events: [.listen(0, 300)],
              outages: "", gaps: "0–", state: .unknown),
        Story(name: "a good one is measured from its first report", events: [.listen(0, 10), .ping(10), .listen(11, 50), .ping(50), .listen(51, 100)],
              outages: "", gaps: "0–10", state: .up),
        Story(name: "a report within the grace time is in time", events: [.ping(10), .listen(11, 99), .ping(99), .listen(100, 120)],
              outages: "", gaps: "0–10", state: .up),
        Story(name: "a missed deadline is an outage from the deadline on", events: [.ping(10), .listen(11, 110)],
              outages: "100–", gaps: "0–10", state: .down),
        Story(name: "the next report ends it", events: [.ping(10), .listen(11, 110), .ping(115), .listen(116, 120)],
              outages: "100–115", gaps: "0–10", state: .up),
        Story(name: "an outage that is found late begins at the deadline all the same", events: [.ping(10), .listen(11, 90), .listen(112, 112)],
              outages: "100–", gaps: "0–10", state: .down),
        Story(name: "a report that comes before anybody has looked does not hide the miss",
              events: [.ping(10), .listen(11, 95), .ping(112), .listen(113, 115)],
              outages: "100–112", gaps: "0–10", state: .up),
        Story(name: "a failure opens at once", events: [.ping(10), .listen(11, 20), .ping(30, .fail), .listen(31, 40)],
              outages: "30–", gaps: "0–10", state: .down),
        Story(name: "a failure as the first word", events: [.listen(0, 5), .ping(7, .fail), .ping(9)],
              outages: "7–9", gaps: "0–7", state: .up),
        Story(name: "what fails twice is one outage", events: [.ping(10), .ping(20, .fail), .ping(30, .fail), .ping(40)],
              outages: "20–40", gaps: "0–10", state: .up),
        Story(name: "one that is down and stays away is not missed a second time", events: [.ping(10), .ping(20, .fail), .listen(21, 300)],
              outages: "20–", gaps: "0–10", state: .down),
        Story(name: "a note changes nothing", events: [.ping(10), .listen(11, 60), .ping(60, .log), .listen(61, 110)],
              outages: "100–", gaps: "0–10", state: .down),
        Story(name: "a run may take the grace time and no longer", events: [.ping(10), .listen(11, 20), .ping(20, .start), .listen(21, 60)],
              outages: "50–", gaps: "0–10", state: .down),
        Story(name: "a run that ends in time", events: [.ping(10), .ping(20, .start), .listen(21, 45), .ping(45), .listen(46, 130)],
              outages: "", gaps: "0–10", state: .up),
        Story(name: "the first run of all may not take longer either", events: [.listen(0, 5), .ping(5, .start), .listen(6, 40)],
              outages: "35–", gaps: "0–35", state: .down),
        Story(name: "another run's end is not this one's",
              events: [.ping(10), .ping(20, .start, rid: one), .ping(25, .start, rid: two), .ping(30, rid: one), .listen(31, 60)],
              outages: "55–", gaps: "0–10", state: .down),
        Story(name: "this one's end is", events: [.ping(10), .ping(20, .start, rid: one), .ping(30, rid: one), .listen(31, 100)],
              outages: "", gaps: "0–10", state: .up),
        Story(name: "an hourly crontab is expected by the clock, not by the last report", schedule: fives ?? HeartbeatSchedule(every: .seconds(1)),
              events: [.ping(10), .listen(11, 320), .ping(325), .listen(326, 640)],
              outages: "630–", gaps: "0–10", state: .down),
        Story(name: "a crontab's report that comes before anybody has looked does not hide the miss",
              schedule: fives ?? HeartbeatSchedule(every: .seconds(1)), events: [.ping(10), .listen(11, 328), .ping(350)],
              outages: "330–350", gaps: "0–10", state: .up),
        Story(name: "a new schedule counts from now on", events: [
                .ping(10), .listen(11, 50), .change(50, HeartbeatSchedule(every: .seconds(20)), grace: 5), .listen(51, 80)],
              outages: "75–", gaps: "0–10", state: .down),
        Story(name: "paused: nothing is missed and nothing counts", events: [
                .ping(10), .listen(11, 20), .pause(20), .listen(21, 200), .ping(200), .ping(210, .fail)],
              outages: "", gaps: "0–10, 20–", state: .paused),
        Story(name: "taken up again, measured from the next report", events: [
                .ping(10), .listen(11, 20), .pause(20), .listen(21, 200), .resume(200), .listen(201, 230), .ping(230), .listen(231, 300)],
              outages: "", gaps: "0–10, 20–230", state: .up),
        Story(name: "taken up again and silent: missed by the first deadline from then on", events: [
                .ping(10), .listen(11, 20), .pause(20), .listen(21, 200), .resume(200), .listen(201, 300)],
              outages: "290–", gaps: "0–10, 20–290", state: .down),
        Story(name: "down while it is paused stays down until it reports", events: [
                .ping(10), .ping(20, .fail), .listen(21, 30), .pause(30), .listen(31, 100), .resume(100), .listen(101, 120), .ping(120)],
              outages: "20–120", gaps: "0–10, 30–120", state: .up),
        Story(name: "a short restart changes nothing", events: [.ping(10), .listen(11, 40), .listen(65, 69), .ping(70), .listen(71, 90)],
              outages: "", gaps: "0–10", state: .up),
        // Nobody listened from 40 to 100, and no report was due in that time: only that time is dark. The last beat was at 36:
        // a console says every 5 s that it listens.
        Story(name: "nobody listened while nothing was due", schedule: fives ?? HeartbeatSchedule(every: .seconds(1)),
              events: [.ping(10), .listen(11, 40), .listen(100, 305), .ping(305), .listen(306, 310)],
              outages: "", gaps: "0–10, 36–100", state: .up),
        // The deadline at 100 passed unheard: the report may have come. A whole period and grace from 150 on, then it counts.
        Story(name: "a deadline that passed while nobody listened is no miss", events: [.ping(10), .listen(11, 40), .listen(150, 239)],
              outages: "", gaps: "0–10, 36–", state: .unknown),
        Story(name: "the next deadline after that is", events: [.ping(10), .listen(11, 40), .listen(150, 245)],
              outages: "240–", gaps: "0–10, 36–240", state: .down),
        Story(name: "a report ends the doubt", events: [.ping(10), .listen(11, 40), .listen(150, 180), .ping(180), .listen(181, 200)],
              outages: "", gaps: "0–10, 36–180", state: .up),
        Story(name: "the first report after a silence may come before the first look", events: [.ping(10), .listen(11, 40), .ping(150)],
              outages: "", gaps: "0–10, 36–150", state: .up),
        Story(name: "missed before the silence is missed", events: [.ping(10), .listen(11, 98), .listen(105, 105), .listen(300, 310)],
              outages: "100–", gaps: "0–10, 105–", state: .unknown),
        Story(name: "an outage whose end could not be heard is not measured", events: [
                .ping(10), .listen(11, 20), .ping(20, .fail), .listen(21, 40), .listen(150, 245)],
              outages: "20–", gaps: "0–10, 36–240", state: .down),
        Story(name: "a run whose end could not be heard is no overrun", events: [
                .ping(10), .listen(11, 20), .ping(20, .start), .listen(21, 40), .listen(150, 160)],
              outages: "", gaps: "0–10, 36–", state: .unknown),
    ]

    @Test(arguments: stories)
    func timelines(story: Story) async throws {
        try await withDatabase { database in
            let beat = try await Beat.add(database, story.schedule)
            let person = Beat.linh
            var last = beat.begun
            for event in story.events {
                switch event {
                case .ping(let second, let kind, let rid):
                    #expect(try await beat.ping(kind, second: second, rid: rid) == .ok)
                    last = beat.at(second)
                case .listen(let first, let end):
                    try await beat.listen(from: first, to: end)
                    last = beat.at(end)
                case .pause(let second): try await beat.store.pause(try await beat.heartbeat(), by: Beat.actor, at: beat.at(second))
                case .resume(let second): try await beat.store.resume(try await beat.heartbeat(), by: Beat.actor, at: beat.at(second))
                case .change(let second, let schedule, let grace):
                    let draft = HeartbeatDraft(name: "Sao lưu", schedule: schedule, grace: .seconds(grace))
                    try await beat.store.change(try await beat.heartbeat(), to: draft, by: Beat.actor, at: beat.at(second))
                }
            }
            #expect(try await beat.outages() == story.outages)
            #expect(try await beat.gaps() == story.gaps)
            #expect(try await beat.store.summary(beat.id, for: person, at: last)?.state == story.state)
        }
    }

    @Test func runsAreMeasuredByTheirIdentifiers() async throws {
        try await withDatabase { database in
            let beat = try await Beat.add(database, grace: 3600)
            try await beat.ping(.start, second: 10, rid: Self.one)
            try await beat.ping(.start, second: 12, rid: Self.two)
            try await beat.ping(second: 20, rid: Self.two)
            try await beat.ping(second: 45, rid: Self.one)
            try await beat.ping(.start, second: 50)
            try await beat.ping(.fail, second: 57, exitStatus: 3)
            try await beat.ping(second: 60)
            let pings = try await beat.pings()
            #expect(pings.map(\.duration) == [nil, .seconds(7), nil, .seconds(35), .seconds(8), nil, nil])
            #expect(pings[1].exitStatus == 3)
            let reason = try await database.value("SELECT reason FROM outages", as: String.self)
            #expect(reason == "tác vụ tự báo lỗi (mã thoát 3)")
        }
    }

    @Test func timeNeverRunsBackwardsAlongThePings() async throws {
        try await withDatabase { database in
            let beat = try await Beat.add(database)
            try await beat.ping(second: 30)
            try await beat.ping(.fail, second: 20)
            try await beat.ping(second: 25)
            #expect(try await beat.pings().map(\.at) == [beat.at(30), beat.at(30), beat.at(30)])
            #expect(try await beat.outages() == "30–31")
        }
    }

    @Test func severalConsolesJudgeEachMissOnce() async throws {
        try await withDatabase { database in
            var beats: [Beat] = []
            for number in 0..<40 { beats.append(try await Beat.add(database, name: "Việc \(number)")) }
            for beat in beats { try await beat.ping(second: 10) }
            let store = HeartbeatStore(database: database)
            try await store.sweep(at: Beat.begun + .seconds(90))
            try await withThrowingDiscardingTaskGroup { group in
                for _ in 0..<8 { group.addTask { try await store.sweep(at: Beat.begun + .seconds(101)) } }
                for beat in beats.prefix(20) { group.addTask { try await beat.ping(second: 102) } }
            }
            try await store.sweep(at: Beat.begun + .seconds(103))
            for (number, beat) in beats.enumerated() {
                #expect(try await beat.outages() == (number < 20 ? "100–102" : "100–"), "\(number)")
            }
        }
    }

    @Test func aMissIsToldToWhoeverOpensIncidents() async throws {
        try await withDatabase { database in
            let beat = try await Beat.add(database)
            try await beat.ping(second: 10)
            try await beat.listen(from: 11, to: 101, step: 5)
            try await beat.listen(from: 101, to: 101)
            let row = try await database.value(
                "SELECT reason || ' ' || (confirmed_at - lower(during))::text FROM outages", as: String.self)
            #expect(row == "không có tín hiệu, hẹn lúc 09:01:10 24/11/2026, ân hạn 30 giây 00:00:01")
            let availability = try await MonitorStore(database: database).availability(
                window: TimeRange(from: beat.begun, to: beat.at(200)), asOf: beat.at(110))
            #expect(availability.count == 1)
            #expect(availability[0].availability.notMeasured == .seconds(10) && availability[0].availability.down == .seconds(10))
        }
    }

    @Test func theDailyBackupKeepsWhatEachDayOfVietnamHasSaid() async throws {
        try await withDatabase { database in
            // Made at 09:00 in Vietnam; 15 hours later the next day begins there.
            let beat = try await Beat.add(database, HeartbeatSchedule(every: .seconds(86_400)), grace: 86_400, isDailyBackup: true)
            let other = try await Beat.add(database, name: "Dọn dẹp")
            let midnight = 15 * 3600
            try await beat.ping(.fail, second: 60, exitStatus: 1)
            try await beat.ping(second: 120)
            try await beat.ping(.start, second: midnight - 10)
            try await beat.ping(.fail, second: midnight)
            try await beat.ping(second: midnight + 86_400 + 5)
            try await other.ping(second: 60)
            let days = try await database.values(
                "SELECT day || ' ' || result || ' ' || recorded_by FROM backup_reports ORDER BY day", as: String.self)
            #expect(days == ["2026-11-24 good Sao lưu", "2026-11-25 failed Sao lưu", "2026-11-26 good Sao lưu"])
        }
    }

    @Test func aDeletedOneIsNotFoundAndItsOutageEnds() async throws {
        try await withDatabase { database in
            let beat = try await Beat.add(database, slug: "xoa")
            let person = Beat.linh
            try await beat.ping(.fail, second: 10)
            let heartbeat = try await beat.heartbeat()
            try await beat.store.delete(heartbeat, by: Beat.actor, at: beat.at(20))
            // Who comes second is told, and leaves no trace.
            await #expect(throws: Refusal.self) {
                try await beat.store.delete(heartbeat, by: Beat.actor, at: beat.at(20))
            }
            #expect(try await database.value("SELECT count(*) FROM audit_entries WHERE action = 'heartbeat.deleted'") == 1)
            #expect(try await beat.ping(second: 21) == .notFound)
            #expect(try await beat.outages() == "10–20")
            #expect(try await beat.store.summary(beat.id, for: person, at: beat.at(21)) == nil)
        }
    }

    @Test func nobodyProbesAHeartbeat() async throws {
        try await withDatabase { database in
            let beat = try await Beat.add(database)
            try await beat.ping(second: 10)
            let watch = WatchStore(database: database, process: "tests")
            let all = try await watch.takeOver(at: beat.at(20)).tenure.shards
            #expect(try await watch.assignments(in: all).monitors.isEmpty)
            #expect(try await beat.gaps() == "0–10")
            let person = Beat.linh
            let monitors = MonitorStore(database: database)
            #expect(try await monitors.counts(MonitorFilter(), for: person, at: beat.at(20))[nil] == 0)
            #expect(try await monitors.find(beat.id, for: person) == nil)
        }
    }

    @Test func theDeadlineIsFoundByItsIndex() async throws {
        try await withDatabase { database in
            try await database.run(
                """
                WITH made AS (
                    INSERT INTO monitors (name, kind, created_at)
                    SELECT 'Việc ' || n, 'heartbeat', \(Beat.begun) FROM generate_series(1, 5000) AS n RETURNING id
                ), kept AS (
                    INSERT INTO heartbeats (monitor_id, code, schedule, period_seconds, zone, grace_seconds)
                    SELECT id, gen_random_uuid(), 'period', 60, 'UTC', 30 FROM made RETURNING monitor_id
                )
                INSERT INTO heartbeat_states (monitor_id, since, counted_from, alert_after)
                SELECT monitor_id, \(Beat.begun), \(Beat.begun), \(Beat.begun + .seconds(90)) FROM kept
                """)
            _ = try await database.asOwner { try await $0.run("ANALYZE heartbeats, heartbeat_states") }
            let plan = try await database.plan(
                of: "SELECT monitor_id FROM heartbeat_states s WHERE s.alert_after <= \(Beat.begun) ORDER BY s.alert_after LIMIT 200")
            #expect(plan.contains("heartbeat_states_alert_after_index") && !plan.contains("Seq Scan"), "\(plan)")
        }
    }
}
