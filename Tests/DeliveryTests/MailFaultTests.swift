import Civil
import Database
import Foundation
import Logging
import Organization
import TestKit
import Testing
import Transfer

@testable import Delivery

/// A mail server in trouble: no letter is lost, none is said to be delivered that was not, and what failed says why.
struct MailFaultTests {
    private static let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    private func worker(
        _ database: Database, _ url: String, trust: String = TransferLoop.systemTrust
    ) throws -> DeliveryWorker {
        let server = try #require(MailServer(url: url))
        return DeliveryWorker(
            database: database, listener: Listener(database.configuration, logger: Self.logger), server: server, bounces: BounceAddress(secret: "bí mật của phép thử"),
            clock: .standing(at: now), trust: trust, logger: Self.logger)
    }

    private func worker(_ database: Database, port: Int) throws -> DeliveryWorker {
        try worker(database, "smtp://127.0.0.1:\(port)")
    }

    /// Works as long as something is due at the moment, and then at the moment when something is due next, until `end`.
    private func work(_ worker: DeliveryWorker, _ database: Database, from begin: Instant = now, until end: Instant) async throws {
        var moment = begin
        while moment <= end {
            while try await worker.deliver(at: moment) {}
            let next = try await database.values(
                "SELECT min(run_at) FROM deliveries WHERE state = 'ready' HAVING count(*) > 0", as: Instant.self)
            guard let next = next.first else { return }
            moment = max(next, moment + .milliseconds(1))
        }
    }

    /// Down for an hour: all wait, none fails, and all arrive within an hour and a quarter after it is back.
    @Test func aServerThatIsDownForAnHourLosesNothing() async throws {
        try await withDatabase { database in
            let closed = try ClosedPort()
            try await database.enqueue((1...12).map { .example($0, to: "xa\($0)@example.vn") })
            let back = now + .seconds(3600)
            try await work(worker(database, port: Int(closed.number)), database, until: back)
            let waiting = try await database.letters()
            #expect(waiting.allSatisfy { $0.state == .ready && $0.attempts >= 7 && $0.finishedAt == nil })
            #expect(waiting.allSatisfy { $0.answer?.hasPrefix("Không liên lạc được với máy chủ thư: ") == true })
            #expect(Set(waiting.map(\.runAt)).count == 12, "what failed together does not come back together")
            try await MailRoom.with { room in
                try await work(worker(database, port: room.port), database, from: back, until: back + .seconds(4500))
                let arrived = try await database.letters()
                #expect(arrived.allSatisfy { $0.state == .delivered })
                var ids: Set<String?> = []
                for _ in arrived { ids.insert(try await room.next().messageID) }
                #expect(ids.count == 12)
            }
        }
    }

