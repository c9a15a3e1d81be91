import Civil
import TestKit
import Testing
@testable import Transfer

/// Whom the console talks to when somebody else has chosen the URL.
struct AddressGuardTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let address: String
        var allowed = ""
        let isRefused: Bool
        var testDescription: String { "\(address) \(allowed)" }
    }

    static let rows: [Row] = [
        Row(address: "1.1.1.1", isRefused: false), Row(address: "203.113.131.1", isRefused: false),
        Row(address: "0.0.0.0", isRefused: true), Row(address: "10.0.0.1", isRefused: true),
        Row(address: "100.64.0.1", isRefused: true), Row(address: "100.128.0.1", isRefused: false),
        Row(address: "127.0.0.1", isRefused: true), Row(address: "127.255.255.254", isRefused: true),
        Row(address: "169.254.169.254", isRefused: true), Row(address: "172.15.255.255", isRefused: false),
        Row(address: "172.16.0.1", isRefused: true), Row(address: "172.31.255.255", isRefused: true),
        Row(address: "172.32.0.1", isRefused: false), Row(address: "192.168.1.1", isRefused: true),
        Row(address: "198.18.0.1", isRefused: true), Row(address: "203.0.113.9", isRefused: true),
        Row(address: "224.0.0.1", isRefused: true), Row(address: "255.255.255.255", isRefused: true),
        Row(address: "::", isRefused: true), Row(address: "::1", isRefused: true),
        Row(address: "fe80::1", isRefused: true), Row(address: "fc00::1", isRefused: true),
        Row(address: "fd12:3456::1", isRefused: true), Row(address: "ff02::1", isRefused: true),
        Row(address: "2001:db8::1", isRefused: true), Row(address: "2001::1", isRefused: true),
        Row(address: "2002:0a00:0001::1", isRefused: true), Row(address: "2606:4700:4700::1111", isRefused: false),
        Row(address: "::ffff:127.0.0.1", isRefused: true), Row(address: "::ffff:1.1.1.1", isRefused: true),
        Row(address: "64:ff9b::10.0.0.1", isRefused: true), Row(address: "64:ff9b::1.1.1.1", isRefused: false),
        Row(address: "64:ff9b:1::1", isRefused: true),
        Row(address: "10.1.2.3", allowed: "10.1.2.0/24", isRefused: false),
        Row(address: "10.1.3.3", allowed: "10.1.2.0/24", isRefused: true),
        Row(address: "::ffff:10.1.2.3", allowed: "10.1.2.0/24", isRefused: false),
        Row(address: "127.0.0.1", allowed: "127.0.0.1", isRefused: false),
        Row(address: "127.0.0.2", allowed: "127.0.0.1", isRefused: true),
        Row(address: "fd12:3456::1", allowed: "10.0.0.0/8, fd12:3456::/32", isRefused: false),
        Row(address: "10.0.0.1", allowed: "0.0.0.0/0", isRefused: false),
        Row(address: "::1", allowed: "0.0.0.0/0", isRefused: true),
    ]

    @Test(arguments: rows) func whoIsRefused(_ row: Row) throws {
        let guarding = AddressGuard(allowed: IPNetwork.list(row.allowed).networks)
        #expect(guarding.refuses(try #require(IPNetwork.address(row.address))) == row.isRefused)
    }

    private func post(_ url: String, allowing allowed: String = "") async -> Outcome {
        var transfer = Transfer(url: url)
        transfer.method = "POST"
        transfer.body = Array("x".utf8)
        transfer.followsRedirects = true
        transfer.keepsPostOnRedirect = true
        transfer.addressGuard = AddressGuard(allowed: IPNetwork.list(allowed).networks)
        let loop = TransferLoop()
        let outcome = await loop.run(transfer)
        await loop.stop()
        return outcome
    }

    /// However the URL writes the address: what counts is where the connection would lead.
    @Test(arguments: ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1"])
    func nothingIsSentToThisMachine(host: String) async throws {
        try await HookRoom.with { room in
            let outcome = await post("http://\(host):\(room.port)/x")
            #expect(outcome.code == 7 && outcome.refusedAddress?.hasSuffix("1") == true, "\(outcome.message)")
            // Had something come before this, it would be read now.
            #expect(await post("http://127.0.0.1:\(room.port)/y", allowing: "127.0.0.0/8").status == 200)
            let received = try await room.next()
            #expect(received.path == "/y")
        }
    }

    @Test func aRedirectIsLookedAtToo() async throws {
        try await HookRoom.with { room in
            let elsewhere = "http://127.0.0.2:\(room.port)/x"
            let outcome = await post("http://127.0.0.1:\(room.port)/to/307/\(elsewhere)", allowing: "127.0.0.1")
            #expect(outcome.code == 7 && outcome.refusedAddress == "127.0.0.2")
            let outside = await post("http://127.0.0.1:\(room.port)/to/302/file:///etc/hostname", allowing: "127.0.0.1")
            #expect(outside.code == 1 && outside.body.isEmpty)
        }
    }

    @Test(arguments: [(301, "POST"), (302, "POST"), (303, "GET"), (307, "POST"), (308, "POST")])
    func whatIsSentOnStaysWhatItIs(status: Int, method: String) async throws {
        try await HookRoom.with { room in
            let outcome = await post(
                "http://127.0.0.1:\(room.port)/to/\(status)/http://127.0.0.1:\(room.port)/x", allowing: "127.0.0.1")
            #expect(outcome.status == 200)
            _ = try await room.next()
            let second = try await room.next()
            #expect(second.method == method && second.body == (method == "POST" ? "x" : ""))
        }
    }

    @Test func theServerSaysWhenToComeAgain() async throws {
        try await HookRoom.with { room in
            #expect(await post("http://127.0.0.1:\(room.port)/busy/7", allowing: "127.0.0.1").retryAfter == .seconds(7))
            #expect(await post("http://127.0.0.1:\(room.port)/status/503", allowing: "127.0.0.1").retryAfter == nil)
        }
    }
}
