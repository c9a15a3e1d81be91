import Civil
import Database
import Organization
import TestKit
import Testing

@testable import Delivery

/// The outbox on a real database.
struct DeliveryStoreTests {
    @Test func theSameLetterIsWrittenOnce() async throws {
        try await withDatabase { database in
            try await database.enqueue([.example(1), .example(2)])
            try await database.enqueue([.example(2), .example(3)], at: now + .seconds(60))
            #expect(try await database.letters().map(\.key).count == 3)
            #expect(try await database.letters().map(\.createdAt) == [now, now, now + .seconds(60)])
        }
    }

    @Test func aChangeThatDoesNotHappenSendsNothing() async throws {
        try await withDatabase { database in
            await #expect(throws: Refusal.self) {
                try await database.transaction { tx in
                    tx.enqueue([.example()], at: now)
                    throw Refusal(field: "", "không")
                }
            }
            let letters = try await database.letters()
            #expect(letters.isEmpty)
        }
    }

    @Test func twoWorkersTakeEachLetterOnce() async throws {
        try await withDatabase { database in
            try await database.enqueue((1...40).map { .example($0) })
            let store = DeliveryStore(database: database)
            let taken = try await withThrowingTaskGroup(of: [Delivery.ID].self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var mine: [Delivery.ID] = []
                        while case let some = try await store.claim(3, at: now), !some.isEmpty {
                            mine += some.map(\.delivery.id)
                        }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(taken.count == 40)
            #expect(Set(taken).count == 40)
        }
    }

    /// While one worker's taking is not committed, another goes past its letters and does not wait.
    @Test func aLetterThatIsBeingTakenIsPassedOver() async throws {
        try await withDatabase { database in
            try await database.enqueue([.example(1), .example(2)])
            let other = try await database.transaction { tx in
                try await tx.run("SELECT FROM deliveries WHERE key LIKE '%:1' FOR UPDATE")
                return try await DeliveryStore(database: database).claim(5, at: now)
            }
            #expect(other.map(\.delivery.key) == ["notice:TB-2026-0001:published:2"])
        }
    }

    @Test func theLongestDueComesFirstAndWhatIsNotDueNotAtAll() async throws {
        try await withDatabase { database in
            try await database.enqueue([.example(1)], at: now + .seconds(2))
            try await database.enqueue([.example(2)], at: now + .seconds(1))
            try await database.enqueue([.example(3)], at: now + .seconds(3))
            let store = DeliveryStore(database: database)
            let taken = try await store.claim(1, at: now + .seconds(2)) + store.claim(1, at: now + .seconds(2))
            #expect(taken.map(\.delivery.key.last) == ["2", "1"])
            #expect(try await store.claim(1, at: now + .seconds(2)).isEmpty)
        }
    }

    @Test func aLapsedLeaseIsTakenOverAndItsOldHolderChangesNothing() async throws {
        try await withDatabase { database in
            try await database.enqueue([.example()])
            let store = DeliveryStore(database: database)
            let dead = try #require(try await store.claim(1, at: now).first)
            #expect(try await store.claim(1, at: now + DeliveryRules.lease - .seconds(1)).isEmpty)
            let living = try #require(try await store.claim(1, at: now + DeliveryRules.lease).first)
            #expect(living.delivery.id == dead.delivery.id)
            #expect(living.delivery.attempts == 2)
            #expect(living.lease != dead.lease)

            let later = now + DeliveryRules.lease + .seconds(1)
            for next in [DeliveryRules.Next.failed("550"), .delivered("250"), .again(at: later, "451")] {
                #expect(try await !store.finish(dead, next, at: later))
                #expect(try await database.letters().map(\.state) == [.running])
            }
            #expect(try await store.finish(living, .delivered("250 OK"), at: later))
            let letter = try #require(try await database.letters().first)
            #expect(letter.state == .delivered && letter.answer == "250 OK" && letter.finishedAt == later)
            // Twice is once.
            #expect(try await !store.finish(living, .failed("550"), at: later))
        }
    }

    @Test func aLetterThatWaitsComesBackWhenItsTimeHasCome() async throws {
        try await withDatabase { database in
            try await database.enqueue([.example()])
            let store = DeliveryStore(database: database)
            let claimed = try #require(try await store.claim(1, at: now).first)
            try await store.finish(claimed, .again(at: now + .seconds(17), "451 busy"), at: now)
            let letter = try #require(try await database.letters().first)
            #expect(letter.state == .ready && letter.answer == "451 busy" && letter.runAt == now + .seconds(17))
            #expect(try await store.claim(1, at: now + .seconds(16)).isEmpty)
            #expect(try await store.claim(1, at: now + .seconds(17)).map(\.delivery.attempts) == [2])
        }
    }

    @Test func takingUsesTheIndexes() async throws {
        try await withDatabase { database in
            let plan = try await database.transaction { tx in
                try await tx.run("SET LOCAL enable_seqscan = off")
                return try await tx.plan(of: DeliveryStore.due(4, at: now))
            }
            #expect(plan.contains("deliveries_ready_index") && plan.contains("deliveries_running_index"), "\(plan)")
        }
    }

    @Test func anAgencySeesItsOwnLettersOnly() async throws {
        try await Town.with { town in
            try await town.database.enqueue([
                .example(1, agency: town.yenKhanh), .example(2, agency: town.giaVien),
                .example(3, about: "TB-2026-0002", agency: town.yenKhanh),
            ])
            let store = DeliveryStore(database: town.database)
            #expect(try await store.list(about: "TB-2026-0001", for: town.person(.linh)).count == 2)
            #expect(try await store.list(about: "TB-2026-0001", for: town.person(.binh)).map(\.agency) == [town.yenKhanh])
            #expect(try await store.list(about: "TB-2026-0002", for: town.person(.chi)).isEmpty)
        }
    }

    @Test func aFailedLetterGoesOutAgainToTheAddressOfToday() async throws {
        try await Town.with { town in
            let (database, store) = (town.database, DeliveryStore(database: town.database))
            try await database.enqueue([.example(1, to: "khongco@example.vn", agency: town.yenKhanh)])
            let id = try #require(try await database.letters().first).id
            await #expect(throws: Refusal.self) {
                try await database.transaction { try await $0.sendAgain(id, about: "TB-2026-0001", at: now) }
            }
            let claimed = try #require(try await store.claim(1, at: now).first)
            try await store.finish(claimed, .failed("550"), at: now)
            await #expect(throws: Refusal.self) {
                try await database.transaction { try await $0.sendAgain(id, about: "TB-2026-0002", at: now) }
            }
            let again = try await database.transaction { try await $0.sendAgain(id, about: "TB-2026-0001", at: now) }
            #expect(again.recipientAddress == "xayenkhanh@example.vn")
            #expect(again.state == .ready && again.attempts == 0 && again.key == claimed.delivery.key)
            #expect(try await store.claim(1, at: now).map(\.delivery.id) == [id])
        }
    }
}