    @Test func oneAddressInTenIsRefusedAndTheOthersArrive() async throws {
        try await withDatabase { database in
            try await MailRoom.with { room in
                try await database.enqueue((1...30).map { .example($0, to: $0 % 10 == 0 ? "khongco@xa\($0).vn" : "vanthu@xa\($0).vn") })
                try await work(worker(database, port: room.port), database, until: now)
                let letters = try await database.letters()
                for letter in letters {
                    let isRefused = letter.recipientAddress.hasPrefix("khongco@")
                    #expect(letter.state == (isRefused ? .failed : .delivered) && letter.attempts == 1)
                    if isRefused { #expect(letter.answer == "550 5.1.1 khong co hop thu nay") }
                }
                var received: [String] = []
                for _ in 1...27 { received += try await room.next().to }
                #expect(Set(received).count == 27)
            }
        }
    }

    /// Cut off in the middle, it did not arrive and goes again; taken without a word, nobody knows, and it goes again as
    /// the same letter.
    @Test(arguments: [("dut", 1), ("mat", 2)])
    func aServerThatHangsUpGetsTheSameLetterAgain(name: String, times: Int) async throws {
        try await withDatabase { database in
            try await MailRoom.with { room in
                try await database.enqueue([.example(1, to: "\(name)@example.vn")])
                let worker = try worker(database, port: room.port)
                #expect(try await worker.deliver(at: now))
                let waiting = try #require(try await database.letters().first)
                #expect(waiting.state == .ready && waiting.answer?.hasPrefix("Không liên lạc được với máy chủ thư: ") == true)
                try await work(worker, database, until: now + .seconds(60))
                #expect(try await database.letters().map(\.state) == [.delivered])
                #expect(try await database.letters().map(\.attempts) == [2])
                // Had there been one more, it would have come before this.
                try await database.enqueue([.example(2)])
                try await work(worker, database, until: now)
                var received: [MailRoom.Received] = []
                for _ in 1...times + 1 { received.append(try await room.next()) }
                #expect(received.map { $0.to[0] } == Array(repeating: "\(name)@example.vn", count: times) + ["xayenkhanh@example.vn"])
                #expect(Set(received.prefix(times).map(\.message)).count == 1)
            }
        }
    }

    @Test func aServerThatSaysNothingIsLeft() async throws {
        try await MailRoom.with { room in
            let server = try #require(MailServer(url: "smtp://127.0.0.1:\(room.port)"))
            var mail = MailTransfer(server: server, from: "a@b.example", to: ["cam@example.vn"], message: Array("Subject: x\r\n\r\n".utf8))
            mail.timeout = .milliseconds(300)
            let outcome = await TransferLoop().run(mail)
            #expect(outcome.code == 28)
            guard case .transient = DeliveryOutcome(outcome) else {
                Issue.record("\(DeliveryOutcome(outcome))")
                return
            }
        }
    }

    /// Nothing is said to a server whose certificate has expired; when it has a new one, the letter goes.
    @Test func anExpiredCertificateIsWaitedFor() async throws {
        try await withDatabase { database in
            try await database.enqueue([.example()])
            try await Certificate.with(days: -1) { certificate in
                try await MailRoom.with(encryption: .startTLS, certificate: certificate.files) { room in
                    let url = "smtp://127.0.0.1:\(room.port)?starttls=required"
                    try await work(worker(database, url, trust: certificate.certificate), database, until: now)
                }
            }
            let waiting = try #require(try await database.letters().first)
            #expect(waiting.state == .ready && waiting.answer?.contains("expired") == true, "\(waiting.answer ?? "")")
            try await Certificate.with { certificate in
                try await MailRoom.with(encryption: .startTLS, certificate: certificate.files) { room in
                    let url = "smtp://127.0.0.1:\(room.port)?starttls=required"
                    try await work(worker(database, url, trust: certificate.certificate), database, until: now + .seconds(60))
                    #expect(try await room.next().isSecured)
                }
            }
            #expect(try await database.letters().map(\.state) == [.delivered])
        }
    }

    /// Word of what comes back goes to an address of each letter's own, where a domain for that is set.
    @Test func eachLetterNamesItsOwnAddressForBounces() async throws {
        try await Town.with { town in
            try await MailRoom.with { room in
                try await SettingStore(database: town.database).change(
                    ["delivery.bounce_domain": "tra-lai.example"], by: town.person(.an), address: "", at: now)
                try await town.database.enqueue([.example()])
                #expect(try await worker(town.database, port: room.port).deliver(at: now))
                let received = try await room.next()
                let letter = try #require(try await town.database.letters().first)
                #expect(received.from == BounceAddress(secret: "bí mật của phép thử").address(of: letter, at: "tra-lai.example"))
                #expect(received.text.contains("<trucban@ninhbinh.gov.vn>"), "people answer to the sender")
            }
        }
    }

    @Test func aLaneKeepsItsConnection() async throws {
        try await withDatabase { database in
            try await MailRoom.with { room in
                try await database.enqueue((1...6).map { .example($0) })
                try await work(worker(database, port: room.port), database, until: now)
                var connections: Set<Int> = []
                for _ in 1...6 { connections.insert(try await room.next().connection) }
                #expect(connections.count == 1)
            }
        }
    }
}
