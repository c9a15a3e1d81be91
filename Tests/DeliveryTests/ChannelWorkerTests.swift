import Civil
import Database
import Foundation
import Logging
import Organization
import TestKit
import Testing
import Transfer

@testable import Delivery

/// The worker before a real web server.
struct ChannelWorkerTests {
    private static let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    /// Without a mail server: channels do not need one.
    private func worker(_ town: Town) -> DeliveryWorker {
        DeliveryWorker(
            database: town.database, listener: Listener(town.database.configuration, logger: Self.logger), server: nil,
            bounces: BounceAddress(secret: "bí mật của phép thử"), clock: .standing(at: now), logger: Self.logger)
    }

    private func allow(_ networks: String, _ town: Town) async throws {
        try await SettingStore(database: town.database).change(
            ["delivery.networks": networks], by: town.person(.an), address: "", at: now)
    }

    private func add(_ town: Town, _ url: String, gateway: Gateway? = nil) async throws -> (Channel.ID, WebhookSecret?) {
        let made = try await ChannelStore(database: town.database).add(
            ChannelDraft(name: "Nơi nhận", url: url, events: [.incidentOpened], gateway: gateway), by: town.actor(.an), at: now)
        return (made.id, made.secret)
    }

    private func announce(_ town: Town, title: String = "Không ký số được") async throws {
        try await town.database.run(
            "SELECT announce('incident.opened', 'SC-2026-0001', \(title), '/incidents/SC-2026-0001', \(now))")
    }

