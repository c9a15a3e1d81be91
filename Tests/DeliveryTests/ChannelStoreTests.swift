import Civil
import Database
import Foundation
import Organization
import TestKit
import Testing

@testable import Delivery

/// Channels and the outbox on a real database.
struct ChannelStoreTests {
    private func add(
        _ town: Town, name: String = "Bảng điều hành", events: [Announcement.Event] = [.incidentOpened], perMinute: Int = 0,
        recipients: [String]? = nil
    ) async throws -> Channel.ID {
        let gateway = recipients.map {
            Gateway(
                method: .post, headers: [], contentType: .json, template: #"{"to": "{{to}}", "text": "{{text}}"}"#,
                acceptedStatuses: .good, acceptedText: nil, recipients: $0)
        }
        let draft = ChannelDraft(
            name: name, url: "https://nhan.example/hook?key=x", events: events, perMinute: perMinute, gateway: gateway)
        return try await ChannelStore(database: town.database).add(draft, by: town.actor(.an), at: now).id
    }

    private func announce(
        _ town: Town, _ event: Announcement.Event = .incidentOpened, code: String = "SC-2026-0001", at moment: Instant = now
    ) async throws {
        try await town.database.run(
            "SELECT announce(\(event), \(code), 'Không ký số được', \("/incidents/\(code)"), \(moment))")
    }

