import Foundation
import TestKit
import Testing
@testable import Transfer

/// Requests to a real server on this machine.
struct WebTransferTests {
    private let loop = TransferLoop()

    private func get(_ url: String, _ change: (inout Transfer) -> Void = { _ in }) async -> Outcome {
        var transfer = Transfer(url: url)
        change(&transfer)
        return await loop.run(transfer)
    }

    @Test func aPageComesWithItsTimes() async throws {
        try await WebServer.with { server in
            let outcome = await get(server.origin + "/hello")
            #expect(outcome.code == 0)
            #expect(outcome.message == "")
            #expect(outcome.status == 200)
            #expect(String(decoding: outcome.body, as: UTF8.self) == "Trực Ban")
            #expect(!outcome.isCut)
            #expect(outcome.resolved <= outcome.connected)
            #expect(.zero < outcome.connected)
            #expect(outcome.secured == .zero)
            #expect(outcome.connected < outcome.firstByte)
            #expect(outcome.firstByte <= outcome.total)
            #expect(outcome.certificateExpiresAt == nil)
        }
    }

    @Test(arguments: [204, 404, 500, 503])
    func anyStatusIsAnAnswer(status: Int) async throws {
        try await WebServer.with { server in
            let outcome = await get(server.origin + "/status/\(status)")
            #expect(outcome.code == 0)
            #expect(outcome.status == status)
        }
    }

    @Test func headAsksForNoBody() async throws {
        try await WebServer.with { server in
            let outcome = await get(server.origin + "/hello") { $0.method = "HEAD" }
            #expect(outcome.code == 0)
            #expect(outcome.status == 200)
            #expect(outcome.body.isEmpty)
        }
    }

    @Test(arguments: ["GET", "OPTIONS", "POST"])
    func methodAndHeadersReachTheServer(method: String) async throws {
        try await WebServer.with { server in
            let outcome = await get(server.origin + "/echo") {
                $0.method = method
                $0.headers = ["X-Mau: thử", "Accept: text/html"]
            }
            let lines = String(decoding: outcome.body, as: UTF8.self).components(separatedBy: "\r\n")
            #expect(lines.first == "\(method) /echo HTTP/1.1")
            #expect(lines.contains("User-Agent: TrucBan/1"))
            #expect(lines.contains("X-Mau: thử"))
            #expect(lines.filter { $0.hasPrefix("Accept:") } == ["Accept: text/html"])
        }
    }

    @Test(arguments: ["X: 1\r\nY: 2", "X: 1\nY: 2", "X: 1\0"])
    func aHeaderIsOneLine(header: String) async {
        let outcome = await get("http://127.0.0.1:1/") { $0.headers = [header] }
        #expect(outcome.code == 43)
    }

    @Test func aClosedPortIsRefused() async throws {
        let port = try ClosedPort()
        let outcome = await get("http://127.0.0.1:\(port.number)/")
        #expect(outcome.code == 7)
        #expect(outcome.message.contains("127.0.0.1"))
        #expect(outcome.connected == .zero)
    }

    @Test(arguments: ["/mute", "/drip"])
    func timeIsOverForServersThatDoNotFinish(path: String) async throws {
        try await WebServer.with { server in
            let outcome = await get(server.origin + path) { $0.timeout = .milliseconds(300) }
            #expect(outcome.code == 28)
            #expect(outcome.total >= .milliseconds(300))
            #expect(outcome.total < .seconds(3))
            #expect(outcome.connected > .zero)
            #expect(outcome.body.isEmpty == (path == "/mute"))
        }
    }

    @Test(arguments: [("/broken", 18), ("/gibberish", 1)])
    func whatIsNoAnswerIsAnError(path: String, code: Int32) async throws {
        try await WebServer.with { server in
            #expect(await get(server.origin + path).code == code)
        }
    }

    @Test(arguments: [
        ("/endless", 0, 0, true), ("/endless", 12_345, 12_345, true), ("/hello", 10, 10, false),
        ("/hello", 9, 9, true), ("/hello", 11, 10, false), ("/status/204", 0, 0, false),
    ])
    func aBodyIsReadUpToItsLimit(path: String, limit: Int, count: Int, isCut: Bool) async throws {
        try await WebServer.with { server in
            let outcome = await get(server.origin + path) { $0.bodyLimit = limit }
            #expect(outcome.code == 0)
            #expect(outcome.message == "")
            #expect(outcome.body.count == count)
            #expect(outcome.isCut == isCut)
        }
    }

    @Test(arguments: [
        ("/redirect", false, 0, 302), ("/redirect", true, 0, 200), ("/loop", true, 47, 302),
        ("/elsewhere", true, 1, 302),
    ])
    func redirects(path: String, isFollowed: Bool, code: Int32, status: Int) async throws {
        try await WebServer.with { server in
            let outcome = await get(server.origin + path) { $0.followsRedirects = isFollowed }
            #expect(outcome.code == code)
            #expect(outcome.status == status)
        }
    }

    @Test(arguments: [
        ("127.0.0.1", Transfer.Family.any, 0), ("127.0.0.1", .v4, 0), ("127.0.0.1", .v6, 7), ("::1", .any, 0),
        ("::1", .v4, 7), ("::1", .v6, 0),
    ])
    func familyChoosesTheAddress(host: String, family: Transfer.Family, code: Int32) async throws {
        try await WebServer.with(host: host) { server in
            let outcome = await get("http://localhost:\(server.port)/hello") { $0.family = family }
            #expect(outcome.code == code)
        }
    }

    @Test(arguments: ["file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "không phải địa chỉ"])
    func onlyTheWebIsAsked(url: String) async {
        let outcome = await get(url)
        #expect(outcome.code == 1 || outcome.code == 3)
        #expect(outcome.body.isEmpty)
    }

    @Test func aBareConnectionIsClosedAtOnceAndSaysNothing() async throws {
        try await WebServer.with { server in
            let outcome = await get(server.origin) { $0.connectsOnly = true }
            #expect(outcome.code == 0)
            #expect(outcome.connected > .zero)
            #expect(await get(server.origin + "/empty/ended").status == 200)
        }
    }

    @Test func aBareConnectionToAClosedPortIsRefused() async throws {
        let port = try ClosedPort()
        #expect(await get("http://127.0.0.1:\(port.number)/") { $0.connectsOnly = true }.code == 7)
    }
}