    @Test func aWebhookComesSigned() async throws {
        try await Town.with { town in
            try await HookRoom.with { room in
                try await allow("127.0.0.0/8", town)
                let (_, secret) = try await add(town, "http://127.0.0.1:\(room.port)/hook")
                try await announce(town)
                #expect(try await worker(town).deliverToChannel(at: now + .seconds(3)))
                let received = try await room.next()
                #expect(received.method == "POST" && received.headers["content-type"] == "application/json")
                #expect(received.headers["webhook-timestamp"] == String(now.seconds + 3))
                let id = try #require(received.headers["webhook-id"])
                #expect(id.wholeMatch(of: /msg_[0-9a-f]{32}/) != nil)
                #expect(received.headers["webhook-signature"] == secret?.signature(
                    id: id, seconds: now.seconds + 3, body: received.body))
                let letter = try #require(try await town.database.letters().first)
                #expect(letter.state == .delivered && letter.answer == "HTTP 200 da nhan")
            }
        }
    }

    /// A worker that dies between sending and writing down sends it once more, with the same id and body.
    @Test func whatGoesOutTwiceHasOneID() async throws {
        try await Town.with { town in
            try await HookRoom.with { room in
                try await allow("127.0.0.1", town)
                _ = try await add(town, "http://127.0.0.1:\(room.port)/hook")
                try await announce(town)
                let worker = worker(town)
                let (claimed, channel) = try #require(
                    try await DeliveryStore(database: town.database).claimForChannel(at: now))
                #expect(try await worker.send(claimed, to: channel, at: now).status == 200)
                #expect(try await !worker.deliverToChannel(at: now))
                #expect(try await worker.deliverToChannel(at: now + DeliveryRules.lease))
                let (first, second) = (try await room.next(), try await room.next())
                #expect(first.headers["webhook-id"] == second.headers["webhook-id"] && first.body == second.body)
                #expect(first.headers["webhook-signature"] != second.headers["webhook-signature"])
                #expect(try await town.database.letters().map(\.state) == [.delivered])
            }
        }
    }

    @Test func anAddressOfItsOwnNetworkIsRefusedUntilItIsAllowed() async throws {
        try await Town.with { town in
            try await HookRoom.with { room in
                _ = try await add(town, "http://localhost:\(room.port)/hook")
                try await announce(town)
                #expect(try await worker(town).deliverToChannel(at: now))
                let letter = try #require(try await town.database.letters().first)
                #expect(letter.state == .failed && letter.answer?.contains("mạng nội bộ") == true)
                try await allow("127.0.0.0/8 ::1", town)
                let again = try await town.database.transaction { try await $0.sendAgain(letter.id, about: letter.about, at: now) }
                #expect(again.recipientAddress == "http://localhost:\(room.port)")
                #expect(try await worker(town).deliverToChannel(at: now))
                #expect(try await room.next().path == "/hook")
            }
        }
    }

    @Test(arguments: [
        ("/status/404", Delivery.State.failed, 0), ("/status/503", .ready, 2), ("/busy/7", .ready, 7), ("/status/429", .ready, 2),
    ])
    func whatTheAnswerMeansIsDone(path: String, state: Delivery.State, seconds: Int64) async throws {
        try await Town.with { town in
            try await HookRoom.with { room in
                try await allow("127.0.0.1", town)
                _ = try await add(town, "http://127.0.0.1:\(room.port)\(path)")
                try await announce(town)
                #expect(try await worker(town).deliverToChannel(at: now))
                let letter = try #require(try await town.database.letters().first)
                #expect(letter.state == state && letter.attempts == 1)
                if state == .ready { #expect(letter.runAt >= now + .seconds(seconds) && letter.runAt < now + .seconds(seconds + 3)) }
            }
        }
    }

    @Test func aGatewayIsSpokenToAsItWants() async throws {
        try await Town.with { town in
            try await HookRoom.with { room in
                try await allow("127.0.0.1", town)
                let title = "Lỗi \"gấp\"\n& 100%"
                let json = Gateway(
                    method: .put, headers: ["X-Api-Key: bí mật"], contentType: .json,
                    template: #"{"to": "{{to}}", "text": "{{text}}"}"#, acceptedStatuses: .good, acceptedText: "nhan", recipients: ["0912"])
                _ = try await add(town, "http://127.0.0.1:\(room.port)/json", gateway: json)
                var form = json
                (form.method, form.contentType, form.template) = (.post, .form, "dest={{to}}&msg={{text}}")
                _ = try await add(town, "http://127.0.0.1:\(room.port)/form", gateway: form)
                var query = json
                (query.method, query.headers) = (.get, [])
                _ = try await add(town, "http://127.0.0.1:\(room.port)/get?to={{to}}&m={{text}}&ref={{code}}", gateway: query)
                try await announce(town, title: title)
                let worker = worker(town)
                while try await worker.deliverToChannel(at: now) {}
                let received = [try await room.next(), try await room.next(), try await room.next()].sorted { $0.path < $1.path }
                #expect(received.map(\.method) == ["POST", "GET", "PUT"])
                let text = "SC-2026-0001: sự cố mở. \(title)"
                let fields = try #require(URLComponents(string: "x:?" + received[0].body)?.queryItems)
                #expect(fields.map(\.value) == ["0912", text])
                let asked = try #require(URLComponents(string: "http://x" + received[1].path)?.queryItems)
                #expect(asked.map(\.value) == ["0912", text, "SC-2026-0001"] && received[1].body.isEmpty)
                let sent = try JSONDecoder().decode([String: String].self, from: Data(received[2].body.utf8))
                #expect(sent == ["to": "0912", "text": text])
                #expect(received[2].headers["x-api-key"] != nil && received[1].headers["x-api-key"] == nil)
                #expect(try await town.database.letters().allSatisfy { $0.state == .delivered })
            }
        }
    }

    /// A credential in a header goes to nobody else.
    @Test func aGatewaysRedirectIsNotFollowed() async throws {
        try await Town.with { town in
            try await HookRoom.with { room in
                try await allow("127.0.0.1", town)
                let gateway = Gateway(
                    method: .post, headers: ["X-Api-Key: a"], contentType: .plain, template: "{{text}}",
                    acceptedStatuses: .good, acceptedText: nil, recipients: ["0912"])
                _ = try await add(town, "http://127.0.0.1:\(room.port)/to/307/http://127.0.0.1:\(room.port)/x", gateway: gateway)
                try await announce(town)
                #expect(try await worker(town).deliverToChannel(at: now))
                #expect(try await town.database.letters().map(\.answer) == ["HTTP 307 da nhan"])
                #expect(try await town.database.letters().map(\.state) == [.failed])
            }
        }
    }

    @Test func aTrialGoesTheSameWay() async throws {
        try await Town.with { town in
            try await HookRoom.with { room in
                try await allow("127.0.0.1", town)
                let (id, _) = try await add(town, "http://127.0.0.1:\(room.port)/hook")
                let channels = ChannelStore(database: town.database)
                try await channels.tryOut(id, by: town.actor(.an), at: now)
                #expect(try await worker(town).deliverToChannel(at: now))
                let received = try await room.next()
                #expect(received.body.contains(#""type": "test""#))
                #expect(try await channels.deliveries(over: id).map(\.state) == [.delivered])
            }
        }
    }
}