    @Test func whoWantsToHearOfAnEventIsTold() async throws {
        try await Town.with { town in
            _ = try await add(town)
            _ = try await add(town, name: "Chỉ thông báo", events: [.noticePublished])
            _ = try await add(town, name: "Cổng SMS", recipients: ["0912", "0913"])
            try await announce(town)
            let written = try await town.database.letters()
            #expect(written.map(\.recipientAddress).sorted() == ["0912", "0913", "https://nhan.example"])
            #expect(written.allSatisfy { $0.about == "SC-2026-0001" && $0.agency == nil && $0.channel != nil })
            let webhook = try #require(written.first { $0.recipientName == "Bảng điều hành" })
            let payload = try #require(JSONSerialization.jsonObject(with: Data(webhook.body.utf8)) as? [String: Any])
            #expect(payload["type"] as? String == "incident.opened" && payload["timestamp"] as? String == "2026-11-24T09:00:00+07:00")
            #expect(payload["data"] as? [String: String] == [
                "code": "SC-2026-0001", "path": "/incidents/SC-2026-0001", "title": "Không ký số được",
            ])
            #expect(Announcement.sentence(of: webhook.body) == "SC-2026-0001: sự cố mở. Không ký số được")
            // The same thing may happen again.
            try await announce(town, at: now + .seconds(60))
            #expect(try await town.database.letters().count == 6)
        }
    }

    /// Whatever writes a fact down, it is announced in the same transaction, once.
    @Test func factsAnnounceThemselves() async throws {
        try await Town.with { town in
            _ = try await add(town, events: Announcement.Event.allCases)
            let (linh, window) = (town.person(.linh).id, TimeRange(from: now + .seconds(86_400), to: now + .seconds(90_000)))
            try await town.database.run(
                """
                INSERT INTO incidents (code, title, kind, severity, description, cause, temporary_measures, catch_up, began_at, detected_at,
                                       opened_at, updated_at)
                VALUES ('SC-2026-0009', 'Chậm', 'degraded', 'M4', 'Chậm', 'Quá tải', 'Gửi thư', 'Nhập lại', \(now), \(now), \(now), \(now))
                """)
            try await town.database.run(
                """
                INSERT INTO notices (code, kind, title, impact, during, created_by, created_at)
                VALUES ('TB-2026-0009', 'maintenance', 'Bảo trì', 'Chậm', \(window), \(linh), \(now))
                """)
            try await town.database.run("UPDATE incidents SET title = 'Rất chậm', updated_at = \(now)")
            // It stands still, and goes on at once.
            try await town.database.run(
                "INSERT INTO incident_downtimes (incident_id, during, written_at) SELECT id, tstzrange(\(now), NULL), \(now) FROM incidents")
            try await town.database.run("UPDATE incident_downtimes SET during = downtime_range(\(now), \(now))")
            try await town.database.run(
                "INSERT INTO incident_closures (incident_id, closed_at, closed_by, note) SELECT id, \(now), \(linh), '' FROM incidents")
            let types = try await town.database.values("SELECT body::jsonb->>'type' FROM deliveries ORDER BY id", as: String.self)
            #expect(types == ["incident.opened", "incident.resumed", "incident.closed"], "a draft is nobody's news")
            #expect(try await town.database.letters().allSatisfy { $0.createdAt == now })
        }
    }

    @Test func mailDoesNotTakeWhatGoesElsewhereNorTheOtherWayRound() async throws {
        try await Town.with { town in
            let store = DeliveryStore(database: town.database)
            _ = try await add(town)
            try await announce(town)
            #expect(try await store.claim(5, at: now).isEmpty)
            try await town.database.enqueue([.example()])
            let (claimed, channel) = try #require(try await store.claimForChannel(at: now))
            #expect(channel.name == "Bảng điều hành" && claimed.delivery.channel == channel.id)
            #expect(try await store.claimForChannel(at: now) == nil)
            #expect(try await store.claim(5, at: now).map(\.delivery.channel) == [nil])
        }
    }

    /// Whoever is slow holds up only their own.
    @Test func aChannelHasOneAtATimeAndOthersGoOn() async throws {
        try await Town.with { town in
            let store = DeliveryStore(database: town.database)
            _ = try await add(town, name: "A")
            _ = try await add(town, name: "B")
            for minute in 0..<3 { try await announce(town, at: now + .seconds(minute)) }
            let later = now + .seconds(10)
            let (first, one) = try #require(try await store.claimForChannel(at: later))
            let (_, other) = try #require(try await store.claimForChannel(at: later))
            #expect(Set([one.name, other.name]) == ["A", "B"])
            #expect(try await store.claimForChannel(at: later) == nil)
            try await store.finish(first, .delivered("HTTP 200"), at: later)
            let (next, again) = try #require(try await store.claimForChannel(at: later))
            #expect(again.id == one.id && next.delivery.createdAt == now + .seconds(1))
        }
    }

    @Test func whatIsSwitchedOffGetsNothingAndItsOldNewsIsDropped() async throws {
        try await Town.with { town in
            let (store, channels) = (DeliveryStore(database: town.database), ChannelStore(database: town.database))
            let id = try await add(town)
            try await announce(town)
            try await channels.suspend(id, by: town.actor(.an), at: now)
            #expect(try await town.database.letters().map(\.state) == [.withdrawn])
            try await announce(town, at: now + .seconds(1))
            #expect(try await town.database.letters().count == 1)
            await #expect(throws: Refusal.self) { try await channels.tryOut(id, by: town.actor(.an), at: now) }
            try await channels.resume(id, by: town.actor(.an), at: now)
            try await announce(town, at: now + .seconds(2))
            #expect(try await store.claimForChannel(at: now + .seconds(2)) != nil)
            try await channels.remove(id, by: town.actor(.an), at: now)
            #expect(try await channels.find(id) == nil)
            try await announce(town, at: now + .seconds(3))
            #expect(try await town.database.letters().count == 2)
        }
    }

    /// An event is a fact: it is told though the letters about the same record are stopped.
    @Test func withdrawingLettersStopsNoEvent() async throws {
        try await Town.with { town in
            _ = try await add(town)
            try await announce(town)
            let withdrawal = try await town.database.transaction { try await $0.withdraw(about: "SC-2026-0001", at: now) }
            #expect(withdrawal.untoldKeys.isEmpty)
            #expect(try await town.database.letters().map(\.state) == [.ready])
        }
    }

    @Test func twoProcessesTogetherKeepToAChannelsRate() async throws {
        try await Town.with { town in
            let stores = (0..<2).map { _ in DeliveryStore(database: town.database) }
            _ = try await add(town, perMinute: 60)
            for number in 0..<30 { try await announce(town, code: "SC-2026-\(1000 + number)") }
            func takeAll(at moment: Instant) async throws -> Int {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for store in stores {
                        group.addTask {
                            var count = 0
                            while let (claimed, _) = try await store.claimForChannel(at: moment) {
                                try await store.finish(claimed, .delivered("HTTP 200"), at: moment)
                                count += 1
                            }
                            return count
                        }
                    }
                    return try await group.reduce(0, +)
                }
            }
            // 60 a minute are turns of 1.083 s, of which 5 s may be taken ahead.
            #expect(try await takeAll(at: now) <= 5)
            #expect(try await takeAll(at: now) + takeAll(at: now + .seconds(5)) <= 6)
        }
    }

    @Test func twoProcessesTogetherKeepToTheRateOfMail() async throws {
        try await withDatabase { database in
            try await database.enqueue((1...40).map { .example($0) })
            let pace = DeliveryPace(perMinute: 120)
            func takeAll(at moment: Instant) async throws -> Int {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            let store = DeliveryStore(database: database)
                            var count = 0
                            while try await !store.claim(1, within: pace, at: moment).isEmpty { count += 1 }
                            return count
                        }
                    }
                    return try await group.reduce(0, +)
                }
            }
            #expect(try await takeAll(at: now) == 10)
            #expect(try await takeAll(at: now) == 0)
            #expect(try await takeAll(at: now + .seconds(5)) == 9)
            #expect(try await DeliveryStore(database: database).claim(5, at: now).count == 5, "no limit, no turns")
        }
    }

    @Test func aChangeThatMeetsAnotherIsToldOfIt() async throws {
        try await Town.with { town in
            let channels = ChannelStore(database: town.database)
            let id = try await add(town)
            let version = try #require(try await channels.find(id)).version
            var draft = ChannelDraft(try #require(try await channels.find(id)))
            draft.name = "Của An"
            try await channels.change(id, to: draft, version: version, by: town.person(.an), address: "", at: now)
            draft.name = "Của người khác"
            do {
                try await channels.change(id, to: draft, version: version, by: town.person(.an), address: "", at: now)
                Issue.record("it was written over")
            } catch let changed as ChangedMeanwhile {
                #expect(changed.problems.contains { $0.text.contains("“Của An”") })
            }
            #expect(try await channels.find(id)?.name == "Của An")
        }
    }
}
