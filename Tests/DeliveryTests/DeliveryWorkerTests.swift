import Civil
import Database
import Logging
import Organization
import ServiceLifecycle
import TestKit
import Testing
import Transfer

@testable import Delivery

/// The worker before a real mail server.
struct DeliveryWorkerTests {
    private static let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    private func worker(_ database: Database, port: Int, user: String? = nil, clock: WallClock = .standing(at: now)) throws -> DeliveryWorker {
        let server = try #require(MailServer(url: "smtp://127.0.0.1:\(port)"))
        return DeliveryWorker(
            database: database, listener: Listener(database.configuration, logger: Self.logger), server: server,
            bounces: BounceAddress(secret: "bí mật của phép thử"), clock: clock, logger: Self.logger)
    }

    @Test func aLetterIsDeliveredOnce() async throws {
        try await withDatabase { database in
            try await MailRoom.with { room in
                try await database.enqueue([.example()])
                let worker = try worker(database, port: room.port)
                #expect(try await worker.deliver(at: now))
                #expect(try await !worker.deliver(at: now + .seconds(7200)))
                let received = try await room.next()
                #expect(received.from == "trucban@ninhbinh.gov.vn")
                #expect(received.to == ["xayenkhanh@example.vn"])
                #expect(received.text.contains("Auto-Submitted: auto-generated\r\n"))
                let letter = try #require(try await database.letters().first)
                #expect(letter.state == .delivered)
                #expect(letter.answer == "250 2.0.0 da nhan")
                #expect(letter.finishedAt.map { $0 >= now } == true)
                // Had there been a second one, it would have come before this.
                try await database.enqueue([.example(2)])
                #expect(try await worker.deliver(at: now))
                #expect(try await room.next().messageID != received.messageID)
            }
        }
    }

    @Test func theSenderIsTheSetting() async throws {
        try await Town.with { town in
            try await MailRoom.with { room in
                try await SettingStore(database: town.database).change(
                    ["delivery.from": "truc@skhcn.example"], by: town.person(.an), address: "", at: now)
                try await town.database.enqueue([.example()])
                #expect(try await worker(town.database, port: room.port).deliver(at: now))
                #expect(try await room.next().from == "truc@skhcn.example")
            }
        }
    }

    @Test func aRefusalForGoodIsKeptInTheServersWords() async throws {
        try await withDatabase { database in
            try await MailRoom.with { room in
                try await database.enqueue([.example(1, to: "khongco@example.vn"), .example(2, to: "không phải địa chỉ")])
                let worker = try worker(database, port: room.port)
                while try await worker.deliver(at: now) {}
                let letters = try await database.letters()
                #expect(letters.map(\.state) == [.failed, .failed])
                #expect(letters.map(\.answer) == ["550 5.1.1 khong co hop thu nay", "Không phải là địa chỉ thư điện tử."])
                #expect(letters.map(\.attempts) == [1, 1])
            }
        }
    }

    @Test func aRefusalForNowIsTriedAgainLater() async throws {
        try await withDatabase { database in
            try await MailRoom.with { room in
                try await database.enqueue([.example(1, to: "ban@example.vn")])
                let worker = try worker(database, port: room.port)
                while try await worker.deliver(at: now) {}
                let letter = try #require(try await database.letters().first)
                #expect(letter.state == .ready && letter.attempts == 1 && letter.answer == "451 4.3.2 dang ban")
                #expect(letter.runAt > now && letter.runAt < now + .seconds(60))
                // The mailbox is free again.
                try await database.run("UPDATE deliveries SET recipient_address = 'binh@example.vn'")
                #expect(try await worker.deliver(at: letter.runAt))
                #expect(try await room.next().to == ["binh@example.vn"])
                #expect(try await database.letters().map(\.state) == [.delivered])
            }
        }
    }

    @Test func withoutAServerLettersWait() async throws {
        try await withDatabase { database in
            let port = try await MailRoom.with { $0.port }
            try await database.enqueue([.example()])
            #expect(try await worker(database, port: port).deliver(at: now))
            let letter = try #require(try await database.letters().first)
            #expect(letter.state == .ready && letter.attempts == 1 && letter.finishedAt == nil)
            #expect(letter.answer?.hasPrefix("Không liên lạc được với máy chủ thư: ") == true)
            try await MailRoom.with { room in
                #expect(try await worker(database, port: room.port).deliver(at: letter.runAt))
                _ = try await room.next()
                #expect(try await database.letters().map(\.state) == [.delivered])
            }
        }
    }

