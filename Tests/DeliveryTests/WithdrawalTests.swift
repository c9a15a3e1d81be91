import Civil
import Database
import Organization
import TestKit
import Testing

@testable import Delivery

/// Letters of what is no longer so.
struct WithdrawalTests {
    @Test func lettersThatWaitAreWithdrawnAndTheOthersAreNot() async throws {
        try await Town.with { town in
            let (database, store) = (town.database, DeliveryStore(database: town.database))
            try await database.enqueue([.example(1, agency: town.yenKhanh)])
            let sent = try #require(try await store.claim(1, at: now).first)
            try await store.finish(sent, .delivered("250"), at: now)
            try await database.enqueue([.example(2, agency: town.giaVien), .example(3, about: "TB-2026-0002")])
            let withdrawal = try await database.transaction { try await $0.withdraw(about: "TB-2026-0001", at: now) }
            #expect(withdrawal.untold == [town.giaVien])
            #expect(try await database.letters().map(\.state) == [.delivered, .withdrawn, .ready])
            #expect(try await store.claim(5, at: now).map(\.delivery.key.last) == ["3"])
        }
    }

    /// Nobody knows whether an attempt that broke off arrived, so its agency counts as told.
    @Test func whoWasTriedCountsAsTold() async throws {
        try await Town.with { town in
            let store = DeliveryStore(database: town.database)
            try await town.database.enqueue([.example(1, agency: town.yenKhanh)])
            let tried = try #require(try await store.claim(1, at: now).first)
            try await store.finish(tried, .again(at: now + .seconds(2), "timeout"), at: now)
            let withdrawal = try await town.database.transaction { try await $0.withdraw(about: "TB-2026-0001", at: now) }
            #expect(withdrawal.untold.isEmpty)
            #expect(try await town.database.letters().map(\.state) == [.withdrawn])
        }
    }

    /// What was under way when it was withdrawn is not tried again, whether its server puts it off or its worker dies.
    /// One that arrives has arrived, and one that is refused was refused.
    @Test(arguments: [
        (.again(at: now + .seconds(2), "451 busy"), .withdrawn, "451 busy"), (nil, .withdrawn, nil),
        (.delivered("250 OK"), .delivered, "250 OK"), (.failed("550"), .failed, "550"),
    ] as [(DeliveryRules.Next?, Delivery.State, String?)])
    func aLetterThatIsUnderWayIsNotTriedAgain(next: DeliveryRules.Next?, ends: Delivery.State, answer: String?) async throws {
        try await Town.with { town in
            let (database, store) = (town.database, DeliveryStore(database: town.database))
            try await database.enqueue([.example(1, agency: town.yenKhanh)])
            let running = try #require(try await store.claim(1, at: now).first)
            let withdrawal = try await database.transaction { try await $0.withdraw(about: "TB-2026-0001", at: now) }
            #expect(withdrawal.untold.isEmpty)
            #expect(try await database.letters().map(\.state) == [.running])
            if let next { #expect(try await store.finish(running, next, at: now + .seconds(1))) }
            #expect(try await store.claim(5, at: now + DeliveryRules.lease).isEmpty)
            let letter = try #require(try await database.letters().first)
            #expect(letter.state == ends && letter.answer == answer && letter.attempts == 1)
            #expect(letter.finishedAt == now + (next == nil ? DeliveryRules.lease : .seconds(1)))
            await #expect(throws: Refusal.self) {
                try await database.transaction { try await $0.sendAgain(letter.id, about: "TB-2026-0001", at: now) }
            }
        }
    }

    /// What says that it is off does not come before what says that it is on; other agencies' letters do not wait.
    @Test func theNextLetterWaitsForTheOneThatWasWithdrawnUnderWay() async throws {
        try await Town.with { town in
            let (database, store) = (town.database, DeliveryStore(database: town.database))
            try await database.enqueue([.example(1, agency: town.yenKhanh)])
            let running = try #require(try await store.claim(1, at: now).first)
            try await database.transaction { tx in
                _ = try await tx.withdraw(about: "TB-2026-0001", at: now)
                tx.enqueue(
                    [.example(2, agency: town.yenKhanh), .example(3, to: "xagiavien@example.vn", agency: town.giaVien)], at: now)
            }
            #expect(try await store.claim(5, at: now).map(\.delivery.key.last) == ["3"])
            try await store.finish(running, .again(at: now, "451"), at: now)
            #expect(try await store.claim(5, at: now).map(\.delivery.key.last) == ["2"])
        }
    }

    /// An agency that a first letter has told is told, though a second one about the same was stopped.
    @Test func whoHadAnotherLetterCountsAsTold() async throws {
        try await Town.with { town in
            let (database, store) = (town.database, DeliveryStore(database: town.database))
            try await database.enqueue([.example(1, agency: town.yenKhanh)])
            let sent = try #require(try await store.claim(1, at: now).first)
            try await store.finish(sent, .delivered("250"), at: now)
            try await database.enqueue([.example(2, agency: town.yenKhanh), .example(3, agency: town.giaVien), .example(4)])
            let withdrawal = try await database.transaction { try await $0.withdraw(about: "TB-2026-0001", at: now) }
            #expect(withdrawal.untold == [town.giaVien])
            #expect(withdrawal.untoldKeys == Set((2...4).map { "notice:TB-2026-0001:published:\($0)" }))
        }
    }

    @Test func onlyLettersOfOneOccasionAreStoppedWhereOneIsNamed() async throws {
        try await withDatabase { database in
            try await database.enqueue([.example(1), .example(2)])
            try await database.run("UPDATE deliveries SET key = 'escalation:TB-2026-0001:1' WHERE key LIKE '%:1'")
            let withdrawal = try await database.transaction {
                try await $0.withdraw(about: "TB-2026-0001", keys: "escalation:", at: now)
            }
            #expect(withdrawal.untoldKeys == ["escalation:TB-2026-0001:1"])
            #expect(try await database.letters().map(\.state) == [.withdrawn, .ready])
        }
    }

    /// The same for people who are written to as themselves: their address says who they are.
    @Test func theNextLetterToTheSameAddressWaitsToo() async throws {
        try await withDatabase { database in
            let store = DeliveryStore(database: database)
            try await database.enqueue([.example(1, to: "binh@example.vn")])
            let running = try #require(try await store.claim(1, at: now).first)
            try await database.transaction { tx in
                _ = try await tx.withdraw(about: "TB-2026-0001", at: now)
                tx.enqueue([.example(2, to: "binh@example.vn"), .example(3, to: "chi@example.vn")], at: now)
            }
            #expect(try await store.claim(5, at: now).map(\.delivery.key.last) == ["3"])
            try await store.finish(running, .delivered("250"), at: now)
            #expect(try await store.claim(5, at: now).map(\.delivery.key.last) == ["2"])
        }
    }
}