    @Test func afterADeathBetweenSendingAndWritingDownTheSameLetterComesOnceMore() async throws {
        try await withDatabase { database in
            try await MailRoom.with { room in
                try await database.enqueue([.example()])
                let dying = try worker(database, port: room.port)
                let claimed = try #require(try await DeliveryStore(database: database).claim(1, at: now).first)
                #expect(await dying.send(claimed, Settings(), by: TransferLoop()).status == 250)
                let first = try await room.next()

                let next = try worker(database, port: room.port)
                #expect(try await !next.deliver(at: now + .seconds(1)))
                #expect(try await next.deliver(at: now + DeliveryRules.lease))
                let second = try await room.next()
                #expect(first.messageID != nil && second.messageID == first.messageID)
                #expect(second.text == first.text)
                #expect(try await database.letters().map(\.state) == [.delivered])
                #expect(try await !next.deliver(at: now + .seconds(7200)))
            }
        }
    }

    /// All its parts stand in the outbox, so what goes out again is what went out before, byte for byte.
    @Test func aLetterOfSeveralPartsGoesOutAgainAsItWas() async throws {
        try await withDatabase { database in
            try await MailRoom.with { room in
                var letter = Letter.example()
                letter.thread = "TB-2026-0001"
                letter.calendar = CalendarPart(method: .cancel, text: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
                letter.unsubscribe = "https://trucban.example/x"
                try await database.enqueue([letter])
                let worker = try worker(database, port: room.port)
                let claimed = try #require(try await DeliveryStore(database: database).claim(1, at: now).first)
                #expect(await worker.send(claimed, Settings(), by: TransferLoop()).status == 250)
                #expect(try await worker.deliver(at: now + DeliveryRules.lease))
                let (first, second) = (try await room.next(), try await room.next())
                #expect(first.message == second.message)
                for word in ["text/html", "method=CANCEL", "TB20260001.ics", "List-Unsubscribe: <https://trucban.example/x>", "References: <"] {
                    #expect(first.text.contains(word), "\(word)")
                }
            }
        }
    }

    @Test func aWorkerThatIsCancelledLeavesTheLetterToTheNext() async throws {
        try await withDatabase { database in
            try await MailRoom.with { room in
                try await database.enqueue([.example()])
                let worker = try worker(database, port: room.port)
                let work = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return try await worker.deliver(at: now)
                }
                await #expect(throws: CancellationError.self) { _ = try await work.value }
                #expect(try await worker.deliver(at: now + DeliveryRules.lease))
                #expect(try await database.letters().map(\.state) == [.delivered])
            }
        }
    }

    /// The server has the first letter and says nothing about it until the others, written after it, have come.
    @Test func aSlowLetterHoldsUpNoOther() async throws {
        try await withDatabase { database in
            try await MailRoom.with { room in
                let service = try worker(database, port: room.port, clock: .system)
                let group = ServiceGroup(services: [service], logger: Self.logger)
                async let running: Void = group.run()
                try await database.enqueue([.example(1, to: "cham@example.vn")], at: WallClock.system.now)
                #expect(try await room.next().to == ["cham@example.vn"])
                try await database.enqueue([.example(2)], at: WallClock.system.now)
                #expect(try await room.next().to == ["xayenkhanh@example.vn"])
                await group.triggerGracefulShutdown()
                try await running
                #expect(try await database.letters().map(\.state) == [.delivered, .delivered])
                #expect(try await database.letters().map(\.attempts) == [1, 1])
            }
        }
    }

    /// It hears of a letter by itself, and what is under way when it is told to stop is still written down.
    @Test func theServiceHearsOfLettersAndStopsInOrder() async throws {
        try await withDatabase { database in
            try await MailRoom.with { room in
                let service = try worker(database, port: room.port, clock: .system)
                let group = ServiceGroup(services: [service], logger: Self.logger)
                async let running: Void = group.run()
                try await database.enqueue((1...9).map { .example($0) }, at: WallClock.system.now)
                var ids: Set<String> = []
                for _ in 1...9 { if let id = try await room.next().messageID { ids.insert(id) } }
                await group.triggerGracefulShutdown()
                try await running
                #expect(ids.count == 9)
                #expect(try await database.letters().allSatisfy { $0.state == .delivered && $0.attempts == 1 })
            }
        }
    }
}

extension MailRoom.Received {
    var messageID: String? {
        text.firstMatch(of: /Message-ID: (<[^>]+>)/).map { String($0.1) }
    }
}
